"""What data say of a given graph."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from causal_dag import TOPO, FixedDAG, Moments, check_graph
from causal_dag.graph import cpdag, topological_order
from causal_dag.graph_files import write_graph
from causal_dag.synthetic import make_linear_sem

MISSING, ADDED = (4, 7), (6, 0)


@pytest.fixture(scope="module")
def sem_rows():
    return make_linear_sem(500, 8, random_state=0)


@pytest.fixture(scope="module")
def changed(sem_rows):
    weights = sem_rows[1].weights.copy()
    weights[MISSING], weights[ADDED] = 0.0, 1.0
    return check_graph(weights, sem_rows[0], n_permutations=20), weights


def regression_test(X, i, j, given):
    """The t-test of the coefficient of i in the regression of j on i and the given columns."""
    Z = np.column_stack([np.ones(len(X)), X[:, i], X[:, given]])
    inverse = np.linalg.inv(Z.T @ Z)
    coefficients = inverse @ Z.T @ X[:, j]
    degrees = len(X) - Z.shape[1]
    variance = ((X[:, j] - Z @ coefficients) ** 2).sum() / degrees
    t = coefficients[1] / np.sqrt(variance * inverse[1, 1])
    return t / np.hypot(t, np.sqrt(degrees)), 2 * stats.t.sf(abs(t), degrees)


def test_every_pair_is_tested_by_the_regression_of_the_later_node_on_its_parents(sem_rows, changed):
    X, (check, weights) = sem_rows[0], changed
    order, number = topological_order(weights), {f"x{node}": node for node in range(8)}
    pairs = set()
    for row in check.independences.itertuples():
        i, j = number[row.first], number[row.second]
        assert list(order).index(i) < list(order).index(j)
        given = [number[name] for name in row.given]
        assert given == np.flatnonzero(weights[:, j]).tolist()
        expected = regression_test(X, i, j, given)
        np.testing.assert_allclose((row.partial_correlation, row.p_value), expected, rtol=1e-6)
        pairs.add(frozenset((i, j)))
    for row in check.edges.itertuples():
        i, j = number[row.cause], number[row.effect]
        others = [parent for parent in np.flatnonzero(weights[:, j]) if parent != i]
        expected = regression_test(X, i, j, others)
        np.testing.assert_allclose((row.partial_correlation, row.p_value), expected, rtol=1e-6)
        pairs.add(frozenset((i, j)))
    assert len(pairs) == 28


def test_gains_are_differences_of_the_score_of_the_order_search(sem_rows, changed):
    X, (check, weights) = sem_rows[0], changed
    score = FixedDAG(weights).fit(X).objective_
    for frame, edge in ((check.additions, MISSING), (check.removals, ADDED)):
        one, other = (f"x{node}" for node in edge)
        gain = frame.set_index(list(frame.columns[:2])).loc[(one, other), "gain"]
        after = weights.copy()
        after[edge] = 1.0 - (after[edge] != 0)
        assert gain == pytest.approx(score - FixedDAG(after).fit(X).objective_, rel=1e-8)


def test_a_true_graph_is_not_refuted_and_beats_permuted_and_random_ones(sem_rows):
    X, sem = sem_rows
    check = check_graph(sem, X, n_permutations=99)
    assert not check.is_refuted
    assert check.is_better_than_chance
    assert check.permuted_p_value == check.random_p_value == 0.01
    assert "not refuted" in str(check)


def test_the_independence_that_a_missing_edge_breaks_is_named(changed):
    check, _ = changed
    assert check.is_refuted
    first = check.failures.iloc[0]
    assert (first["first"], first["second"]) == ("x4", "x7")
    assert "x4 and x7 are dependent given x2" in check.summary()
    assert "The data would add" in check.summary()
    # 1 of 21 graphs.
    assert "4.8 % of graphs with permuted names" in check.summary()
    legend = [text.get_text() for text in check.plot().legends[0].texts]
    assert legend == [
        f"edge: {len(check.edges) - len(check.removals)}",
        f"edge without which the score improves: {len(check.removals)}",
        f"no edge, but dependent: {len(check.failures)}",
    ]


def test_all_dags_of_a_class_are_judged_alike(sem_rows):
    X, sem = sem_rows
    # Pairs are conditioned on other parents, but the same graphs are refuted.
    assert check_graph(cpdag(sem.weights), X, n_permutations=1).is_refuted is False


def test_graphs_of_independent_columns_are_no_better_than_permuted_ones():
    X = np.random.default_rng(0).normal(size=(200, 5))
    check = check_graph(np.eye(5, k=1) > 0, X, n_permutations=99)
    assert not check.is_better_than_chance
    assert len(check.removals) == 4


def test_the_share_of_equivalent_permutations_is_that_of_the_automorphisms(sem_rows):
    X = np.random.default_rng(0).normal(size=(200, 3))
    check = check_graph([[0, 1, 0], [0, 0, 0], [0, 0, 0]], X, n_permutations=500)
    assert check.equivalent_share == pytest.approx(1 / 3, abs=0.08)  # three pairs can be joined
    assert "Markov equivalent to this one" in check.summary()
    empty = check_graph(np.zeros((3, 3)), X, n_permutations=5)
    assert empty.equivalent_share == empty.permuted_p_value == 1


def test_moments_files_and_estimators_are_taken_and_the_caller_keeps_its_arrays(tmp_path, sem_rows):
    X, sem = sem_rows
    model = TOPO().fit(X)
    write_graph(model, tmp_path / "graph.csv")
    of_rows = check_graph(model, X, n_permutations=10)
    of_moments = check_graph(tmp_path / "graph.csv", Moments.from_rows(X), n_permutations=10)
    pd.testing.assert_frame_equal(of_rows.independences, of_moments.independences)
    assert of_rows.permuted_p_value == of_moments.permuted_p_value
    locked = sem.weights.copy()
    locked.setflags(write=False)
    check_graph(locked, X, n_permutations=1)


def test_columns_that_parents_determine_are_not_tested():
    x, y = np.random.default_rng(0).normal(size=(2, 50))
    X = np.column_stack([x, 2 * x, y])
    check = check_graph([[0, 1, 1], [0, 0, 0], [0, 0, 0]], X, n_permutations=5)
    assert np.isnan(check.independences["p_value"]).sum() == 1
    assert not check.is_refuted


@pytest.mark.parametrize(
    ("graph", "rows", "message"),
    [
        ([[0, 1, 0], [0, 0, 1], [1, 0, 0]], 50, "the cycle"),
        ([[0, 1], [0, 0]], 50, "graph: it has 2 nodes, and the table 3 columns"),
        ([[0, 0, 1], [0, 0, 1], [0, 0, 0]], 5, "5 rows for a node with 2 parents; pass at least 6"),
    ],
)
def test_what_cannot_be_checked_is_refused(graph, rows, message):
    X = np.random.default_rng(0).normal(size=(rows, 3))
    with pytest.raises(ValueError, match=message):
        check_graph(graph, X)
    ring = np.roll(np.eye(4), 1, 0) + np.roll(np.eye(4), -1, 0)
    with pytest.raises(ValueError, match=r"graph: .*direct some of its undirected edges"):
        check_graph(ring, np.random.default_rng(0).normal(size=(50, 4)))
    with pytest.raises(ValueError, match="level=2"):
        check_graph(np.zeros((3, 3)), X, level=2)


@pytest.mark.slow
def test_true_graphs_are_refuted_with_at_most_the_stated_probability():
    refuted = 0
    for seed in range(400):
        X, sem = make_linear_sem(200, 8, edges_per_node=1.5, random_state=seed)
        refuted += check_graph(sem, X, n_permutations=1).is_refuted
    assert stats.binomtest(refuted, 400, 0.05, alternative="greater").pvalue > 0.001
