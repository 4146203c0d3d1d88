"""Warning of columns that their parents determine, so that their likelihood has no bound."""

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.fit_warnings import DeterminedColumnWarning, warn
from causal_dag.problem import Problem

# Share of a column's variance below which its parents determine it. Exact search counts no share
# below 1e-12 as less.
PERFECT_FIT = 1e-12


def warn_of_determined_column(solver: str, problem: Problem, variances: FloatArray) -> None:
    """Warn of a column that its parents determine.

    Parameters
    ----------
    solver : str
        Who warns.
    problem : Problem
        What was solved.
    variances : ndarray of shape (d,)
        Residual variance of every column given its parents.
    """
    moments = problem.moments
    determined = np.flatnonzero(variances <= PERFECT_FIT * moments.variance)
    if determined.size:
        message = (
            f"{solver}: column {moments.name_of(determined[0])} is determined by its parents, so "
            "that its likelihood has no bound and its edges are not to be trusted; drop columns "
            "that are combinations of others, or raise penalty"
        )
        warn(message, DeterminedColumnWarning)
