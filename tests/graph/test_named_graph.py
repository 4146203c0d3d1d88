"""Every holder of a graph is read the same way."""

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from causal_dag import EmptyDAG
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.metrics import structural_hamming_distance
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


def igraph_graph(edges, **attributes):
    return pytest.importorskip("igraph").Graph(edges=edges, directed=True, **attributes)


def test_igraph_graphs_are_read_with_names_and_weights():
    named = igraph_graph([(0, 1), (1, 2)])
    assert named_graph(named).names is None
    assert (named_graph(named).weights == (WEIGHTS != 0)).all()
    named.vs["name"], named.es["weight"] = list(NAMES), [0.5, -2.0]
    assert named_graph(named).names == NAMES
    assert (named_graph(named).weights == WEIGHTS).all()
    assert structural_hamming_distance(named, networkx_graph()) == 0
    assert structural_hamming_distance(WEIGHTS, igraph_graph([(0, 1), (1, 2)])) == 0
    with pytest.raises(ValueError, match="undirected"):
        named_graph(named.as_undirected())


def test_tables_of_polars_and_arrow_hold_weights():
    polars, pyarrow = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    columns = dict(zip(NAMES, WEIGHTS.T.tolist(), strict=True))
    for table in (polars.DataFrame(columns), polars.LazyFrame(columns), pyarrow.table(columns)):
        assert named_graph(table).names == NAMES
        assert (named_graph(table).weights == WEIGHTS).all()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_numbers_0_to_d_of_a_graph_are_positions_in_whatever_order_they_were_added(order):
    graph = nx.DiGraph()
    graph.add_nodes_from(order)
    graph.add_weighted_edges_from([(0, 1, 0.5), (1, 2, -2.0)])
    assert named_graph(graph).names is None
    assert (named_graph(graph).weights == WEIGHTS).all()
    # Written as texts or with the x of our own files they are names, which align to positions.
    for renamed in (nx.relabel_nodes(graph, str), nx.relabel_nodes(graph, "x{}".format)):
        assert structural_hamming_distance(renamed, WEIGHTS) == 0
        assert structural_hamming_distance(WEIGHTS, renamed) == 0


@pytest.mark.parametrize(
    ("nodes", "names"),
    [
        ([1, 2, 3], ("1", "2", "3")),
        ([30, 10, 20], ("30", "10", "20")),
        ([("a", 0), ("b", 1), ("c", 2)], ("a/0", "b/1", "c/2")),
        ([0.5, 1.0, 2.0], ("0.5", "1", "2")),
    ],
)
def test_nodes_of_other_kinds_get_names(nodes, names):
    graph = nx.DiGraph([(nodes[0], nodes[1]), (nodes[1], nodes[2])])
    assert named_graph(graph).names == names


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (nx.DiGraph([("a", 1)]), "node names are of mixed types: 1 is not a string"),
        (nx.DiGraph([("a", "b", {"weight": "high"})]), "edge 'a' -> 'b' has the weight 'high'"),
        (nx.DiGraph([("a", "b", {"weight": None})]), "edge 'a' -> 'b' has the weight None"),
        (nx.MultiDiGraph([("a", "b"), ("a", "b")]), "edge 'a' -> 'b' is there more than once"),
    ],
)
def test_graphs_that_are_ambiguous_are_refused(graph, message):
    with pytest.raises(ValueError, match=message):
        named_graph(graph)


@pytest.mark.parametrize("nodes", [["b", "a", "c"], ["a", "b", "c"], [10, 20, 30]])
def test_named_nodes_beside_a_graph_without_names_are_compared_by_position_with_a_warning(nodes):
    graph = nx.relabel_nodes(nx.DiGraph([(0, 1), (1, 2)]), dict(enumerate(nodes)))
    for true, estimate in ((graph, WEIGHTS), (WEIGHTS, graph), (named_graph(graph), WEIGHTS)):
        with pytest.warns(UserWarning, match="compared by position, in the order"):
            assert structural_hamming_distance(true, estimate) == 0
    # The order of a table's columns is no accident.
    assert structural_hamming_distance(pd.DataFrame(WEIGHTS, columns=NAMES), WEIGHTS) == 0


def test_the_rows_of_a_weight_table_are_in_the_order_of_its_columns():
    for index, columns in (([0, 1, 2], [2, 0, 1]), (NAMES, ("b", "a", "c")), ([3, 4, 5], NAMES)):
        with pytest.raises(ValueError, match=r"rows are .* and its columns .* same order"):
            named_graph(pd.DataFrame(WEIGHTS, index=index, columns=columns))
    assert named_graph(pd.DataFrame(WEIGHTS, columns=[5, 6, 7])).names == ("5", "6", "7")


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
        ("graph.csv", r"'graph.csv' is not a graph; .*read_graph\('graph.csv'\)"),
        ({"a": ["b"]}, "is not a graph; pass networkx.DiGraph"),
        ([("a", "b"), ("b", "c")], "is not a graph; pass networkx.DiGraph"),
        ([["a"]], "not real numbers"),
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
