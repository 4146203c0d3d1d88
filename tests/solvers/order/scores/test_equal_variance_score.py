"""The equal-variance score of an order, against its tangents and against all sets of parents."""

import itertools

import numpy as np
import pytest

from causal_dag import Moments, PriorKnowledge
from causal_dag.problem import Problem
from causal_dag.solvers.order.criteria.gaussian import EqualVarianceBIC
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.gaussian_node_scores import EqualVarianceGaussian
from causal_dag.synthetic import make_linear_sem

CRITERION = EqualVarianceBIC(penalty=1.0, gamma=0.2)
KNOWN = PriorKnowledge(required=[(3, 0)], forbidden=[(1, 2), (2, 1)])
KNOWLEDGE = [None, KNOWN]


def problem_of(seed, n=60, d=5, knowledge=None):
    noise = (0.3, 3.0) if seed % 2 else 1.0
    X, _ = make_linear_sem(
        n, d, edges_per_node=(d - 1) / 3, noise_variance=noise, random_state=seed
    )
    return Problem(Moments.from_rows(X), (knowledge or PriorKnowledge()).resolve(d))


def random_feasible_order(problem, generator):
    precedence = problem.constraints.precedence
    while True:
        order = generator.permutation(len(precedence))
        if not np.tril(precedence[np.ix_(order, order)]).any():
            return order


def tangent_at(problem, order, variance):
    """Least tangent at a noise variance over the parents along the order, with its constant."""
    n, d = problem.moments.n_samples, problem.moments.n_features
    node_score = EqualVarianceGaussian(
        problem.moments, 1 / variance, CRITERION.penalty, CRITERION.gamma
    )
    local = DecomposableScore(node_score, problem.constraints).loss(order)
    return n * d * (np.log(variance) - 1) + local


@pytest.fixture
def score_of_weights(variance_given):
    """Score of the graph of some weights, by its definition."""

    def score(problem, weights):
        moments, d = problem.moments, problem.moments.n_features
        variances = [
            variance_given(moments.covariance, j, np.flatnonzero(weights[:, j])) for j in range(d)
        ]
        n = moments.n_samples
        price = CRITERION.penalty * np.log(n) + 4 * CRITERION.gamma * np.log(d)
        return n * d * np.log(np.mean(variances)) + price * np.count_nonzero(weights)

    return score


@pytest.fixture
def least_score(variance_given):
    """Least score over all choices of parents along an order, one by one."""

    def least(problem, order):
        moments, constraints = problem.moments, problem.constraints
        n, d = moments.n_samples, moments.n_features
        price = CRITERION.penalty * np.log(n) + 4 * CRITERION.gamma * np.log(d)
        # For every number of edges, the least sum of variances.
        best = {0: 0.0}
        for place, node in enumerate(order):
            before = [v for v in order[:place] if constraints.allowed[v, node]]
            required = set(np.flatnonzero(constraints.required[:, node]))
            extended = {}
            for size in range(len(before) + 1):
                for parents in itertools.combinations(before, size):
                    if required <= set(parents):
                        variance = variance_given(moments.covariance, node, parents)
                        for edges, total in best.items():
                            reached = extended.get(edges + size, np.inf)
                            extended[edges + size] = min(reached, total + variance)
            best = extended
        return min(n * d * np.log(total / d) + price * edges for edges, total in best.items())

    return least


@pytest.mark.parametrize("knowledge", KNOWLEDGE)
def test_the_loss_is_nearly_always_the_least_score_over_all_parents(least_score, knowledge):
    agreements = []
    for seed in range(25):
        problem = problem_of(seed, knowledge=knowledge)
        order = random_feasible_order(problem, np.random.default_rng(seed))
        loss, least = CRITERION.order_score(problem).loss(order), least_score(problem, order)
        assert loss >= least - 1e-8 * abs(least)
        agreements.append(loss == pytest.approx(least, rel=1e-9))
    assert np.mean(agreements) >= 0.8


