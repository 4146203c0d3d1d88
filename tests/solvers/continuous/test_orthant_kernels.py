import numpy as np
import pytest

from causal_dag.solvers.continuous.matrix_kernels import (
    add_acyclicity,
    projected_step,
    pseudo_gradient,
    quasi_newton_direction,
)


def case(k, seed):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=k) * (generator.random(k) < 0.6)
    l1 = 0.5 * generator.random(k) * (generator.random(k) < 0.8)
    left = np.where(generator.random(k) < 0.3, np.inf, l1)
    return np.where(np.isinf(left), np.abs(x), x), generator.normal(size=k), l1, left


def objective(x, right, left):
    return right * x if x > 0 else (-left * x if x < 0 else 0.0)


@pytest.mark.parametrize("seed", range(5))
def test_the_pseudo_gradient_is_the_steepest_one_sided_slope(seed):
    x, gradient, right, left = case(20, seed)
    slope = np.empty(20)
    largest = pseudo_gradient(x, gradient, right, left, slope)
    assert largest == np.abs(slope).max()
    tiny = 1e-7
    for i in range(20):
        here = objective(x[i], right[i], left[i])
        up = gradient[i] + (objective(x[i] + tiny, right[i], left[i]) - here) / tiny
        down = gradient[i] + (here - objective(x[i] - tiny, right[i], left[i])) / tiny
        expected = up if up < 0 else (down if down > 0 else 0.0)
        assert slope[i] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("n_pairs", [0, 1, 3, 4, 7])
def test_the_direction_is_that_of_the_inverse_bfgs_matrix(n_pairs):
    k, m = 6, 4
    generator = np.random.default_rng(n_pairs)
    root = generator.normal(size=(k, k))
    hessian = root @ root.T + np.eye(k)
    steps, changes, curvatures = np.zeros((m, k)), np.zeros((m, k)), np.zeros(m)
    pairs = []
    for number in range(n_pairs):
        step = generator.normal(size=k)
        change = hessian @ step
        pairs.append((step, change))
        steps[number % m], changes[number % m] = step, change
        curvatures[number % m] = step @ change
    pairs = pairs[-m:]
    inverse = np.eye(k)
    if pairs:
        step, change = pairs[-1]
        inverse *= (step @ change) / (change @ change)
    for step, change in pairs:
        rho = 1 / (step @ change)
        left = np.eye(k) - rho * np.outer(step, change)
        inverse = left @ inverse @ left.T + rho * np.outer(step, step)
    slope = generator.normal(size=k)
    expected = -inverse @ slope
    expected[expected * slope >= 0] = 0.0
    direction = np.empty(k)
    descent = quasi_newton_direction(
        slope, np.ones(k), steps, changes, curvatures, n_pairs, np.empty(m), direction
    )
    np.testing.assert_allclose(direction, expected, atol=1e-12)
    assert descent == pytest.approx(slope @ expected)


@pytest.mark.parametrize("seed", range(5))
def test_a_step_stops_at_zero_where_a_weight_or_a_bound_asks_for_it(seed):
    x, gradient, right, left = case(20, seed)
    slope, point = np.empty(20), np.empty(20)
    pseudo_gradient(x, gradient, right, left, slope)
    direction = 3 * np.random.default_rng(seed).normal(size=20)
    change, l1_norm = projected_step(x, direction, 0.5, slope, right, left, point)
    orthant = np.where(x != 0, np.sign(x), -np.sign(slope))
    free = x + 0.5 * direction
    stops = ((right > 0) | (left > 0)) & (free * orthant < 0)
    np.testing.assert_array_equal(point, np.where(stops, 0.0, free))
    assert change == pytest.approx(slope @ (point - x))
    weights = np.where(point < 0, left, right)
    counted = (right > 0) | (left > 0)
    expected = np.abs(point[counted & (point != 0)]) @ weights[counted & (point != 0)]
    assert l1_norm == pytest.approx(expected)
    assert (point[np.isinf(left) & (x > 0)] >= 0).all()


def test_the_gradient_of_squares_is_added_in_place():
    gradient, parameters, slope = np.array([1.0, 2.0]), np.array([1.0, -3.0]), np.array([2.0, 4.0])
    assert add_acyclicity(gradient, 0.5, parameters, slope) == -7.0
    assert gradient.tolist() == [3.0, -10.0]
