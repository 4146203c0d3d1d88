"""One rule from a name or number to a column, for everything that takes one."""

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from causal_dag import TOPO, EmptyDAG, EqVar, ExactDAG, PriorKnowledge
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.metrics import structural_hamming_distance
from causal_dag.moments import Moments
from causal_dag.solvers.order.scores.convex_block import bound_matrix
from causal_dag.synthetic import LinearSEM
from causal_dag.tables.columns import Columns, column_names, names_of_labels
from causal_dag.wording import listed, quoted

NAMES = ("price", "promo", "sales")
REFUSED_TYPES = (True, False, np.True_, 0.5, 1.0, np.float64(1), None, frozenset(), b"price", 1j)
UNKNOWN_NAMES = ("pric", "", "0", "x0", "price ", "p" * 100_000, "a\nb\x1b[31m")
UNKNOWN_NUMBERS = (-1, 3, np.int64(7), 10**400, -(10**400))


@pytest.fixture(scope="module")
def table():
    rows = np.random.default_rng(0).normal(size=(60, 3)).cumsum(axis=1)
    return pd.DataFrame(rows, columns=list(NAMES))


def users_of(frame):
    """Everything that takes a name or number, as a function of it."""
    names = column_names(frame)
    moments = Moments.from_rows(frame.to_numpy(), names)
    model = EmptyDAG().fit(frame)
    sem = LinearSEM(np.zeros((3, 3)), feature_names=names)
    d = len(frame.columns)
    others = list(frame.columns)

    def knowledge(**statements):
        return ExactDAG(prior_knowledge=PriorKnowledge(**statements)).fit(frame)

    return {
        "sample": lambda c: model.sample(4, do={c: 7.0})[0],
        "sem": lambda c: sem.sample(4, do={c: 7.0})[0],
        "roots": lambda c: 7.0 * ~knowledge(roots=[c]).adjacency_.any(axis=0),
        "forbidden": lambda c: knowledge(forbidden=[(c, others[0])]),
        "required": lambda c: knowledge(required=[(c, others[0])]),
        "tiers": lambda c: knowledge(tiers=[[c]]),
        "bounds": lambda c: bound_matrix("lower", {(c, others[0]): 7.0}, 0.0, moments),
        "init": lambda c: TOPO(init=[c, *others[1:]]).fit(frame),
        "columns": lambda c: np.eye(d)[Columns(d, names).position(c, "here")] * 7.0,
    }


USERS = ("sample", "sem", "roots", "forbidden", "required", "tiers", "bounds", "init", "columns")


@pytest.mark.parametrize("user", USERS)
def test_what_denotes_no_column_is_refused_everywhere(table, user):
    use = users_of(table)[user]
    for wrong in (*REFUSED_TYPES, *UNKNOWN_NAMES, *UNKNOWN_NUMBERS):
        with pytest.raises((ValueError, TypeError)) as refusal:
            use(wrong)
        message = str(refusal.value)
        assert len(message) < 400
        assert message.isprintable()
        kind = "no column" if isinstance(wrong, str | int | np.integer) else "is neither a column"
        assert kind in message or isinstance(wrong, bool)


@pytest.mark.parametrize("user", ["sample", "sem", "columns"])
def test_names_and_positions_denote_the_same_columns(table, user):
    use = users_of(table)[user]
    for position, name in enumerate(NAMES):
        for column in (name, np.str_(name), position, np.int32(position), np.uint8(position)):
            assert np.flatnonzero(use(column) == 7.0).tolist() == [position]


@pytest.mark.parametrize("user", ["sample", "sem", "columns"])
def test_number_labels_are_labels(table, user):
    frame = table.set_axis([2, 0, 1], axis=1)
    use = users_of(frame)[user]
    for position, label in enumerate(frame.columns):
        for column in (label, int(label), str(label)):
            assert np.flatnonzero(use(column) == 7.0).tolist() == [position]
    with pytest.raises(ValueError, match=r"no column 3; .* a label|no column 3; .*labels are"):
        use(3)


