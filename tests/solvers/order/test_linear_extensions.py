import itertools
from collections import Counter

import numpy as np
import pytest

from causal_dag import Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.problem import InitialPoint, Problem
from causal_dag.solvers.order.search.linear_extensions import (
    linear_extension,
    perturbed_order,
    random_member,
    random_order,
    scattered,
    starting_order,
)


def problem(moments, constraints=None, initial=None, seed=0):
    return Problem(
        moments,
        constraints or Constraints.none(moments.n_features),
        initial=initial or InitialPoint(),
        random_generator=np.random.default_rng(seed),
    )


def respects(order, precedence):
    return not np.tril(precedence[np.ix_(order, order)]).any()


def test_without_precedence_nodes_are_sorted_by_priority():
    none = np.zeros((4, 4), dtype=bool)
    assert linear_extension(none, [3.0, 1.0, 2.0, 1.0]).tolist() == [1, 3, 2, 0]


@pytest.mark.parametrize("priority", list(itertools.permutations(range(4))))
def test_the_available_node_of_least_priority_comes_next(priority):
    precedence = PriorKnowledge(required=[(3, 1), (1, 0)]).resolve(4).precedence
    order = linear_extension(precedence, priority).tolist()
    for position, node in enumerate(order):
        rest = order[position:]
        available = [v for v in rest if not precedence[rest, v].any()]
        assert node == min(available, key=lambda v: priority[v])


def test_random_orders_are_uniform(random_moments):
    moments = random_moments(3, 0)
    generator = np.random.default_rng(0)
    drawn = Counter(
        tuple(random_order(problem(moments, seed=generator)).tolist()) for _ in range(1200)
    )
    assert len(drawn) == 6
    # Six standard deviations of a binomial count.
    assert all(abs(count - 200) < 6 * np.sqrt(1200 * 5 / 36) for count in drawn.values())


def test_random_orders_move_with_the_columns(random_moments):
    moments = random_moments(6, 0)
    columns = np.random.default_rng(1).permutation(6)
    permuted = Moments(
        moments.n_samples, moments.mean[columns], moments.covariance[np.ix_(columns, columns)]
    )
    assert (
        columns[random_order(problem(permuted))].tolist() == random_order(problem(moments)).tolist()
    )


@pytest.mark.parametrize("seed", range(20))
def test_random_and_perturbed_orders_respect_required_edges(random_moments, seed):
    constraints = PriorKnowledge(required=[(4, 0), (0, 2), (3, 1)]).resolve(5)
    order = random_order(problem(random_moments(5, 0), constraints, seed=seed))
    perturbed = perturbed_order(order, constraints.precedence, np.random.default_rng(seed), 3)
    for result in (order, perturbed):
        assert sorted(result) == list(range(5))
        assert respects(result, constraints.precedence)


@pytest.mark.parametrize("d", [1, 2, 5, 20])
def test_a_perturbed_order_is_some_swaps_away(d):
    order, none = np.arange(d), np.zeros((d, d), dtype=bool)
    generator = np.random.default_rng(0)
    displaced = [
        np.count_nonzero(perturbed_order(order, none, generator, 3) != order) for _ in range(50)
    ]
    assert max(displaced) <= 2 * 3
    assert d == 1 or max(displaced) >= 2


def test_the_start_is_the_users_order(random_moments):
    initial = InitialPoint(weights=np.zeros((3, 3)), order=np.array([2, 0, 1]))
    assert starting_order(problem(random_moments(3, 0), initial=initial)).tolist() == [2, 0, 1]


def test_the_start_is_a_topological_order_of_the_users_weights(random_moments):
    weights = np.zeros((4, 4))
    weights[3, 1] = weights[1, 2] = 0.7
    constraints = PriorKnowledge(required=[(2, 0)]).resolve(4)
    start = starting_order(problem(random_moments(4, 0), constraints, InitialPoint(weights)))
    assert start.tolist() == [3, 1, 2, 0]


def test_the_start_from_weights_with_a_cycle_gives_up_the_weakest_link(random_moments):
    weights = np.zeros((3, 3))
    weights[0, 1], weights[1, 2], weights[2, 0] = 3.0, 0.1, 2.0
    start = starting_order(problem(random_moments(3, 0), initial=InitialPoint(weights)))
    assert start.tolist() == [2, 0, 1]


def test_scattered_nodes_go_anywhere_and_the_others_stay():
    generator, position = np.random.default_rng(0), np.arange(40)
    numbers = []
    for _ in range(400):
        places = scattered(position, generator)
        assert ((places > -0.5) & (places < 39.5)).all()
        numbers.append(np.count_nonzero(places != position))
    assert set(numbers) == set(range(3, 29))
    assert 160 < np.count_nonzero(np.array(numbers) <= 9) < 240  # Few as often as many.


@pytest.mark.parametrize("d", [1, 2, 3])
def test_among_few_nodes_all_are_scattered(d):
    places = scattered(np.arange(d), np.random.default_rng(0))
    assert (places != np.arange(d)).all()


def test_a_random_member_keeps_edges_that_must_not_be_reversed():
    chain = np.eye(5, k=1, dtype=bool)
    reversible = np.ones((5, 5), dtype=bool)
    reversible[2, 1] = False  # 1 → 2 stays, and with it all edges after it.
    drawn = {
        random_member(chain, reversible, np.random.default_rng(s)).tobytes() for s in range(50)
    }
    assert len(drawn) == 2
    assert all(np.frombuffer(member, bool).reshape(5, 5)[1:, 1:].sum() == 3 for member in drawn)
