"""GraphML as other programs write it."""

import networkx as nx
import numpy as np
import pytest

from causal_dag.graph_files import read_graph, write_graph

HEAD = '<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
# As igraph writes: ids of its own, and names as an attribute.
IGRAPH = (
    HEAD
    + """
  <key id="v_name" for="node" attr.name="name" attr.type="string"/>
  <key id="e_weight" for="edge" attr.name="weight" attr.type="double"/>
  <graph id="G" edgedefault="directed">
    <node id="n0"><data key="v_name">rain</data></node>
    <node id="n1"><data key="v_name">wet</data></node>
    <edge source="n0" target="n1"><data key="e_weight">0.25</data></edge>
  </graph>
</graphml>"""
)


def read(text, folder, encoding="utf-8"):
    (folder / "g.graphml").write_bytes(text.encode(encoding))
    return read_graph(folder / "g.graphml")


def test_names_in_an_attribute_are_the_names(tmp_path):
    graph = read(IGRAPH, tmp_path)
    assert graph.names == ("rain", "wet")
    assert graph.weights[0, 1] == 0.25


def test_an_attribute_that_names_two_nodes_alike_is_none(tmp_path):
    assert read(IGRAPH.replace("wet", "rain"), tmp_path).names == ("n0", "n1")


def test_an_undirected_graph_is_set_both_ways(tmp_path):
    nx.write_graphml(nx.Graph([("a", "b")]), tmp_path / "g.graphml")
    assert read_graph(tmp_path / "g.graphml").weights.tolist() == [[0, 1], [1, 0]]


def test_truth_values_and_numbers_of_other_types_are_weights(tmp_path):
    graph = nx.DiGraph([("a", "b", {"weight": True}), ("b", "c", {"weight": 3})])
    nx.write_graphml(graph, tmp_path / "g.graphml")
    assert read_graph(tmp_path / "g.graphml").weights.sum() == 4


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("", "utf-8"),
        ("<html></html>", "utf-8"),
        (IGRAPH.replace('attr.type="double"', 'attr.type="complex"'), "utf-8"),
        (IGRAPH.replace('version="1.0"', 'version="1.0" encoding="klingon"'), "utf-8"),
        (IGRAPH.replace('version="1.0"', 'version="1.0" encoding="utf-8"'), "utf-16"),
        (IGRAPH.replace("0.25", "heavy"), "utf-8"),
        (IGRAPH.replace("0.25", "nan"), "utf-8"),
        (IGRAPH.replace("0.25", "1" * 400), "utf-8"),
        (IGRAPH.replace("e_weight", "elsewhere", 1), "utf-8"),
        (IGRAPH.replace("rain", "rain\x01"), "utf-8"),
        (IGRAPH[:-30], "utf-8"),
        (HEAD + "<graph>" * 5000, "utf-8"),
    ],
)
def test_what_is_no_graphml_is_refused_in_one_line(text, encoding, tmp_path):
    with pytest.raises(ValueError, match=r"g\.graphml: ") as caught:
        read(text, tmp_path, encoding)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", ["bell \x07", "escape \x1b[2J", "\ufffe"])
def test_names_that_xml_cannot_hold_are_refused(name, tmp_path):
    with pytest.raises(ValueError, match="which GraphML cannot hold"):
        write_graph(np.zeros((1, 1)), tmp_path / "g.graphml", names=[name])
    assert not list(tmp_path.iterdir())
