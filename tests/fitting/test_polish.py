"""Polishing: an order search goes on from another solver's graph, and never makes it worse."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import clone

from causal_dag import TOPO, CoLiDE, EmptyDAG, EqVar, Moments, PriorKnowledge, RandomDAG
from causal_dag.constraints import Constraints
from causal_dag.fitting.polishing import objective_of_graph, resolve_polisher
from causal_dag.metrics import structural_hamming_distance
from causal_dag.problem import Problem, Status
from causal_dag.regression import least_squares_weights, residual_variances
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_linear_sem


@pytest.fixture(scope="module")
def data():
    X, _ = make_linear_sem(300, 7, graph="er", edges_per_node=2, random_state=1)
    return X


def graph_loss(X, adjacency):
    """Half the sum of the residual variances of regressions by numpy's own least squares."""
    centred = X - X.mean(axis=0)
    total = 0.0
    for child in range(X.shape[1]):
        parents = centred[:, np.flatnonzero(adjacency[:, child])]
        fitted = parents @ np.linalg.lstsq(parents, centred[:, child], rcond=None)[0]
        total += np.mean((centred[:, child] - fitted) ** 2)
    return total / 2


def test_a_random_graph_is_polished_to_the_best_order_there_is(data):
    X = data[:, :5]
    model = RandomDAG(random_state=0, polish="topo-ls").fit(X)
    complete = np.triu(np.ones((5, 5), dtype=bool), k=1)
    losses = [graph_loss(X[:, order], complete) for order in itertools.permutations(range(5))]
    assert model.objective_ == pytest.approx(min(losses), rel=1e-9)
    assert model.raw_weights_.astype(bool).sum() == 10
    assert model.weight_threshold_ == 0.3
    kept = np.abs(model.raw_weights_) > 0.3
    np.testing.assert_array_equal(model.weights_, np.where(kept, model.raw_weights_, 0))


def test_what_the_solver_found_before_is_kept(data):
    plain = EqVar().fit(data)
    polished = EqVar(polish="topo-ls").fit(data)
    np.testing.assert_array_equal(polished.unpolished_weights_, plain.weights_)
    assert plain.unpolished_weights_ is None
    assert polished.trace_[: len(plain.trace_)][0].objective == plain.trace_[0].objective
    assert len(polished.trace_) > len(plain.trace_)
    assert polished.n_iter_ == len(polished.trace_)


def test_a_name_stands_for_the_estimator_that_the_registry_makes(data):
    by_name = EqVar(polish="topo-ls").fit(data)
    by_estimator = EqVar(polish=make_solver("topo-ls")).fit(data)
    assert by_name.weights_.tobytes() == by_estimator.weights_.tobytes()
    assert by_name.trace_[-1].stage == by_estimator.trace_[-1].stage


@pytest.mark.parametrize("name", ["topo-bic", "topo-bic-ev"])
def test_a_sparse_polisher_keeps_what_is_best_and_repairs_what_is_not(data, name):
    best = make_solver(name, random_state=0).fit(data)
    again = make_solver(name, random_state=0, polish=name).fit(data)
    assert again.adjacency_.tolist() == best.adjacency_.tolist()
    repaired = RandomDAG(random_state=0, polish=make_solver(name, random_state=0)).fit(data)
    assert repaired.objective_ == pytest.approx(best.objective_, rel=1e-9)
    assert (repaired.cpdag_ == best.cpdag_).all()
    assert (repaired.unpolished_weights_ != 0).tolist() != repaired.adjacency_.tolist()


def test_the_estimator_given_is_cloned_and_keeps_its_own_parameters(data):
    generator = np.random.default_rng(5)
    state = generator.bit_generator.state
    polisher = TOPO(n_restarts=3, weight_threshold=0.5, random_state=generator)
    model = EmptyDAG(polish=polisher)
    first, second = model.fit(data).weights_, clone(model).fit(data).weights_
    assert first.tobytes() == second.tobytes()
    assert generator.bit_generator.state == state
    assert not hasattr(polisher, "weights_")
    assert model.weight_threshold_ == 0.5
    assert np.abs(first[first != 0]).min() > 0.5
    assert model.get_params()["polish__n_restarts"] == 3


