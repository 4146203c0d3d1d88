"""Projection to a DAG, against brute force over orders and a dynamic programme over subsets."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causal_dag.graph import is_dag, project_to_dag
from causal_dag.graph.acyclic_subgraph import MAX_EDGES, maximum_acyclic_subgraph
from causal_dag.graph.greedy_subgraph import greedy_acyclic_subgraph, heaviest_edges_first


def random_weights(d, density, seed):
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(d, d)) * (rng.random((d, d)) < density)
    np.fill_diagonal(weights, 0.0)
    return weights


def best_by_permutations(strength):
    """Weight of the best acyclic subgraph: the best order's forward edges."""
    d = len(strength)
    return max(
        sum(strength[i, j] for i, j in itertools.combinations(order, 2))
        for order in itertools.permutations(range(d))
    )


def best_by_subsets(strength):
    """The same by a dynamic programme: best[S] = max over the last node of S (Held and Karp)."""
    d = len(strength)
    best = np.full(1 << d, -np.inf)
    best[0] = 0.0
    for subset in range(1, 1 << d):
        inside = [i for i in range(d) if subset >> i & 1]
        best[subset] = max(
            best[subset & ~(1 << last)] + strength[[i for i in inside if i != last], last].sum()
            for last in inside
        )
    return best[-1]


@given(st.integers(1, 6), st.floats(0.1, 1.0), st.integers(0, 10**6))
@settings(max_examples=60)
def test_no_acyclic_subgraph_up_to_six_nodes_is_heavier(d, density, seed):
    weights = random_weights(d, density, seed)
    projection = project_to_dag(weights)
    assert is_dag(projection.weights)
    assert projection.method in ("none", "exact")
    best = best_by_permutations(np.abs(weights))
    assert np.abs(projection.weights).sum() == pytest.approx(best, abs=1e-9)


