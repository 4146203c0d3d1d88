"""Solvers that leave out a column's residuals in the rows in which it is a target."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from causal_dag import DAGMA, GES, NOTEARS, NOTEARSCV, TOPO, ExactDAG, Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.experiments import experiments_of
from causal_dag.graph import interventional_cpdag, is_dag
from causal_dag.metrics import structural_hamming_distance
from causal_dag.problem import InitialPoint, Problem
from causal_dag.solvers import make_solver
from causal_dag.solvers.continuous.own_covariances import OwnCovariances
from causal_dag.solvers.continuous.scores import ConcomitantScore, LeastSquares
from causal_dag.solvers.order import exact_search
from causal_dag.solvers.order.search.equivalence_search import EquivalenceSearch
from causal_dag.solvers.order.search.likelihood_search import GaussianTerms
from causal_dag.synthetic import make_experiments, make_linear_sem

TARGETS = [(0,), (1, 2)]
SOLVERS = ["ges", "xges", "topo-bic-ev", "topo-ls", "notears", "colide-ev", "colide-nv", "dagma"]


def drawn(seed, d=4, targets=TARGETS, noise_variance=1.0, **numbers):
    _, sem = make_linear_sem(
        2, d, edges_per_node=1.5, noise_variance=noise_variance, weight_range=(0.5, 1.5),
        random_state=seed,
    )  # fmt: skip
    X, rows = make_experiments(sem, targets, random_state=seed, **numbers)
    return X, rows, sem


def own_rows(X, rows, j):
    """Return the rows in which j is not a target, each about the mean of its environment."""
    centered = X.copy()
    for found in set(rows):
        inside = [row == found for row in rows]
        centered[inside] -= centered[inside].mean(axis=0)
    return centered[[j not in found for found in rows]]


def sum_of_squares(X, rows, weights, j):
    own = own_rows(X, rows, j)
    return float(((own[:, j] - own @ weights[:, j]) ** 2).sum())


def lowest(X, rows, loss):
    """Return the lowest of ``loss(sum of squares, n of all residuals, n of edges)`` over DAGs."""
    d = X.shape[1]
    sums = {}
    for j in range(d):
        own = own_rows(X, rows, j)
        others = [i for i in range(d) if i != j]
        for parents in (p for k in range(d) for p in combinations(others, k)):
            chosen = own[:, list(parents)]
            fitted = chosen @ np.linalg.lstsq(chosen, own[:, j], rcond=None)[0]
            sums[j, parents] = ((own[:, j] - fitted) ** 2).sum()
    n = sum(j not in found for found in rows for j in range(d))
    best = np.inf
    choices = [[p for i, p in sums if i == j] for j in range(d)]
    for graph in np.ndindex(*map(len, choices)):
        parents = [choices[j][k] for j, k in enumerate(graph)]
        adjacency = np.zeros((d, d), dtype=bool)
        for j, found in enumerate(parents):
            adjacency[list(found), j] = True
        if is_dag(adjacency):
            total = sum(sums[j, found] for j, found in enumerate(parents))
            best = min(best, loss(total, n, adjacency.sum()))
    return best


@pytest.mark.parametrize(
    ("criterion", "loss"),
    [
        ("bic-ev", lambda total, n, k: n * np.log(total / n) + 2 * np.log(180) * k),
        ("least-squares", lambda total, n, k: 0.5 * total / 180),
    ],
)
def test_criteria_of_equal_variances_find_the_best_sum_over_rows(criterion, loss, monkeypatch):
    X, rows, _ = drawn(1, n_observational=100, n_per_experiment=40)
    best = lowest(X, rows, loss)
    for solver_class in (TOPO, ExactDAG):
        solver = solver_class(criterion=criterion, penalty=2.0)
        assert solver.fit(X, targets=rows).objective_ == pytest.approx(best, rel=1e-9)
    monkeypatch.setattr(exact_search, "MOST_STEPS", 0)  # so that TOPO searches
    for moves, n_restarts in (("insertion", 5), ("swap", 1)):
        solver = TOPO(criterion=criterion, penalty=2.0, moves=moves, n_restarts=n_restarts)
        assert solver.fit(X, targets=rows).objective_ == pytest.approx(best, rel=1e-9)


@pytest.mark.parametrize("solver", ["topo-bic-ev", "topo-ls"])
def test_the_search_with_knowledge_ends_at_the_best_graph(solver, monkeypatch):
    monkeypatch.setattr(exact_search, "MOST_STEPS", 0)
    X, rows, _ = drawn(2, d=7, targets=[0, 3])
    knowledge = PriorKnowledge(required=[(6, 0)], forbidden=[(1, 2)])
    model = make_solver(solver, prior_knowledge=knowledge, weight_threshold=0.0, n_restarts=10)
    model.fit(X, targets=rows)
    best = ExactDAG(criterion=model.criterion, prior_knowledge=knowledge).fit(X, targets=rows)
    assert model.adjacency_[6, 0]
    assert not model.adjacency_[1, 2]
    assert model.objective_ == pytest.approx(best.objective_, rel=1e-9)


@pytest.mark.parametrize("solver", ["topo-bic-ev", "topo-ls", "ges", "xges"])
def test_interventions_that_are_not_hard_are_refused_by_name(solver):
    X, rows, _ = drawn(0)
    with pytest.raises(ValueError, match=r"intervention='soft'.*topo-bic"):
        make_solver(solver, intervention="soft").fit(X, targets=rows)


@pytest.mark.parametrize("solver", SOLVERS[1:])  # GES alone often ends in a local optimum
def test_the_graph_is_found_in_rows_that_mislead_if_taken_for_observations(solver):
    distances = {True: [], False: []}
    for seed in range(3):
        X, rows, sem = drawn(seed, d=8, targets=[0, 2, 4])
        truth = interventional_cpdag(sem.adjacency, set(rows))
        for is_told, found in distances.items():
            model = make_solver(solver).fit(X, targets=rows if is_told else None)
            found.append(structural_hamming_distance(truth, model.cpdag_))
    assert np.mean(distances[True]) <= min(2.0, np.mean(distances[False]) - 1)


@pytest.mark.parametrize("solver", SOLVERS)
def test_permuted_rows_give_the_same_graph_and_no_targets_the_same_bits(solver):
    X, rows, _ = drawn(5, d=6, targets=[0, 2])
    along = np.random.default_rng(0).permutation(len(X))
    expected = make_solver(solver).fit(X, targets=rows)
    found = make_solver(solver).fit(X[along], targets=[rows[row] for row in along])
    np.testing.assert_array_equal(found.cpdag_, expected.cpdag_)
    np.testing.assert_allclose(found.weights_, expected.weights_, atol=1e-2)
    without = make_solver(solver).fit(X).weights_
    assert make_solver(solver).fit(X, targets=[()] * len(X)).weights_.tobytes() == without.tobytes()


def problem_of(X, rows, given=()):
    constraints = Constraints.none(X.shape[1])
    if given:
        constraints = PriorKnowledge(given=list(given)).resolve(X.shape[1], None)
    moments, experiments = Moments.from_rows(X), experiments_of(rows, X, None)
    return Problem(moments, constraints, experiments=experiments)


def gradient_by_differences(value, W, step=1e-6):
    gradient = np.empty_like(W)
    for edge in np.ndindex(W.shape):
        change = np.zeros_like(W)
        change[edge] = step
        gradient[edge] = (value(W + change) - value(W - change)) / (2 * step)
    return gradient


@pytest.mark.parametrize("given", [(), (3,)])
def test_least_squares_sum_over_rows_without_those_of_targets(given):
    X, rows, _ = drawn(3)
    W = np.random.default_rng(0).normal(size=(4, 4))
    W[:, list(given)] = 0.0
    value, gradient = (score := LeastSquares.of(problem_of(X, rows, given))).value_and_grad(W)
    expected = sum(sum_of_squares(X, rows, W, j) for j in range(4) if j not in given)
    assert value == pytest.approx(0.5 * expected / len(X), rel=1e-12)
    by_differences = gradient_by_differences(lambda V: score.value_and_grad(V)[0], W)
    np.testing.assert_allclose(gradient, by_differences, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("group", [[0, 0, 0, 0], [0, 1, 2, 3]])
def test_noise_scales_are_those_of_the_rows_without_targets(group):
    X, rows, _ = drawn(4)
    own = OwnCovariances.of(experiments_of(rows, X, None))
    score = ConcomitantScore(np.cov(X.T, bias=True), np.array(group), own=own)
    W = np.random.default_rng(0).normal(size=(4, 4))
    sums = np.array([sum_of_squares(X, rows, W, j) for j in range(4)])
    counts = np.array([sum(j not in found for found in rows) for j in range(4)])
    scale = np.sqrt(np.bincount(group, sums) / np.bincount(group, counts))
    np.testing.assert_allclose(score.best_scale(W), scale, rtol=1e-12)
    value, gradient = score.value_and_grad(W)
    expected = 0.5 * (sums / scale[group] + counts * scale[group]).sum() / len(X)
    assert value == pytest.approx(expected, rel=1e-12)
    by_differences = gradient_by_differences(lambda V: score.value_and_grad(V)[0], W)
    np.testing.assert_allclose(gradient, by_differences, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "solver",
    [NOTEARS(loss="logistic"), NOTEARS(nonlinear="sobolev"), DAGMA(nonlinear="mlp"), NOTEARSCV()],
)
def test_other_losses_and_paths_refuse_targets_and_name_solvers_that_take_them(solver):
    X, rows, _ = drawn(0)
    with pytest.raises(ValueError, match=r"treats all rows as observations.*notears, topo-bic"):
        solver.fit(X, targets=rows)


@pytest.mark.parametrize("family", [[(0,)], [(), (0,), (1, 2)], [(0,), (1,), (2,)]])
def test_states_of_the_class_search_are_interventional_essential_graphs(family):
    for seed in range(8):
        X, rows, sem = drawn(seed, d=7, targets=family, n_observational=50, n_per_experiment=50)
        problem = problem_of(X, rows)
        problem = replace(problem, initial=InitialPoint(weights=sem.weights))
        search = EquivalenceSearch(problem, GaussianTerms(1.0, 0.0, np.zeros(7)), 0.0)
        expected = interventional_cpdag(sem.adjacency, set(rows))
        np.testing.assert_array_equal(search._best.graph, expected)


@pytest.mark.parametrize("seed", range(4))
def test_the_class_search_ends_at_the_best_score_of_small_tables(seed):
    X, rows, _ = drawn(seed, d=5, noise_variance=(0.5, 2.0))
    best = ExactDAG().fit(X, targets=rows)
    model = GES().fit(X, targets=rows)
    assert model.objective_ == pytest.approx(best.objective_, rel=1e-9)
    np.testing.assert_array_equal(model.cpdag_, best.cpdag_)
