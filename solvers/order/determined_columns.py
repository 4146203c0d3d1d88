"""Warning about columns that are determined by their parents, with unbounded likelihood."""

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.fit_warnings import DeterminedColumnWarning, warn
from causal_dag.problem import Problem
from causal_dag.regression import SMALLEST_VARIANCE_SHARE

# What scores of several columns per node leave of a determined column is at most 1e-10.
LEAST_UNEXPLAINED = 1e-9


def warn_of_determined_column(problem: Problem, variances: FloatArray) -> None:
    """Warn about a column that is determined by its parents.

    Parameters
    ----------
    problem : Problem
        The problem that was solved.
    variances : ndarray of shape (d,)
        Residual variance of every column given its parents.
    """
    moments = problem.moments
    determined = np.flatnonzero(variances <= SMALLEST_VARIANCE_SHARE * moments.variance)
    _warn(problem, determined)


def warn_of_total_dependence(problem: Problem, strengths: FloatArray) -> None:
    """Warn about a column of a mixed table that is determined by its parents.

    Parameters
    ----------
    problem : Problem
        The problem that was solved.
    strengths : ndarray of shape (d, d)
        Strength of every edge, between -1 and 1, as ``dependence_strength`` defines it.
    """
    unexplained = 1.0 - (strengths**2).max(axis=0)
    _warn(problem, np.flatnonzero(unexplained <= LEAST_UNEXPLAINED))


def _warn(problem: Problem, determined: IntArray) -> None:
    if determined.size:
        message = (
            f"column {problem.moments.name_of(determined[0])} is determined by its parents, "
            "so its likelihood is unbounded and its edges are unreliable; drop columns "
            "that are combinations of others, or raise penalty"
        )
        warn(message, DeterminedColumnWarning)
