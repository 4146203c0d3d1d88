"""Order search by its criteria: what their names stand for, and what the answers promise."""

import numpy as np
import pytest

from causal_dag import TOPO, Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.fitting.polishing import objective_of_graph
from causal_dag.graph import cpdag
from causal_dag.problem import Problem
from causal_dag.solvers import make_solver
from causal_dag.solvers.order.criteria.gaussian import BIC, EqualVarianceBIC
from causal_dag.solvers.order.criteria.generalized_linear import Logistic, Poisson
from causal_dag.solvers.order.criteria.lasso import Lasso, ProfiledCoLiDE
from causal_dag.synthetic import make_linear_sem

NAMED = {
    "bic": BIC(1.5, 0.2),
    "bic-ev": EqualVarianceBIC(1.5, 0.2),
    "lasso": Lasso(0.3),
    "colide-ev": ProfiledCoLiDE("equal", 0.3),
    "colide-nv": ProfiledCoLiDE("unequal", 0.3),
    "logistic": Logistic(1.5, 0.2),
    "poisson": Poisson(1.5, 0.2),
}


@pytest.mark.parametrize("name", NAMED)
def test_a_name_is_the_criterion_with_the_estimator_s_own_parameters(name):
    X = make_linear_sem(200, 5, edges_per_node=1, random_state=0)[0]
    X = X if TOPO(criterion=name).column_values == "real" else (X > 0).astype(float)
    settings = {"random_state": 0, "n_restarts": 3}
    by_name = TOPO(criterion=name, penalty=1.5, gamma=0.2, lambda1=0.3, **settings).fit(X)
    by_object = TOPO(criterion=NAMED[name], penalty=9, gamma=9, lambda1=9, **settings).fit(X)
    assert by_name.raw_weights_.tobytes() == by_object.raw_weights_.tobytes()
    assert by_name.objective_ == by_object.objective_
    assert by_name.adjacency_.any()


@pytest.mark.parametrize("name", ["topo-bic", "topo-bic-ev", "topo-ls", "topo-logistic"])
@pytest.mark.parametrize("known", [None, PriorKnowledge(required=[(0, 3)], forbidden=[(2, 4)])])
def test_any_number_of_threads_gives_the_same_bits_and_the_same_trace(suited, name, known):
    # Of fewer columns the best graph is known, and there is no restart.
    d = 9 if name == "topo-logistic" else 16
    X = suited(name, make_linear_sem(150, d, edges_per_node=2, random_state=2)[0])
    models = [
        make_solver(name, n_jobs=n_jobs, n_restarts=12, random_state=1, prior_knowledge=known).fit(
            X
        )
        for n_jobs in (1, 2, 5)
    ]
    for model in models[1:]:
        assert model.raw_weights_.tobytes() == models[0].raw_weights_.tobytes()
        assert [r.score for r in model.trace_] == [r.score for r in models[0].trace_]
    assert len(models[0].trace_) > 12


@pytest.mark.parametrize("name", ["topo-bic", "topo-bic-ev"])
def test_the_objective_is_the_criterion_by_its_definition(name):
    n, d = 300, 8
    X = make_linear_sem(n, d, edges_per_node=1.5, random_state=1)[0]
    model = make_solver(name, penalty=1.2, gamma=0.3, random_state=0).fit(X)
    variances = []
    for j in range(d):
        parents = np.column_stack([X[:, model.adjacency_[:, j]], np.ones(n)])
        residuals = X[:, j] - parents @ np.linalg.lstsq(parents, X[:, j], rcond=None)[0]
        variances.append(np.mean(residuals**2))
    noise = np.log(variances).sum() if name == "topo-bic" else d * np.log(np.mean(variances))
    price = 1.2 * np.log(n) + 4 * 0.3 * np.log(d)
    expected = n * noise + price * model.adjacency_.sum()
    assert model.objective_ == pytest.approx(expected, rel=1e-9)
    np.testing.assert_allclose(model.noise_scale_**2, variances, rtol=1e-9)


@pytest.mark.parametrize("name", ["topo-bic", "topo-bic-ev"])
@pytest.mark.parametrize("seed", range(3))
def test_a_sparse_search_from_a_graph_is_never_worse_than_the_graph(name, seed):
    X = make_linear_sem(120, 10, edges_per_node=3, random_state=seed)[0]
    graph = make_solver("random", edges_per_node=2.0, random_state=seed).fit(X)
    problem = Problem(Moments.from_rows(X), Constraints.none(10))
    before = objective_of_graph(make_solver(name), problem, graph.adjacency_)
    best = make_solver(name, random_state=0).fit(X)
    for init in (graph, best):
        before = objective_of_graph(make_solver(name), problem, init.adjacency_)
        after = make_solver(name, init=init, n_restarts=0).fit(X).objective_
        assert after <= before + 1e-9 * abs(before)
    assert before == pytest.approx(best.objective_, rel=1e-12)


def test_equal_variances_give_all_directions_and_unequal_ones_the_equivalence_class():
    X, sem = make_linear_sem(5000, 10, edges_per_node=1.5, random_state=1)
    model = make_solver("topo-bic-ev", random_state=0).fit(X)
    assert (model.adjacency_ == sem.adjacency).all()
    X, sem = make_linear_sem(
        5000, 10, edges_per_node=1.5, noise_variance=(0.5, 4.0), random_state=1
    )
    model = make_solver("topo-bic", random_state=0).fit(X)
    assert (model.cpdag_ == cpdag(sem.adjacency)).all()
    rescaled = make_solver("topo-bic", random_state=0).fit(X * np.geomspace(1e-3, 1e3, 10))
    assert (rescaled.cpdag_ == model.cpdag_).all()


def test_log_odds_leave_no_noise_scale_and_columns_of_other_values_are_named():
    X = (make_linear_sem(300, 4, edges_per_node=1, random_state=0)[0] > 0).astype(float)
    model = make_solver("topo-logistic", random_state=0)
    assert model.column_values == "binary"
    assert TOPO(criterion="poisson").column_values == "count"
    assert TOPO().column_values == TOPO(criterion=Lasso()).column_values == "real"
    assert model.fit(X).noise_scale_ is None
    X[0, 2] = 0.5
    with pytest.raises(ValueError, match=r"column 2 has the value 0\.5"):
        model.fit(X)


@pytest.mark.parametrize("solver", [TOPO(random_state=0), make_solver("topo-bic-cv", lambdas=2)])
def test_a_column_that_others_determine_is_named(solver):
    X = np.random.default_rng(0).normal(size=(100, 4))
    X[:, 3] = X[:, 0] - X[:, 1]
    with pytest.warns(UserWarning, match=r"is determined by its parents.*drop columns") as caught:
        model = solver.fit(X)
    assert caught[0].filename == __file__
    assert np.isfinite(model.weights_).all()
    assert np.isfinite(model.objective_)


@pytest.mark.parametrize("name", ["topo-bic", "topo-bic-ev"])
def test_no_more_rows_than_columns_leave_a_graph_and_a_warning(name):
    X = np.random.default_rng(1).normal(size=(8, 8))
    with pytest.warns(UserWarning, match="8 rows for 8 columns.*add rows") as caught:
        model = make_solver(name, random_state=0).fit(X)
    assert caught[0].filename == __file__
    assert np.isfinite(model.objective_)
