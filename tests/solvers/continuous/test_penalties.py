import numpy as np
import pytest

from causal_dag.solvers.continuous.penalties import L1, QuasiMCP, checked_penalty_weights


def test_l1_is_the_weighted_sum_of_magnitudes():
    W = np.random.default_rng(0).normal(size=(4, 4))
    assert np.isclose(L1(0.3).value(W), 0.3 * np.linalg.norm(W.ravel(), 1))
    assert L1(0.0).value(W) == 0.0


def test_edge_weights_multiply_the_norm():
    W, E = np.random.default_rng(0).normal(size=(2, 3, 3))
    E = np.abs(E)
    assert np.isclose(L1(0.3, E).value(W), 0.3 * (E * np.abs(W)).sum())
    np.testing.assert_array_equal(L1(0.3, E).l1_weights(3), 0.3 * E)


def test_the_proximal_norm_is_the_same_norm():
    W = np.random.default_rng(0).normal(size=(3, 3))
    assert L1(0.3, proximal=True).value(W) == L1(0.3).value(W)


@pytest.mark.parametrize("edge_weights", [None, np.full((4, 4), 0.7)])
def test_quasi_mcp_is_its_formula_and_its_smooth_part_what_the_norm_leaves(edge_weights):
    W = np.random.default_rng(0).normal(size=(4, 4))
    slope = 0.2 if edge_weights is None else 0.2 * 0.7
    size = np.abs(W)
    below = slope * (size - size**2 / (2 * 0.8))
    expected = np.where(size <= 0.8, below, slope * 0.8 / 2).sum()
    penalty = QuasiMCP(0.2, 0.8, edge_weights)
    assert np.isclose(penalty.value(W), expected)
    smooth, _ = penalty.smooth_part(W)
    assert np.isclose(smooth, expected - slope * size.sum())


def test_the_smooth_part_of_quasi_mcp_has_the_gradient_of_finite_differences(central_difference):
    W = np.random.default_rng(0).normal(size=(4, 4))
    penalty = QuasiMCP(0.2, 0.8)
    expected = central_difference(lambda V: penalty.smooth_part(V)[0], W)
    np.testing.assert_allclose(penalty.smooth_part(W)[1], expected, atol=1e-9)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones((3, 3)), "has shape"),
        (np.ones((2, 3)), "penalty_weights=.*square"),
        ([[0, -1.0], [1, 0]], r"penalty_weights=.*-1.* must be .* >= 0"),
        ([[0, np.nan], [1, 0]], r"penalty_weights=.*nan.* must be .* finite"),
        ("no", "penalty_weights='no' must be a square array"),
    ],
)
def test_wrong_penalty_weights_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        checked_penalty_weights(weights, 2)