def test_the_search_starts_from_the_solver_s_graph_after_threshold_and_projection(data):
    starts = []

    class Recorded(TOPO):
        def solve(self, problem):
            starts.append(problem.initial)
            return super().solve(problem)

    model = CoLiDE(max_iter=2000, warm_up_iter=1000, polish=Recorded(n_restarts=0))
    with pytest.warns(UserWarning, match="max_iter"):
        model.fit(data)
    start = starts[0]
    np.testing.assert_array_equal(start.weights, model.unpolished_weights_)
    position = np.argsort(start.order)
    causes, effects = np.nonzero(start.weights)
    assert causes.size
    assert (position[causes] < position[effects]).all()


class Astray(TOPO):
    """Returns the worst order it is asked about, but judges a graph as TOPO does."""

    def solve(self, problem):
        solution = super().solve(problem)
        if problem.constraints.required.any():
            return solution
        return replace(solution, objective=2 * solution.objective + 100.0)


def test_a_search_that_ends_above_the_graph_it_started_from_is_discarded(data):
    plain = EqVar(weight_threshold=0.1).fit(data)
    model = EqVar(weight_threshold=0.1, polish=Astray(n_restarts=0)).fit(data)
    assert model.weights_.tobytes() == plain.weights_.tobytes()
    assert model.raw_weights_.tobytes() == plain.raw_weights_.tobytes()
    assert (model.objective_, model.weight_threshold_) == (plain.objective_, 0.1)
    assert model.unpolished_weights_.tobytes() == plain.weights_.tobytes()
    assert len(model.trace_) > len(plain.trace_)


@pytest.mark.parametrize("seed", range(5))
def test_the_polishers_objective_of_a_graph_is_that_of_least_squares_on_its_edges(data, seed):
    moments = Moments.from_rows(data)
    adjacency = np.triu(np.random.default_rng(seed).random((7, 7)) < 0.4, k=1)
    problem = Problem(moments, Constraints.none(7))
    weights = least_squares_weights(moments.covariance, adjacency)
    expected = residual_variances(moments.covariance, weights).sum() / 2
    found = objective_of_graph(resolve_polisher("topo-ls"), problem, adjacency)
    assert found == pytest.approx(expected, rel=1e-10)
    assert found == pytest.approx(graph_loss(data, adjacency), rel=1e-10)


def test_prior_knowledge_holds_in_the_polished_graph(data):
    free = EqVar(polish="topo-ls").fit(data).adjacency_
    forbidden = [tuple(edge) for edge in np.argwhere(free)[:3].tolist()]
    absent = np.argwhere(~free & ~free.T & ~np.eye(7, dtype=bool))
    required = [tuple(absent[0].tolist())]
    knowledge = PriorKnowledge(forbidden=forbidden, required=required)
    model = EqVar(polish="topo-ls", prior_knowledge=knowledge).fit(data)
    assert not any(model.raw_weights_[edge] for edge in forbidden)
    assert all(model.adjacency_[edge] for edge in required)


def test_polishing_and_fitting_share_one_time_budget_and_one_callback(data):
    stages = []
    model = EqVar(polish="topo-ls", callback=stages.append).fit(data)
    assert tuple(stages) == model.trace_
    assert [record.stage for record in stages] == list(range(len(stages)))

    stopped = EqVar(polish="topo-ls", callback=lambda record: record.stage == 1).fit(data)
    assert len(stopped.trace_) == 2
    assert stopped.status_ == Status.CALLBACK


def test_without_time_left_the_solver_s_own_graph_is_kept(data):
    with pytest.warns(UserWarning, match="time_budget"):
        model = EqVar(polish="topo-ls", time_budget=1e-9).fit(data)
    assert model.weights_.tobytes() == model.unpolished_weights_.tobytes()
    assert model.status_ == Status.TIME_BUDGET
    assert model.weight_threshold_ == 0.0


