"""What a fit says of its data and answer, and that it says nothing of ordinary ones."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from causal_dag import (
    DAGMA,
    DAGMACV,
    NOTEARS,
    NOTEARSCV,
    TOPO,
    CoLiDE,
    CoLiDECV,
    EmptyDAG,
    Moments,
    PriorKnowledge,
)
from causal_dag.fit_warnings import CodedColumnsWarning, FewRowsWarning, NoEdgeWarning
from causal_dag.solvers import make_solver
from causal_dag.synthetic import load_sachs, make_linear_sem


def chain(n=600, seed=0):
    """x -> y -> z, each by 0.8."""
    noise = np.random.default_rng(seed).normal(size=(n, 3))
    weights = np.array([[0.0, 0.8, 0.0], [0.0, 0.0, 0.8], [0.0, 0.0, 0.0]])
    return noise @ np.linalg.inv(np.eye(3) - weights)


@pytest.mark.parametrize("cls", [NOTEARSCV, CoLiDECV, DAGMACV])
def test_a_chosen_graph_has_the_effects_of_the_data_and_not_of_the_penalty(cls):
    model = cls().fit(chain())
    assert model.adjacency_.astype(int).tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 0]]
    # Three standard errors of the product of two slopes.
    assert model.total_effects()[0, 2] == pytest.approx(0.64, abs=3 * 1.13 / np.sqrt(600))
    assert (model.best_estimator_.weights_ == model.weights_).all()


@pytest.mark.parametrize("solver", [NOTEARS(), CoLiDE()])
def test_a_penalty_that_leaves_no_edge_in_small_units_is_named(solver):
    with pytest.warns(NoEdgeWarning, match="no edge is left.*correlation.*Lower lambda1") as caught:
        solver.fit(0.01 * chain())
    assert caught[0].filename == __file__


def test_a_threshold_that_removes_everything_is_named():
    with pytest.warns(NoEdgeWarning, match=r"weight_threshold=1\.5 removed all weights"):
        NOTEARS(weight_threshold=1.5).fit(chain())


def test_a_threshold_is_named_where_the_solver_stopped_early_too():
    message = r"weight_threshold=0\.3 removed all weights"
    with pytest.warns(NoEdgeWarning, match=message), pytest.warns(ConvergenceWarning):
        DAGMA(max_iter=1).fit(0.01 * chain())


def test_no_edge_at_any_lambda_is_said():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = DAGMACV().fit(100 * chain())
    told = [entry for entry in caught if entry.category is NoEdgeWarning]
    assert model.adjacency_.any() or told


def test_unrelated_columns_and_forbidden_edges_are_no_reason_to_warn():
    independent = np.random.default_rng(0).normal(size=(500, 3))
    everything = [(i, j) for i in range(3) for j in range(3) if i != j]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        NOTEARS().fit(independent)
        NOTEARS(prior_knowledge=PriorKnowledge(forbidden=everything)).fit(chain())
        EmptyDAG().fit(chain())


def test_few_rows_for_many_columns_are_said_by_every_solver_that_learns():
    X = np.random.default_rng(0).normal(size=(9, 8))
    for name in ("topo-bic", "notears", "eqvar"):
        with pytest.warns(FewRowsWarning, match="9 rows for 8 columns.*add rows"):
            make_solver(name).fit(X)
    with pytest.warns(FewRowsWarning):
        TOPO().fit_moments(Moments.from_rows(X))


def test_columns_that_hold_codes_are_named():
    X = chain()
    X[:, 1] = np.arange(600) % 3
    with pytest.warns(CodedColumnsWarning, match=r"few different whole numbers in column 1\."):
        TOPO().fit(X)
    X[:, 2] = np.arange(600) % 4
    with pytest.warns(CodedColumnsWarning, match="whole numbers in columns 1, 2"):
        TOPO().fit(X)
    binary = (chain() > 0).astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make_solver("topo-logistic", n_restarts=1).fit(binary)


def test_ordinary_data_draw_no_warning():
    tables = [
        make_linear_sem(1000, 10, edges_per_node=2, random_state=seed)[0] for seed in range(3)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for X in [*tables, load_sachs().data, np.random.default_rng(0).poisson(5.0, (500, 3))]:
            make_solver("topo-bic", n_restarts=2).fit(X)
            make_solver("eqvar").fit(X)


@pytest.mark.parametrize("settings", [{}, {"refit": True}, {"polish": "topo-bic"}])
@pytest.mark.parametrize("name", ["notears", "colide-ev", "dagma", "logll"])
def test_no_weight_is_negative_where_none_may_be_required_edges_included(name, settings):
    X = chain()
    X[:, 2] *= -1  # y -> z is negative now
    solver = make_solver(
        name, nonnegative=True, prior_knowledge=PriorKnowledge(required=[(1, 2)]), **settings
    )
    model = solver.fit(X)
    assert (model.weights_ >= 0).all()
    assert model.adjacency_[1, 2]
    assert model.weights_[1, 2] < 1e-300
    assert model.adjacency_[0, 1] or model.adjacency_[1, 0]
