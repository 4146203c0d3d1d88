"""A graph that is written and read back is the same graph, to the last bit."""

import csv
import json
import os

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causal_dag import ExactDAG
from causal_dag.graph.named_graph import NamedGraph
from causal_dag.graph_files import graph_endings, read_graph, write_graph

AWKWARD_NAMES = ("temperature, °C", 'the "wet" one', "x\\y", "ÅÄÖ 温度", "a->b")
ODD_NAMES = (
    "two\nlines", " outer space ", "\ttab", "=1+2", "'=x", "-3", "@home", "it's", "1e5", "<b>",
    "true",
)  # fmt: skip
WEIGHTS = np.zeros((5, 5))
WEIGHTS[0, 1], WEIGHTS[1, 2], WEIGHTS[3, 2], WEIGHTS[0, 4] = 0.1 + 0.2, -2e-17, 1 / 3, 1e21
LOSSLESS = [".csv", ".edges.csv", ".json", ".graphml", ".dot"]


@pytest.mark.parametrize("ending", LOSSLESS)
def test_a_round_trip_returns_names_and_exact_weights(ending, tmp_path):
    path = tmp_path / f"graph{ending}"
    write_graph(NamedGraph(WEIGHTS, AWKWARD_NAMES), path)
    back = read_graph(path).arranged_like(AWKWARD_NAMES)
    assert (back.weights == WEIGHTS).all()


@pytest.mark.parametrize("ending", LOSSLESS)
def test_names_that_mean_something_to_other_programs_survive(ending, tmp_path):
    weights = np.diag(np.arange(1.0, len(ODD_NAMES)), 1)
    write_graph(NamedGraph(weights, ODD_NAMES), tmp_path / f"graph{ending}")
    back = read_graph(tmp_path / f"graph{ending}").arranged_like(ODD_NAMES)
    assert (back.weights == weights).all()


@pytest.mark.parametrize("ending", LOSSLESS)
def test_an_undirected_edge_stays_undirected(ending, tmp_path):
    cpdag = np.array([[0, 1, 1, 0], [1, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]], dtype=bool)
    write_graph(cpdag, tmp_path / f"graph{ending}", names=list("abcd"))
    assert (read_graph(tmp_path / f"graph{ending}").arranged_like("abcd").adjacency == cpdag).all()


@pytest.mark.parametrize("ending", LOSSLESS)
def test_the_graph_of_a_model_comes_back_with_what_nothing_decided(ending, tmp_path):
    rows = np.random.default_rng(0).normal(size=(200, 3)) @ [[1, 0.8, 0], [0, 1, 0], [0, 0, 1]]
    model = ExactDAG().fit(pd.DataFrame(rows, columns=["a", "b", "c"]))
    assert model.edges_["decided_by"].tolist() == ["open"]
    write_graph(model, tmp_path / f"graph{ending}")
    back = read_graph(tmp_path / f"graph{ending}").arranged_like(["a", "b", "c"])
    assert (back.weights == model.weights_).all()
    if ending != ".csv":
        assert "open" in (tmp_path / f"graph{ending}").read_text()


@pytest.mark.parametrize("ending", LOSSLESS)
def test_nodes_without_edges_survive(ending, tmp_path):
    path = tmp_path / f"graph{ending}"
    write_graph(np.zeros((3, 3)), path, names=["a", "b", "c"])
    assert read_graph(path).names == ("a", "b", "c")


@settings(deadline=None, max_examples=30)
@given(
    st.integers(1, 6).flatmap(
        lambda d: st.tuples(
            st.lists(
                st.floats(-1e300, 1e300, allow_nan=False), min_size=d * d, max_size=d * d
            ),
            st.lists(st.from_regex(r"[a-z]\w{0,7}", fullmatch=True), min_size=d, max_size=d,
                     unique=True),
        )
    ),
    st.sampled_from([".csv", ".json"]),
)  # fmt: skip
def test_any_weights_survive(tmp_path_factory, content, ending):
    values, names = content
    weights = np.reshape(values, (len(names), len(names)))
    path = tmp_path_factory.mktemp("graph") / f"graph{ending}"
    write_graph(weights, path, names=names)
    back = read_graph(path)
    assert (back.weights == weights).all()
    assert back.names == tuple(names)


