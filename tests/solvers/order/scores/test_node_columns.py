"""Nodes of several columns, or scored by rows of their own: the same searches find the best."""

import itertools

import numpy as np
import pytest

from causal_dag import Moments
from causal_dag.constraints import Constraints
from causal_dag.graph import is_dag
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.gaussian_node_scores import GaussianBIC
from causal_dag.solvers.order.scores.node_columns import NodeColumns, NodeColumnsBIC
from causal_dag.solvers.order.search.insertions import insertion_search
from causal_dag.solvers.order.search.subset_programme import (
    best_parent_sets,
    local_scores,
    members,
)

D = 4


def without_loops(bits):
    """Return the graph whose entries off the diagonal are these."""
    adjacency = np.zeros((D, D), dtype=bool)
    adjacency[~np.eye(D, dtype=bool)] = bits
    return adjacency


GRAPHS = map(without_loops, itertools.product([False, True], repeat=D * (D - 1)))
DAGS = [adjacency for adjacency in GRAPHS if is_dag(adjacency)]


def rows(seed, n=300):
    """A chain x0 → x1 → x2 → x3 in which x1 has two columns, the second one a square."""
    g = np.random.default_rng(seed)
    x0 = g.normal(size=n)
    first = x0 + 0.5 * g.normal(size=n)
    x2 = first**2 + 0.5 * g.normal(size=n)
    x3 = x2 + g.normal(size=n)
    return np.column_stack([x0, first, first**2 + 0.1 * g.normal(size=n), x2, x3])


def of_several_columns(seed):
    moments = Moments.from_rows(rows(seed))
    places = [(0,), (1, 2), (3,), (4,)]
    return NodeColumnsBIC([NodeColumns(columns, columns, moments) for columns in places])


def of_rows_of_its_own(seed):
    """Node 2 was set in the first hundred rows, so the others score it."""
    X = rows(seed)[:, [0, 1, 3, 4]]
    X[:100, 2] = np.random.default_rng(seed).normal(size=100)
    X[:100, 3] = X[:100, 2] + np.random.default_rng(seed + 1).normal(size=100)
    everything, undisturbed = Moments.from_rows(X), Moments.from_rows(X[100:])
    return NodeColumnsBIC(
        [NodeColumns((j,), (j,), undisturbed if j == 2 else everything) for j in range(D)]
    )


def total(score, adjacency):
    return sum(score.given(j, adjacency[:, j]).value for j in range(D))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("make", [of_several_columns, of_rows_of_its_own])
def test_search_and_programme_find_the_graph_that_brute_force_finds(make, seed):
    score, constraints = make(seed), Constraints.none(D)
    least = min(total(score, adjacency) for adjacency in DAGS)
    table, _ = local_scores(score, constraints, lambda: False)
    exact = members(best_parent_sets(table), D)
    assert total(score, exact) == pytest.approx(least)
    order_score = DecomposableScore(score, constraints)
    found = min(
        list(insertion_search(order_score, np.array(order), 1e-9))[-1].loss
        for order in itertools.permutations(range(D))
    )
    assert found == pytest.approx(least)


def test_rows_in_which_a_node_was_set_do_not_count_for_it():
    score = of_rows_of_its_own(0)
    everything = NodeColumnsBIC([*score.nodes[:2], score.nodes[3], score.nodes[3]])
    parents = np.array([False, True, False, False])
    assert score.given(2, parents).value != everything.given(2, parents).value
    assert score.given(3, parents).value == everything.given(3, parents).value


def test_nodes_of_one_column_and_shared_moments_score_as_without_the_seam():
    moments = Moments.from_rows(rows(0)[:, [0, 1, 3, 4]])
    plain = GaussianBIC(moments)
    score = NodeColumnsBIC([NodeColumns((j,), (j,), moments) for j in range(D)])
    for adjacency in DAGS[::50]:
        for j in range(D):
            one, other = plain.given(j, adjacency[:, j]), score.given(j, adjacency[:, j])
            assert one.value == pytest.approx(other.value)
            assert one.weights == pytest.approx(other.weights)


def test_the_strength_of_several_columns_is_the_root_of_their_squares_on_standardized_columns():
    score = of_several_columns(0)
    X = rows(0)
    z = (X - X.mean(axis=0)) / X.std(axis=0)
    slopes = np.linalg.lstsq(z[:, [1, 2]], z[:, 3], rcond=None)[0]
    fit = score.given(2, np.array([False, True, False, False]))
    assert fit.weights[1] == pytest.approx(np.sqrt((slopes**2).sum()))
