"""Kernels of the exact search, beside plain twins."""

import itertools

import numpy as np
import pytest

from causal_dag.solvers.order.scores.subset_kernels import (
    best_sinks,
    lower_to_subsets,
    sweep_all_sets,
)


def subsets(whole):
    """All subsets of a set that is given by its bits."""
    return [s for s in range(whole + 1) if s & ~whole == 0]


@pytest.mark.parametrize("d", [1, 2, 5])
def test_sweeping_gives_the_variance_left_by_every_set(random_moments, variance_given, d):
    correlation = random_moments(d, 0).standardized().covariance
    complements, diagonals = np.empty((d + 1, d, d)), np.empty((d + 1, d))
    complements[d], diagonals[d] = correlation, 1.0
    variances = np.empty((d, 1 << d))
    for first in range(1 << d):  # in as many calls as there are sets
        sweep_all_sets(1e-12, complements, diagonals, variances, first, first + 1)
    for node, chosen in itertools.product(range(d), range(1 << d)):
        if not chosen >> node & 1:
            members = np.flatnonzero(chosen >> np.arange(d) & 1)
            expected = variance_given(correlation, node, members)
            assert variances[node, chosen] == pytest.approx(expected, rel=1e-9)


def test_a_node_that_a_set_determines_explains_nothing_more():
    correlation = np.array([[1.0, 1.0, 0.6], [1.0, 1.0, 0.6], [0.6, 0.6, 1.0]])
    complements, diagonals = np.empty((4, 3, 3)), np.empty((4, 3))
    complements[3], diagonals[3] = correlation, 1.0
    variances = np.empty((3, 8))
    sweep_all_sets(1e-12, complements, diagonals, variances, 0, 8)
    np.testing.assert_allclose(variances[2, [0, 1, 2, 3]], [1.0, 0.64, 0.64, 0.64])
    assert variances[0, 2] == variances[1, 1] == 0.0


@pytest.mark.parametrize("d", [1, 2, 3, 6])
def test_every_set_gets_the_lowest_score_of_its_subsets(d):
    scores = np.random.default_rng(d).integers(50, size=1 << d).astype(float)
    scores[np.random.default_rng(d).random(1 << d) < 0.2] = np.inf
    lowest = scores.copy()
    lower_to_subsets(lowest)
    assert lowest.tolist() == [scores[subsets(whole)].min() for whole in range(1 << d)]


@pytest.mark.parametrize("seed", range(5))
def test_sinks_are_those_of_the_best_order_of_every_set(seed):
    d = 4
    lowest = np.random.default_rng(seed).random((d, 1 << d))
    total, sinks = np.empty(1 << d), np.empty(1 << d, dtype=np.intp)
    for first, last in [(0, 3), (3, 1 << d)]:
        best_sinks(lowest, total, sinks, first, last)
    assert (total[0], sinks[0]) == (0.0, -1)
    for whole in range(1, 1 << d):
        costs = {}
        for order in itertools.permutations(np.flatnonzero(whole >> np.arange(d) & 1).tolist()):
            before = [sum(1 << v for v in order[:position]) for position in range(len(order))]
            costs[order] = sum(lowest[v, b] for v, b in zip(order, before, strict=True))
        best = min(costs, key=costs.__getitem__)
        assert total[whole] == pytest.approx(costs[best])
        assert sinks[whole] == best[-1]
