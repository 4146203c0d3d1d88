"""BIC with unequal noise variances, as a score of orders and of graphs."""

import itertools
from collections import defaultdict

import numpy as np
import pytest

from causal_dag import Moments, PriorKnowledge
from causal_dag.graph import cpdag, is_dag
from causal_dag.problem import Problem
from causal_dag.solvers.order.criteria.gaussian import BIC, EqualVarianceBIC
from causal_dag.solvers.order.search.likelihood_search import adjacency_of
from causal_dag.synthetic import make_linear_sem

CRITERIA = [BIC(penalty=1.0, gamma=0.2), EqualVarianceBIC(penalty=1.0, gamma=0.2)]
KNOWN = PriorKnowledge(required=[(3, 0)], forbidden=[(1, 4), (4, 1)])


def problem_of(seed, n=60, d=5, knowledge=None):
    X, _ = make_linear_sem(
        n, d, edges_per_node=(d - 1) / 4, noise_variance=(0.5, 2.0), random_state=seed
    )
    return Problem(Moments.from_rows(X), (knowledge or PriorKnowledge()).resolve(d))


@pytest.fixture
def local_score(variance_given):
    """Local score of a node, by its definition."""

    def score(criterion, moments, node, parents):
        n, d = moments.n_samples, moments.n_features
        price = criterion.penalty * np.log(n) + 4 * criterion.gamma * np.log(d)
        variance = variance_given(moments.covariance, node, parents)
        return n * np.log(variance) + price * len(parents)

    return score


def subsets(candidates, required):
    for size in range(len(candidates) + 1):
        for chosen in itertools.combinations(candidates, size):
            if set(required) <= set(chosen):
                yield list(chosen)


@pytest.mark.parametrize("knowledge", [None, KNOWN])
def test_the_loss_of_an_order_is_nearly_always_its_least_score_over_all_parents(
    local_score, knowledge
):
    criterion, agreements = BIC(penalty=1.0, gamma=0.2), []
    for seed in range(25):
        problem = problem_of(seed, knowledge=knowledge)
        constraints, d = problem.constraints, 5
        order = np.random.default_rng(seed).permutation(d)
        loss = criterion.order_score(problem).loss(order)
        if np.tril(constraints.precedence[np.ix_(order, order)]).any():
            assert loss == np.inf
            continue
        least = 0.0
        for place, node in enumerate(order):
            before = [v for v in order[:place] if constraints.allowed[v, node]]
            required = np.flatnonzero(constraints.required[:, node])
            least += min(
                local_score(criterion, problem.moments, node, parents)
                for parents in subsets(before, required)
            )
        assert loss >= least - 1e-8 * abs(least)
        agreements.append(loss == pytest.approx(least, rel=1e-9))
    assert len(agreements) > 8
    # Parents are grown and shrunk; effects that cancel one by one are not seen.
    assert np.mean(agreements) >= 0.9


@pytest.mark.parametrize("seed", range(4))
def test_the_loss_of_an_order_is_the_score_of_its_weights(local_score, seed):
    criterion, problem = BIC(penalty=0.5), problem_of(seed)
    order = np.random.default_rng(seed).permutation(5)
    score = criterion.order_score(problem)
    weights = score.weights(order)
    expected = sum(
        local_score(criterion, problem.moments, j, np.flatnonzero(weights[:, j])) for j in range(5)
    )
    assert score.loss(order) == pytest.approx(expected, rel=1e-9)
    assert score.n_edges(order) == np.count_nonzero(weights) > 0


def test_equivalent_graphs_have_equal_scores_and_others_have_not(local_score):
    criterion, moments = BIC(), problem_of(0, d=4).moments
    pairs = list(itertools.combinations(range(4), 2))
    scores = defaultdict(list)
    for directions in itertools.product([0, 1, 2], repeat=len(pairs)):
        graph = np.zeros((4, 4), dtype=bool)
        for (i, j), direction in zip(pairs, directions, strict=True):
            graph[i, j], graph[j, i] = direction == 1, direction == 2
        if is_dag(graph):
            node_score = criterion.order_score(Problem(moments, PriorKnowledge().resolve(4)))
            total = sum(node_score.node_score.given(j, graph[:, j]).value for j in range(4))
            scores[cpdag(graph).tobytes()].append(total)
    assert sum(map(len, scores.values())) == 543
    assert len(scores) == 185
    for values in scores.values():
        assert max(values) == pytest.approx(min(values), rel=1e-10)
    means = sorted(np.mean(values) for values in scores.values())
    assert np.diff(means).min() > 0


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("seed", range(4))
def test_the_search_ends_no_worse_than_its_order_scores(criterion, seed):
    problem = problem_of(seed)
    searcher = criterion.insertion_searcher(problem, np.arange(5), None, 1e-9)
    visit = list(searcher.start())[-1]
    score = criterion.order_score(problem)
    assert visit.loss <= score.loss(visit.order) * (1 + 1e-9) + 1e-6
    if (score.weights(visit.order) != 0).tolist() == adjacency_of(visit).tolist():
        assert visit.loss == pytest.approx(score.loss(visit.order), rel=1e-9)


@pytest.mark.parametrize("criterion", [BIC, EqualVarianceBIC])
@pytest.mark.parametrize("name", ["penalty", "gamma"])
def test_negative_prices_are_refused(criterion, name):
    with pytest.raises(ValueError, match=name):
        criterion(**{name: -1.0})
