"""The Sachs table as it ships."""

from importlib.resources import files

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from causal_dag.synthetic import load_sachs
from causal_dag.synthetic.sachs import CONDITIONS, GRAPH_NAMES


@pytest.fixture(scope="module")
def table():
    return pd.read_csv(files("causal_dag.synthetic.data") / "sachs_2005.csv.gz")


def graph_of(name):
    sachs = load_sachs(graph=name)
    labels = dict(enumerate(sachs.feature_names))
    graph = nx.from_numpy_array(sachs.adjacency, create_using=nx.DiGraph)
    return nx.relabel_nodes(graph, labels)


def test_the_observational_condition_is_the_first_853_rows(table):
    sachs = load_sachs()
    assert sachs.data.shape == (853, 11)
    assert sachs.data.dtype == np.float64
    assert sachs.condition == "cd3_cd28"
    assert set(sachs.row_conditions) == {"cd3_cd28"}
    np.testing.assert_array_equal(sachs.data, table.iloc[:853, 1:].to_numpy())


def test_the_nine_conditions_make_the_whole_table(table):
    assert len(CONDITIONS) == 9
    assert tuple(table["condition"].unique()) == CONDITIONS
    parts = [load_sachs(condition).data for condition in CONDITIONS]
    whole = load_sachs("all")
    assert sum(len(part) for part in parts) == len(whole.data) == 7466
    np.testing.assert_array_equal(np.concatenate(parts), whole.data)
    assert whole.row_conditions.tolist() == table["condition"].tolist()


def test_names_are_those_of_the_table(table):
    assert load_sachs().feature_names == table.columns[1:].tolist()


def test_a_frame_on_request(table):
    frame = load_sachs("pma", as_frame=True).data
    expected = table[table["condition"] == "pma"].drop(columns="condition")
    pd.testing.assert_frame_equal(frame, expected.reset_index(drop=True))


@pytest.mark.parametrize(
    ("name", "n_edges"), [("consensus17", 17), ("reported18", 18), ("cmu20", 20)]
)
def test_published_graphs_have_their_edges(name, n_edges):
    sachs = load_sachs(graph=name)
    assert sachs.adjacency.dtype == bool
    assert sachs.adjacency.shape == (11, 11)
    assert sachs.adjacency.sum() == n_edges
    assert sachs.graph == name


def test_two_published_graphs_are_acyclic_and_one_has_a_single_cycle():
    assert nx.is_directed_acyclic_graph(graph_of("consensus17"))
    assert nx.is_directed_acyclic_graph(graph_of("cmu20"))
    (cycle,) = nx.simple_cycles(graph_of("reported18"))
    assert set(cycle) == {"pip2", "pip3", "plc"}


def test_edges_point_from_cause_to_effect():
    for name in GRAPH_NAMES:
        graph = graph_of(name)
        assert {("raf", "mek"), ("mek", "erk"), ("pka", "akt")} <= set(graph.edges)


def test_every_call_returns_its_own_arrays():
    first = load_sachs()
    first.data[:] = 0.0
    first.adjacency[:] = True
    first.feature_names.clear()
    again = load_sachs()
    assert again.data.min() > 0
    assert again.adjacency.sum() == 17
    assert len(again.feature_names) == 11


def test_the_description_says_where_the_data_come_from():
    description = load_sachs().DESCR
    assert "10.1126/science.1105809" in description
    assert "CC0-1.0" in description
    assert all(f"`{condition}`" in description for condition in CONDITIONS)


def test_an_unknown_condition_lists_the_nine():
    with pytest.raises(ValueError, match="condition='control'") as error:
        load_sachs("control")
    assert all(repr(condition) in str(error.value) for condition in CONDITIONS)


def test_an_unknown_graph_lists_the_three():
    with pytest.raises(ValueError, match="graph='truth'") as error:
        load_sachs(graph="truth")
    assert all(repr(name) in str(error.value) for name in GRAPH_NAMES)


def test_targets_are_what_conditions_act_on():
    sachs = load_sachs("all")
    found = dict(zip(sachs.row_conditions.tolist(), sachs.targets, strict=True))
    assert found["cd3_cd28"] is found["cd3_cd28+icam2"] is None
    assert (found["cd3_cd28+u0126"], found["pma"], found["b2camp"]) == ("mek", "pkc", "pka")
    assert set(filter(None, found.values())) <= set(sachs.feature_names)
    assert load_sachs().targets == [None] * 853
