"""Moments that a solver cannot use, and parameters out of range."""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_dag.arrays import FloatArray
from causal_dag.moments import Moments, require_moments
from causal_dag.parameters import Choice, Number
from causal_dag.tables.numeric_columns import (
    CONSTANT_TOLERANCE,
    LARGEST_SCALE,
    SMALLEST_SCALE,
    ColumnProblem,
    refuse_problems,
)
from causal_dag.wording import listed

# Share of a column's variance that the other columns leave unexplained, below which the
# rounding error of the covariance itself decides.
COLLINEARITY_TOLERANCE = 1e-12


def refuse_constant_moments(moments: Moments, remedy: str = "drop constant columns") -> None:
    """Raise ``ValueError`` if the moments hold columns without variance, or too extreme ones.

    The message names all of them, and what to do about those without variance.

    Raises
    ------
    TypeError
        If the argument is not a ``Moments``.
    """
    require_moments(moments)
    scale = np.sqrt(np.maximum(moments.variance, 0.0))
    constant = scale <= CONSTANT_TOLERANCE * np.abs(moments.mean)
    problems = {
        column: ColumnProblem("is constant", remedy) for column in np.flatnonzero(constant).tolist()
    }
    extreme = ((scale < SMALLEST_SCALE) | (scale > LARGEST_SCALE)) & ~constant
    for column in np.flatnonzero(extreme).tolist():
        problems[column] = ColumnProblem(
            f"has standard deviation {scale[column]:.3g}, outside {SMALLEST_SCALE:g} to "
            f"{LARGEST_SCALE:g}",
            "choose other units",
        )
    refuse_problems(problems, moments.feature_names)


def refuse_rank_deficiency(moments: Moments, solver: str) -> None:
    """Raise ``ValueError`` if some column is a linear combination of others.

    The message names the column and those that determine it.
    """
    n, d = moments.n_samples, moments.n_features
    if n <= d:
        raise ValueError(
            f"{solver} regresses columns on all others and needs more rows than columns, but "
            f"n_samples={n} and n_features={d}; add rows, drop columns, or use a solver with an "
            "l1 penalty (notears, colide-ev)"
        )
    correlation = moments.standardized().covariance
    column = _first_determined_column(correlation)
    if column is not None:
        before = correlation[:column, :column]
        coefficients = np.linalg.solve(before, correlation[:column, column])
        raise ValueError(_collinearity_message(moments, column, coefficients, solver))


def check_number(
    name: str,
    value: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    strict: bool = False,
    integer: bool = False,
) -> Any:
    """Return an argument as a float or int; raise ``ValueError`` unless it is within the bounds.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    value : object
        What the user passed.
    low, high, strict, integer : object
        As in ``causal_dag.parameters.Number``.

    Examples
    --------
    >>> from causal_dag.validation import check_number
    >>> check_number("n_samples", 0, low=1, integer=True)
    Traceback (most recent call last):
    ...
    ValueError: n_samples=0 must be an integer >= 1
    """
    return Number(low, high, strict, integer).check(name, value)


def check_choice(name: str, value: Any, choices: Collection[str]) -> None:
    """Raise ``ValueError`` unless an argument is one of ``choices``.

    Examples
    --------
    >>> from causal_dag.validation import check_choice
    >>> check_choice("noise", "equal", ["equal", "unequal"])
    """
    Choice(choices).check(name, value)


def _first_determined_column(correlation: FloatArray) -> int | None:
    """Return the first column that those before it determine, by its Cholesky pivot."""
    from scipy.linalg.lapack import dpotrf

    factor, failed_at = dpotrf(correlation, lower=1)
    pivots = np.diagonal(factor)[: failed_at - 1 if failed_at else None] ** 2
    small = np.flatnonzero(pivots < COLLINEARITY_TOLERANCE)
    if small.size:
        return int(small[0])
    return failed_at - 1 if failed_at else None


def _collinearity_message(
    moments: Moments, column: int, coefficients: NDArray[np.floating], solver: str
) -> str:
    partners = np.flatnonzero(np.abs(coefficients) > 1e-6)
    others = listed(partners.tolist(), written=moments.name_of)
    relation = "a multiple of column" if partners.size == 1 else "a combination of columns"
    return (
        f"column {moments.name_of(column)} is (almost) exactly {relation} {others}, and {solver} "
        "needs columns of which none determines another; drop one of them"
    )
