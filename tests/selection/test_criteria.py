"""Criteria against direct computation from rows."""

import itertools

import numpy as np
import pytest
from sklearn.base import clone

from causal_dag import Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.graph import is_dag
from causal_dag.problem import Monitor, Problem
from causal_dag.selection import (
    BIC,
    CrossValidatedLikelihood,
    ExtendedBIC,
    SelectionTask,
    StARS,
)
from causal_dag.selection.graph_likelihood import GraphLikelihood
from causal_dag.selection.path import solve_path
from causal_dag.selection.resampling_criteria import edge_instability, subsample_size
from causal_dag.selection.selecting_estimator import resolve_criterion
from causal_dag.selection.thresholds import distinct_thresholds, graph_at

LAMBDAS = (2.0, 0.3, 0.05)


def task_of(X, solver, noise="equal", knowledge=None, thresholds=None, monitor=None):
    constraints = (knowledge or PriorKnowledge()).resolve(X.shape[1])
    problem = Problem(
        Moments.from_rows(X), constraints, monitor or Monitor(), rows=X,
        random_generator=np.random.default_rng(0),
    )  # fmt: skip
    return SelectionTask(solver, problem, solve_path(solver, problem, LAMBDAS), noise, thresholds)


def log_likelihood(X, A, noise, judged=None):
    """Sum over rows, by regressions on columns and normal densities."""
    from scipy.stats import norm

    judged = X if judged is None else judged
    residuals, judged_residuals = np.empty_like(X), np.empty_like(judged)
    for child in range(X.shape[1]):
        design = np.column_stack([np.ones(len(X)), X[:, A[:, child]]])
        coefficients = np.linalg.lstsq(design, X[:, child], rcond=None)[0]
        residuals[:, child] = X[:, child] - design @ coefficients
        new_design = np.column_stack([np.ones(len(judged)), judged[:, A[:, child]]])
        judged_residuals[:, child] = judged[:, child] - new_design @ coefficients
    variance = (residuals**2).mean(axis=0)
    if noise == "equal":
        variance[:] = variance.mean()
    return norm(0, np.sqrt(variance)).logpdf(judged_residuals).sum()


@pytest.mark.parametrize("noise", ["equal", "unequal"])
@pytest.mark.parametrize("held_out", [False, True])
def test_the_likelihood_is_that_of_normal_residuals(simulated, noise, held_out):
    X, sem = simulated
    train, test = (X[:120], X[120:]) if held_out else (X, X)
    A = sem.weights != 0
    likelihood = GraphLikelihood(
        Moments.from_rows(train), noise, Moments.from_rows(test) if held_out else None
    )
    expected = log_likelihood(train, A, noise, test) / len(test)
    assert likelihood.mean_log_likelihood(A) == pytest.approx(expected, rel=1e-9)


def test_as_many_parents_as_rows_are_no_fit():
    X = np.random.default_rng(0).normal(size=(4, 5))
    A = np.zeros((5, 5), dtype=bool)
    A[:3, 4] = True
    assert GraphLikelihood(Moments.from_rows(X), "equal").mean_log_likelihood(A) == -np.inf


@pytest.mark.parametrize("noise", ["equal", "unequal"])
@pytest.mark.parametrize(
    ("criterion", "price"),
    [
        (BIC(), np.log(200)),
        (BIC(penalty=2.0), 2 * np.log(200)),
        (ExtendedBIC(gamma=0.7), np.log(200) + 4 * 0.7 * np.log(5)),
    ],
)
def test_information_criteria_price_the_edges_of_refitted_graphs(
    simulated, quick_solvers, criterion, price, noise
):
    X = simulated[0]
    task = task_of(X, quick_solvers["dagma"], noise)
    choice = criterion.choose(task)
    assert len({candidate.point for candidate in choice.candidates}) == len(LAMBDAS)
    for candidate in choice.candidates[::3]:
        A = np.abs(task.path[candidate.point].weights) > candidate.weight_threshold
        expected = -2 * log_likelihood(X, A, noise) + price * A.sum()
        assert candidate.value == pytest.approx(expected, rel=1e-9)
        assert candidate.n_edges == A.sum()
    assert choice.best.value == min(candidate.value for candidate in choice.candidates)


def test_thresholds_give_every_dag_that_thresholding_gives():
    W = np.random.default_rng(3).normal(size=(5, 5))
    np.fill_diagonal(W, 0)
    graphs = [np.abs(W) > t for t in distinct_thresholds(W, Constraints.none(5))]
    levels = np.sort(np.abs(W[W != 0]))
    expected = [A for t in levels[::-1] if is_dag(A := np.abs(W) > t)]
    assert {A.tobytes() for A in graphs} == {A.tobytes() for A in expected}


def test_the_out_of_fold_likelihood_is_that_of_refits_in_every_fold(simulated, quick_solvers):
    X = simulated[0]

    class FixedFolds:
        def split(self, X):
            rows = np.arange(len(X))
            return [(rows[rows % 2 != part], rows[rows % 2 == part]) for part in (0, 1)]

    task = task_of(X, quick_solvers["dagma"], thresholds=(0.5, 0.1))
    choice = CrossValidatedLikelihood(FixedFolds()).choose(task)
    totals = np.zeros((len(LAMBDAS), 2))
    for train, test in FixedFolds().split(X):
        fold = Problem(Moments.from_rows(X[train]), Constraints.none(5))
        for k, point in enumerate(solve_path(quick_solvers["dagma"], fold, LAMBDAS)):
            for place, threshold in enumerate((0.5, 0.1)):
                A = graph_at(point.weights, threshold, Constraints.none(5))
                totals[k, place] -= log_likelihood(X[train], A, "equal", X[test])
    found = [candidate.value for candidate in choice.candidates]
    np.testing.assert_allclose(found, totals.ravel() / len(X), rtol=1e-9)
    assert choice.best.value == min(found)