def test_an_edge_list_has_a_line_an_edge_the_largest_first(tmp_path):
    path = tmp_path / "graph.edges.csv"
    write_graph([[0, 0.5, -2], [0, 0, 0], [0, 0, 0]], path, names=["a", "b", "c"])
    assert path.read_text() == "source,target,weight\na,c,-2.0\na,b,0.5\n"
    write_graph(np.zeros((1, 1)), path, names=["alone"])
    assert path.read_text() == "source,target,weight\nalone,,\n"


@pytest.mark.parametrize("ending", [".dot", ".gv"])
def test_dot_names_every_node_and_edge(ending, tmp_path):
    path = tmp_path / f"graph{ending}"
    write_graph(NamedGraph(WEIGHTS, AWKWARD_NAMES), path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("digraph {")
    assert r'"the \"wet\" one" -> "x\y" [effect="-2e-17", label="-2e-17"];' in text
    assert r'"x\y" [label="x\\y"];' in text
    assert text.count("->") == 4 + 2  # four edges, and the name "a->b" as a node and in one edge


def test_graphml_is_what_networkx_reads(tmp_path):
    path = tmp_path / "graph.graphml"
    write_graph([[0, 2], [0, 0]], path)
    assert nx.read_graphml(path)["x0"]["x1"]["weight"] == 2.0


@pytest.mark.parametrize(
    ("text", "names", "weights"),
    [
        ("source,target\nb,a\n", ("b", "a"), [[0, 1], [0, 0]]),
        ("Source, Target, Weight\na, b, 0.5\n", ("a", "b"), [[0, 0.5], [0, 0]]),
        (",a,b\na,0,1\nb,0,0\n", ("a", "b"), [[0, 1], [0, 0]]),
        ("a,b\n0,1\n0,0\n", ("a", "b"), [[0, 1], [0, 0]]),
        ("a,b\na,0,1\nb,0,0\n", ("a", "b"), [[0, 1], [0, 0]]),
        ("\ufeffa,b\n0,1\n0,0\n\n", ("a", "b"), [[0, 1], [0, 0]]),
        ("0,1\n0,0\n", None, [[0, 1], [0, 0]]),
        ("source,target,weight\n", None, np.zeros((0, 0))),
        ("from,to\na,b\n", ("a", "b"), [[0, 1], [0, 0]]),
        ("cause;effect;weight\na;b;0,5\n", ("a", "b"), [[0, 0.5], [0, 0]]),
        ("Parent\tChild\na\tb\n", ("a", "b"), [[0, 1], [0, 0]]),
        (",source,target,weight\n0,a,b,2\n", ("a", "b"), [[0, 2], [0, 0]]),
        (
            "source,target,weight,standardized,decided_by\na,b,2,0.5,open\n",
            ("a", "b"),
            [[0, 2], [0, 0]],
        ),
        ("source,target\na,b\nc,\n", ("a", "b", "c"), [[0, 1, 0], [0, 0, 0], [0, 0, 0]]),
        (";a;b\na;0;1,5\nb;0;0\n", ("a", "b"), [[0, 1.5], [0, 0]]),
        ("a\tb\n0\t1\n0\t0\n", ("a", "b"), [[0, 1], [0, 0]]),
        (",a,b\na,False,True\nb,False,False\n", ("a", "b"), [[0, 1], [0, 0]]),
        ("a,b\nFALSE,TRUE\nFALSE,FALSE\n", ("a", "b"), [[0, 1], [0, 0]]),
        (",cause,effect\ncause,0,1\neffect,0,0\n", ("cause", "effect"), [[0, 1], [0, 0]]),
        ('"a;x","b"\n0,1\n0,0\n', ("a;x", "b"), [[0, 1], [0, 0]]),
        ("source,target\r\na,b\r\n", ("a", "b"), [[0, 1], [0, 0]]),
    ],
)
def test_common_forms_of_csv_are_understood(text, names, weights, tmp_path):
    path = tmp_path / "graph.csv"
    path.write_text(text, encoding="utf-8")
    graph = read_graph(path)
    assert graph.names == names
    assert np.array_equal(graph.weights, weights)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("g.csv", "", "empty"),
        ("g.csv", "source,target,weight\na,b,strong\n", "line 2 has 'strong'"),
        ("g.csv", "source,target,weight\na,b,nan\n", "line 2 has 'nan'"),
        ("g.csv", "source,target,weight\na,b,0\n", "weight 0"),
        ("g.csv", "source,target\na,b\na,b\n", "line 3 repeats the edge 'a' -> 'b'"),
        ("g.csv", "source,target,weight\na,,1\n", "line 2 is 'a,,1'"),
        ("g.csv", "source,target,weight\n,b,1\n", "line 2 is ',b,1'"),
        ("g.csv", "source,target,weight\na,b,1,2\n", "line 2 is 'a,b,1,2'"),
        ("g.csv", "source,target,weight\na,b," + "1" * 400 + "\n", "line 2 has '111"),
        ("g.csv", "source,target\n" + "a" * 200_000 + ",b\n", "line 2: field larger"),
        ("g.csv", "a,b\n0,1\n0," + "x" * 100_000 + "\n", "line 3 has 'xxx"),
        ("g.csv", "a,b\n0,1\n", "square table"),
        ("g.csv", "a,b\n0,1\n0,x\n", "line 3 has 'x'"),
        ("g.csv", ",a,b\nb,0,1\na,0,0\n", "same names in the same order"),
        ("g.csv", "a,a\n0,1\n0,0\n", "more than once"),
        ("g.json", "{", "not JSON"),
        ("g.json", "[]", "no 'weights'"),
        ("g.json", '{"weights": [[0, "x"], [0, 0]]}', "real numbers"),
        ("g.json", '{"weights": 3}', "no 'weights'"),
        ("g.json", '{"weights": [[0, 1], [0]]}', "real numbers"),
        ("g.json", '{"weights": [[0, 1], [0, 0]], "names": "ab"}', "not a list of strings"),
        ("g.json", '{"weights": [[0, 1], [0, 0]], "names": [1, 2]}', "not a list of strings"),
        ("g.json", '{"weights": [[0, 1' + "0" * 400 + "], [0, 0]]}", "real numbers"),
        ("g.json", '{"weights": [[0, NaN], [0, 0]]}', "it holds NaN"),
        ("g.json", "[" * 100_000, "nested too deeply"),
        (
            "g.json",
            '{"format": "causal-dag", "version": 9, "weights": [[0]]}',
            "upgrade causal-dag",
        ),
        ("g.json", '{"nodes": [{"id": 1}]}', "no list of 'edges'"),
        ("g.json", '{"nodes": [1], "edges": []}', "nodes or edges lack"),
        ("g.graphml", "<graph", "not GraphML"),
        ("g.dot", "digraph", "not DOT: line 1 has the end of the file where { should be"),
        ("g", "", "use one of .csv, .tsv, .dot, .gv, .graphml, .json"),
    ],
)
def test_what_is_no_graph_is_refused_with_its_place(name, text, message, tmp_path):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_graph(path)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "g.csv").write_bytes(b"PAR1\xff\xfe\x00")
    with pytest.raises(ValueError, match="not a text file"):
        read_graph(tmp_path / "g.csv")


