"""Warnings of fits that say little: columns determined by their parents, and too few rows."""

import warnings

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.problem import Problem

# Share of a column's variance below which its parents determine it. Exact search counts no share
# below 1e-12 as less.
PERFECT_FIT = 1e-12


def warn_of_doubtful_fit(solver: str, problem: Problem, variances: FloatArray) -> None:
    """Warn of a column that its parents determine, or else of fewer rows than columns.

    To be called by ``solve``, so that the warning points to the line of the user that fits.

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
    elif moments.n_samples <= moments.n_features:
        message = (
            f"{solver}: {moments.n_samples} rows for {moments.n_features} columns leave so much to "
            "chance that many graphs fit as well; add rows, leave columns out, or raise penalty"
        )
    else:
        return
    warnings.warn(message, UserWarning, stacklevel=5)
