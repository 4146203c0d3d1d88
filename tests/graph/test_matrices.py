"""Graphs in sparse matrices are treated as the same graphs in dense ones."""

import numpy as np
import pytest
from scipy.sparse import coo_array, csc_matrix, csr_array, issparse

from causal_dag import graph
from causal_dag.graph import matrices
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.metrics import cpdag_distance, edge_scores, structural_hamming_distance


def weights_of_dag(seed, d=12, density=0.3):
    generator = np.random.default_rng(seed)
    weights = np.triu(generator.normal(size=(d, d)) * (generator.random((d, d)) < density), 1)
    order = generator.permutation(d)
    return weights[np.ix_(order, order)]


def as_lists(result):
    array = result.toarray() if issparse(result) else result
    return array.tolist() if isinstance(array, np.ndarray) else array


def mpdag_with_knowledge(weights):
    forbidden = np.zeros(weights.shape, dtype=bool)
    i, j = matrices.edge_pairs(weights)[0]
    forbidden[j, i] = True
    return graph.mpdag(weights, forbidden=forbidden)


@pytest.mark.parametrize(("seed", "kind"), list(enumerate([csr_array, csc_matrix, coo_array])))
@pytest.mark.parametrize(
    "function",
    [
        graph.adjacency_of,
        graph.is_dag,
        graph.find_cycle,
        graph.topological_order,
        graph.topological_layers,
        graph.reachability,
        graph.skeleton,
        graph.v_structures,
        graph.cpdag,
        graph.mpdag,
        mpdag_with_knowledge,
        graph.consistent_extension,
        graph.total_effects,
        lambda W: graph.maximal_orientation(graph.cpdag(W)),
        lambda W: graph.undecided_effects(graph.cpdag(W)),
        lambda W: graph.propagate_noise(W, np.ones((2, 12)), do={3: 1.5}),
    ],
)
def test_functions_of_dags_agree(function, seed, kind):
    weights = weights_of_dag(seed)
    expected, found = function(weights), function(kind(weights))
    assert as_lists(found) == as_lists(expected)
    is_matrix = isinstance(expected, np.ndarray) and expected.shape == weights.shape
    if is_matrix and function not in (graph.reachability, graph.total_effects):
        assert found.format == "csr"
        assert found.dtype == expected.dtype


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("max_parents", [None, 2])
def test_cyclic_matrices_are_projected_to_the_same_dag(seed, max_parents):
    generator = np.random.default_rng(seed)
    weights = generator.normal(size=(9, 9)) * (generator.random((9, 9)) < 0.4)
    required = np.zeros((9, 9), dtype=bool)
    required[0, 1] = required[1, 2] = True
    known = {"required": required, "forbidden": required.T, "max_parents": max_parents}
    expected = graph.project_to_dag(weights, 0.2, **known)
    found = graph.project_to_dag(csr_array(weights), 0.2, **known)
    np.testing.assert_array_equal(found.weights.toarray(), expected.weights)
    assert found.cut_edges == expected.cut_edges
    assert (found.n_below_threshold, found.n_beyond_limit, found.retained_weight) == (
        expected.n_below_threshold, expected.n_beyond_limit, expected.retained_weight
    )  # fmt: skip


def test_metrics_take_sparse_matrices_of_any_size():
    true, estimate = weights_of_dag(0), weights_of_dag(1)
    for metric in (structural_hamming_distance, cpdag_distance, edge_scores):
        assert metric(csr_array(true), csc_matrix(estimate)) == metric(true, estimate)
    wide = csr_array(([2.0, 1.0], ([0, 7], [2500, 1])), shape=(3000, 3000))
    assert structural_hamming_distance(wide, wide.T) == 2
    assert cpdag_distance(wide, wide.T) == 0
    assert edge_scores(wide, wide.T).n_reversed == 2


def test_named_graphs_of_many_nodes_are_sparse(monkeypatch):
    weights = weights_of_dag(2)
    assert isinstance(NamedGraph(csr_array(weights)).weights, np.ndarray)
    monkeypatch.setattr(matrices, "MOST_NODES_OF_DENSE", 11)
    found = NamedGraph(weights, tuple("abcdefghijkl"))
    assert found.weights.format == "csr"
    backwards = found.arranged_like(tuple("lkjihgfedcba"))
    np.testing.assert_array_equal(backwards.weights.toarray(), weights[::-1, ::-1])
    import networkx as nx

    read = named_graph(nx.from_numpy_array(weights, create_using=nx.DiGraph))
    np.testing.assert_array_equal(read.weights.toarray(), weights)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (csr_array((2, 3)), r"shape \(2, 3\) is not a square"),
        (csr_array([[0.0, np.nan], [0.0, 0.0]]), r"weights\[0, 1\] = nan is not finite"),
        (csr_array([[0.0, 1.0j], [0.0, 0.0]]), "not real numbers"),
    ],
)
def test_wrong_sparse_matrices_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        graph.adjacency_of(values)
