"""Where there are few columns, order search says and knows that no graph has a better score."""

import numpy as np
import pytest

from causal_dag import TOPO, ExactDAG, PriorKnowledge
from causal_dag.problem import Status
from causal_dag.solvers import make_solver
from causal_dag.solvers.criteria import BIC, LeastSquares
from causal_dag.solvers.order.exact_search import FEW_COLUMNS, scores_like
from causal_dag.synthetic import make_linear_sem

CRITERIA = ["bic", "bic-ev", "least-squares"]
KNOWN = PriorKnowledge(required=[(3, 0)], forbidden=[(0, 1), (2, 4)], max_parents=2)


def dense_rows(seed, d=8, n=200):
    return make_linear_sem(n, d, edges_per_node=3, noise_variance=(0.3, 3.0), random_state=seed)[0]


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("known", [None, KNOWN])
@pytest.mark.parametrize("moves", ["insertion", "swap"])
def test_one_local_search_ends_at_the_best_of_all_graphs(criterion, known, moves):
    settings = {"criterion": criterion, "prior_knowledge": known}
    for seed in range(4):
        X = dense_rows(seed)
        best = ExactDAG(**settings).fit(X)
        model = TOPO(**settings, start="random", moves=moves, n_restarts=0).fit(X)
        assert model.objective_ == pytest.approx(best.objective_, rel=1e-9)
        assert model.status_ == best.status_ == Status.OPTIMAL
        assert model.converged_
        assert model.trace_[-1].objective == model.objective_
        if known is not None:
            assert model.adjacency_[3, 0]
            assert not model.adjacency_[0, 1]
            assert model.adjacency_.sum(axis=0).max() <= 2


@pytest.mark.parametrize("criterion", CRITERIA)
def test_neither_the_order_of_the_columns_nor_the_start_decides_which_best_graph_it_is(criterion):
    for seed in range(8):
        X, generator = dense_rows(seed), np.random.default_rng(seed)
        model = TOPO(criterion=criterion).fit(X)
        order = generator.permutation(X.shape[1])
        permuted = TOPO(criterion=criterion, start="random", random_state=seed).fit(X[:, order])
        np.testing.assert_allclose(
            permuted.weights_, model.weights_[np.ix_(order, order)], atol=1e-9
        )


@pytest.mark.filterwarnings("ignore")  # of perfect fits
@pytest.mark.parametrize(
    "X",
    [
        dense_rows(0, d=FEW_COLUMNS + 1),  # too many columns
        dense_rows(0, n=15),  # perfect fits are near
        np.column_stack([dense_rows(0), dense_rows(0)[:, 0] + dense_rows(0)[:, 1]]),  # singular
    ],
    ids=["columns", "rows", "rank"],
)
def test_elsewhere_the_search_only_converges(X):
    assert make_solver("topo-bic", n_restarts=2).fit(X).status_ == Status.CONVERGED


def test_a_search_that_is_stopped_keeps_its_own_graph_and_status():
    model = TOPO(start="random", callback=lambda record: True).fit(dense_rows(0))
    assert model.status_ == Status.CALLBACK
    assert len(model.trace_) == 1
    assert model.objective_ == model.trace_[0].objective


def test_criteria_without_a_table_of_local_scores_are_searched():
    X = (dense_rows(0)[:, :4] > 0).astype(float)
    assert make_solver("topo-logistic", n_restarts=1).fit(X).status_ == Status.CONVERGED


class Rescored(LeastSquares):
    """Scores orders in a way of its own."""

    def order_score(self, problem):
        return BIC().order_score(problem)


def test_a_criterion_that_changes_the_score_of_another_is_not_taken_for_it():
    assert scores_like(LeastSquares(), LeastSquares)
    assert not scores_like(Rescored(), LeastSquares)
    X = dense_rows(0)
    model = TOPO(criterion=Rescored()).fit(X)
    assert model.objective_ == pytest.approx(TOPO().fit(X).objective_)
