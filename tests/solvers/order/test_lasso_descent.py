"""The search over orders that goes on from a NOTEARS solution."""

import itertools

import numpy as np
import pytest
from sklearn.linear_model import Lasso

from causal_dag import NOTEARS, Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.graph import is_dag, topological_order
from causal_dag.problem import Problem, Solution, Status
from causal_dag.solvers.order.lasso_descent import descend_along_orders
from causal_dag.synthetic import make_linear_sem

D = 5


def standing_on(X, W, lambda1, **options):
    """Descend from W, which stands for a solution of the augmented Lagrangian."""
    moments = Moments.from_rows(X)
    problem = Problem(moments, options.get("constraints", Constraints.none(X.shape[1])))
    penalty = np.broadcast_to(lambda1, W.shape)
    start = Solution(W, objective(X, W, penalty))
    is_nonnegative = options.get("is_nonnegative", False)
    return start, descend_along_orders(problem, start, penalty, is_nonnegative)


def objective(X, W, lambda1):
    centred = X - X.mean(axis=0)
    return 0.5 * ((centred - centred @ W) ** 2).sum() / len(X) + (lambda1 * np.abs(W)).sum()


def best_along(X, order, lambda1, is_nonnegative=False):
    """The lasso of every column on those before it, by scikit-learn."""
    W = np.zeros((X.shape[1], X.shape[1]))
    for position, node in enumerate(order):
        if position > 0:
            before = list(order[:position])
            lasso = Lasso(lambda1, positive=is_nonnegative, tol=1e-12, max_iter=100_000)
            W[before, node] = lasso.fit(X[:, before], X[:, node]).coef_
    return objective(X, W, lambda1)


def insertions(order):
    for position, target in itertools.permutations(range(len(order)), 2):
        rest = [v for k, v in enumerate(order) if k != position]
        yield [*rest[:target], order[position], *rest[target:]]


@pytest.fixture(scope="module", params=range(3))
def data(request):
    return make_linear_sem(200, D, edges_per_node=1.5, random_state=request.param)[0]


@pytest.mark.parametrize("is_nonnegative", [False, True])
def test_it_ends_at_the_lassos_of_an_order_that_no_insertion_improves(data, is_nonnegative):
    empty = np.zeros((D, D))
    _, end = standing_on(data, empty, 0.1, is_nonnegative=is_nonnegative)
    assert is_dag(end.weights)
    assert end.objective == pytest.approx(objective(data, end.weights, 0.1))
    assert not (is_nonnegative and (end.weights < 0).any())
    order = topological_order(end.weights != 0).tolist()
    assert end.objective == pytest.approx(best_along(data, order, 0.1, is_nonnegative), rel=1e-6)
    for other in insertions(order):
        assert best_along(data, other, 0.1, is_nonnegative) >= end.objective * (1 - 1e-6)


def test_a_start_that_is_lower_because_it_has_cycles_is_kept(data):
    # Unpenalized regressions of every column on all others, which no graph can match.
    C = np.cov(data.T, bias=True)
    W = -np.linalg.inv(C) / np.diag(np.linalg.inv(C))
    np.fill_diagonal(W, 0.0)
    start, end = standing_on(data, W, 0.0)
    assert end is start


def test_prior_knowledge_and_the_penalty_of_every_edge_are_heeded(data):
    constraints = PriorKnowledge(required=[(0, 1)], forbidden=[(2, 3), (3, 2)]).resolve(D)
    penalty = np.full((D, D), 0.01)
    penalty[:, 4] = 1e6
    _, end = standing_on(data, np.zeros((D, D)), penalty, constraints=constraints)
    assert not end.weights[constraints.forbidden].any()
    assert not end.weights[:, 4].any()
    order = topological_order((end.weights != 0) | constraints.required).tolist()
    assert order.index(0) < order.index(1)


def test_the_search_lowers_the_objective_of_the_published_end_and_says_so_in_the_trace():
    X, _ = make_linear_sem(1000, 10, edges_per_node=4, random_state=70005)
    published, model = NOTEARS(local_search=False).fit(X), NOTEARS().fit(X)
    assert 0 < published.trace_[-1].h <= 1e-8
    assert model.objective_ < 0.99 * published.objective_
    assert model.trace_[: len(published.trace_)][-1].objective == published.objective_
    assert (model.trace_[-1].h, model.trace_[-1].objective) == (0.0, model.objective_)
    assert is_dag(model.raw_weights_)
    assert model.status_ == Status.CONVERGED


def test_a_fit_that_its_callback_stops_goes_no_further():
    X, _ = make_linear_sem(200, 6, edges_per_node=2, random_state=0)
    stopped = NOTEARS(callback=lambda record: record.h <= 1e-8).fit(X)
    assert stopped.status_ == Status.CALLBACK or stopped.trace_[-1].h > 0.0
