"""A path is the solver's own answers, whatever runs side by side."""

import numpy as np
import pytest
from sklearn.base import clone

from causal_dag import EmptyDAG, PriorKnowledge
from causal_dag.selection import regularization_path
from causal_dag.selection.parallel import in_batches

LAMBDAS = [0.05, 1.0]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", ["notears", "dagma", "colide-ev"])
def test_every_point_is_what_the_solver_gives_alone(simulated, quick_solvers, name):
    X = simulated[0]
    path = regularization_path(quick_solvers[name], X, lambdas=LAMBDAS)
    assert [point.lambda1 for point in path] == [1.0, 0.05]
    for point in path:
        alone = clone(quick_solvers[name]).set_params(lambda1=point.lambda1).fit(X)
        assert point.weights.tobytes() == alone.raw_weights_.tobytes()
        assert (point.objective, str(point.status)) == (alone.objective_, alone.status_)
        assert point.n_edges == alone.adjacency_.sum()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_warm_start_goes_on_from_the_dag_before(simulated, quick_solvers):
    X, solver = simulated[0], quick_solvers["notears"]
    cold = regularization_path(solver, X, lambdas=LAMBDAS)
    warm = regularization_path(solver, X, lambdas=LAMBDAS, warm_start=True)
    assert warm[0].weights.tobytes() == cold[0].weights.tobytes()
    assert warm[1].weights.tobytes() != cold[1].weights.tobytes()
    np.testing.assert_allclose(warm[1].weights, cold[1].weights, atol=0.05)


def test_processes_give_the_same_bits(simulated, quick_solvers):
    one, two = (
        regularization_path(quick_solvers["dagma"], simulated[0], lambdas=3, n_jobs=n_jobs)
        for n_jobs in (None, 2)
    )
    for a, b in zip(one, two, strict=True):
        assert a.weights.tobytes() == b.weights.tobytes()
        assert (a.objective, a.n_edges) == (b.objective, b.n_edges)


def test_prior_knowledge_holds_at_every_point(simulated, quick_solvers):
    knowledge = PriorKnowledge(forbidden=[(0, 1), (1, 0)], required=[(2, 3)])
    solver = clone(quick_solvers["dagma"]).set_params(prior_knowledge=knowledge)
    for point in regularization_path(solver, simulated[0], lambdas=LAMBDAS):
        assert point.weights[0, 1] == point.weights[1, 0] == point.weights[3, 2] == 0
        assert point.n_edges >= 1


def test_the_caller_s_array_and_estimator_are_untouched(simulated, quick_solvers):
    X, solver = simulated[0].copy(), quick_solvers["dagma"]
    X.setflags(write=False)
    before = solver.get_params()
    regularization_path(solver, X, lambdas=LAMBDAS)
    assert solver.get_params() == before
    assert not hasattr(solver, "weights_")


def test_the_callback_ends_the_path_and_so_does_the_clock(simulated, quick_solvers):
    for stop in ({"callback": lambda record: True}, {"time_budget": 1e-9}):
        solver = clone(quick_solvers["dagma"]).set_params(**stop)
        assert len(regularization_path(solver, simulated[0], lambdas=4)) == 1


def test_an_estimator_without_lambda_is_refused(simulated):
    with pytest.raises(ValueError, match="not a solver with the parameters lambda1"):
        regularization_path(EmptyDAG(), simulated[0])


def test_jobs_start_when_their_results_are_asked_for():
    started = []
    jobs = ((started.append(number) or number, 2) for number in range(5))
    assert next(in_batches(pow, jobs, n_jobs=None)) == 0
    assert started == [0]


@pytest.mark.parametrize("n_jobs", [0, 1.5, "two"])
def test_a_senseless_number_of_jobs_is_refused(n_jobs):
    with pytest.raises(ValueError, match="n_jobs"):
        list(in_batches(pow, [(1, 2)], n_jobs))