def test_numbers_written_in_a_header_are_labels():
    years = Columns(3, ("2020", "2021", "2022"))
    assert years.position(2021, "do") == years.position("2021", "do") == 1
    with pytest.raises(ValueError, match=r"no column 1; .*numbers denote labels.*'2020', '2021'"):
        years.position(1, "do")


def test_required_edges_between_labels(table):
    frame = table.set_axis([2, 0, 1], axis=1)
    model = ExactDAG(prior_knowledge=PriorKnowledge(required=[(2, 0)])).fit(frame)
    assert model.adjacency_[0, 1]
    assert model.feature_names_in_.tolist() == ["2", "0", "1"]


@pytest.mark.parametrize("keys", [(0, "price"), ("sales", 2), (1, np.str_("promo"))])
def test_two_keys_of_one_column_are_refused_with_both_named(table, keys):
    for model in (EmptyDAG().fit(table), LinearSEM(np.zeros((3, 3)), feature_names=NAMES)):
        with pytest.raises(ValueError, match="are the same column; keep one") as refusal:
            model.sample(3, do=dict.fromkeys(keys, 1.0))
        assert all(quoted(key) in str(refusal.value) for key in keys)


def test_the_nearest_name_is_suggested(table):
    with pytest.raises(ValueError, match=r"do: .*'Sales'; did you mean 'sales'\? columns: 'price'"):
        EmptyDAG().fit(table).sample(2, do={"Sales": 1})


def test_the_case_of_letters_does_not_hide_a_suggestion():
    with pytest.raises(ValueError, match="no column 'A'; did you mean 'a'"):
        Columns(2, ("a", "b")).position("A", "do")


def test_a_name_for_nameless_data_points_to_data_frames_and_transformers(table):
    with pytest.raises(ValueError, match=r"DataFrame .*set_output\(transform=\"pandas\"\)"):
        EmptyDAG().fit(table.to_numpy()).sample(2, do={"sales": 1})


def test_messages_list_a_few_of_many_columns_and_stay_quick():
    many = Columns(20_000, tuple(f"column{j}" for j in range(20_000)))
    with pytest.raises(ValueError, match=r"… \(20000 in all\)") as refusal:
        many.position("colunm7", "do")
    assert len(str(refusal.value)) < 400


def test_a_value_that_is_no_number_names_column_and_value(table):
    model = EmptyDAG().fit(table)
    for value in ("x", "5", b"5", None, [1.0, "2"], 1j, {}, 10**400, np.inf, np.nan):
        with pytest.raises(ValueError, match="do sets column 'price' to "):
            model.sample(2, do={"price": value})
    with pytest.raises(TypeError, match="is not a mapping"):
        model.sample(2, do=["price"])


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["a", "b"], ("a", "b")),
        ([0, 1], None),
        (["0", "1"], ("0", "1")),
        ([1, 0], ("1", "0")),
        ([10, 20], ("10", "20")),
        ([0.5, 1.0], ("0.5", "1")),
        ([("a", "x"), ("a", "y")], ("a/x", "a/y")),
        ([("a", ""), ("b", 1)], ("a", "b/1")),
        ([True, False], ("True", "False")),
        (
            pd.to_datetime(["2020-01-01", "2021-01-01"]),
            ("2020-01-01 00:00:00", "2021-01-01 00:00:00"),
        ),
    ],
)
def test_every_label_becomes_a_name(labels, names):
    columns = pd.MultiIndex.from_tuples(labels) if isinstance(labels[0], tuple) else labels
    frame = pd.DataFrame([[1.0, 2.0], [2.0, 1.0], [4.0, 5.0]], columns=columns)
    assert column_names(frame) == names
    model = EmptyDAG().fit(frame)
    assert hasattr(model, "feature_names_in_") == (names is not None)
    assert names is None or tuple(model.feature_names_in_) == names
    model.predict(frame)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a", 1], "mixed types: 1 is not a string"),
        (["a", None], "mixed types: None"),
        ([None, 1], "a column has the label None"),
        ([1, float("nan")], "a column has the label nan"),
        (["a", "\ud800"], r"column name '\\ud800' is not valid text .*; rename it"),
        (["a", "a", "b", "b"], "column name 'a', 'b' occurs more than once"),
        ([("a/b", "c"), ("a", "b/c")], "column name 'a/b/c' occurs more than once"),
    ],
)
def test_labels_that_are_no_names_are_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        names_of_labels(labels)