def test_the_first_trouble_is_the_status(data):
    with pytest.warns(UserWarning, match="max_iter"):
        model = CoLiDE(max_iter=1000, warm_up_iter=1000, tol=1e-15, polish="topo-ls").fit(data)
    assert model.status_ == Status.MAX_ITER
    assert not model.converged_
    hurried = make_solver("topo-ls", max_iter=1, n_restarts=0)
    # More columns than those of which all graphs are compared.
    wide, _ = make_linear_sem(300, 16, graph="er", edges_per_node=2, random_state=1)
    with pytest.warns(UserWarning, match="max_iter"):
        model = RandomDAG(random_state=3, polish=hurried).fit(wide)
    assert model.status_ == Status.MAX_ITER


def test_refit_regresses_the_polished_edges(data):
    model = EqVar(polish="topo-ls", refit=True).fit(data)
    covariance = Moments.from_rows(data).covariance
    expected = least_squares_weights(covariance, model.adjacency_)
    np.testing.assert_allclose(model.weights_, expected, rtol=1e-8)


def test_moments_give_what_their_rows_give(data):
    model = EqVar(polish="topo-ls")
    from_moments = clone(model).fit_moments(Moments.from_rows(data))
    assert from_moments.weights_.tobytes() == model.fit(data).weights_.tobytes()


def test_polishing_repairs_what_a_few_iterations_leave(data):
    X, sem = make_linear_sem(1000, 20, graph="er", edges_per_node=2, random_state=2)
    model = EmptyDAG(polish="topo-ls").fit(X)
    assert structural_hamming_distance(sem.weights, model.weights_) == 0


class NeedsRows(TOPO):
    needs_rows = True

    def solve(self, problem):
        assert problem.rows is not None
        return super().solve(problem)


def test_a_polisher_that_looks_at_rows_gets_them_or_says_so(data):
    model = EqVar(polish=NeedsRows(n_restarts=0))
    assert model.fit(data).weights_.any()
    with pytest.raises(ValueError, match=r"polish=NeedsRows\(...\) needs rows.*use fit\(X\)"):
        model.fit_moments(Moments.from_rows(data))


def test_a_polisher_that_needs_a_full_rank_says_so():
    X = np.random.default_rng(0).normal(size=(5, 8))
    EmptyDAG().fit(X)
    with pytest.raises(ValueError, match=r"polish=TOPO\(...\).*needs more rows than columns"):
        EmptyDAG(polish="topo-ls").fit(X)


@pytest.mark.parametrize(
    ("polish", "message"),
    [
        ("topo", "polish='topo': unknown solver 'topo'"),
        ("eqvar", "polish='eqvar' is not an order search"),
        ("notears", "polish='notears' is not an order search"),
        (3, "polish=3 is not a solver"),
        (TOPO, "is not a solver; write a registry name"),
        (TOPO(time_budget=1.0), r"polish=TOPO\(time_budget=...\): leave time_budget out"),
        (TOPO(init=[1, 0]), r"leave init out"),
        (TOPO(prior_knowledge=PriorKnowledge()), "leave prior_knowledge out"),
        (TOPO(weight_threshold=-1), "weight_threshold=-1 must be"),
    ],
)
def test_what_cannot_polish_is_refused_before_the_fit(data, polish, message):
    class Untouched(EmptyDAG):
        def solve(self, problem):
            raise AssertionError("the solver has begun")

    with pytest.raises(ValueError, match=message):
        Untouched(polish=polish).fit(data)


def test_the_command_line_polishes(data, tmp_path):
    import json

    from click.testing import CliRunner

    from causal_dag.cli import main

    table = tmp_path / "data.csv"
    np.savetxt(table, data, delimiter=",", header=",".join("abcdefg"), comments="")
    fit = ["fit", str(table), "--solver", "eqvar", "--json", "-p"]
    result = CliRunner().invoke(main, [*fit, "polish=topo-ls"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["parameters"]["polish"] == "topo-ls"
    expected = EqVar(polish="topo-ls").fit(data)
    np.testing.assert_allclose(document["weights"], expected.weights_, rtol=1e-9)
    refused = CliRunner().invoke(main, [*fit, "polish=topo"])
    assert refused.exit_code != 0
    assert "polish='topo': unknown solver 'topo'" in refused.output
