"""Choosing at most so many parents, against all sets of parents."""

import itertools

import numpy as np
import pytest

from causal_dag import Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.solvers.order.parents import bic_parents
from causal_dag.solvers.order.scores.gaussian_node_scores import GaussianBIC
from causal_dag.solvers.order.scores.limited_parents import LimitedParents, limited
from causal_dag.solvers.order.scores.local_score import LocalScore, NodeFit


def gaussian_score(seed, d=14, n=100):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(n, d)) @ generator.normal(size=(d, d))
    return GaussianBIC(Moments.from_rows(X))


def mask(d, *nodes):
    chosen = np.zeros(d, dtype=bool)
    chosen[list(nodes)] = True
    return chosen


def neighbours(parents, free, most):
    """All sets that one addition, removal or exchange leads to."""
    size = int(parents.sum())
    for nodes in (
        *itertools.combinations(np.flatnonzero(free), 1),
        *itertools.combinations(np.flatnonzero(free), 2),
    ):
        changed = parents ^ mask(parents.size, *nodes)
        if changed.sum() <= most and (len(nodes) == 1 or changed.sum() == size == most):
            yield changed


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("most", [1, 2, 4])
def test_no_addition_removal_or_exchange_is_better(seed, most):
    score = LimitedParents(gaussian_score(seed), most)
    candidates, required = ~mask(14, 3), mask(14, 7)
    fit = score.best(3, candidates, required, start=required)
    parents = fit.weights != 0
    assert parents[7]
    assert parents.sum() <= most
    for other in neighbours(parents, candidates & ~required, most):
        assert score.given(3, other).value >= fit.value - 1e-8 * abs(fit.value)


@pytest.mark.parametrize("seed", range(20))
def test_where_sets_are_few_the_best_of_all_is_found(seed):
    score = LimitedParents(gaussian_score(seed), 2)
    candidates, nobody = mask(14, *range(10)), mask(14)
    sets = [
        mask(14, *nodes) for size in range(3) for nodes in itertools.combinations(range(10), size)
    ]
    fit = score.best(12, candidates, nobody, start=nobody)
    assert fit.value == pytest.approx(min(score.given(12, parents).value for parents in sets))


class Counting(LocalScore):
    """A score whose own choice is within the limit, so that nothing else is tried."""

    def best(self, node, candidates, required, start):
        return NodeFit(1.0, np.where(required, 1.0, 0.0))

    def given(self, node, parents):
        raise AssertionError("the limit does not matter here")


def test_a_choice_within_the_limit_stands():
    everybody, required = ~mask(200, 0), mask(200, 5)
    fit = LimitedParents(Counting(), 2).best(0, everybody, required, start=required)
    assert fit.weights.sum() == 1


def test_without_a_limit_the_score_is_itself():
    score = gaussian_score(0)
    assert limited(score, Constraints.none(14)) is score


@pytest.mark.parametrize("most", [0, 1, 3])
def test_parents_along_an_order_heed_the_limit_and_their_scores_are_right(most):
    score = gaussian_score(1)
    constraints = PriorKnowledge(max_parents=most).resolve(14)
    adjacency, total = bic_parents(score.moments, np.arange(14), constraints, 2.0)
    assert adjacency.sum(axis=0).max() == most
    assert not np.tril(adjacency).any()
    values = [score.given(node, adjacency[:, node]).value for node in range(14)]
    assert total == pytest.approx(sum(values))
