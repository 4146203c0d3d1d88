"""One thread in linear algebra, for as long as a fit lasts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

from threadpoolctl import ThreadpoolController


class _SharedLimit:
    """A limit on the process that holds while at least one fit runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._n_users = 0
        self._limit: Any = None

    def enter(self) -> None:
        with self._lock:
            if self._n_users == 0:
                self._limit = _controller().limit(limits=1, user_api="blas")
            self._n_users += 1

    def leave(self) -> None:
        with self._lock:
            self._n_users -= 1
            if self._n_users == 0:
                self._limit.restore_original_limits()


_LIMIT = _SharedLimit()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Run a fit on one thread of linear algebra, whatever other fits run at the same time.

    More threads make small factorisations slower (L-BFGS-B's ten times on a busy machine), and
    their number would change the last bits. The limit belongs to the process, so that the first of
    several fits sets it and the last one restores what was there before.

    Examples
    --------
    >>> from causal_dag.blas_threads import one_blas_thread
    >>> with one_blas_thread():
    ...     pass
    """
    _LIMIT.enter()
    try:
        yield
    finally:
        _LIMIT.leave()


@cache
def _controller() -> ThreadpoolController:
    """Look for the libraries once: that takes milliseconds, as long as a small fit."""
    # Each brings a BLAS of its own, which has to be loaded in order to be found.
    import_module("numpy.linalg")
    import_module("scipy.linalg")
    return ThreadpoolController()
