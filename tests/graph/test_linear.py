"""Linear structural equations against the closed form X = E (I − W)⁻¹."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal_dag.graph import propagate_noise, total_effects


def random_weights(d, rng):
    order = rng.permutation(d)
    weights = np.zeros((d, d))
    weights[np.ix_(order, order)] = np.triu(rng.normal(size=(d, d)) * (rng.random((d, d)) < 0.5), 1)
    return weights


@given(st.integers(0, 8), st.integers(0, 5), st.integers(0, 10**6))
def test_rows_solve_the_equations(d, n, seed):
    rng = np.random.default_rng(seed)
    weights, noise = random_weights(d, rng), rng.normal(size=(n, d))
    X = propagate_noise(weights, noise)
    assert X.shape == (n, d)
    assert X.flags.c_contiguous
    np.testing.assert_allclose(X, X @ weights + noise, atol=1e-10)
    np.testing.assert_allclose(X, noise @ np.linalg.inv(np.eye(d) - weights), atol=1e-8)


@given(st.integers(2, 8), st.integers(0, 10**6))
def test_an_intervention_cuts_the_column_from_its_parents(d, seed):
    rng = np.random.default_rng(seed)
    weights, noise = random_weights(d, rng), rng.normal(size=(5, d))
    values = rng.normal(size=5)
    X = propagate_noise(weights, noise, do={0: values, 1: 3.0})
    mutilated, set_noise = weights.copy(), noise.copy()
    mutilated[:, :2] = 0.0
    set_noise[:, 0], set_noise[:, 1] = values, 3.0
    np.testing.assert_allclose(X, propagate_noise(mutilated, set_noise), atol=1e-12)


@given(st.integers(1, 8), st.integers(0, 10**6))
def test_total_effects_are_the_change_under_unit_interventions(d, seed):
    rng = np.random.default_rng(seed)
    weights = random_weights(d, rng)
    effects = total_effects(weights)
    still = np.zeros((1, d))
    for i in range(d):
        change = propagate_noise(weights, still, do={i: 1.0})[0]
        change[i] = 0.0
        np.testing.assert_allclose(effects[i], change, atol=1e-10)


def test_total_effects_add_the_products_along_all_paths():
    weights = np.zeros((4, 4))
    weights[3, 1], weights[3, 0], weights[1, 0], weights[0, 2] = 2.0, 5.0, -3.0, 0.5
    expected = np.zeros((4, 4))
    expected[3] = [5.0 - 6.0, 2.0, -0.5, 0.0]
    expected[1] = [-3.0, 0.0, -1.5, 0.0]
    expected[0, 2] = 0.5
    np.testing.assert_allclose(total_effects(weights), expected)


def test_effects_without_a_path_are_exactly_zero():
    rng = np.random.default_rng(0)
    weights = np.triu(rng.normal(size=(60, 60)) * 10 * (rng.random((60, 60)) < 0.1), 1)
    reaches = np.linalg.inv(np.eye(60) - (weights != 0) * 0.01) - np.eye(60) > 1e-300
    assert not total_effects(weights)[~reaches & ~np.eye(60, dtype=bool)].any()
    assert not total_effects(weights).diagonal().any()


def test_the_callers_arrays_are_untouched():
    weights, noise = np.array([[0.0, 2.0], [0.0, 0.0]]), np.ones((3, 2))
    weights.setflags(write=False)
    noise.setflags(write=False)
    propagate_noise(weights, noise, do={1: 0.0})
    total_effects(weights)
    assert (noise == 1.0).all()


CHAIN = np.array([[0.0, 1.0], [0.0, 0.0]])


@pytest.mark.parametrize(
    ("weights", "noise", "do", "message"),
    [
        ([[0, 1], [1, 0]], np.zeros((1, 2)), None, "cycle 0 -> 1 -> 0"),
        (CHAIN, np.zeros((1, 3)), None, "does not fit 2 variables"),
        (CHAIN, np.zeros(2), None, "does not fit 2 variables"),
        (CHAIN, [[np.nan, 0.0]], None, "noise must be finite"),
        (CHAIN, [["a", "b"]], None, "noise: these are not real numbers"),
        (CHAIN, np.zeros((1, 2)), {2: 0.0}, "no column 2; columns are numbered 0 to 1"),
        (CHAIN, np.zeros((1, 2)), {-1: 0.0}, "no column -1"),
        (CHAIN, np.zeros((1, 2)), {"x": 0.0}, "no column 'x', because the columns have no names"),
        (CHAIN, np.zeros((1, 2)), {True: 0.0}, "True is neither a column name"),
        (CHAIN, np.zeros((1, 2)), {0: [1.0, 2.0]}, r"shape \(2,\)"),
        (CHAIN, np.zeros((1, 2)), {0: np.inf}, "not finite"),
        (CHAIN, np.zeros((1, 2)), {0: 1e308}, "beyond 1e[+]60"),
        (CHAIN, np.zeros((1, 2)), {0: "a"}, "column 0 to 'a'; use a number"),
    ],
)
def test_what_cannot_be_propagated_raises(weights, noise, do, message):
    with pytest.raises((ValueError, TypeError), match=message):
        propagate_noise(weights, noise, do)


def test_total_effects_of_a_cycle_raise():
    with pytest.raises(ValueError, match="cycle 0 -> 1 -> 0"):
        total_effects([[0, 1], [1, 0]])
