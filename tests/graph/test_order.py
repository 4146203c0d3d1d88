"""Acyclicity, orders, layers and reachability agree with networkx and with powers of a matrix."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from causal_dag.graph import (
    adjacency_of,
    find_cycle,
    is_dag,
    reachability,
    require_dag,
    topological_layers,
    topological_order,
)
from causal_dag.graph.order import strong_components

squares = st.integers(0, 7).flatmap(lambda d: arrays(np.bool_, (d, d)))


@st.composite
def dags(draw, max_nodes=8):
    d = draw(st.integers(1, max_nodes))
    upper = np.triu(draw(arrays(np.bool_, (d, d))), 1)
    order = np.array(draw(st.permutations(range(d))), dtype=int)
    adjacency = np.zeros((d, d), dtype=bool)
    adjacency[np.ix_(order, order)] = upper
    return adjacency


def as_networkx(adjacency):
    return nx.from_numpy_array(adjacency.astype(int), create_using=nx.DiGraph)


@given(squares)
def test_is_dag_agrees_with_networkx(adjacency):
    assert is_dag(adjacency) == nx.is_directed_acyclic_graph(as_networkx(adjacency))


@given(squares)
def test_a_cycle_is_found_exactly_where_there_is_one(adjacency):
    cycle = find_cycle(adjacency)
    assert (cycle is None) == is_dag(adjacency)
    if cycle is not None:
        assert cycle[0] == cycle[-1]
        assert len(set(cycle)) == len(cycle) - 1 > 0
        assert all(adjacency[i, j] for i, j in itertools.pairwise(cycle))


@given(squares)
def test_the_cycle_is_a_shortest_one_through_the_first_node_on_any(adjacency):
    graph = as_networkx(adjacency)
    on_cycle = [i for i in graph if any(nx.has_path(graph, j, i) for j in graph.successors(i))]
    cycle = find_cycle(adjacency)
    if on_cycle:
        first = min(on_cycle)
        around = [
            nx.shortest_path_length(graph, child, first)
            for child in graph.successors(first)
            if nx.has_path(graph, child, first)
        ]
        assert cycle[0] == first
        assert len(cycle) - 1 == 1 + min(around)


@given(dags())
def test_the_order_is_the_lexicographically_first_topological_one(adjacency):
    expected = list(nx.lexicographical_topological_sort(as_networkx(adjacency)))
    assert topological_order(adjacency).tolist() == expected


@given(dags())
def test_layers_are_lengths_of_longest_paths(adjacency):
    graph = as_networkx(adjacency)
    layers = topological_layers(adjacency)
    for depth, layer in enumerate(layers):
        assert layer == sorted(layer)
        for node in layer:
            ancestors = graph.subgraph(nx.ancestors(graph, node) | {node})
            assert nx.dag_longest_path_length(ancestors) == depth
    assert all(layers)
    assert sorted(itertools.chain(*layers)) == list(range(len(adjacency)))


def test_an_empty_graph_has_no_layers_and_no_components():
    nothing = np.zeros((0, 0), dtype=bool)
    assert topological_layers(nothing) == []
    assert strong_components(nothing)[0] == 0


@given(squares)
def test_reachability_is_the_sum_of_all_powers(adjacency):
    power, closure = adjacency.astype(int), adjacency.copy()
    for _ in range(len(adjacency)):
        power = ((power @ adjacency) > 0).astype(int)
        closure |= power > 0
    np.testing.assert_array_equal(reachability(adjacency), closure)


def test_an_error_names_the_cycle():
    cyclic = np.zeros((4, 4))
    cyclic[0, 1] = cyclic[1, 3] = cyclic[3, 1] = 1.0
    for function in (topological_order, topological_layers, require_dag):
        with pytest.raises(ValueError, match="cycle 1 -> 3 -> 1"):
            function(cyclic)


def test_a_long_path_needs_no_recursion():
    path = np.eye(3000, k=1, dtype=bool)
    assert topological_order(path).tolist() == list(range(3000))
    path[2999, 0] = True
    assert len(find_cycle(path)) == 3001


def test_no_nodes_make_a_dag():
    nothing = np.zeros((0, 0))
    assert is_dag(nothing)
    assert find_cycle(nothing) is None
    assert topological_order(nothing).shape == (0,)
    assert topological_layers(nothing) == []
    assert reachability(nothing).shape == (0, 0)


BAD_MATRICES = {
    "not square": np.zeros((2, 3)),
    "a vector": np.zeros(4),
    "a number": 1.0,
    "nan": np.array([[0.0, np.nan], [0.0, 0.0]]),
    "infinity": np.array([[0.0, np.inf], [0.0, 0.0]]),
    "texts": np.array([["0", "1"], ["0", "0"]]),
    "objects": np.array([[0, "a"], [0, 0]], dtype=object),
    "complex": np.zeros((2, 2), dtype=complex),
    "ragged": [[0, 1], [0]],
    "none": None,
    "dates": np.zeros((2, 2), dtype="datetime64[s]"),
}


@pytest.mark.parametrize("function", [adjacency_of, is_dag, topological_order, reachability])
@pytest.mark.parametrize("kind", BAD_MATRICES)
def test_what_is_no_matrix_of_numbers_raises(function, kind):
    with pytest.raises(ValueError, match=r"square matrix|real numbers|not finite"):
        function(BAD_MATRICES[kind])


def test_the_adjacency_is_a_copy():
    given_array = np.zeros((2, 2), dtype=bool)
    adjacency_of(given_array)[0, 1] = True
    assert not given_array.any()
