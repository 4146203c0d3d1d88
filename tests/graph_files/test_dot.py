"""DOT as graphviz defines it, read and written."""

import numpy as np
import pytest

from causal_dag.graph_files import read_graph, write_graph


def read(text, folder):
    (folder / "g.dot").write_text(text, encoding="utf-8")
    return read_graph(folder / "g.dot")


@pytest.mark.parametrize(
    ("text", "names", "edges"),
    [
        ("digraph { a -> b; }", "a b", {"a b": 1}),
        ("strict digraph G {a->b a->b}", "a b", {"a b": 1}),
        ("digraph { a -> b -> c }", "a b c", {"a b": 1, "b c": 1}),
        ("digraph { {a b} -> {c} }", "a b c", {"a c": 1, "b c": 1}),
        ("digraph { subgraph s { a; b } c -> subgraph t { d } }", "a b c d", {"c d": 1}),
        ('digraph { "a" -> "b" [label="0.5"]; }', "a b", {"a b": 0.5}),
        ("digraph { a -> b [weight=2.5, color=red][style=bold] }", "a b", {"a b": 2.5}),
        ("digraph { a -> b [label=strong] }", "a b", {"a b": 1}),
        ("digraph { a -> b [effect=-.5; weight=7] }", "a b", {"a b": -0.5}),
        ("graph { a -- b }", "a b", {"a b": 1, "b a": 1}),
        ("digraph { a -> b [dir=none] }", "a b", {"a b": 1, "b a": 1}),
        ("digraph { a -> b [dir=both] }", "a b", {"a b": 1, "b a": 1}),
        ("digraph { a -> b [dir=back] }", "a b", {"b a": 1}),
        ("digraph { edge [dir=none]; a -> b }", "a b", {"a b": 1, "b a": 1}),
        ("digraph { { edge [dir=none] a -> b } b -> c }", "a b c",
         {"a b": 1, "b a": 1, "b c": 1}),
        ("/* x */ digraph { // y\n# z\n a:n -> b:port:s [tooltip=<a <b>c</b>>]; rankdir=LR }",
         "a b", {"a b": 1}),
        ('DiGraph { node [shape=box]; graph [a=b]; "a" + "b" -> c }', "ab c", {"ab c": 1}),
        # As igraph writes: numbers with names as attributes.
        ("digraph {\n  0 [\n    name=rain\n  ];\n  1 [\n    name=wet\n  ];\n\n"
         "  0 -> 1 [\n    weight=0.25\n  ];\n}", "rain wet", {"rain wet": 0.25}),
        ("digraph { x [label=\"X\"]; y; x -> y }", "x y", {"x y": 1}),
        ("digraph { größe -> 温度 }", "größe 温度", {"größe 温度": 1}),
        ("digraph {}", "", {}),
    ],
)  # fmt: skip
def test_common_forms_are_understood(text, names, edges, tmp_path):
    graph = read(text, tmp_path)
    assert graph.names == (tuple(names.split()) or None)
    found = {
        f"{graph.labels[i]} {graph.labels[j]}": graph.weights[i, j]
        for i, j in np.argwhere(graph.adjacency)
    }
    assert found == edges


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1 has the end of the file where graph or digraph should be"),
        ("digraph { a -> }", "line 1 has '}' where a node should be"),
        ("digraph {\n a -> b [label=2.45e+03];\n}", "line 2 has"),
        ("digraph { a -> b", "the end of the file"),
        ('digraph { "a -> b }', "line 1 has '\"a -> b }'"),
        ("digraph { a [x=<b] }", "a < without its >"),
        ("digraph { a -> b } digraph { c }", "where the end of the file should be"),
        ("digraph { a -> b; a -> b }", "the edge 'a' -> 'b' occurs twice"),
        ('digraph { a -> b [weight="high"] }', "the edge 'a' -> 'b' has 'high'"),
        ("digraph { a -> b [weight=0] }", "weight 0.0; drop it"),
        ("digraph " + "{" * 100_000, "nested too deeply"),
        ("digraph { \x00 }", "line 1 has"),
    ],
)
def test_what_is_no_dot_is_refused_with_its_line(text, message, tmp_path):
    with pytest.raises(ValueError, match=message) as caught:
        read(text, tmp_path)
    assert len(str(caught.value)) < 300


def test_an_undirected_edge_is_drawn_once_without_an_arrow_head(tmp_path):
    write_graph([[0, 1], [1, 0]], tmp_path / "g.dot", names=["a", "b"])
    text = (tmp_path / "g.dot").read_text()
    assert text.count("->") == 1
    assert 'dir="none"' in text


def test_two_different_effects_on_one_another_are_two_edges(tmp_path):
    write_graph([[0, 1], [2, 0]], tmp_path / "g.dot", names=["a", "b"])
    assert (tmp_path / "g.dot").read_text().count("->") == 2
    assert read_graph(tmp_path / "g.dot").weights.sum() == 3


@pytest.mark.parametrize("name", ["ends in \\", 'slash \\" quote', "x\\\ny", "nul\x00"])
def test_names_that_dot_cannot_hold_are_refused(name, tmp_path):
    with pytest.raises(ValueError, match="DOT cannot hold it"):
        write_graph(np.zeros((1, 1)), tmp_path / "g.dot", names=[name])
    assert not list(tmp_path.iterdir())
