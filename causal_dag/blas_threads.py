"""One thread in linear algebra, for as long as a fit lasts."""

from contextlib import AbstractContextManager
from functools import cache
from importlib import import_module

from threadpoolctl import ThreadpoolController


def one_blas_thread() -> AbstractContextManager[object]:
    """Return the context in which a fit runs.

    More threads make small factorisations slower (L-BFGS-B's ten times on a busy machine), and
    their number would change the last bits.

    Examples
    --------
    >>> from causal_dag.blas_threads import one_blas_thread
    >>> with one_blas_thread():
    ...     pass
    """
    limits: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limits


@cache
def _controller() -> ThreadpoolController:
    """Look for the libraries once: that takes milliseconds, as long as a small fit."""
    # Each brings a BLAS of its own, which has to be loaded in order to be found.
    import_module("numpy.linalg")
    import_module("scipy.linalg")
    return ThreadpoolController()
