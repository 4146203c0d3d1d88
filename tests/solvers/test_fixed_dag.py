"""A graph that is given stays as it is, whatever the data; only weights are estimated."""

from types import SimpleNamespace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from causal_dag import NOTEARS, TOPO, FixedDAG, LaggedDAG, PriorKnowledge, load_model
from causal_dag.comparison.compare import compare_solvers
from causal_dag.fit_warnings import DeterminedColumnWarning
from causal_dag.graph import cpdag
from causal_dag.graph_files import write_graph
from causal_dag.synthetic import make_linear_sem

CHAIN = nx.DiGraph([("a", "b"), ("b", "c")])


@pytest.fixture(scope="module")
def sem_rows():
    return make_linear_sem(400, 8, edges_per_node=1.5, random_state=3)


@pytest.fixture
def table():
    rows = np.random.default_rng(0).normal(size=(300, 4))
    rows[:, 1] += rows[:, 0]
    rows[:, 2] -= 2 * rows[:, 1]
    return pd.DataFrame(rows, columns=["c", "b", "a", "extra"])


def test_weights_are_least_squares_coefficients_of_exactly_the_given_edges(sem_rows):
    X, sem = sem_rows
    model = FixedDAG(sem.weights).fit(X)
    centered = X - X.mean(axis=0)
    for node, parents in enumerate((sem.weights != 0).T):
        expected = np.linalg.lstsq(centered[:, parents], centered[:, node], rcond=None)[0]
        np.testing.assert_allclose(model.weights_[parents, node], expected, rtol=1e-6)
        assert not model.weights_[~parents, node].any()
    assert set(model.edges_["decided_by"]) == {"knowledge"}


def test_edges_that_the_data_contradict_stay(table):
    rng = np.random.default_rng(1)
    graph = nx.DiGraph([("extra", "a"), ("c", "extra")])
    model = FixedDAG(graph).fit(table)
    assert model.adjacency_.sum() == 2
    assert FixedDAG([[0, 1], [0, 0]]).fit(rng.normal(size=(50, 2))).adjacency_.tolist() == [
        [False, True],
        [False, False],
    ]


def test_nodes_are_columns_by_name_and_further_columns_have_no_edges(table):
    model = FixedDAG(CHAIN).fit(table)
    np.testing.assert_array_equal(np.argwhere(model.adjacency_), [[1, 0], [2, 1]])


def test_the_objective_is_the_score_of_the_search_at_this_graph(sem_rows):
    X, _ = sem_rows
    found = TOPO().fit(X)
    assert FixedDAG(found).fit(X).objective_ == pytest.approx(found.objective_, rel=1e-12)


def test_a_cpdag_stands_for_its_class(sem_rows):
    X, sem = sem_rows
    of_class = FixedDAG(cpdag(sem.weights)).fit(X)
    np.testing.assert_array_equal(of_class.cpdag_, cpdag(sem.weights))
    of_dag = FixedDAG(sem.weights).fit(X)
    np.testing.assert_array_equal(of_dag.cpdag_, of_dag.adjacency_)
    assert of_class.objective_ == pytest.approx(of_dag.objective_, rel=1e-12)
    # The effect in the DAG is among those of the class.
    cause, outcome = np.argwhere(sem.weights)[0]
    one, possible = of_dag.effect(cause, outcome), of_class.effect(cause, outcome)
    assert one.is_identified
    assert np.min(np.abs(possible.values - one.values[0])) < 1e-10


def test_rows_in_which_a_column_was_set_do_not_count_for_its_equation(table):
    changed = table.copy()
    changed.loc[:99, "a"] = 50.0 + np.arange(100)
    targets = ["a"] * 100 + [None] * 200
    model = FixedDAG(CHAIN.reverse()).fit(changed, targets=targets)
    observed = FixedDAG(CHAIN.reverse()).fit(table.iloc[100:])
    assert model.weights_[1, 2] == pytest.approx(observed.weights_[1, 2])


@pytest.mark.parametrize(
    ("solver", "make"),
    [
        ("topo-curves", lambda table: table.assign(b=table["a"] ** 2)),
        ("topo-mixed", lambda table: table.assign(b=np.where(table["a"] > 0, "high", "low"))),
        ("topo-bdeu", lambda table: (table > 0).map(str)),
    ],
)
def test_a_solver_models_the_columns(table, solver, make):
    model = FixedDAG(CHAIN, solver=solver).fit(make(table))
    assert [(edge.cause, edge.effect) for edge in model.edges_.itertuples()] in (
        [("a", "b"), ("b", "c")],
        [("b", "c"), ("a", "b")],
    )


