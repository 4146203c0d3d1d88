from functools import cache
from itertools import permutations, product

import numpy as np
import pytest

from causal_dag import PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.graph import is_dag
from causal_dag.solvers.order.scores.gaussian_node_scores import set_sizes
from causal_dag.solvers.order.scores.local_score import NodeFit
from causal_dag.solvers.order.search.subset_programme import (
    best_parent_sets,
    least_concave_cost,
    local_scores,
    members,
    with_constraints,
)

KNOWLEDGE = {
    "none": PriorKnowledge(),
    "some": PriorKnowledge(required=[(0, 3)], forbidden=[(1, 2), (2, 0)], leaves=[3]),
}


def all_dags(d):
    """Every DAG, as the parent sets of its nodes."""
    for sets in product(range(1 << d), repeat=d):
        if is_dag(members(np.array(sets), d)):
            yield np.array(sets)


@cache
def dags():
    """Every DAG on four nodes, enumerated when first needed."""
    return list(all_dags(4))


def least_over_orders(table):
    """The best DAG's score: the best parents of every node, along every order."""
    d = table.shape[0]
    least = np.inf
    for order in permutations(range(d)):
        total, before = 0.0, 0
        for node in order:
            total += min(table[node, s] for s in range(1 << d) if s & ~before == 0)
            before |= 1 << node
        least = min(least, total)
    return least


def total(table, sets):
    return table[np.arange(len(sets)), sets].sum()


def test_there_are_543_dags_on_four_nodes():
    assert len(dags()) == 543


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("knowledge", KNOWLEDGE)
def test_no_dag_has_a_lower_score_than_the_programmes(seed, knowledge):
    constraints = KNOWLEDGE[knowledge].resolve(4)
    table = with_constraints(np.random.default_rng(seed).normal(size=(4, 16)), constraints)
    found = best_parent_sets(table.copy())
    adjacency = members(found, 4)
    assert is_dag(adjacency)
    assert not adjacency[constraints.forbidden].any()
    assert adjacency[constraints.required].all()
    assert total(table, found) == min(total(table, sets) for sets in dags())


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_the_best_dag_is_the_best_over_all_orders(d):
    table = np.random.default_rng(d).normal(size=(d, 1 << d))
    found = best_parent_sets(table.copy())
    assert is_dag(members(found, d))
    assert total(table, found) == pytest.approx(least_over_orders(table))


def test_of_equal_parent_sets_the_smallest_is_chosen():
    assert best_parent_sets(np.zeros((4, 16))).tolist() == [0, 0, 0, 0]


def test_without_a_finite_dag_there_is_an_error():
    table = np.full((2, 4), np.inf)
    table[0, 2] = table[1, 1] = 0.0  # each is the parent of the other
    with pytest.raises(ValueError, match="infinite score; loosen"):
        best_parent_sets(table)


def test_constraints_leave_the_sets_between_required_and_allowed_parents():
    constraints = KNOWLEDGE["some"].resolve(4)
    table = with_constraints(np.zeros((4, 16)), constraints)
    for node, parents in np.ndindex(4, 16):
        mask = members(parents, 4)
        possible = (mask <= constraints.allowed[:, node]).all()
        possible &= (mask >= constraints.required[:, node]).all()
        assert np.isfinite(table[node, parents]) == possible


CONCAVE = {
    "logarithm": lambda sums: 40 * np.log(sums[0]) + sums[1],
    "square roots": lambda sums: np.sqrt(sums[0]) + 3 * np.sqrt(sums[1]),
    "linear": lambda sums: sums[0] + sums[1],
    "first alone": lambda sums: float(sums[0]),
}


@pytest.mark.parametrize("cost", CONCAVE)
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("knowledge", KNOWLEDGE)
def test_no_dag_has_a_lower_concave_cost(cost, seed, knowledge):
    constraints = KNOWLEDGE[knowledge].resolve(4)
    first = with_constraints(np.random.default_rng(seed).exponential(size=(4, 16)), constraints)
    second = np.tile(set_sizes(4).astype(float), (4, 1))
    points = list(least_concave_cost((first, second), CONCAVE[cost]))
    costs = [CONCAVE[cost](point.sums) for point in points]
    assert (np.diff(costs) <= 0).all()
    last = points[-1]
    assert last.sums.tolist() == [total(first, last.parents), total(second, last.parents)]
    possible = [sets for sets in dags() if np.isfinite(total(first, sets))]
    expected = min(
        CONCAVE[cost](np.array([total(first, sets), total(second, sets)])) for sets in possible
    )
    assert costs[-1] == pytest.approx(expected, rel=1e-12)


def test_the_search_of_the_hull_uses_few_programmes():
    first = np.random.default_rng(0).exponential(size=(8, 256)) + 8 - set_sizes(8)
    second = np.tile(set_sizes(8).astype(float), (8, 1))
    points = list(least_concave_cost((first, second), CONCAVE["logarithm"]))
    # The hull has at most one vertex for each of 0 to 28 edges.
    assert 1 <= len(points) < 2 * 29


class Nodes:
    """Local scores by set; remembers the order in which they were asked for."""

    def __init__(self, table):
        self.table, self.asked = table, []

    def given(self, node, parents):
        self.asked.append((node, int(parents.sum())))
        return NodeFit(
            self.table[node, parents @ (1 << np.arange(parents.size))], parents.astype(float)
        )


def test_local_scores_are_asked_for_once_each_smaller_sets_first():
    constraints = KNOWLEDGE["some"].resolve(4)
    values = np.random.default_rng(0).normal(size=(4, 16))
    nodes = Nodes(values)
    table, is_whole = local_scores(nodes, constraints, lambda: False)
    assert is_whole
    np.testing.assert_array_equal(table, with_constraints(values, constraints))
    assert len(nodes.asked) == np.isfinite(table).sum()
    added = [size - constraints.required[:, node].sum() for node, size in nodes.asked]
    assert added == sorted(added)


@pytest.mark.parametrize("knowledge", KNOWLEDGE)
def test_a_table_that_was_stopped_still_has_a_dag(knowledge):
    constraints = KNOWLEDGE[knowledge].resolve(4)
    nodes = Nodes(np.ones((4, 16)))
    table, is_whole = local_scores(nodes, constraints, lambda: True)
    assert not is_whole
    assert len(nodes.asked) == 4
    np.testing.assert_array_equal(members(best_parent_sets(table), 4), constraints.required)


def test_a_node_alone_is_a_whole_table():
    assert local_scores(Nodes(np.ones((4, 16))), Constraints.none(1), lambda: True)[1]
