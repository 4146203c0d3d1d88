"""Gaussian mean and covariance of incomplete rows, by expectation-maximization."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.blas_threads import one_blas_thread
from causal_dag.fit_warnings import warn
from causal_dag.incomplete.missing_cells import pair_counts
from causal_dag.tables.columns import Columns
from causal_dag.tables.numeric_columns import ColumnProblem, degenerate_columns, refuse_problems
from causal_dag.wording import counted, shortened_list

MOST_PAIRS = 5
# Eigenvalue of the covariance of standardized columns below which one is a combination of others.
SMALLEST_EIGENVALUE = 1e-8
# Most steps by which a cycle goes on.
LONGEST = 1000.0
MOST_CYCLES = 1000
# Conditional covariances are computed for so many rows at once that they have this many entries.
ENTRIES_AT_ONCE = 1_000_000
_EMPTY = ColumnProblem("holds no number", "drop it")
_DETERMINED = ColumnProblem(
    "is (almost) exactly a combination of other columns where they are seen together",
    "incomplete rows then have no covariance of maximum likelihood; drop it, or add rows",
)


@dataclass(frozen=True, eq=False)
class GaussianEstimate:
    """Maximum-likelihood estimate of a Gaussian from incomplete rows.

    Parameters
    ----------
    mean : ndarray of shape (d,)
        Mean.
    covariance : ndarray of shape (d, d)
        Covariance.
    log_likelihoods : tuple of float
        Mean log-likelihood per row of the seen cells of standardized columns, without the constant,
        after every cycle of steps; it never falls.
    """

    mean: FloatArray
    covariance: FloatArray
    log_likelihoods: tuple[float, ...]


def gaussian_estimate(
    rows: FloatArray, names: Sequence[str] | None = None, *, tol: float = 1e-6
) -> GaussianEstimate:
    """Estimate mean and covariance from rows with missing cells by maximum likelihood.

    It is consistent for Gaussian data if cells are missing at random, that is, if whether a cell is
    missing depends on seen cells of its row only [1]_. Steps of expectation-maximization, from the
    means and variances of the seen cells, are extrapolated where that raises the likelihood [2]_.

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        Numbers; NaN where a cell is missing.
    names : sequence of str, optional
        Column names, for messages.
    tol : float
        Largest change of standardized moments and of the mean log-likelihood in the last step.

    Raises
    ------
    ValueError
        If the likelihood has no unique finite maximum: a column is never seen, is constant or is a
        combination of others; two columns are never seen together; or there are no more rows than
        columns. The message names the columns and the remedy.

    Warns
    -----
    ConvergenceWarning
        If changes are larger than the tolerance after 1000 cycles of three steps.

    References
    ----------
    .. [1] Little and Rubin, Statistical Analysis with Missing Data, 3rd edition, Wiley 2019,
       section 11.2.
    .. [2] Varadhan and Roland, "Simple and globally convergent methods for accelerating the
       convergence of any EM algorithm", Scandinavian Journal of Statistics 35 (2008), scheme S3.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.incomplete.expectation_maximization import gaussian_estimate
    >>> rows = np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 1.5], [3.0, 4.0], [9.0, np.nan]])
    >>> gaussian_estimate(rows).mean.round(3).tolist()  # 0.85 per unit in the complete rows
    [3.0, 3.4]
    """
    refuse_inestimable(rows, names)
    rows = rows[~np.isnan(rows).all(axis=1)]
    location, scale = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
    step = _step_on((rows - location) / scale)
    start = np.vstack([np.zeros(rows.shape[1]), np.eye(rows.shape[1])])
    with one_blas_thread(), np.errstate(divide="ignore"):  # where changes shrink by no factor
        try:
            moments, log_likelihoods = _maximize(step, start, tol)
        except _SingularError as error:
            refuse_problems({error.args[0]: _DETERMINED}, names)
    covariance = moments[1:] * scale * scale[:, None]
    return GaussianEstimate(location + scale * moments[0], covariance, log_likelihoods)


def refuse_inestimable(rows: FloatArray, names: Sequence[str] | None) -> None:
    """Raise ``ValueError`` if incomplete rows cannot determine all covariances."""
    (n, d), is_seen = rows.shape, ~np.isnan(rows)
    empty = np.flatnonzero(~is_seen.any(axis=0)).tolist()
    refuse_problems(dict.fromkeys(empty, _EMPTY) | degenerate_columns(rows), names)
    n = int(is_seen.any(axis=1).sum())
    if n <= d:
        raise ValueError(
            f"estimating {d} columns from incomplete rows takes more rows than columns, but only "
            f"{counted(n, 'row')} hold numbers; add rows or drop columns"
        )
    apart = np.argwhere(np.triu(pair_counts(rows) == 0)).tolist()
    if apart:
        label = Columns(d, None if names is None else tuple(names)).label
        pairs = [f"{label(i)} and {label(j)}" for i, j in apart[:MOST_PAIRS]]
        raise ValueError(
            f"{counted(len(apart), 'pair')} of columns never seen in the same row: "
            f"{shortened_list(pairs, MOST_PAIRS, len(apart))}; nothing in the table says how they "
            "are related, so drop one column of each pair"
        )


class _SingularError(ArithmeticError):
    """A column, whose number is the argument, is determined by others."""


# From the mean (first row) and covariance of standardized columns, shape (d + 1, d), to those after
# one step, and the mean log-likelihood before it.
Step = Callable[[FloatArray], tuple[FloatArray, float]]


def _maximize(step: Step, point: FloatArray, tol: float) -> tuple[FloatArray, tuple[float, ...]]:
    """Return the moments that steps converge to, and the rising log-likelihoods.

    Two steps show by which factor changes shrink; a cycle ends where they would lead if they kept
    shrinking by it, unless the likelihood is lower there than after one step.
    """
    first, likelihood = step(point)
    likelihoods = [likelihood]
    for _ in range(MOST_CYCLES):
        second, likelihood = step(first)
        change, gain = first - point, likelihood - likelihoods[-1]
        if np.abs(change).max() <= tol and gain <= tol:
            return second, tuple(likelihoods)
        turn = second - first - change
        length = np.clip(np.linalg.norm(change) / np.linalg.norm(turn), 1.0, LONGEST)
        beyond = point + 2 * length * change + length**2 * turn
        try:
            after, likelihood_beyond = step(beyond)
        except _SingularError:
            likelihood_beyond = -np.inf
        if likelihood_beyond >= likelihood:
            point, first, likelihood = beyond, after, likelihood_beyond
        else:
            point = second
            first, likelihood = step(second)
        likelihoods.append(likelihood)
    from sklearn.exceptions import ConvergenceWarning

    warn(
        f"expectation-maximization did not converge in {MOST_CYCLES} cycles; drop the columns with "
        "the most missing cells, or raise tol of Moments.from_incomplete_rows",
        ConvergenceWarning,
    )
    return first, tuple(likelihoods)


def _step_on(rows: FloatArray) -> Step:
    """Return the step of expectation-maximization on rows of shape (n, d).

    With P the inverse of the covariance S and x a row minus the mean, its missing cells M have mean
    −Q P_MO x_O and covariance Q given the seen cells O, where Q is the inverse of P_MM.
    """
    (n, d), is_missing = rows.shape, np.isnan(rows)
    blocks = list(_rows_with_equally_many_gaps(is_missing))

    def step(point: FloatArray) -> tuple[FloatArray, float]:
        mean, covariance = point[0], point[1:]
        values, vectors = np.linalg.eigh(covariance)
        if not values[0] > SMALLEST_EIGENVALUE:
            raise _SingularError(int(np.abs(vectors[:, 0]).argmax()))
        precision = (vectors / values) @ vectors.T
        centred = np.where(is_missing, 0.0, rows - mean)
        products = centred @ precision
        spread, log_determinants = np.zeros(d * d), n * float(np.log(values).sum())
        for block, gaps in blocks:
            cells = block[:, None], gaps
            pairs = gaps[:, :, None], gaps[:, None, :]
            conditional = np.linalg.inv(precision[pairs])
            centred[cells] = -(conditional @ products[cells][:, :, None])[:, :, 0]
            places = np.ravel_multi_index(pairs, (d, d)).ravel()
            spread += np.bincount(places, conditional.ravel(), d * d)
            # det S_OO = det S det P_MM
            log_determinants -= float(np.linalg.slogdet(conditional)[1].sum())
        squares, shift = centred.T @ centred, centred.mean(axis=0)
        # The completed row has the same quadratic form as its seen cells.
        likelihood = -0.5 * (log_determinants + float((precision * squares).sum())) / n
        between = spread.reshape(d, d)
        within = (squares + (between + between.T) / 2) / n
        return np.vstack([mean + shift, within - np.outer(shift, shift)]), likelihood

    return step


def _rows_with_equally_many_gaps(is_missing: BoolArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield rows that lack k cells each, shape (m,), and the columns that they lack, (m, k)."""
    n_gaps = is_missing.sum(axis=1)
    for k in range(1, n_gaps.max(initial=0) + 1):
        block = np.flatnonzero(n_gaps == k)
        gaps = np.nonzero(is_missing[block])[1].reshape(-1, k)
        at_once = max(1, ENTRIES_AT_ONCE // k**2)
        for first in range(0, len(block), at_once):
            yield block[first : first + at_once], gaps[first : first + at_once]
