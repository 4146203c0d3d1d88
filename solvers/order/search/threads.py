"""Parts of one task, done side by side."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any


class Threads(AbstractContextManager["Threads"]):
    """A number of threads, for kernels that run without Python's lock.

    Parameters
    ----------
    n : int
        How many; 1 does everything where it is called.

    Examples
    --------
    >>> from causal_dag.solvers.order.search.threads import Threads
    >>> squares = [0, 0]
    >>> with Threads(2) as threads:
    ...     threads.run(lambda part: squares.__setitem__(part, part + 1))
    >>> squares
    [1, 2]
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self._pool = ThreadPoolExecutor(n) if n > 1 else None

    def run(self, task: Callable[[int], Any]) -> None:
        """Call ``task(part)`` for part 0, 1, ..., n - 1, and wait until all have ended.

        Also on Ctrl-C, so that nothing changes any more once this has returned.
        """
        if self._pool is None:
            task(0)
            return
        parts = [self._pool.submit(task, part) for part in range(self.n)]
        try:
            wait(parts)
        finally:
            wait(parts)
        for part in parts:
            part.result()

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown()
