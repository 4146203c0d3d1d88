"""The columns of a variable span its smooth functions, straight lines first."""

import numpy as np
import pytest

from causal_dag import SplineMoments
from causal_dag.solvers.order.scores.spline_basis import N_COLUMNS, SplineBasis


def fitted(values):
    rows = values[:, None]
    return SplineBasis.fitted(SplineMoments.from_batches([rows], rows), 0)


@pytest.fixture
def values():
    return np.random.default_rng(0).normal(size=200)


def test_columns_have_mean_zero_and_variance_one_and_are_uncorrelated(values):
    columns = fitted(3 + 7 * values).columns(3 + 7 * values)
    assert columns.shape == (200, N_COLUMNS)
    assert np.allclose(columns.mean(axis=0), 0, atol=1e-10)
    assert np.allclose(columns.T @ columns / 200, np.eye(N_COLUMNS), atol=1e-8)


def test_the_first_column_is_the_variable_itself_and_has_no_roughness(values):
    basis = fitted(values)
    z = (values - values.mean()) / values.std()
    assert np.allclose(basis.columns(values)[:, 0], z)
    assert basis.roughness[0] == 0
    assert (np.diff(basis.roughness) >= 0).all()


def test_units_and_origin_change_nothing(values):
    one = fitted(values).columns(values)
    other = fitted(5 - 100 * values).columns(5 - 100 * values)
    # A column is determined up to its sign.
    assert np.allclose(np.abs((one * other).mean(axis=0)), 1)


def test_a_smooth_function_is_a_combination_of_the_columns(values):
    columns, target = fitted(values).columns(values), np.sin(2 * values)
    left = target - target.mean() - columns @ (columns.T @ target / 200)
    assert left.var() < 0.01 * target.var()


def test_functions_go_on_as_straight_lines_outside_of_the_range(values):
    basis = fitted(values)
    beyond = values.max() + np.array([0.0, 1.0, 2.0])
    steps = np.diff(basis.columns(beyond), axis=0)
    assert np.allclose(steps[0], steps[1])
    edge = basis.columns(values.max() + np.array([-1e-6, 0.0]))
    assert np.allclose(np.diff(edge, axis=0)[0] / 1e-6, steps[0], rtol=1e-3, atol=1e-3)


def test_a_value_far_away_leaves_the_knots_where_the_others_are(values):
    with_outlier = np.append(values, 1e3)
    basis = fitted(with_outlier)
    assert basis.high < 10
    assert fitted(values).high == values.max()


@pytest.mark.parametrize(("levels", "expected"), [(2, 1), (3, 2), (5, 4)])
def test_a_variable_of_few_values_has_one_column_less_than_values(levels, expected):
    values = np.random.default_rng(1).integers(levels, size=300).astype(float)
    columns = fitted(values).columns(values)
    assert columns.shape[1] == expected
    assert np.allclose(columns.T @ columns / 300, np.eye(expected), atol=1e-8)


def test_rougher_columns_are_penalized_more_and_the_straight_one_least(values):
    penalties = fitted(values).penalties(200)
    assert penalties[0] == pytest.approx(1 / 200)
    assert penalties[2] == pytest.approx(2 / 200)
    assert (np.diff(penalties) > 0).all()
