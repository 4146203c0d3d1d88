"""Parallel fits, with the same bits for any number of jobs."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from joblib import Parallel, delayed, effective_n_jobs

from causal_dag.parameters import Jobs

Result = TypeVar("Result")


def in_batches(
    function: Callable[..., Result], jobs: Iterable[tuple[Any, ...]], n_jobs: int | None
) -> Iterator[Result]:
    """Yield the results of jobs in their order, computed ``n_jobs`` at a time.

    A batch starts when its first result is asked for, so that a consumer that has enough stops the
    work by not asking. Processes, not threads: the limits of BLAS threads and the filters of
    warnings, which a fit sets for itself, belong to a whole process.

    Parameters
    ----------
    function : callable
        Called with the elements of a job.
    jobs : iterable of tuple
        Arguments, read when their batch starts.
    n_jobs : int or None
        Processes; None is one, -1 is one per core.

    Raises
    ------
    ValueError
        If ``n_jobs`` is 0 or no integer.

    Examples
    --------
    >>> from causal_dag.selection.parallel import in_batches
    >>> list(in_batches(pow, [(2, 3), (3, 2)], n_jobs=None))
    [8, 9]
    """
    size = effective_n_jobs(Jobs().check("n_jobs", n_jobs))
    if size == 1:
        for job in jobs:
            yield function(*job)
        return
    waiting = iter(jobs)
    with Parallel(n_jobs=size) as parallel:
        while batch := list(islice(waiting, size)):
            yield from parallel(delayed(function)(*job) for job in batch)