def test_folds_share_the_rows_out(simulated, quick_solvers):
    task = task_of(simulated[0], quick_solvers["dagma"])
    folds = CrossValidatedLikelihood(3)._folds(task)
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(200))
    assert all(np.intersect1d(train, test).size == 0 for train, test in folds)
    with pytest.raises(ValueError, match="cv=300 folds"):
        CrossValidatedLikelihood(300)._folds(task)


def test_instability_is_how_often_two_graphs_disagree_on_a_pair():
    generator = np.random.default_rng(1)
    graphs = [np.triu(generator.random((4, 4)) < 0.5, 1) for _ in range(6)]
    graphs = [A.T if number % 2 else A for number, A in enumerate(graphs)]
    disagreements = [
        (a[i, j], a[j, i]) != (b[i, j], b[j, i])
        for a, b in itertools.product(graphs, graphs)
        for i, j in itertools.combinations(range(4), 2)
    ]
    assert edge_instability(graphs) == pytest.approx(np.mean(disagreements))


def test_with_one_direction_it_is_the_published_instability():
    generator = np.random.default_rng(2)
    graphs = [np.triu(generator.random((5, 5)) < 0.4, 1) for _ in range(7)]
    theta = np.mean(graphs, axis=0)[np.triu_indices(5, 1)]
    assert edge_instability(graphs) == pytest.approx(np.mean(2 * theta * (1 - theta)))


def test_stability_prefers_the_most_edges_that_are_stable_enough(simulated, quick_solvers):
    criterion = StARS(n_subsamples=4, instability=0.1, n_thresholds=5)
    X, solver = simulated[0], quick_solvers["dagma"]
    choice = criterion.choose(task_of(X, solver))
    stable = [c for c in choice.candidates if c.value <= 0.1]
    assert choice.best in stable
    assert choice.best.n_edges == max(c.n_edges for c in stable)
    assert choice.candidates[-1].value == pytest.approx(
        instability_of(X, solver, LAMBDAS[-1], choice.candidates[-1].weight_threshold)
    )


def instability_of(X, solver, lambda1, threshold):
    """The same subsamples, fitted and compared one by one."""
    generator = np.random.default_rng(0)
    generator.integers(2**63, size=len(LAMBDAS))  # what the path has drawn
    graphs = []
    for _ in range(4):
        rows = X[np.sort(generator.permutation(len(X))[: subsample_size(len(X))])]
        problem = Problem(Moments.from_rows(rows), Constraints.none(5))
        fit = clone(solver).set_params(lambda1=lambda1).solve(problem)
        graphs.append(graph_at(fit.weights, threshold, Constraints.none(5)))
    states = [[(A[i, j], A[j, i]) for i, j in itertools.combinations(range(5), 2)] for A in graphs]
    return np.mean(
        [
            a != b
            for first in states
            for second in states
            for a, b in zip(first, second, strict=True)
        ]
    )


@pytest.mark.parametrize("criterion", [CrossValidatedLikelihood(2), StARS(2)])
def test_required_edges_are_in_every_graph_that_is_judged(simulated, quick_solvers, criterion):
    knowledge = PriorKnowledge(required=[(0, 4)], forbidden=[(1, 2)])
    choice = criterion.choose(task_of(simulated[0], quick_solvers["dagma"], knowledge=knowledge))
    assert min(candidate.n_edges for candidate in choice.candidates) >= 1


@pytest.mark.parametrize("criterion", [CrossValidatedLikelihood(2), StARS(2)])
def test_without_time_for_resamples_bic_chooses(simulated, quick_solvers, criterion):
    monitor = Monitor()
    task = task_of(simulated[0], quick_solvers["dagma"], monitor=monitor)
    monitor.time_budget = 1e-9
    assert criterion.choose(task) == BIC().choose(task)


def test_a_column_that_resampling_makes_constant_is_named(quick_solvers):
    X = np.random.default_rng(0).normal(size=(20, 3))
    X[1:, 1] = 0.5
    task = task_of(X, quick_solvers["dagma"])
    with pytest.raises(ValueError, match="column 1 is constant on the"):
        CrossValidatedLikelihood(2).choose(task)


def test_names_and_objects_are_criteria_and_nothing_else():
    assert resolve_criterion("bic") == BIC()
    assert resolve_criterion("ebic") == ExtendedBIC()
    assert resolve_criterion("cv", 3) == CrossValidatedLikelihood(3)
    assert resolve_criterion("stars") == StARS()
    with pytest.raises(ValueError, match="criterion='aic' is not known"):
        resolve_criterion("aic")


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: BIC(penalty=-1), "penalty=-1"),
        (lambda: ExtendedBIC(gamma=-1), "gamma=-1"),
        (lambda: CrossValidatedLikelihood(1), "cv=1"),
        (lambda: StARS(n_subsamples=1), "n_subsamples=1"),
        (lambda: StARS(instability=2), "instability=2"),
        (lambda: StARS(n_thresholds=0), "n_thresholds=0"),
    ],
)
def test_parameters_out_of_range_are_named(make, match):
    with pytest.raises(ValueError, match=match):
        make()
