"""Warning of columns that their parents determine, so that their likelihood has no bound."""

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.fit_warnings import DeterminedColumnWarning, warn
from causal_dag.problem import Problem
from causal_dag.regression import SMALLEST_VARIANCE_SHARE


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
    determined = np.flatnonzero(variances <= SMALLEST_VARIANCE_SHARE * moments.variance)
    if determined.size:
        message = (
            f"{solver}: column {moments.name_of(determined[0])} is determined by its parents, so "
            "that its likelihood has no bound and its edges are not to be trusted; drop columns "
            "that are combinations of others, or raise penalty"
        )
        warn(message, DeterminedColumnWarning)
