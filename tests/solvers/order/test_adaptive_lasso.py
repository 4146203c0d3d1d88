import numpy as np
import pytest
from sklearn.linear_model import LassoLarsIC, LinearRegression

from causal_dag.solvers.order.adaptive_lasso import adaptive_lasso_bic

NONE = np.array([], dtype=np.intp)


def rows(d, seed, n=120):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(n, d)) @ (np.eye(d) + np.triu(generator.normal(size=(d, d)), k=1))
    X += generator.normal(size=(n, d))
    X = X - X.mean(axis=0)
    return X / X.std(axis=0)


def oracle(X, y):
    """Scikit-learn on rows, with columns weighted by their least-squares coefficients."""
    strength = np.abs(LinearRegression().fit(X, y).coef_)
    lasso = LassoLarsIC(criterion="bic").fit(X * strength, y)
    return lasso.coef_ * strength


@pytest.mark.parametrize("d", [2, 3, 6, 12])
@pytest.mark.parametrize("seed", range(5))
def test_coefficients_are_those_of_lassolarsic_on_rows(d, seed):
    X = rows(d, seed)
    child, *others = np.random.default_rng(seed).permutation(d)
    candidates = np.array(others)
    coefficients = adaptive_lasso_bic(np.corrcoef(X.T), child, candidates, NONE, len(X))
    np.testing.assert_allclose(coefficients[candidates], oracle(X[:, candidates], X[:, child]),
                               atol=1e-8)  # fmt: skip
    assert coefficients[child] == 0


def test_the_path_is_followed_to_its_end_where_the_noise_is_tiny():
    X = rows(5, 0)
    X[:, 0] = X[:, 1:] @ [1.0, -2.0, 0.5, 0.0] + 1e-5 * X[:, 0]
    coefficients = adaptive_lasso_bic(np.corrcoef(X.T), 0, np.arange(1, 5), NONE, len(X))
    scale = X.std(axis=0)
    np.testing.assert_allclose(coefficients * scale[0] / scale, [0, 1, -2, 0.5, 0], atol=1e-4)
    assert np.count_nonzero(coefficients) == 3


def test_a_variable_without_candidates_has_no_coefficients():
    assert not adaptive_lasso_bic(np.eye(3), 1, NONE, NONE, 50).any()


@pytest.mark.parametrize("seed", range(5))
def test_required_variables_are_not_penalized(seed):
    X = rows(6, seed)
    correlation = np.corrcoef(X.T)
    required, candidates = np.array([1, 3]), np.array([0, 2, 4])
    coefficients = adaptive_lasso_bic(correlation, 5, candidates, required, len(X))
    slope = correlation[5] - correlation @ coefficients
    np.testing.assert_allclose(slope[required], 0.0, atol=1e-12)
    # The rest is the same adaptive lasso on residuals given the required variables.
    given = X[:, required]
    residual = X - given @ np.linalg.lstsq(given, X, rcond=None)[0]
    strength = np.abs(np.linalg.lstsq(X[:, :5], X[:, 5], rcond=None)[0][candidates])
    lasso = LassoLarsIC(criterion="bic", fit_intercept=False, noise_variance=_noise_variance(X))
    lasso.fit(residual[:, candidates] * strength, residual[:, 5])
    np.testing.assert_allclose(coefficients[candidates], lasso.coef_ * strength, atol=1e-8)


def _noise_variance(X):
    residual = X[:, 5] - X[:, :5] @ np.linalg.lstsq(X[:, :5], X[:, 5], rcond=None)[0]
    return residual @ residual / (len(X) - 5 - 1)


def test_only_required_variables_give_least_squares():
    X = rows(4, 0)
    coefficients = adaptive_lasso_bic(np.corrcoef(X.T), 0, NONE, np.array([1, 2]), len(X))
    expected = np.linalg.lstsq(X[:, 1:3], X[:, 0], rcond=None)[0]
    np.testing.assert_allclose(coefficients, [0, *expected, 0], atol=1e-10)
