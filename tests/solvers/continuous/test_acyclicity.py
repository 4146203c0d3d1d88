import numpy as np
import pytest
import scipy.linalg

from causal_dag.solvers.continuous.acyclicity import (
    LogDeterminant,
    Polynomial,
    TraceExponential,
    TruncatedPowerSeries,
)

FUNCTIONS = [
    TraceExponential(),
    Polynomial(),
    TruncatedPowerSeries(),
    LogDeterminant(1.0),
    LogDeterminant(0.7),
]


def random_weights(d, size=0.3, seed=0):
    return size * np.random.default_rng(seed).normal(size=(d, d)) / np.sqrt(d)


def random_dag_weights(d, size=5.0, seed=0):
    generator = np.random.default_rng(seed)
    permutation = generator.permutation(d)
    W = np.triu(size * generator.normal(size=(d, d)), 1)
    return W[np.ix_(permutation, permutation)]


@pytest.mark.parametrize("h", FUNCTIONS)
@pytest.mark.parametrize("d", [1, 2, 6, 15])
def test_dags_have_h_zero_and_anything_cyclic_more(h, d):
    W = random_dag_weights(d)
    assert h.value_and_grad(W)[0] == pytest.approx(0.0, abs=1e-10)
    assert h.value_and_grad(random_weights(d))[0] > 0


@pytest.mark.parametrize("h", FUNCTIONS)
def test_a_self_loop_is_a_cycle(h):
    assert h.value_and_grad(np.array([[0.0, 0.0], [0.0, 0.5]]))[0] > 0


@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_gradient_of_the_trace_exponential_is_exact(complex_step, d):
    W = random_weights(d, size=1.5)
    value, gradient = TraceExponential().value_and_grad(W)
    assert value == pytest.approx(np.trace(scipy.linalg.expm(W * W)) - d)
    expected = complex_step(lambda V: np.trace(scipy.linalg.expm(V * V)), W)
    np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("d", [1, 2, 3, 5, 8, 11])
def test_the_gradient_of_the_polynomial_is_exact(complex_step, d):
    W = random_weights(d, size=1.5)

    def power(V):
        return np.linalg.matrix_power(np.eye(d) + V * V / d, d)

    value, gradient = Polynomial().value_and_grad(W)
    assert value == pytest.approx(np.trace(power(W)) - d)
    expected = complex_step(lambda V: np.trace(power(V)), W)
    np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("d", [1, 2, 3, 5, 8, 11])
def test_the_gradient_of_the_power_series_is_exact(complex_step, d):
    W = random_weights(d, size=1.5)

    def series(V):
        return sum(np.trace(np.linalg.matrix_power(V * V, k)) for k in range(1, d + 1))

    value, gradient = TruncatedPowerSeries().value_and_grad(W)
    assert value == pytest.approx(series(W))
    np.testing.assert_allclose(gradient, complex_step(series, W), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("s", [0.7, 1.0, 1.3])
@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_gradient_of_the_log_determinant_is_exact(complex_step, d, s):
    W = random_weights(d, size=0.6)
    value, gradient = LogDeterminant(s).value_and_grad(W)
    identity = np.eye(d)
    assert value == pytest.approx(d * np.log(s) - np.linalg.slogdet(s * identity - W * W)[1])
    expected = complex_step(lambda V: -np.log(np.linalg.det(s * identity - V * V)), W)
    np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("seed", range(20))
def test_the_domain_of_the_log_determinant_is_where_the_spectral_radius_is_below_s(seed):
    W = random_weights(6, seed=seed, size=2.0)
    radius = np.abs(np.linalg.eigvals(W * W)).max()
    assert np.isfinite(LogDeterminant(1.001 * radius).value(W))
    assert LogDeterminant(0.999 * radius).value(W) == np.inf


def test_outside_its_domain_the_log_determinant_is_infinite_whatever_the_determinants_sign():
    W = np.diag([2.0, 2.0])
    assert np.linalg.det(np.eye(2) - W * W) > 0
    value, gradient = LogDeterminant(1.0).value_and_grad(W)
    assert value == np.inf
    assert not gradient.any()


def test_the_trace_exponential_has_full_relative_accuracy_for_the_weakest_cycles():
    for weight in (1e-3, 1e-6, 1e-20):
        W = np.array([[0.0, weight], [weight, 0.0]])
        # Closed walks along a cycle of two edges with product p²: 2 (cosh p - 1), p = weight².
        expected = weight**4 * (1 + weight**4 / 12)
        assert TraceExponential().value_and_grad(W)[0] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("h", [TraceExponential(), Polynomial(), TruncatedPowerSeries()])
def test_where_powers_overflow_h_is_infinite_without_a_warning(h):
    value, gradient = h.value_and_grad(np.full((3, 3), 1e80))
    assert value == np.inf
    assert not gradient.any()


def test_large_weights_of_a_dag_do_not_overflow():
    W = np.array([[0.0, 1e8, 1e8], [0.0, 0.0, 1e8], [0.0, 0.0, 0.0]])
    value, gradient = TraceExponential().value_and_grad(W)
    assert value == 0.0
    assert np.isfinite(gradient).all()