@pytest.mark.parametrize("knowledge", KNOWLEDGE)
def test_no_tangent_lies_below_the_least_score(least_score, knowledge):
    n_below, n_tangents = 0, 0
    for seed in range(8):
        problem = problem_of(seed, knowledge=knowledge)
        order = random_feasible_order(problem, np.random.default_rng(seed))
        loss, least = CRITERION.order_score(problem).loss(order), least_score(problem, order)
        for variance in problem.moments.variance.mean() * np.geomspace(1e-4, 10, 12):
            tangent = tangent_at(problem, order, variance)
            assert tangent >= least - 1e-8 * abs(least)
            n_below += tangent < loss - 1e-8 * abs(loss)
            n_tangents += 1
    # The steps from tangent to tangent may end beside the least score, and above another tangent.
    assert n_below <= 0.1 * n_tangents


@pytest.mark.parametrize("knowledge", KNOWLEDGE)
@pytest.mark.parametrize("seed", range(6))
def test_the_tangent_at_an_order_touches_the_score_there(score_of_weights, knowledge, seed):
    problem = problem_of(seed, knowledge=knowledge)
    order = random_feasible_order(problem, np.random.default_rng(seed))
    score, n, d = CRITERION.order_score(problem), problem.moments.n_samples, 5
    weights = score.weights(order)
    loss = score.loss(order)
    assert loss == pytest.approx(score_of_weights(problem, weights), rel=1e-9)
    precision = score.tangent(order).node_score.precision
    touching = tangent_at(problem, order, 1 / precision)
    assert touching == pytest.approx(loss, rel=1e-9)
    residual = np.eye(d) - weights
    mean = np.mean(np.diagonal(residual.T @ problem.moments.covariance @ residual))
    assert 1 / precision == pytest.approx(mean, rel=1e-9)
    assert score.n_edges(order) == np.count_nonzero(weights)
    assert n * d * np.log(mean) <= loss


@pytest.mark.parametrize("knowledge", KNOWLEDGE)
def test_a_move_is_priced_by_the_tangent_and_nearly_never_raises_the_score_by_more(knowledge):
    n_moves, within = 0, []
    for seed in range(9):
        generator = np.random.default_rng(seed)
        problem = problem_of(seed, knowledge=knowledge)
        score = CRITERION.order_score(problem)
        for _ in range(6):
            order = random_feasible_order(problem, generator)
            low, high = sorted(generator.choice(6, size=2, replace=False))
            segment = generator.permutation(order[low:high])
            change = score.interval_change(order, int(low), segment)
            moved = np.concatenate([order[:low], segment, order[high:]])
            if np.isinf(change):
                assert score.loss(moved) == np.inf
                continue
            variance = 1 / score.tangent(order).node_score.precision
            by_tangent = [tangent_at(problem, along, variance) for along in (order, moved)]
            assert change == pytest.approx(by_tangent[1] - by_tangent[0], abs=1e-6)
            before, after = score.loss(order), score.loss(moved)
            within.append(after <= before + change + 1e-8 * abs(before))
            n_moves += 1
    assert n_moves > 36
    # Other tangents on the way may lead to other parents.
    assert np.mean(within) >= 0.9


@pytest.mark.parametrize("knowledge", KNOWLEDGE)
@pytest.mark.parametrize("seed", range(6))
def test_sweeps_never_raise_the_score_and_keep_to_the_precedence(knowledge, seed):
    problem = problem_of(seed, d=7, knowledge=knowledge)
    order = random_feasible_order(problem, np.random.default_rng(seed))
    score = CRITERION.order_score(problem)
    for _ in range(3):
        moved, loss, _ = score.insertion_sweep(order, 1e-9)
        assert loss <= score.loss(order) + 1e-9 * abs(loss)
        assert loss == score.loss(moved) < np.inf
        order = moved


def test_an_order_against_a_required_edge_has_an_infinite_score():
    problem = problem_of(0, knowledge=KNOWN)
    assert CRITERION.order_score(problem).loss(np.array([0, 1, 2, 3, 4])) == np.inf
