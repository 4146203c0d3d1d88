"""Scores from counts of levels: plain sums over tables, published figures, invariances."""

import itertools
from math import comb, lgamma, log, prod

import numpy as np
import pytest

from causal_dag import Moments
from causal_dag.constraints import Constraints
from causal_dag.problem import Problem
from causal_dag.solvers.criteria import Categories
from causal_dag.solvers.order.scores.level_counts import LevelCounts, multinomial_regrets
from causal_dag.synthetic import load_sachs

SCORES = ["bdeu", "bic", "k2", "fnml"]


def problem_of(levels):
    rows = np.asarray(levels, dtype=float)
    return Problem(Moments.from_rows(rows), Constraints.none(rows.shape[1]), rows=rows)


def random_levels(n, sizes, seed):
    generator = np.random.default_rng(seed)
    levels = generator.integers(sizes, size=(n, len(sizes)))
    levels[: max(sizes)] = np.minimum(np.arange(max(sizes))[:, None], np.array(sizes) - 1)
    copied = generator.random(n) < 0.5
    levels[copied, 1] = levels[copied, 0] % sizes[1]
    return levels


def regret(r, n):
    """Sum of the maximum likelihoods of all tables of n rows over r levels."""
    if r == 1 or n == 0:
        return 1.0
    return sum(
        comb(n, k) * (k / n) ** k * (1 - k / n) ** (n - k) * regret(r - 1, n - k)
        for k in range(n + 1)
    )


def score_by_table(levels, sizes, node, parents, score, ess=1.0):
    """−2 log score of a node, from a dictionary of counts."""
    r, q = sizes[node], prod(sizes[i] for i in parents)
    tables = {}
    for row in levels.tolist():
        counts = tables.setdefault(tuple(row[i] for i in parents), [0] * r)
        counts[row[node]] += 1
    total = 0.0
    for counts in tables.values():
        n = sum(counts)
        if score in ("bdeu", "k2"):
            a = 1.0 if score == "k2" else ess / (q * r)
            total += lgamma(a * r) - lgamma(n + a * r)
            total += sum(lgamma(count + a) - lgamma(a) for count in counts)
        else:
            total += sum(count * log(count / n) for count in counts if count)
            total -= log(regret(r, n)) if score == "fnml" else 0.0
    price = log(len(levels)) * q * (r - 1) if score == "bic" else 0.0
    return price - 2 * total


@pytest.mark.parametrize("score", SCORES)
def test_the_kernel_adds_up_what_a_dictionary_of_counts_holds(score):
    sizes = [3, 2, 4, 2, 3]
    levels = random_levels(60, sizes, seed=1)
    node_score = Categories(score, edge_prior=0.0).node_score(problem_of(levels))
    for node, k in itertools.product(range(5), range(4)):
        for parents in itertools.combinations([i for i in range(5) if i != node], k):
            mask = np.isin(np.arange(5), parents)
            expected = score_by_table(levels, sizes, node, parents, score)
            assert node_score.given(node, mask).value == pytest.approx(expected, rel=1e-12)


def test_more_configurations_than_rows_or_numbers_are_no_obstacle():
    levels = np.random.default_rng(0).integers(8, size=(50, 40))
    node_score = Categories(edge_prior=0.0).node_score(problem_of(levels))
    parents = np.arange(40) > 0  # 8^39 configurations
    expected = score_by_table(levels, [len(set(x)) for x in levels.T], 0, range(1, 40), "bdeu")
    assert node_score.given(0, parents).value == pytest.approx(expected, rel=1e-12)


# Cooper and Herskovits (1992), Heckerman et al. (1995) and Schwarz (1978) as computed by another
# implementation on the Sachs table cut into tertiles, for the graph of 17 edges.
@pytest.mark.parametrize(
    ("score", "ess", "published"),
    [
        ("bic", 1.0, -9783.914588751497),
        ("bdeu", 1.0, -9943.844867547788),
        ("bdeu", 10.0, -9621.682578896212),
        ("k2", 1.0, -9530.595388183569),
    ],
)
def test_published_scores_of_the_sachs_graph(score, ess, published, tertiles):
    criterion = Categories(score, equivalent_sample_size=ess, edge_prior=0.0)
    node_score = criterion.node_score(problem_of(tertiles))
    parents = load_sachs().adjacency.T
    total = sum(node_score.given(j, mask).value for j, mask in enumerate(parents))
    assert -total / 2 == pytest.approx(published, rel=1e-12)


@pytest.fixture(scope="module")
def tertiles():
    X = load_sachs().data
    ranks = np.argsort(np.argsort(X, axis=0, kind="stable"), axis=0)
    return ranks * 3 // len(X)


@pytest.mark.parametrize("r", [2, 3, 5])
def test_regrets_are_sums_over_all_tables(r):
    logs = multinomial_regrets(30, r)[r]
    assert logs == pytest.approx([log(regret(r, n)) for n in range(31)], rel=1e-10)


def test_regrets_of_many_rows_follow_the_asymptotic_series():
    n = 10.0**6
    expected = np.sqrt(np.pi * n / 2) + 2 / 3 + np.sqrt(2 * np.pi / n) / 24 - 4 / (135 * n)
    assert multinomial_regrets(10**6, 2)[2, -1] == pytest.approx(np.log(expected), rel=1e-9)


@pytest.mark.parametrize("score", ["bdeu", "bic"])
def test_equivalent_graphs_have_equal_scores(score):
    levels = random_levels(200, [2, 3, 2, 4], seed=2)
    node_score = Categories(score).node_score(problem_of(levels))
    chain = [(0, 1), (1, 2), (2, 3)]
    classes = [
        [chain, [(1, 0), (1, 2), (2, 3)], [(3, 2), (2, 1), (1, 0)], [(1, 0), (2, 1), (2, 3)]],
        [[(0, 2), (1, 2), (2, 3), (0, 1)], [(0, 2), (1, 2), (2, 3), (1, 0)]],
    ]
    for members in classes:
        totals = []
        for edges in members:
            adjacency = np.zeros((4, 4), dtype=bool)
            adjacency[tuple(np.transpose(edges))] = True
            totals.append(sum(node_score.given(j, adjacency[:, j]).value for j in range(4)))
        assert totals == pytest.approx([totals[0]] * len(totals), rel=1e-12)


def test_a_weight_is_the_informational_correlation_with_a_sign():
    x = np.repeat([0, 1], 500)
    y = np.where(np.arange(1000) % 500 < 400, 1 - x, x)  # opposite in 80 %
    levels = np.column_stack([x, y])
    score = LevelCounts(levels, np.array([2, 2]), np.array([True, True]), cell_prior=1.0)
    information = log(2) + 0.8 * log(0.8) + 0.2 * log(0.2)
    weight = score.given(1, np.array([True, False])).weights[0]
    assert weight == pytest.approx(-np.sqrt(1 - np.exp(-2 * information)), rel=1e-12)
    unordered = LevelCounts(levels, np.array([2, 2]), np.array([True, False]), cell_prior=1.0)
    assert unordered.given(1, np.array([True, False])).weights[0] == pytest.approx(-weight)


def test_a_parent_without_any_information_is_still_an_edge():
    levels = np.array(list(itertools.product([0, 1], [0, 1])) * 5)
    score = Categories().node_score(problem_of(levels))
    assert 0 < score.given(1, np.array([True, False])).weights[0] < 1e-6
