"""Warning about columns that are determined by their parents, with unbounded likelihood."""

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.fit_warnings import DeterminedColumnWarning, warn
from causal_dag.problem import Problem
from causal_dag.regression import SMALLEST_VARIANCE_SHARE


def warn_of_determined_column(solver: str, problem: Problem, variances: FloatArray) -> None:
    """Warn about a column that is determined by its parents.

    Parameters
    ----------
    solver : str
        Name of the solver that issues the warning.
    problem : Problem
        The problem that was solved.
    variances : ndarray of shape (d,)
        Residual variance of every column given its parents.
    """
    moments = problem.moments
    determined = np.flatnonzero(variances <= SMALLEST_VARIANCE_SHARE * moments.variance)
    if determined.size:
        message = (
            f"{solver}: column {moments.name_of(determined[0])} is determined by its parents, so "
            "its likelihood is unbounded and its edges are unreliable; drop columns that are "
            "combinations of others, or raise penalty"
        )
        warn(message, DeterminedColumnWarning)
