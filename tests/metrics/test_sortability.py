import networkx as nx
import numpy as np
import pandas as pd
import pytest

from causal_dag import Moments
from causal_dag.metrics import r2_sortability, varsortability
from causal_dag.synthetic import LinearSEM, make_linear_sem


def share_over_walks(criterion, A):
    """The definition, with path lengths found by following edges one at a time."""
    pairs, growing = 0, 0.0
    frontier = {(i, j) for i, j in np.argwhere(A).tolist()}
    while frontier:
        pairs += len(frontier)
        for i, j in frontier:
            if np.isclose(criterion[i], criterion[j], rtol=1e-9):
                growing += 0.5
            else:
                growing += criterion[i] < criterion[j]
        frontier = {(i, k) for i, j in frontier for k in np.flatnonzero(A[j]).tolist()}
    return growing / pairs


@pytest.mark.parametrize("seed", range(10))
def test_sortabilities_follow_their_definition(seed):
    X, sem = make_linear_sem(300, 7, edges_per_node=2, scale="iscm", random_state=seed)
    X = X * np.random.default_rng(seed).uniform(0.5, 2, 7)
    assert varsortability(X, sem) == pytest.approx(share_over_walks(X.var(axis=0), sem.adjacency))
    r2 = []
    for j in range(7):
        others = np.column_stack([np.delete(X, j, axis=1), np.ones(len(X))])
        residual = X[:, j] - others @ np.linalg.lstsq(others, X[:, j], rcond=None)[0]
        r2.append(1 - residual.var() / X[:, j].var())
    assert r2_sortability(X, sem) == pytest.approx(share_over_walks(np.array(r2), sem.adjacency))


def test_raw_simulated_data_is_varsortable_and_standardized_data_is_not():
    X, sem = make_linear_sem(1000, 20, graph="er", edges_per_node=2, random_state=0)
    assert varsortability(X, sem) > 0.9
    standardized = (X - X.mean(axis=0)) / X.std(axis=0)
    assert varsortability(standardized, sem) == 0.5
    assert r2_sortability(X, sem) == pytest.approx(r2_sortability(standardized, sem))


def test_negating_the_order_mirrors_the_share():
    X, sem = make_linear_sem(200, 6, edges_per_node=1, random_state=1)
    reverse = sem.adjacency.T
    assert varsortability(X, reverse) == pytest.approx(1 - varsortability(X, sem))


def test_a_graph_without_edges_says_nothing():
    X = np.random.default_rng(0).normal(size=(50, 3))
    assert varsortability(X, np.zeros((3, 3))) == r2_sortability(X, np.zeros((3, 3))) == 0.5


def test_more_columns_than_rows_leave_r2_without_an_order():
    X = np.random.default_rng(0).normal(size=(4, 6))
    A = np.triu(np.ones((6, 6)), 1)
    assert r2_sortability(X, A) == 0.5
    assert 0 <= varsortability(X, A) <= 1


def test_a_column_that_others_determine_has_the_largest_r2():
    generator = np.random.default_rng(0)
    X = generator.normal(size=(100, 4))
    X[:, 3] = X[:, 0] + X[:, 1]
    A = np.zeros((4, 4))
    A[2, 3] = 1
    assert r2_sortability(X, A) == 1.0


def test_moments_frames_and_names_are_understood():
    X, sem = make_linear_sem(100, 3, edges_per_node=1, random_state=2)
    expected = varsortability(X, sem.weights)
    assert varsortability(Moments.from_rows(X), sem) == expected
    names = ["a", "b", "c"]
    frame = pd.DataFrame(X, columns=names)[["c", "a", "b"]]
    assert varsortability(frame, LinearSEM(sem.weights, feature_names=names)) == expected
    assert r2_sortability(frame, nx.DiGraph([("a", "b"), ("b", "c")])) <= 1


def test_a_long_chain_of_growing_variance_is_perfectly_sortable():
    d = 300
    chain = np.eye(d, k=1)
    moments = Moments(10, np.zeros(d), np.diag(np.arange(1.0, d + 1)))
    assert varsortability(moments, chain) == 1.0
    assert varsortability(moments, chain.T) == 0.0


def test_every_path_length_of_a_pair_counts_once():
    # 0 -> 2 and 0 -> 1 -> 2 join (0, 2) by lengths 1 and 2; two paths of length 2 count as one.
    A = np.zeros((4, 4))
    A[0, 1] = A[1, 2] = A[0, 3] = A[3, 2] = A[0, 2] = 1
    moments = Moments(10, np.zeros(4), np.diag([2.0, 3.0, 1.0, 4.0]))
    # Growing: 0 -> 1 and 0 -> 3, of five edges and one pair at distance two.
    assert varsortability(moments, A) == pytest.approx(2 / 6)


def test_independent_columns_tie_in_r2():
    moments = Moments(10, np.zeros(3), np.eye(3))
    assert r2_sortability(moments, np.triu(np.ones((3, 3)), 1)) == 0.5


def test_a_graph_that_is_no_dag_is_refused():
    X = np.random.default_rng(0).normal(size=(10, 2))
    for sortability in (varsortability, r2_sortability):
        with pytest.raises(ValueError, match="cycle x0 -> x1 -> x0"):
            sortability(X, [[0, 1], [1, 0]])


def test_a_thousand_nodes_are_no_burden():
    generator = np.random.default_rng(0)
    A = np.triu(generator.random((1000, 1000)) < 0.008, 1)
    X = generator.normal(size=(1100, 1000))
    assert 0.4 < varsortability(X, A) < 0.6


def test_other_nodes_than_columns_are_refused():
    X = np.random.default_rng(0).normal(size=(10, 2))
    with pytest.raises(ValueError, match="3 nodes and the data 2 columns"):
        varsortability(X, np.zeros((3, 3)))
    with pytest.raises(ValueError, match="constant"):
        r2_sortability(np.ones((5, 2)), np.zeros((2, 2)))
