"""Curved relations identify directions, straight ones do not, and the answer tells them apart."""

import itertools

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from causal_dag import TOPO, EqVar, ExactDAG, PriorKnowledge, kkt_report, load_model
from causal_dag.graph import is_dag
from causal_dag.metrics import cpdag_distance
from causal_dag.solvers import make_solver
from causal_dag.solvers.criteria import AdditiveCurves
from causal_dag.synthetic import make_linear_sem


def curved_table(seed, n=400):
    """x0 → x1 → x3 ← x2, each a curve."""
    g = np.random.default_rng(seed)
    noise = g.normal(size=(n, 4))
    X = noise.copy()
    X[:, 1] = np.tanh(2 * X[:, 0]) + 0.4 * noise[:, 1]
    X[:, 3] = np.cos(2 * X[:, 1]) + np.exp(-X[:, 2]) / 3 + 0.3 * noise[:, 3]
    return X


TRUE = {(0, 1), (1, 3), (2, 3)}


@pytest.mark.parametrize("seed", range(4))
def test_curves_direct_all_edges(seed):
    model = make_solver("topo-curves").fit(curved_table(seed))
    assert {tuple(edge) for edge in np.argwhere(model.adjacency_).tolist()} == TRUE
    assert "open" not in set(model.edges_["decided_by"])
    assert model.cpdag_[1, 0]  # without the assumption this direction is open


@pytest.mark.parametrize("scale", [1.0, 1e-4, 1e4])
def test_units_change_nothing(scale):
    X = curved_table(0)
    changed = X * [1, scale, 1, 1] + [0, 0, 7, 0]
    one, other = (make_solver("topo-curves").fit(rows) for rows in (X, changed))
    assert (one.adjacency_ == other.adjacency_).all()
    assert one.weights_ == pytest.approx(other.weights_)


@pytest.mark.parametrize("seed", range(3))
def test_linear_gaussian_data_give_the_class_of_bic_and_leave_it_open(seed):
    X, _ = make_linear_sem(500, 8, edges_per_node=1, noise_variance=(0.5, 2), random_state=seed)
    model, linear = make_solver("topo-curves").fit(X), TOPO(penalty=2.0).fit(X)
    assert cpdag_distance(model, linear) <= 1
    edges = model.edges_
    undirected = [model.cpdag_[j, i] for i, j in np.argwhere(model.adjacency_)]
    assert (edges["decided_by"] == "open").sum() == sum(undirected)


def test_of_straight_lines_the_score_is_that_of_bic():
    X, _ = make_linear_sem(500, 8, edges_per_node=1, noise_variance=(0.5, 2), random_state=1)
    standardized = (X - X.mean(axis=0)) / X.std(axis=0)
    curves = TOPO(criterion="curves").fit(standardized).objective_
    assert curves <= TOPO(penalty=2.0).fit(standardized).objective_ + 1e-6


@pytest.mark.parametrize("seed", range(2))
def test_the_search_finds_the_best_of_all_graphs(seed):
    X = curved_table(seed)
    best = ExactDAG(criterion="curves").fit(X)
    found = make_solver("topo-curves").fit(X)
    assert found.objective_ == pytest.approx(best.objective_)
    assert (found.adjacency_ == best.adjacency_).all()
    assert best.predict(X) == pytest.approx(found.predict(X))


def test_predictions_are_sums_of_functions_of_single_parents():
    X = curved_table(0)
    model = make_solver("topo-curves").fit(X)
    assert (X[:, 3] - model.predict(X)[:, 3]).var() < 0.2
    corners = np.array([X[0], X[1], X[0], X[1]])
    corners[2, 1], corners[3, 1] = X[1, 1], X[0, 1]
    a, b, c, d = model.predict(corners)[:, 3]
    assert a + b == pytest.approx(c + d)


