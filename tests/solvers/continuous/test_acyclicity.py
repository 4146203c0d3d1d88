import numpy as np
import pytest
import scipy.linalg

from causal_dag.solvers.continuous.acyclicity import acyclicity_functions
from causal_dag.solvers.continuous.acyclicity.exponential import TraceExponential
from causal_dag.solvers.continuous.acyclicity.log_determinant import LogDeterminant
from causal_dag.solvers.continuous.acyclicity.polynomial import Polynomial
from causal_dag.solvers.continuous.acyclicity.power_series import TruncatedPowerSeries
from causal_dag.solvers.notears import NOTEARS

NAMED = {name: function() for name, function in acyclicity_functions().items()}
FUNCTIONS = [*NAMED.values(), LogDeterminant(1.0), LogDeterminant(0.7)]


def at(h, W):
    """Value at W∘W and gradient with respect to W."""
    value, slope = h.value_and_grad(W * W)
    return value, 2 * W * slope


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
    assert at(h, W)[0] == pytest.approx(0.0, abs=1e-10)
    assert at(h, random_weights(d))[0] > 0


@pytest.mark.parametrize("h", FUNCTIONS)
def test_a_self_loop_is_a_cycle(h):
    assert at(h, np.array([[0.0, 0.0], [0.0, 0.5]]))[0] > 0


@pytest.mark.parametrize("h", FUNCTIONS)
@pytest.mark.parametrize("d", [1, 2, 6])
def test_the_gradient_is_that_of_finite_differences(central_difference, h, d):
    W = random_weights(d, size=0.5)
    expected = central_difference(lambda V: at(h, V)[0], W)
    np.testing.assert_allclose(at(h, W)[1], expected, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("h", FUNCTIONS)
def test_the_argument_is_not_changed_and_the_gradient_is_an_array_of_its_own(h):
    A = random_weights(4) ** 2
    before = A.copy()
    _, gradient = h.value_and_grad(A)
    np.testing.assert_array_equal(A, before)
    assert not np.shares_memory(A, gradient)


@pytest.mark.parametrize("name", NAMED)
def test_solvers_take_every_registered_function_by_its_name(name):
    X = np.random.default_rng(0).normal(size=(100, 3)) @ np.triu(np.ones((3, 3)))
    assert NOTEARS(acyclicity=name).fit(X).adjacency_.any()


@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_gradient_of_the_trace_exponential_is_exact(complex_step, d):
    W = random_weights(d, size=1.5)
    value, gradient = at(TraceExponential(), W)
    assert value == pytest.approx(np.trace(scipy.linalg.expm(W * W)) - d)
    expected = complex_step(lambda V: np.trace(scipy.linalg.expm(V * V)), W)
    np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("d", [1, 2, 3, 5, 8, 11])
def test_the_gradient_of_the_polynomial_is_exact(complex_step, d):
    W = random_weights(d, size=1.5)

    def power(V):
        return np.linalg.matrix_power(np.eye(d) + V * V / d, d)

    value, gradient = at(Polynomial(), W)
    assert value == pytest.approx(np.trace(power(W)) - d)
    expected = complex_step(lambda V: np.trace(power(V)), W)
    np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("d", [1, 2, 3, 5, 8, 11])
def test_the_gradient_of_the_power_series_is_exact(complex_step, d):
    W = random_weights(d, size=1.5)

    def series(V):
        return sum(np.trace(np.linalg.matrix_power(V * V, k)) for k in range(1, d + 1))

    value, gradient = at(TruncatedPowerSeries(), W)
    assert value == pytest.approx(series(W))
    np.testing.assert_allclose(gradient, complex_step(series, W), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("s", [0.7, 1.0, 1.3])
@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_gradient_of_the_log_determinant_is_exact(complex_step, d, s):
    W = random_weights(d, size=0.6)
    value, gradient = at(LogDeterminant(s), W)
    identity = np.eye(d)
    assert value == pytest.approx(d * np.log(s) - np.linalg.slogdet(s * identity - W * W)[1])
    expected = complex_step(lambda V: -np.log(np.linalg.det(s * identity - V * V)), W)
    np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("seed", range(20))
def test_the_domain_of_the_log_determinant_is_where_the_spectral_radius_is_below_s(seed):
    W = random_weights(6, seed=seed, size=2.0)
    radius = np.abs(np.linalg.eigvals(W * W)).max()
    assert np.isfinite(LogDeterminant(1.001 * radius).value(W * W))
    assert LogDeterminant(0.999 * radius).value(W * W) == np.inf


def test_outside_its_domain_the_log_determinant_is_infinite_whatever_the_determinants_sign():
    W = np.diag([2.0, 2.0])
    assert np.linalg.det(np.eye(2) - W * W) > 0
    value, gradient = at(LogDeterminant(1.0), W)
    assert value == np.inf
    assert not gradient.any()


def test_the_trace_exponential_has_full_relative_accuracy_for_the_weakest_cycles():
    for weight in (1e-3, 1e-6, 1e-20):
        W = np.array([[0.0, weight], [weight, 0.0]])
        # Closed walks along a cycle of two edges with product p²: 2 (cosh p - 1), p = weight².
        expected = weight**4 * (1 + weight**4 / 12)
        assert at(TraceExponential(), W)[0] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("h", NAMED.values(), ids=NAMED)
def test_where_powers_overflow_h_is_infinite_without_a_warning(h):
    value, gradient = at(h, np.full((3, 3), 1e80))
    assert value == np.inf
    assert not gradient.any()


def test_large_weights_of_a_dag_do_not_overflow():
    W = np.array([[0.0, 1e8, 1e8], [0.0, 0.0, 1e8], [0.0, 0.0, 0.0]])
    value, gradient = at(TraceExponential(), W)
    assert value == 0.0
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("d", [1, 2, 3, 8])
@pytest.mark.parametrize("size", [1e-8, 0.1, 1.0, 30.0])
def test_the_exponential_is_that_of_scipy(d, size):
    A = size * np.random.default_rng(d).random((d, d)) / d
    h, gradient = TraceExponential().value_and_grad(A)
    expected = scipy.linalg.expm(A)
    np.testing.assert_allclose(gradient.T, expected, rtol=1e-12)
    assert h == pytest.approx(np.trace(expected - np.eye(d)), rel=1e-12, abs=1e-15)


def test_the_exponential_is_its_power_series_where_that_ends():
    # Nilpotent: the series has d terms, whatever the size.
    A = np.triu(np.full((5, 5), 50.0), 1)
    expected, term = np.eye(5), np.eye(5)
    for k in range(1, 5):
        term = term @ A / k
        expected += term
    np.testing.assert_allclose(TraceExponential().value_and_grad(A)[1].T, expected, rtol=1e-13)


def test_tiny_entries_of_the_exponential_keep_their_relative_accuracy():
    A = np.array([[0.0, 1e-200], [1e-100, 0.0]])
    h, gradient = TraceExponential().value_and_grad(A)
    assert h == pytest.approx(1e-300, rel=1e-14)
    np.testing.assert_allclose(gradient, [[1.0, 1e-100], [1e-200, 1.0]], rtol=1e-14)


@pytest.mark.parametrize("size", [1e3, 1e200, np.inf, np.nan])
def test_an_exponential_that_overflows_is_infinite(size):
    h, gradient = TraceExponential().value_and_grad(np.full((2, 2), size))
    assert h == np.inf
    assert not gradient.any()
