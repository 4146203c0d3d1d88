"""Kernels on the factor of an order, each against a slow twin that follows its definition."""

import itertools

import numpy as np
import pytest

from causal_dag.solvers.order.scores.factor_kernels import (
    eliminate_parents,
    factorise,
    insertion_sweep,
    swap_changes,
    swap_neighbours,
    top_down_order,
)

SIZES = [1, 2, 3, 6, 9]
SEEDS = range(3)


def factor_of(correlation):
    factor = np.full_like(correlation, np.nan)
    factorise(correlation, factor)
    return factor


def factor_twin(correlation):
    L = np.linalg.cholesky(correlation)
    return np.triu(L.T) + np.tril(np.linalg.inv(L), k=-1)


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_factor_holds_cholesky_above_and_its_inverse_below_the_diagonal(
    random_moments, d, seed
):
    correlation = random_moments(d, seed).standardized().covariance
    np.testing.assert_allclose(factor_of(correlation), factor_twin(correlation), rtol=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_swapping_neighbours_gives_the_factor_of_the_swapped_order(random_moments, seed):
    correlation = random_moments(6, seed).standardized().covariance
    factor, order = factor_of(correlation), np.arange(6)
    for k in np.random.default_rng(seed).integers(5, size=40):
        swap_neighbours(factor, order, k)
    fresh = factor_of(np.ascontiguousarray(correlation[np.ix_(order, order)]))
    np.testing.assert_allclose(factor[:, order], fresh, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("seed", SEEDS)
def test_an_insertion_sweep_makes_the_best_insertion_of_every_node(
    random_moments, slow_loss, slow_insertion_sweep, d, seed
):
    moments = random_moments(d, seed)
    factor, order = factor_of(moments.standardized().covariance), np.arange(d)
    n_moves = insertion_sweep(factor, moments.variance, order, 0.0)
    twin = slow_insertion_sweep(range(d), lambda order: slow_loss(moments.covariance, order))
    assert order.tolist() == twin
    assert (n_moves > 0) == (twin != list(range(d)))
    pivots = moments.variance[order] * factor[np.arange(d), order] ** 2
    assert pivots.sum() / 2 == pytest.approx(slow_loss(moments.covariance, order), rel=1e-9)


def test_no_insertion_is_made_for_less_than_the_least_gain(random_moments):
    moments = random_moments(6, 0)
    factor, order = factor_of(moments.standardized().covariance), np.arange(6)
    assert insertion_sweep(factor, moments.variance, order, moments.variance.sum()) == 0
    assert order.tolist() == list(range(6))


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_swap_is_priced_by_what_it_does_to_the_loss(random_moments, slow_loss, d, seed):
    moments = random_moments(d, seed)
    pairs = np.array(list(itertools.combinations(range(d), 2)), dtype=np.intp).reshape(-1, 2)
    changes = np.empty(len(pairs))
    factor = factor_of(moments.standardized().covariance)
    swap_changes(factor, moments.variance, pairs[:, 0].copy(), pairs[:, 1].copy(), changes)
    for (a, b), change in zip(pairs, changes, strict=True):
        swapped = np.arange(d)
        swapped[[a, b]] = b, a
        expected = 2 * (
            slow_loss(moments.covariance, swapped) - slow_loss(moments.covariance, range(d))
        )
        assert change == pytest.approx(expected, rel=1e-6, abs=1e-9 * moments.variance.sum())


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_top_down_order_takes_the_least_residual_variance_next(
    random_moments, variance_given, d, seed
):
    moments = random_moments(d, seed)
    order = np.empty(d, dtype=np.intp)
    top_down_order(moments.covariance, moments.variance, order)
    taken = []
    while len(taken) < d:
        rest = [v for v in range(d) if v not in taken]
        taken.append(min(rest, key=lambda v: variance_given(moments.covariance, v, taken)))
    assert order.tolist() == taken


def eliminate_twin(covariance, child, candidates, required, n_samples, price, variance_given):
    parents = {v for v in range(child) if candidates[v] or required[v]}
    while True:
        without = {
            v: variance_given(covariance, child, parents - {v}) for v in parents if not required[v]
        }
        if not without:
            return parents
        weakest = min(without, key=without.get)
        current = variance_given(covariance, child, parents)
        if n_samples * np.log(without[weakest] / current) >= price:
            return parents
        parents = parents - {weakest}


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("seed", SEEDS)
def test_elimination_drops_the_weakest_parent_while_bic_falls(
    random_moments, variance_given, d, seed
):
    correlation = random_moments(d, seed).standardized().covariance
    generator = np.random.default_rng(seed)
    required = np.triu(generator.random((d, d)) < 0.1, k=1)
    candidates = np.triu(generator.random((d, d)) < 0.8, k=1) | required
    adjacency = np.empty((d, d), dtype=bool)
    eliminate_parents(
        correlation, factor_of(correlation), candidates, required, 40, 8.0, d, adjacency
    )
    for child in range(d):
        expected = eliminate_twin(
            correlation, child, candidates[:, child], required[:, child], 40, 8.0, variance_given
        )
        assert set(np.flatnonzero(adjacency[:, child]).tolist()) == expected


@pytest.mark.parametrize("d", [1, 4, 7])
@pytest.mark.parametrize("seed", SEEDS)
def test_of_many_candidates_those_go_first_that_the_full_regression_misses_least(
    random_moments, variance_given, d, seed
):
    correlation = random_moments(d, seed).standardized().covariance
    required = np.triu(np.random.default_rng(seed).random((d, d)) < 0.2, k=1)
    candidates, most = np.triu(np.ones((d, d), dtype=bool), k=1), 2
    adjacency = np.empty((d, d), dtype=bool)
    eliminate_parents(
        correlation, factor_of(correlation), candidates, required, 40, 8.0, most, adjacency
    )
    for child in range(d):
        before = set(range(child))
        strongest = sorted(
            before,
            key=lambda v, child=child, before=before: (
                not required[v, child],
                -variance_given(correlation, child, before - {v}),
            ),
        )
        kept = np.zeros(d, dtype=bool)
        kept[strongest[: max(most, required[:child, child].sum())]] = True
        expected = eliminate_twin(
            correlation, child, kept, required[:, child], 40, 8.0, variance_given
        )
        assert set(np.flatnonzero(adjacency[:, child]).tolist()) == expected
