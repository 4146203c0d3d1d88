"""One thread in linear algebra, for as long as a fit lasts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

from threadpoolctl import ThreadpoolController


class _SharedLimit:
    """A limit on the process that holds while at least one fit runs.

    Ctrl-C can come between any two lines. Users are kept by identity, so that leaving twice, or
    without having entered, is the same as leaving once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users: set[object] = set()
        # What each library had before; it stays until all of them have it again.
        self._before: list[tuple[Any, int]] = []

    def enter(self, user: object) -> None:
        with self._lock:
            self._users.add(user)
            if not self._before:
                self._before = [(library, library.num_threads) for library in _libraries()]
            if len(self._users) == 1:
                for library, _ in self._before:
                    library.set_num_threads(1)

    def leave(self, user: object) -> None:
        with self._lock:
            self._users.discard(user)
            if not self._users:
                for library, n_threads in self._before:
                    library.set_num_threads(n_threads)
                self._before = []


_LIMIT = _SharedLimit()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Run a fit with single-threaded linear algebra, even while other fits are running.

    More threads make small factorisations slower (L-BFGS-B's ten times on a busy machine), and
    their number would change the last bits. The limit belongs to the process, so that the first of
    several fits sets it and the last one restores what was there before.

    Examples
    --------
    >>> from causal_dag.blas_threads import one_blas_thread
    >>> with one_blas_thread():
    ...     pass
    """
    user = object()
    try:
        _LIMIT.enter(user)
        yield
    finally:
        try:
            _LIMIT.leave(user)
        except BaseException:  # Ctrl-C, before everything was restored
            _LIMIT.leave(user)
            raise


@cache
def _libraries() -> list[Any]:
    """Look for the libraries once: that takes milliseconds, as long as a small fit."""
    # Each brings a BLAS of its own, which has to be loaded in order to be found.
    import_module("numpy.linalg")
    import_module("scipy.linalg")
    return list(ThreadpoolController().select(user_api="blas").lib_controllers)