@pytest.mark.parametrize("ending", ["csv", "json", "dot"])
def test_the_graph_can_be_a_file_and_the_model_can_be_saved(table, tmp_path, ending):
    path = tmp_path / f"graph.{ending}"
    write_graph(CHAIN, path)
    model = FixedDAG(str(path)).fit(table)
    np.testing.assert_array_equal(model.weights_, FixedDAG(CHAIN).fit(table).weights_)
    model.save(tmp_path / "model.json")
    path.unlink()
    assert load_model(tmp_path / "model.json").score(table) == model.score(table)


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (None, "graph=None: pass a graph"),
        (nx.DiGraph([("a", "b"), ("b", "c"), ("c", "a")]), "the cycle a -> b -> c -> a"),
        (nx.DiGraph([("a", "z")]), "a node 'z' that is not among"),
        (np.zeros((3, 3)), "graph: it has 3 nodes, and the table 4 columns"),
        (np.roll(np.eye(4), 1, 0) + np.roll(np.eye(4), -1, 0), "direct some of its undirected"),
        (TOPO(), "TOPO.* is not fitted, and so has no graph"),
        (SimpleNamespace(consensus_=np.zeros((4, 4))), "holds many graphs; pass one"),
        ("no file.csv", "no file.csv"),
    ],
)
def test_graphs_that_cannot_be_fitted_are_refused(table, graph, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        FixedDAG(graph).fit(table)


def test_prior_knowledge_is_refused_where_all_edges_are_given(table):
    with pytest.raises(ValueError, match="FixedDAG does not search, so that prior_knowledge"):
        LaggedDAG(FixedDAG(CHAIN)).fit(table)
    nested = FixedDAG(CHAIN, solver=FixedDAG(CHAIN)).fit(table)
    np.testing.assert_array_equal(nested.weights_, FixedDAG(CHAIN).fit(table).weights_)
    known = PriorKnowledge(forbidden=[("a", "extra")])
    compared = compare_solvers(table, {"mine": FixedDAG(CHAIN)}, prior_knowledge=known)
    assert compared.rows[0].status == FixedDAG(CHAIN).fit(table).status_


@pytest.mark.parametrize("solver", ["topo-bic", "topo-curves"])
def test_edges_between_columns_without_any_correlation_stay(solver):
    levels = np.array([-1.5, -0.5, 0.5, 1.5])
    X = np.tile(np.column_stack([np.repeat(levels, 4), np.tile(levels, 4)]), (8, 1))
    assert FixedDAG(np.eye(2, k=1), solver=solver).fit(X).adjacency_.tolist() == [[0, 1], [0, 0]]


def test_shrunken_weights_are_refitted_if_the_solver_refits_and_keep_their_sign_bound(table):
    least_squares = FixedDAG(CHAIN).fit(table).weights_
    refitted = FixedDAG(CHAIN, solver=NOTEARS(refit=True)).fit(table)
    np.testing.assert_allclose(refitted.weights_, least_squares)
    bounded = FixedDAG(CHAIN, solver=NOTEARS(nonnegative=True)).fit(table)
    assert (bounded.adjacency_ == (least_squares != 0)).all()
    assert (bounded.weights_ >= 0).all()
    assert (least_squares < 0).any()


def test_what_is_not_fitted_or_not_available_is_refused_with_the_reason(table):
    with pytest.raises(NotFittedError):
        FixedDAG(CHAIN).edges_  # noqa: B018
    with pytest.raises(AttributeError, match="partial_fit"):
        FixedDAG(CHAIN, solver="topo-curves").partial_fit(table)
    with pytest.raises(AttributeError, match="no attribute 'edge'"):
        FixedDAG(CHAIN).edge  # noqa: B018


def test_further_settings_of_the_solver_hold_but_not_its_search(table):
    model = FixedDAG(CHAIN, solver=TOPO(n_restarts=10**6, penalty=1.0)).fit(table)
    by_default = FixedDAG(CHAIN, solver=TOPO(penalty=2.0)).fit(table)
    assert by_default.objective_ - model.objective_ == pytest.approx(2 * np.log(300))
    with pytest.raises(ValueError, match="solver='topo-bik' must be a solver"):
        FixedDAG(CHAIN, solver="topo-bik").fit(table)


def test_a_summary_describes_a_given_graph_and_claims_no_search(table):
    assert str(FixedDAG(CHAIN).fit(table).summary()).startswith("FixedDAG(graph=<DiGraph>)\n")
    assert "status: converged" in FixedDAG(CHAIN).fit(table).summary()
    frame = table.assign(extra=np.where(table["extra"] > 0, "much", "little"))
    for solver in ("topo-mixed", "topo-curves"):
        columns = frame if solver == "topo-mixed" else table
        summary = FixedDAG(CHAIN, solver=solver).fit(columns).summary()
        assert "2 edges; directions: 2 by prior knowledge" in summary


def test_warnings_do_not_name_the_solver_within(table):
    graph = pd.DataFrame([[0, 1], [0, 0]], index=["a", "b"], columns=["a", "b"])
    with pytest.warns(DeterminedColumnWarning, match="^column 'b' is determined"):
        FixedDAG(graph).fit(pd.DataFrame({"a": table.iloc[:, 0], "b": 2 * table.iloc[:, 0]}))


def test_edges_that_are_given_were_not_selected_on_the_rows(table, recwarn):
    model = FixedDAG(CHAIN).fit(table)
    assert len(model.edge_table()) == len(model.edge_table(table)) == 2
    assert not recwarn.list
