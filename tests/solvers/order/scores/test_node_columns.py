"""Nodes of several columns, or scored by rows of their own: the same searches find the best."""

import itertools
from dataclasses import replace

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


def prices_of(nodes, n):
    """Return 2 log n for every design column."""
    return np.array([2 * np.log(n) * len(node.design) for node in nodes])


def of_several_columns(seed):
    moments = Moments.from_rows(rows(seed))
    places = [(0,), (1, 2), (3,), (4,)]
    nodes = [NodeColumns(columns, columns, (moments,)) for columns in places]
    return NodeColumnsBIC(nodes, prices_of(nodes, moments.n_samples))


def of_rows_of_its_own(seed):
    """Node 2 was set in the first hundred rows, so the others score it."""
    X = rows(seed)[:, [0, 1, 3, 4]]
    X[:100, 2] = np.random.default_rng(seed).normal(size=100)
    X[:100, 3] = X[:100, 2] + np.random.default_rng(seed + 1).normal(size=100)
    everything, undisturbed = Moments.from_rows(X), Moments.from_rows(X[100:])
    own = [undisturbed if j == 2 else everything for j in range(D)]
    nodes = [NodeColumns((j,), (j,), (own[j],)) for j in range(D)]
    return NodeColumnsBIC(nodes, prices_of(nodes, len(X)))


def total(score, adjacency):
    return sum(score.given(j, adjacency[:, j]).value for j in range(D))


def of_two_regressions(seed):
    """Node 2 has regressions of its own over the first hundred rows and the others."""
    score = of_rows_of_its_own(seed)
    X = rows(seed)[:, [0, 1, 3, 4]]
    own = Moments.from_rows(X[:100]), Moments.from_rows(X[100:])
    nodes = [*score.nodes[:2], replace(score.nodes[2], moments=own), score.nodes[3]]
    return NodeColumnsBIC(nodes, score.prices)


def of_penalized_columns(seed):
    """Nodes enter by themselves and by their squares, and only themselves are modeled."""
    X = rows(seed)[:, [0, 1, 3, 4]]
    moments = Moments.from_rows(np.column_stack([X, X**2]))
    nodes = [NodeColumns((j,), (j, D + j), (moments,)) for j in range(D)]
    return NodeColumnsBIC(nodes, np.full(D, np.log(len(X))), ridge=np.repeat([0.01, 0.1], D))


def slowly(score, node, parents):
    """Return the score of a node from determinants of whole matrices."""
    value = 0.0
    for moments in score.nodes[node].moments:
        scale = np.sqrt(moments.variance)
        R = moments.covariance / np.outer(scale, scale)
        D_ = [c for i in np.flatnonzero(parents) for c in score.nodes[i].design]
        T = list(score.nodes[node].targets)
        penalties = np.zeros(len(R)) if score.ridge is None else score.ridge
        among = R[np.ix_(D_, D_)] + np.diag(penalties[D_])
        left = R[np.ix_(T, T)] - R[np.ix_(T, D_)] @ np.linalg.solve(among, R[np.ix_(D_, T)])
        misfit = np.log(np.linalg.det(left)) + 2 * np.log(scale[T]).sum()
        if score.noise_variance > 0:
            misfit = np.exp(misfit) / score.noise_variance
        value += moments.n_samples * misfit
        value += score.prices[parents].sum() * len(T)
        if score.ridge is not None:
            value += np.log(np.linalg.det(among)) - np.log(penalties[D_]).sum()
    return value


def of_a_given_noise(seed):
    return replace(of_penalized_columns(seed), noise_variance=0.7)


MAKERS = [
    of_several_columns,
    of_rows_of_its_own,
    of_two_regressions,
    of_penalized_columns,
    of_a_given_noise,
]


@pytest.mark.parametrize("make", MAKERS)
def test_the_kernel_computes_the_score_of_determinants(make):
    score = make(0)
    for adjacency in DAGS[::20]:
        for j in range(D):
            expected = slowly(score, j, adjacency[:, j])
            assert score.given(j, adjacency[:, j]).value == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(("seed", "make"), list(enumerate(MAKERS)))
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
    nodes = [
        *score.nodes[:2],
        replace(score.nodes[2], moments=score.nodes[3].moments),
        score.nodes[3],
    ]
    everything = NodeColumnsBIC(nodes, score.prices)
    parents = np.array([False, True, False, False])
    assert score.given(2, parents).value != everything.given(2, parents).value
    assert score.given(3, parents).value == everything.given(3, parents).value


def test_nodes_of_one_column_and_shared_moments_score_as_without_the_seam():
    moments = Moments.from_rows(rows(0)[:, [0, 1, 3, 4]])
    plain = GaussianBIC(moments)
    nodes = [NodeColumns((j,), (j,), (moments,)) for j in range(D)]
    score = NodeColumnsBIC(nodes, prices_of(nodes, moments.n_samples))
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
