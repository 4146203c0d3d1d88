"""Searches under a limit on the number of parents, against the best of all graphs."""

import numpy as np
import pytest

from causal_dag import TOPO, CoLiDECV, ExactDAG, PriorKnowledge
from causal_dag.graph import is_dag
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_linear_sem

CRITERIA = ["bic", "bic-ev", "least-squares"]


def data(seed, d):
    X, _ = make_linear_sem(
        300, d, graph="er", edges_per_node=min(2, d / 2 - 0.5), noise_variance=(0.5, 2),
        random_state=seed,
    )  # fmt: skip
    return X / X.std(axis=0)


def all_dags(d):
    for code in range(2 ** (d * (d - 1))):
        A = np.zeros((d, d), dtype=bool)
        A[~np.eye(d, dtype=bool)] = code >> np.arange(d * (d - 1)) & 1
        if is_dag(A):
            yield A


@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_exact_search_finds_the_best_of_all_graphs_within_the_limit(criterion):
    X = data(0, 4)
    knowledge = PriorKnowledge(max_parents=1, required=[(2, 3)])
    best = ExactDAG(criterion=criterion, penalty=2.0, prior_knowledge=knowledge).fit(X)
    objectives = [
        objective(criterion, X, A) for A in all_dags(4) if A[2, 3] and A.sum(axis=0).max() <= 1
    ]
    assert best.adjacency_.sum(axis=0).max() == 1
    assert best.objective_ == pytest.approx(min(objectives))


def objective(criterion, X, adjacency):
    n, d = X.shape
    centred = X - X.mean(axis=0)
    variances = []
    for j in range(d):
        design = centred[:, adjacency[:, j]]
        slopes = np.linalg.lstsq(design, centred[:, j], rcond=None)[0]
        variances.append(((centred[:, j] - design @ slopes) ** 2).mean())
    price = 2 * np.log(n) * adjacency.sum()
    return {
        "bic": n * np.log(variances).sum() + price,
        "bic-ev": n * d * np.log(np.mean(variances)) + price,
        "least-squares": 0.5 * np.sum(variances),
    }[criterion]


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("max_parents", [1, 2])
def test_order_search_reaches_the_exact_optimum(criterion, max_parents):
    for seed in range(2):
        X = data(seed, 10)
        knowledge = PriorKnowledge(max_parents=max_parents, required=[(0, 1)])
        found = TOPO(criterion=criterion, prior_knowledge=knowledge).fit(X)
        best = ExactDAG(criterion=criterion, prior_knowledge=knowledge).fit(X)
        assert found.adjacency_.sum(axis=0).max() <= max_parents
        assert found.objective_ == pytest.approx(best.objective_, abs=1e-6)


@pytest.mark.parametrize("moves", ["swap", "block"])
@pytest.mark.parametrize("criterion", CRITERIA)
def test_other_moves_heed_the_limit(moves, criterion):
    knowledge = PriorKnowledge(max_parents=1)
    model = TOPO(criterion=criterion, moves=moves, n_restarts=1, prior_knowledge=knowledge)
    model.fit(data(0, 6))
    assert model.projection_.n_beyond_limit == 0
    assert model.adjacency_.sum(axis=0).max() == 1


def test_a_starting_graph_beyond_the_limit_is_cut_first():
    X = data(0, 12)
    start = TOPO(n_restarts=2).fit(X)
    assert start.adjacency_.sum(axis=0).max() > 1
    model = TOPO(n_restarts=0, init=start, prior_knowledge=PriorKnowledge(max_parents=1)).fit(X)
    assert model.adjacency_.sum(axis=0).max() == 1
    assert model.projection_.n_beyond_limit == 0


def test_polishing_and_selection_heed_the_limit():
    X = data(0, 8)
    knowledge = PriorKnowledge(max_parents=1)
    for model in (
        make_solver("eqvar", polish="topo-bic", prior_knowledge=knowledge),
        CoLiDECV(lambdas=3, prior_knowledge=knowledge),
    ):
        assert model.fit(X).adjacency_.sum(axis=0).max() == 1