def test_samples_follow_the_curves_and_interventions_reach_only_what_is_behind():
    X = curved_table(1)
    model = make_solver("topo-curves").fit(X)
    low, high = (model.sample(4000, do={1: value}) for value in (0.0, 1.5))
    assert low[:, 3].mean() - high[:, 3].mean() == pytest.approx(np.cos(0) - np.cos(3), abs=0.25)
    assert low[:, 0].mean() == pytest.approx(high[:, 0].mean())


def test_linear_weights_are_refused_before_the_search():
    records = []
    with pytest.raises(ValueError, match="refit=True estimates linear weights"):
        make_solver("topo-curves", refit=True, callback=records.append).fit(curved_table(0))
    assert records == []


def test_a_graph_of_curves_is_not_judged_by_linear_relations():
    X = curved_table(0)
    model = make_solver("topo-curves").fit(X)
    with pytest.raises(ValueError, match="criterion='bic' is of linear relations"):
        kkt_report(model, X)
    assert kkt_report(model, X, criterion="curves").loss_of_graph == pytest.approx(model.objective_)


def test_prior_knowledge_holds():
    knowledge = PriorKnowledge(forbidden=[(0, 1)], required=[(2, 0)])
    model = make_solver("topo-curves", prior_knowledge=knowledge).fit(curved_table(0))
    assert model.adjacency_[2, 0]
    assert not model.adjacency_[0, 1]
    assert is_dag(model.adjacency_)


def test_a_saved_model_predicts_and_judges_its_edges_alike(tmp_path):
    X, _ = make_linear_sem(300, 4, edges_per_node=1, random_state=3)
    X[:, 0] = np.sin(2 * X[:, 1]) + 0.2 * X[:, 0]
    model = make_solver("topo-curves").fit(X)
    model.save(tmp_path / "model.json")
    loaded = load_model(tmp_path / "model.json")
    assert (loaded.predict(X) == model.predict(X)).all()
    assert loaded.edges_.equals(model.edges_)


@pytest.mark.parametrize("tail", [1e2, 1e5])
def test_one_outlier_does_not_take_the_curves_away(tail):
    X = curved_table(2)
    X[7, 2] = tail
    model = make_solver("topo-curves").fit(X)
    assert {(0, 1), (1, 3)} <= {tuple(edge) for edge in np.argwhere(model.adjacency_).tolist()}


def test_a_binary_column_is_a_straight_line():
    X = curved_table(3)
    X[:, 0] = (X[:, 0] > 0).astype(float)
    X[:, 1] = 2 * X[:, 0] + 0.3 * X[:, 2]
    with pytest.warns(UserWarning, match="whole numbers"):
        model = make_solver("topo-curves").fit(X)
    assert model.adjacency_[0, 1] or model.adjacency_[1, 0]


def test_without_time_no_direction_counts_as_decided():
    with pytest.warns(ConvergenceWarning, match="time_budget"):
        model = make_solver("topo-curves", time_budget=1e-9).fit(curved_table(0))
    assert "assumption" not in set(model.edges_["decided_by"])


def test_more_evidence_leaves_more_edges_open():
    X = curved_table(0, n=80)
    shares = [
        (TOPO(criterion=AdditiveCurves(least_evidence=least)).fit(X).edges_["decided_by"] == "open")
        for least in (0.0, 10.0, 1e6)
    ]
    counts = [int(share.sum()) for share in shares]
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_permuted_columns_give_the_permuted_graph():
    X = curved_table(0)
    model = make_solver("topo-curves").fit(X)
    for order in itertools.islice(itertools.permutations(range(4)), 0, 24, 5):
        permuted = make_solver("topo-curves").fit(X[:, order])
        assert (permuted.adjacency_ == model.adjacency_[np.ix_(order, order)]).all()


def test_searches_of_other_moves_leave_open_what_the_class_leaves_open():
    model = TOPO(criterion="curves", moves="swap", n_restarts=1).fit(curved_table(0)[:, :2])
    assert set(model.edges_["decided_by"]) <= {"open"}


def test_curves_do_not_polish_linear_weights():
    with pytest.raises(ValueError, match="no linear weights"):
        EqVar(polish="topo-curves").fit(curved_table(0))
