"""Kernels that regress single nodes, each against a slow twin that follows its definition."""

import itertools

import numpy as np
import pytest

from causal_dag import PriorKnowledge
from causal_dag.solvers.order.scores.regression_kernels import (
    constrained_insertion_sweep,
    constrained_swap_changes,
    constrained_top_down_order,
    constrained_variances,
    grow_shrink_parents,
    toggle_variances,
)

SIZES = [1, 2, 3, 6]
SEEDS = range(3)


def knowledge(d, seed):
    """Random prior knowledge that 0, 1, ..., d-1 satisfies."""
    generator = np.random.default_rng(seed)
    pairs = list(itertools.combinations(range(d), 2))
    required = [pair for pair in pairs if generator.random() < 0.15]
    forbidden = [
        (i, j)
        for i, j in itertools.permutations(range(d), 2)
        if (i, j) not in required and generator.random() < 0.3
    ]
    return PriorKnowledge(required=required, forbidden=forbidden).resolve(d)


def is_extension(order, precedence):
    return not np.tril(precedence[np.ix_(order, order)]).any()


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("seed", SEEDS)
def test_toggling_one_parent_is_priced_by_the_regression_with_that_parent_toggled(
    random_moments, variance_given, d, seed
):
    correlation = random_moments(d, seed).standardized().covariance
    child, *others = np.random.default_rng(seed).permutation(d)
    parents = np.array(others[: d // 2], dtype=np.intp)
    variances = np.empty(d)
    toggle_variances(
        correlation, child, parents, parents.size, np.empty((d, d)), np.empty(d), variances
    )
    assert variances[child] == pytest.approx(variance_given(correlation, child, parents))
    for other in others:
        toggled = set(parents.tolist()) ^ {int(other)}
        assert variances[other] == pytest.approx(variance_given(correlation, child, toggled))


def bic(covariance, child, parents, n_samples, price, variance_given):
    variance = variance_given(covariance, child, parents)
    return n_samples * np.log(variance) + price * len(parents)


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("starts_full", [False, True])
def test_growing_and_shrinking_ends_where_no_single_parent_lowers_bic(
    random_moments, variance_given, d, seed, starts_full
):
    correlation = random_moments(d, seed).standardized().covariance
    generator = np.random.default_rng(seed)
    required = np.triu(generator.random((d, d)) < 0.1, k=1)
    candidates = np.triu(generator.random((d, d)) < 0.8, k=1) | required
    adjacency, scores = (candidates if starts_full else required).copy(), np.empty(d)
    grow_shrink_parents(correlation, candidates, required, 40, 7.0, adjacency, scores)
    assert (adjacency <= candidates).all()
    assert (adjacency >= required).all()
    for child in range(d):
        parents = set(np.flatnonzero(adjacency[:, child]).tolist())
        free = np.flatnonzero(candidates[:, child] & ~required[:, child]).tolist()
        score = bic(correlation, child, parents, 40, 7.0, variance_given)
        assert scores[child] == pytest.approx(score)
        for other in free:
            toggled = bic(correlation, child, parents ^ {other}, 40, 7.0, variance_given)
            assert toggled >= score - 1e-9


def test_parents_are_the_subset_of_least_bic_where_effects_are_strong(variance_given):
    generator = np.random.default_rng(0)
    X = generator.normal(size=(300, 6))
    X[:, 5] += X[:, 0] - 0.7 * X[:, 2] + 0.5 * X[:, 3]
    correlation = np.corrcoef(X.T)
    candidates = np.triu(np.ones((6, 6), dtype=bool), k=1)
    adjacency, scores = np.zeros((6, 6), dtype=bool), np.empty(6)
    grow_shrink_parents(correlation, candidates, adjacency.copy(), 300, 11.0, adjacency, scores)
    subsets = itertools.chain.from_iterable(itertools.combinations(range(5), k) for k in range(6))
    best = min(subsets, key=lambda s: bic(correlation, 5, s, 300, 11.0, variance_given))
    assert tuple(np.flatnonzero(adjacency[:, 5]).tolist()) == best == (0, 2, 3)


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("seed", SEEDS)
def test_variances_are_given_the_allowed_nodes_before(random_moments, variance_given, d, seed):
    correlation = random_moments(d, seed).standardized().covariance
    allowed = knowledge(d, seed).allowed
    order = np.random.default_rng(seed).permutation(d)
    variances = np.empty(d)
    constrained_variances(correlation, allowed, order, variances)
    for k, child in enumerate(order):
        before = [v for v in order[:k] if allowed[v, child]]
        assert variances[k] == pytest.approx(variance_given(correlation, child, before))


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_constrained_top_down_order_waits_for_required_causes(
    random_moments, variance_given, d, seed
):
    moments, constraints = random_moments(d, seed), knowledge(d, seed)
    order = np.empty(d, dtype=np.intp)
    constrained_top_down_order(
        moments.standardized().covariance,
        moments.variance,
        constraints.allowed,
        constraints.precedence,
        order,
    )
    taken = []
    while len(taken) < d:
        waiting = [v for v in range(d) if v not in taken]
        free = [v for v in waiting if not constraints.precedence[waiting, v].any()]

        def variance(v, taken=tuple(taken)):
            return variance_given(
                moments.covariance, v, [u for u in taken if constraints.allowed[u, v]]
            )

        taken.append(min(free, key=variance))
    assert order.tolist() == taken


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_constrained_insertion_sweep_makes_the_best_allowed_insertion_of_every_node(
    random_moments, slow_loss, slow_insertion_sweep, d, seed
):
    moments, constraints = random_moments(d, seed), knowledge(d, seed)
    order = np.arange(d)
    constrained_insertion_sweep(
        moments.standardized().covariance,
        moments.variance,
        constraints.allowed,
        constraints.precedence,
        order,
        1e-12 * moments.variance.sum(),
    )
    twin = slow_insertion_sweep(
        range(d),
        lambda order: slow_loss(moments.covariance, order, constraints.allowed),
        lambda order: is_extension(order, constraints.precedence),
    )
    # Orders that differ only in nodes without an edge between them have the same loss.
    assert is_extension(order, constraints.precedence)
    assert slow_loss(moments.covariance, order, constraints.allowed) == pytest.approx(
        slow_loss(moments.covariance, twin, constraints.allowed)
    )


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_constrained_swap_is_priced_by_what_it_does_to_the_loss(
    random_moments, slow_loss, d, seed
):
    moments, allowed = random_moments(d, seed), knowledge(d, seed).allowed
    order = np.random.default_rng(seed).permutation(d)
    pairs = np.array(list(itertools.combinations(range(d), 2)), dtype=np.intp).reshape(-1, 2)
    changes = np.empty(len(pairs))
    constrained_swap_changes(
        moments.standardized().covariance,
        moments.variance,
        allowed,
        order,
        pairs[:, 0].copy(),
        pairs[:, 1].copy(),
        changes,
    )
    before = slow_loss(moments.covariance, order, allowed)
    for (a, b), change in zip(pairs, changes, strict=True):
        swapped = order.copy()
        swapped[[a, b]] = order[[b, a]]
        expected = 2 * (slow_loss(moments.covariance, swapped, allowed) - before)
        assert change == pytest.approx(expected, rel=1e-6, abs=1e-9 * moments.variance.sum())
