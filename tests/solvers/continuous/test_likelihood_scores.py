import numpy as np
import pytest
from scipy.stats import multivariate_normal

from causal_dag.solvers.continuous.scores import (
    EqualVarianceLikelihood,
    JacobianLogDeterminant,
    UnequalVarianceLikelihood,
)


@pytest.fixture
def covariance(rows_of):
    X = rows_of(5)
    return X.T @ X / len(X)


@pytest.fixture
def weights():
    return 0.3 * np.random.default_rng(1).normal(size=(5, 5))


def residuals(C, W):
    return np.diag((np.eye(len(C)) - W).T @ C @ (np.eye(len(C)) - W))


def equal(C, W):
    return 0.5 * len(C) * np.log(residuals(C, W).sum())


def unequal(C, W):
    return 0.5 * np.log(residuals(C, W)).sum()


@pytest.mark.parametrize(
    ("score", "formula"), [(EqualVarianceLikelihood, equal), (UnequalVarianceLikelihood, unequal)]
)
def test_a_likelihood_and_its_gradient_are_exact(complex_step, covariance, weights, score, formula):
    value, gradient = score(covariance).value_and_grad(weights)
    assert value == pytest.approx(formula(covariance, weights))
    expected = complex_step(lambda W: formula(covariance, W), weights)
    np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=1e-12)


def test_the_jacobian_and_its_gradient_are_exact(complex_step, weights):
    value, gradient = JacobianLogDeterminant().value_and_grad(weights)
    assert value == pytest.approx(-np.log(abs(np.linalg.det(np.eye(5) - weights))))
    expected = complex_step(lambda W: -np.log(np.linalg.det(np.eye(5) - W)), weights)
    np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=1e-12)


def test_a_singular_jacobian_is_infinite():
    value, gradient = JacobianLogDeterminant().value_and_grad(np.eye(2))
    assert value == np.inf
    assert not gradient.any()


def test_with_the_jacobian_it_is_the_gaussian_likelihood_of_any_weights(rows_of, weights):
    X = rows_of(5) - rows_of(5).mean(axis=0)
    C = X.T @ X / len(X)
    score = UnequalVarianceLikelihood(C).value_and_grad(weights)[0]
    score += JacobianLogDeterminant().value_and_grad(weights)[0]
    inverse = np.linalg.inv(np.eye(5) - weights)
    implied = inverse.T @ np.diag(residuals(C, weights)) @ inverse
    deviance = -multivariate_normal(np.zeros(5), implied).logpdf(X).mean()
    assert score + 2.5 * (1 + np.log(2 * np.pi)) == pytest.approx(deviance)


def test_units_change_the_unequal_variance_likelihood_by_a_constant(covariance, weights):
    unit = np.array([1.0, 10.0, 0.1, 3.0, 1e3])
    rescaled = UnequalVarianceLikelihood(covariance * np.outer(unit, unit))
    original = UnequalVarianceLikelihood(covariance).value_and_grad(weights)[0]
    same_graph = weights / unit[:, None] * unit
    assert rescaled.value_and_grad(same_graph)[0] == pytest.approx(original + np.log(unit).sum())


def test_a_perfect_fit_has_a_finite_likelihood():
    C = np.ones((2, 2))
    W = np.array([[0.0, 1.0], [0.0, 0.0]])
    value, gradient = UnequalVarianceLikelihood(C).value_and_grad(W)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