def test_predict_refuses_reordered_labels(table):
    for labels in (list(NAMES), [2, 0, 1], [0, 1, 2], [10, 20, 30]):
        frame = table.set_axis(labels, axis=1)
        model = EmptyDAG().fit(frame)
        model.predict(frame)
        for order in itertools.permutations(range(3)):
            if order != (0, 1, 2):
                with pytest.raises(ValueError, match=r"same order|bring them into that order"):
                    model.predict(frame.iloc[:, list(order)])


def test_number_labels_after_and_before_positions_are_told_apart(table):
    frame = table.set_axis([2, 0, 1], axis=1)
    with pytest.raises(ValueError, match="same order"):
        EmptyDAG().fit(frame).predict(frame[[0, 1, 2]])


def graph_frame():
    weights = np.array([[0, 2, 0], [0, 0, 3], [0, 0, 0.0]])
    return pd.DataFrame(weights, index=[1, 2, 3], columns=[1, 2, 3])


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_weight_tables_are_aligned_by_their_number_labels(order):
    A = graph_frame()
    assert structural_hamming_distance(A, A.loc[list(order), list(order)]) == 0
    zero_based = A.set_axis([0, 1, 2], axis=0).set_axis([0, 1, 2], axis=1)
    order = [label - 1 for label in order]
    assert structural_hamming_distance(zero_based, zero_based.loc[order, order]) == 0
    assert structural_hamming_distance(zero_based.loc[order, order], zero_based.to_numpy()) == 0


@pytest.mark.parametrize("edges", [[(2, 0), (0, 1)], [(0, 1), (2, 0)]])
def test_graphs_of_numbers_are_aligned_by_number(edges):
    W = nx.to_numpy_array(nx.DiGraph(edges), nodelist=[0, 1, 2])
    assert (named_graph(nx.DiGraph(edges)).weights == W).all()
    assert structural_hamming_distance(nx.DiGraph(edges), W) == 0
    assert structural_hamming_distance(W, nx.DiGraph(edges)) == 0
    other = nx.relabel_nodes(nx.DiGraph(edges), {0: 10, 1: 20, 2: 30})
    assert named_graph(other).names == tuple(str(node) for node in other)


def test_quotes_are_printable_and_short():
    for value in ("\x1b[31m\n", "\ud800", "x" * 10**6, 10**5000, np.zeros(10**6), [0] * 10**6):
        assert len(quoted(value)) < 80
        assert quoted(value).isprintable()
    assert quoted(np.float64(0.5)) == "0.5"
    assert listed(range(13)).endswith(", 11, … (13 in all)")


def test_names_in_messages_about_edges_and_collinear_columns_are_escaped_and_few():
    graph = NamedGraph([[0, 1, 0], [0, 0, 1], [1, 0, 0]], ("a\x1b[2J", "b", "c"))
    with pytest.raises(ValueError, match=r"cycle a\\x1b\[2J -> b -> c -> a") as refusal:
        graph.require_dag()
    assert str(refusal.value).isprintable()
    rows = np.random.default_rng(0).normal(size=(200, 60))
    frame = pd.DataFrame(rows).assign(total=rows.sum(axis=1))
    with pytest.raises(ValueError, match=r"combination of columns .* \(60 in all\)") as refusal:
        EqVar().fit(frame.rename(columns=str))
    assert len(str(refusal.value)) < 400
