"""The maximum-likelihood moments of incomplete rows, against what is known otherwise."""

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning

from causal_dag import Moments
from causal_dag.incomplete import expectation_maximization
from causal_dag.incomplete.expectation_maximization import gaussian_estimate
from causal_dag.incomplete.missing_cells import effective_rows, pair_counts


def table(n, d, share=0.0, seed=0):
    """Correlated columns in different units, in which a share of the cells is missing."""
    generator = np.random.default_rng(seed)
    mixing = generator.normal(size=(d, d)) + 1.5 * np.eye(d)
    rows = (generator.normal(size=(n, d)) @ mixing + 3.0) * 10.0 ** np.linspace(-2, 2, d)
    return np.where(generator.random((n, d)) < share, np.nan, rows)


def log_likelihood(rows, mean, covariance):
    total = 0.0
    for row in rows:
        seen = ~np.isnan(row)
        block, rest = covariance[np.ix_(seen, seen)], row[seen] - mean[seen]
        total -= (np.linalg.slogdet(block)[1] + rest @ np.linalg.solve(block, rest)) / 2
    return total


def test_brute_force_finds_no_higher_likelihood_and_the_same_moments():
    rows = table(60, 3, share=0.25) / 10.0 ** np.linspace(-2, 2, 3)
    estimate = gaussian_estimate(rows, tol=1e-9)
    lower = np.tril_indices(3)

    def moments(parameters):
        factor = np.zeros((3, 3))
        factor[lower] = parameters[3:]
        return parameters[:3], factor @ factor.T

    start = np.concatenate([np.nanmean(rows, axis=0), np.eye(3)[lower]])
    found = minimize(lambda p: -log_likelihood(rows, *moments(p)), start, method="BFGS")
    mean, covariance = moments(found.x)
    best = log_likelihood(rows, estimate.mean, estimate.covariance)
    assert best == pytest.approx(-found.fun, abs=1e-6)
    np.testing.assert_allclose(estimate.mean, mean, atol=1e-3)
    np.testing.assert_allclose(estimate.covariance, covariance, atol=1e-3)


def test_monotone_gaps_give_the_factored_regressions():
    """Of two columns, only the second has gaps; it is regressed on the first (Anderson 1957)."""
    rows = table(200, 2)
    rows[120:, 1] = np.nan
    estimate = gaussian_estimate(rows, tol=1e-12)
    x, y = rows[:120].T
    slope = np.cov(x, y, bias=True)[0, 1] / x.var()
    rest = (y - slope * x).var()
    variance = rows[:, 0].var()
    np.testing.assert_allclose(
        estimate.mean,
        [rows[:, 0].mean(), y.mean() + slope * (rows[:, 0].mean() - x.mean())],
        rtol=1e-8,
    )
    expected = [[variance, slope * variance], [slope * variance, slope**2 * variance + rest]]
    np.testing.assert_allclose(estimate.covariance, expected, rtol=1e-8)


def test_the_likelihood_rises_in_every_cycle():
    estimate = gaussian_estimate(table(400, 6, share=0.4))
    assert len(estimate.log_likelihoods) > 5
    assert np.diff(estimate.log_likelihoods).min() > -1e-12


def test_a_fixed_point_of_one_plain_step_is_returned():
    """The plain step in words: regress the missing cells of each row on the seen ones."""
    rows = table(150, 4, share=0.3)
    estimate = gaussian_estimate(rows, tol=1e-10)
    completed, spread = np.array(rows), np.zeros((4, 4))
    for row in completed:
        m = np.isnan(row)
        o = ~m
        slopes = np.linalg.solve(
            estimate.covariance[np.ix_(o, o)], estimate.covariance[np.ix_(o, m)]
        )
        row[m] = estimate.mean[m] + (row[o] - estimate.mean[o]) @ slopes
        spread[np.ix_(m, m)] += (
            estimate.covariance[np.ix_(m, m)] - estimate.covariance[np.ix_(m, o)] @ slopes
        )
    np.testing.assert_allclose(completed.mean(axis=0), estimate.mean, rtol=1e-6)
    np.testing.assert_allclose(
        np.cov(completed.T, bias=True) + spread / 150, estimate.covariance, rtol=1e-5
    )


