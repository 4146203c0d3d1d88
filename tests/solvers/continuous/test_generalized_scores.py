import numpy as np
import pytest
from scipy.optimize import approx_fprime, minimize_scalar
from scipy.stats import bernoulli, poisson

from causal_dag.solvers.continuous.generalized_losses import LogisticLoss, PoissonLoss


@pytest.fixture
def weights():
    return 0.3 * np.random.default_rng(1).normal(size=(4, 4))


def test_the_logistic_loss_is_the_deviance_of_bernoulli_columns(complex_step, weights):
    X = (np.random.default_rng(0).random((30, 4)) < 0.4).astype(float)
    value, gradient = LogisticLoss(X).value_and_grad(weights)
    chance = 1 / (1 + np.exp(-X @ weights))
    assert value == pytest.approx(-bernoulli(chance).logpmf(X).sum() / 30)
    expected = complex_step(lambda W: (np.log(1 + np.exp(X @ W)) - X * (X @ W)).sum() / 30, weights)
    np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=1e-12)


def test_the_poisson_loss_is_the_deviance_of_counts_but_for_factorials(complex_step, weights):
    X = np.random.default_rng(0).poisson(1.5, size=(30, 4)).astype(float)
    value, gradient = PoissonLoss(X).value_and_grad(weights)
    deviance = -poisson(np.exp(X @ weights)).logpmf(X).sum() / 30
    base = poisson(1.0).logpmf(X).sum() / 30 + 4
    assert value == pytest.approx(deviance + base)
    expected = complex_step(lambda W: (np.exp(X @ W) - X * (X @ W)).sum() / 30, weights)
    np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("loss", "per_row"),
    [(LogisticLoss, lambda m: np.logaddexp(0, m)), (PoissonLoss, np.exp)],
)
def test_intercepts_are_those_of_the_smallest_loss(loss, per_row, weights):
    X = (np.random.default_rng(0).random((60, 4)) < [0.1, 0.4, 0.6, 0.95]).astype(float)
    score, m = loss(X, fit_intercept=True), X @ weights

    def value_with(b, j):
        return np.mean(per_row(m[:, j] + b) - X[:, j] * (m[:, j] + b))

    best = sum(minimize_scalar(value_with, args=(j,)).fun for j in range(4))
    value, gradient = score.value_and_grad(weights)
    assert value == pytest.approx(best, rel=1e-8)
    difference = approx_fprime(weights.ravel(), lambda w: score.value_and_grad(w.reshape(4, 4))[0])
    np.testing.assert_allclose(gradient.ravel(), difference, atol=1e-6)


def test_log_odds_of_any_size_are_finite_and_rates_that_overflow_are_refused():
    X = np.full((3, 2), 1.0)
    assert np.isfinite(LogisticLoss(X).value_and_grad(np.full((2, 2), 1e5))[0])
    value, gradient = PoissonLoss(X).value_and_grad(np.full((2, 2), 1e5))
    assert value == np.inf
    assert not gradient.any()