@given(st.integers(7, 9), st.floats(0.2, 1.0), st.integers(0, 10**6))
@settings(max_examples=15)
def test_no_acyclic_subgraph_up_to_nine_nodes_is_heavier(d, density, seed):
    weights = random_weights(d, density, seed)
    projection = project_to_dag(weights)
    best = best_by_subsets(np.abs(weights))
    assert np.abs(projection.weights).sum() == pytest.approx(best, abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_no_acyclic_subgraph_with_ten_or_more_nodes_is_heavier(seed):
    weights = random_weights(10 + seed % 4, 0.3 + 0.03 * seed, seed)
    projection = project_to_dag(weights)
    best = best_by_subsets(np.abs(weights))
    assert np.abs(projection.weights).sum() == pytest.approx(best, abs=1e-9)


@given(st.integers(2, 9), st.integers(0, 10**6))
@settings(max_examples=30)
def test_equal_weights_leave_a_maximum_number_of_edges(d, seed):
    weights = (random_weights(d, 0.6, seed) != 0).astype(float)
    assert project_to_dag(weights).weights.sum() == best_by_subsets(weights)


@given(
    st.integers(1, 12),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
    st.integers(0, 10**6),
)
@settings(max_examples=60)
def test_the_report_accounts_for_every_weight(d, density, threshold, seed):
    weights = random_weights(d, density, seed)
    projection = project_to_dag(weights, threshold)
    kept, cut = projection.weights, np.zeros_like(weights)
    for i, j, weight in projection.cut_edges:
        cut[i, j] = weight
    small = np.where(np.abs(weights) <= threshold, weights, 0.0)
    np.testing.assert_array_equal(kept + cut + small, weights)
    assert projection.n_below_threshold == (small != 0).sum()
    assert list(projection.cut_edges) == sorted(projection.cut_edges)
    large = np.abs(weights[np.abs(weights) > threshold]).sum()
    share = np.abs(kept).sum() / large if large else 1.0
    assert projection.retained_weight == pytest.approx(share, abs=1e-12)
    assert (projection.method == "none") == (not projection.cut_edges)
    assert is_dag(kept)


@given(st.integers(1, 12), st.floats(0.1, 1.0), st.integers(0, 10**6))
@settings(max_examples=40)
def test_constraints_hold_and_nothing_else_is_lost_to_them(d, density, seed):
    rng = np.random.default_rng(seed)
    weights = random_weights(d, density, seed)
    order = rng.permutation(d)
    required = np.zeros((d, d), dtype=bool)
    required[np.ix_(order, order)] = np.triu(rng.random((d, d)) < 0.2, 1)
    forbidden = (rng.random((d, d)) < 0.2) & ~required
    projection = project_to_dag(weights, 0.5, forbidden=forbidden, required=required)
    assert is_dag((projection.weights != 0) | required)
    assert not projection.weights[forbidden].any()
    np.testing.assert_array_equal(projection.weights[required], weights[required])
    # What can be kept is kept: any cut edge would close a cycle.
    kept = (projection.weights != 0) | required
    for i, j, _ in projection.cut_edges:
        again = kept.copy()
        again[i, j] = True
        assert not is_dag(again)


def test_required_edges_are_optimal_company_for_the_rest():
    for seed in range(20):
        weights = np.abs(random_weights(6, 0.9, seed))
        required = np.zeros((6, 6), dtype=bool)
        required[4, 1] = required[1, 3] = True
        best = max(
            sum(weights[i, j] for i, j in itertools.combinations(order, 2))
            for order in itertools.permutations(range(6))
            if order.index(4) < order.index(1) < order.index(3)
        )
        projection = project_to_dag(weights, required=required)
        kept = np.where(required, weights, projection.weights)
        assert kept.sum() == pytest.approx(best, abs=1e-9)


@given(st.integers(2, 10), st.integers(0, 10**6))
@settings(max_examples=30)
def test_renaming_and_rescaling_change_nothing_else(d, seed):
    weights = random_weights(d, 0.7, seed)
    projected = project_to_dag(weights).weights
    renamed = np.random.default_rng(seed).permutation(d)
    block = np.ix_(renamed, renamed)
    np.testing.assert_array_equal(project_to_dag(weights[block]).weights, projected[block])
    np.testing.assert_array_equal(project_to_dag(-weights * 2.0**40).weights, -projected * 2.0**40)
    np.testing.assert_array_equal(project_to_dag(projected).weights, projected)


@pytest.mark.parametrize("seed", range(3))
def test_a_large_graph_is_cut_greedily_and_repeatably(seed):
    weights = random_weights(60, 0.4, seed)
    first, second = project_to_dag(weights), project_to_dag(weights.copy(order="F"))
    assert (np.abs(weights) > 0).sum() > MAX_EDGES
    assert first.method == "greedy"
    assert is_dag(first.weights)
    np.testing.assert_array_equal(first.weights, second.weights)
    kept = first.weights != 0
    np.testing.assert_array_equal(heaviest_edges_first(np.abs(weights), weights != 0, kept), kept)


@given(st.integers(2, 14), st.floats(0.1, 1.0), st.integers(0, 10**6))
@settings(max_examples=60)
def test_greedy_keeps_at_least_nine_tenths_of_the_optimum(d, density, seed):
    strength = np.abs(random_weights(d, density, seed))
    edges, nothing = strength > 0, np.zeros((d, d), dtype=bool)
    greedy = greedy_acyclic_subgraph(strength, edges, nothing)
    optimum, is_exact = maximum_acyclic_subgraph(strength, edges, nothing)
    assert is_exact
    assert is_dag(greedy)
    assert not (greedy & ~edges).any()
    assert 0.9 * strength[optimum].sum() <= strength[greedy].sum()
    assert strength[greedy].sum() <= strength[optimum].sum() + 1e-6


def test_greedy_respects_required_edges():
    for seed in range(20):
        strength = np.abs(random_weights(12, 0.8, seed))
        rng = np.random.default_rng(seed)
        order = rng.permutation(12)
        required = np.zeros((12, 12), dtype=bool)
        required[np.ix_(order, order)] = np.triu(rng.random((12, 12)) < 0.2, 1)
        kept = greedy_acyclic_subgraph(strength, (strength > 0) | required, required)
        assert is_dag(kept)
        assert kept[required].all()


def test_a_failing_solver_leaves_the_greedy_answer(monkeypatch):
    from causal_dag.graph import cycle_cover

    monkeypatch.setattr(cycle_cover, "linprog", stopped)
    weights = random_weights(8, 0.9, 0)
    projection = project_to_dag(weights)
    assert projection.method == "greedy"
    assert is_dag(projection.weights)


def stopped(*arguments, **options):
    from scipy.optimize import OptimizeResult

    return OptimizeResult(success=False, message="stopped")


@pytest.mark.parametrize("scale", [1e-150, 1e150, 1e300])
def test_weights_of_any_scale_are_projected(scale):
    weights = random_weights(8, 0.8, 1)
    projection = project_to_dag(weights * scale)
    np.testing.assert_array_equal(projection.weights != 0, project_to_dag(weights).weights != 0)
    assert 0.0 < projection.retained_weight <= 1.0


def test_weights_that_differ_by_a_hundred_orders_of_magnitude_are_projected():
    rng = np.random.default_rng(0)
    weights = random_weights(10, 0.8, 2) * 10.0 ** rng.uniform(-100, 100, size=(10, 10))
    projection = project_to_dag(weights)
    assert is_dag(projection.weights)
    assert np.abs(weights).max() == np.abs(projection.weights).max()


def test_loops_are_cut_and_reported():
    projection = project_to_dag([[2.0, 1.0], [0.0, 0.0]])
    assert projection.cut_edges == ((0, 0, 2.0),)
    assert projection.retained_weight == pytest.approx(1 / 3)


def test_a_weight_equal_to_the_threshold_is_dropped():
    projection = project_to_dag([[0.0, 0.3], [0.0, 0.0]], 0.3)
    assert not projection.weights.any()
    assert projection.n_below_threshold == 1
    assert projection.cut_edges == ()


def test_a_weak_weight_on_a_forbidden_edge_counts_as_forbidden_only():
    weights = np.array([[0.0, 0.1, 0.9], [0.2, 0.0, 0.0], [0.0, 0.1, 0.0]])
    forbidden = np.zeros((3, 3), dtype=bool)
    forbidden[0, 1] = forbidden[0, 2] = True
    projection = project_to_dag(weights, weight_threshold=0.3, forbidden=forbidden)
    assert not projection.weights.any()
    assert projection.n_below_threshold == 2
    assert projection.cut_edges == ()


def test_the_callers_weights_are_untouched():
    weights = random_weights(5, 1.0, 0)
    before = weights.copy()
    weights.setflags(write=False)
    project_to_dag(weights, 0.5)
    np.testing.assert_array_equal(weights, before)


CYCLE = np.array([[0, 1], [1, 0]])


@pytest.mark.parametrize(
    ("weights", "options", "message"),
    [
        (CYCLE, {"weight_threshold": -1.0}, "weight_threshold=-1.0"),
        (CYCLE, {"weight_threshold": np.nan}, "weight_threshold=nan"),
        (CYCLE, {"weight_threshold": "0.3"}, "weight_threshold='0.3'"),
        (CYCLE, {"required": CYCLE}, "required edges have the cycle 0 -> 1 -> 0"),
        (CYCLE, {"required": np.eye(2)}, "required edges have the cycle 0 -> 0"),
        (CYCLE, {"required": [[0, 1], [0, 0]], "forbidden": CYCLE}, "0 -> 1 are both required"),
        (CYCLE, {"required": np.zeros((3, 3))}, r"required of shape \(3, 3\)"),
        (CYCLE, {"forbidden": np.zeros(3)}, r"forbidden of shape \(3,\)"),
        ([[0, np.inf], [0, 0]], {}, "not finite"),
        (np.zeros((2, 3)), {}, "not a square matrix"),
    ],
)
def test_bad_input_raises(weights, options, message):
    with pytest.raises(ValueError, match=message):
        project_to_dag(weights, **options)