def test_rows_taken_in_several_blocks_give_the_same_moments(monkeypatch):
    rows = table(200, 5, share=0.3)
    whole = gaussian_estimate(rows)
    monkeypatch.setattr(expectation_maximization, "ENTRIES_AT_ONCE", 20)
    parts = gaussian_estimate(rows)
    np.testing.assert_allclose(parts.covariance, whole.covariance, rtol=1e-9)


def test_without_gaps_the_moments_are_those_of_the_rows_bit_by_bit():
    rows = table(50, 3)
    whole = Moments.from_rows(rows)
    for given in (rows, np.vstack([rows, np.full((7, 3), np.nan)])):
        moments = Moments.from_incomplete_rows(given)
        assert moments.n_samples == whole.n_samples == 50
        np.testing.assert_array_equal(moments.mean, whole.mean)
        np.testing.assert_array_equal(moments.covariance, whole.covariance)


def test_units_and_order_of_columns_and_rows_change_nothing_else():
    rows = table(300, 4, share=0.2)
    moments = Moments.from_incomplete_rows(rows, list("abcd"))
    turned = Moments.from_incomplete_rows(rows[::-1, ::-1] * 1e6 + 5.0, list("dcba"))
    turned = turned.reordered(list("abcd"))
    scale = np.sqrt(moments.variance)
    np.testing.assert_allclose((turned.mean - 5.0) / 1e6, moments.mean, atol=1e-5 * scale.max())
    np.testing.assert_allclose(
        turned.standardized().covariance, moments.standardized().covariance, atol=1e-5
    )


def test_gaps_that_depend_on_a_seen_column_bias_complete_rows_only():
    """Of y = x + noise, y is missing more often where x is large (missing at random)."""
    errors = []
    for seed in range(20):
        generator = np.random.default_rng(seed)
        x = generator.normal(size=2000)
        y = x + generator.normal(size=2000)
        gappy = np.where(generator.random(2000) < 0.6 * (x > 0), np.nan, y)
        moments = Moments.from_incomplete_rows(np.column_stack([x, gappy]))
        errors.append([moments.mean[1], moments.covariance[1, 1] - 2.0, np.nanmean(gappy)])
    mean, error = np.mean(errors, axis=0), np.std(errors, axis=0) / np.sqrt(20)
    assert (np.abs(mean[:2]) < 2.5 * error[:2]).all()
    assert mean[2] < -10 * error[2]


def test_n_samples_is_the_harmonic_mean_of_the_counts_of_pairs():
    rows = table(100, 3)
    rows[:40, 0] = np.nan
    rows[90:, 1] = np.nan
    counts = pair_counts(rows)
    assert counts.tolist() == [[60, 50, 60], [50, 90, 90], [60, 90, 100]]
    assert effective_rows(counts) == Moments.from_incomplete_rows(rows).n_samples == 63


def with_gaps(change):
    rows = table(200, 4, share=0.1)
    change(rows)
    return rows


def never_together(rows):
    rows[:100, 1] = np.nan
    rows[100:, [2, 3]] = np.nan


def empty_column(rows):
    rows[:, 2] = np.nan


def constant_column(rows):
    rows[~np.isnan(rows[:, 2]), 2] = 5.0


def determined_column(rows):
    rows[:, 3] = np.where(np.isnan(rows[:, 3]), np.nan, 2 * rows[:, 0] + rows[:, 1])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (with_gaps(empty_column), "column 'c' holds no number; drop it"),
        (with_gaps(constant_column), "column 'c' is constant .value 5"),
        (
            with_gaps(never_together),
            "2 pairs of columns never seen in the same row: 'b' and 'c', 'b' and 'd'; .* drop one",
        ),
        (with_gaps(determined_column), "combination of other columns .*drop it"),
        (table(4, 4, share=0.2, seed=1), "only 4 rows hold numbers; add rows or drop columns"),
        (np.full((5, 4), np.nan), "column 'a' holds no number"),
    ],
)
def test_what_has_no_unique_maximum_is_refused_with_a_remedy(rows, message):
    with pytest.raises(ValueError, match=message):
        Moments.from_incomplete_rows(rows, list("abcd"))


def test_stopping_early_is_a_warning(monkeypatch):
    monkeypatch.setattr(expectation_maximization, "MOST_CYCLES", 4)
    with pytest.warns(ConvergenceWarning, match="did not converge in 4 cycles"):
        Moments.from_incomplete_rows(table(100, 4, share=0.4))
