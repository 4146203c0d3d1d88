"""Every holder of a graph is read the same way."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from causal_dag import EmptyDAG
from causal_dag.named_graph import NamedGraph, named_graph
from causal_dag.synthetic import LinearSEM

WEIGHTS = np.array([[0.0, 0.5, 0.0], [0.0, 0.0, -2.0], [0.0, 0.0, 0.0]])
NAMES = ("a", "b", "c")


def networkx_graph():
    graph = nx.DiGraph()
    graph.add_nodes_from(NAMES)
    graph.add_weighted_edges_from([("a", "b", 0.5), ("b", "c", -2.0)])
    return graph


@pytest.mark.parametrize(
    ("holder", "names"),
    [
        (WEIGHTS, None),
        (WEIGHTS.tolist(), None),
        (NamedGraph(WEIGHTS, NAMES), NAMES),
        (pd.DataFrame(WEIGHTS, index=NAMES, columns=NAMES), NAMES),
        (pd.DataFrame(WEIGHTS, columns=NAMES), NAMES),
        (pd.DataFrame(WEIGHTS), None),
        (networkx_graph(), NAMES),
        (LinearSEM(WEIGHTS), None),
        (LinearSEM(WEIGHTS, feature_names=NAMES), NAMES),
    ],
)
def test_every_holder_of_a_graph_is_read(holder, names):
    graph = named_graph(holder)
    assert (graph.weights == WEIGHTS).all()
    assert graph.names == names
    assert named_graph(holder, names=["x", "y", "z"]).names == ("x", "y", "z")


def test_a_fitted_estimator_gives_weights_and_column_names():
    data = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 2)), columns=["rain", "wet"])
    assert named_graph(EmptyDAG().fit(data)).names == ("rain", "wet")
    assert named_graph(EmptyDAG().fit(data.to_numpy())).names is None


def test_edges_without_weights_count_one():
    assert named_graph(nx.DiGraph([(0, 1)])).weights.tolist() == [[0, 1], [0, 0]]


def test_the_caller_s_array_is_neither_kept_nor_changed():
    weights = WEIGHTS.copy()
    graph = named_graph(weights)
    weights[0, 1] = 7
    assert graph.weights[0, 1] == 0.5
    with pytest.raises(ValueError, match="read-only"):
        graph.weights[0, 1] = 1


@pytest.mark.parametrize(
    ("holder", "message"),
    [
        (np.zeros((2, 3)), "not a square matrix"),
        ([[0, np.nan], [0, 0]], "not finite"),
        ("graph.csv", r"not (a matrix of )?real numbers"),
        (nx.Graph([("a", "b")]), "undirected"),
        (pd.DataFrame(np.zeros((2, 2)), index=["a", "b"], columns=["b", "a"]), "same names"),
    ],
)
def test_what_holds_no_graph_is_refused(holder, message):
    with pytest.raises(ValueError, match=message):
        named_graph(holder)


@pytest.mark.parametrize(
    ("names", "message"), [(["a"], "1 names for 3 nodes"), (["a", "b", "a"], "more than once")]
)
def test_names_have_to_fit(names, message):
    with pytest.raises(ValueError, match=message):
        named_graph(WEIGHTS, names)


def test_arranging_moves_rows_and_columns_together():
    arranged = NamedGraph(WEIGHTS, NAMES).arranged_like(["c", "extra", "a", "b"])
    assert arranged.weights[2, 3] == 0.5
    assert arranged.weights[3, 0] == -2.0
    assert arranged.adjacency.sum() == 2
    with pytest.raises(ValueError, match="a node 'c' that is not among 'a', 'b'"):
        NamedGraph(WEIGHTS, NAMES).arranged_like(["a", "b"])


def test_a_cycle_is_named():
    NamedGraph(WEIGHTS, NAMES).require_dag()
    ring = NamedGraph([[0, 1, 0], [0, 0, 1], [1, 0, 0]], ("a", "b", "c"))
    loop = NamedGraph([[1, 0], [0, 0]], ("a", "b"))
    pair = NamedGraph([[0, 2], [0.5, 0]], ("a", "b"))
    for graph, cycle in ((ring, "a -> b -> c -> a"), (loop, "a -> a"), (pair, "a -> b -> a")):
        for requirement in (graph.require_acyclic, graph.require_dag):
            with pytest.raises(ValueError, match=f"the cycle {cycle};"):
                requirement()


def test_an_edge_with_two_equal_entries_is_undirected_and_no_cycle():
    graph = NamedGraph([[0, 1, 0], [1, 0, 1], [0, 0, 0]], NAMES)
    assert np.argwhere(graph.undirected).tolist() == [[0, 1], [1, 0]]
    graph.require_acyclic()
    with pytest.raises(ValueError, match="the cycle a -> b -> a, or an undirected edge"):
        graph.require_dag()