def test_a_missing_file_and_an_unknown_ending_are_errors(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_graph(tmp_path / "absent.csv")
    with pytest.raises(ValueError, match="no ending"):
        write_graph(WEIGHTS, tmp_path / "graph.xlsx")


def test_documents_are_json_without_nan(tmp_path):
    write_graph(WEIGHTS, tmp_path / "g.json")
    json.loads((tmp_path / "g.json").read_text(), parse_constant=pytest.fail)
    assert set(graph_endings()) - {".edges.csv"} <= set(graph_endings(readable=True))


def test_a_folder_or_a_pipe_is_no_graph(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    for name in ("folder.csv", "pipe.csv"):
        with pytest.raises(ValueError, match="name a file"):
            read_graph(tmp_path / name)


def test_the_node_link_form_of_networkx_is_read(tmp_path):
    graph = nx.DiGraph([("a", "b", {"weight": 0.5})])
    graph.add_node("c")
    (tmp_path / "g.json").write_text(json.dumps(nx.node_link_data(graph, edges="edges")))
    back = read_graph(tmp_path / "g.json")
    assert back.names == ("a", "b", "c")
    assert back.weights[0, 1] == 0.5


def test_spreadsheets_take_no_name_for_a_formula(tmp_path):
    names = ["=cmd()", "+1", "-1", "@x", "\tx"]
    for ending in (".csv", ".edges.csv"):
        write_graph(np.diag(np.ones(4), 1), tmp_path / f"g{ending}", names=names)
        with (tmp_path / f"g{ending}").open(newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in cells)
        assert read_graph(tmp_path / f"g{ending}").names == tuple(names)
