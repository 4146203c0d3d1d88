import itertools

import numpy as np
import pytest

from causal_dag import Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.solvers.order.parents import bic_parents
from causal_dag.synthetic import make_linear_sem


def best_subset_score(moments, order, penalty, variance_given):
    """Sum over the nodes of the least BIC over all subsets of the nodes before."""
    n, total = moments.n_samples, 0.0
    for position, child in enumerate(order):
        subsets = itertools.chain.from_iterable(
            itertools.combinations(order[:position], size) for size in range(position + 1)
        )
        total += min(
            n * np.log(variance_given(moments.covariance, child, parents))
            + penalty * len(parents) * np.log(n)
            for parents in subsets
        )
    return total


@pytest.mark.parametrize("seed", range(10))
def test_on_data_of_a_model_the_score_is_the_least_over_all_subsets(seed, variance_given):
    X, _ = make_linear_sem(200, 6, edges_per_node=2, random_state=seed)
    moments = Moments.from_rows(X)
    order = np.random.default_rng(seed).permutation(6)
    _, score = bic_parents(moments, order, Constraints.none(6), 2.0)
    assert score == pytest.approx(best_subset_score(moments, order, 2.0, variance_given))


def test_parents_that_cancel_each_other_until_both_are_in_are_found(variance_given):
    # x2 = x0 - x1 + noise, where x0 and x1 are almost the same: alone, neither explains anything.
    covariance = np.array([[1.0, 0.99, 0.0], [0.99, 1.0, 0.0], [0.0, 0.0, 0.0]])
    effects = np.array([1.0, -1.0])
    covariance[:2, 2] = covariance[2, :2] = covariance[:2, :2] @ effects
    covariance[2, 2] = effects @ covariance[:2, :2] @ effects + 0.01
    moments = Moments(500, np.zeros(3), covariance)
    adjacency, score = bic_parents(moments, np.arange(3), Constraints.none(3), 2.0)
    assert adjacency[:, 2].tolist() == [True, True, False]
    assert score == pytest.approx(best_subset_score(moments, range(3), 2.0, variance_given))


def test_parents_come_before_their_children_and_obey_prior_knowledge(random_moments):
    constraints = PriorKnowledge(required=[(0, 1)], forbidden=[(2, 3), (0, 4)]).resolve(5)
    order = np.array([2, 0, 3, 1, 4])
    adjacency, _ = bic_parents(random_moments(5, 0), order, constraints, 0.0)
    along_order = np.triu(np.ones((5, 5), dtype=bool), k=1)
    expected = np.zeros((5, 5), dtype=bool)
    expected[np.ix_(order, order)] = along_order
    assert (adjacency == (expected & constraints.allowed)).all()
    sparse, _ = bic_parents(random_moments(5, 0), order, constraints, 1e6)
    assert np.argwhere(sparse).tolist() == [[0, 1]]


def test_the_choice_and_the_differences_of_scores_do_not_depend_on_units(random_moments):
    moments = random_moments(6, 1)
    units = 10.0 ** np.arange(-3, 3)
    rescaled = Moments(
        moments.n_samples, moments.mean * units, moments.covariance * units * units[:, None]
    )
    order, none = np.arange(6), Constraints.none(6)
    adjacency, score = bic_parents(moments, order, none, 2.0)
    same_adjacency, rescaled_score = bic_parents(rescaled, order, none, 2.0)
    assert (adjacency == same_adjacency).all()
    shift = 2 * moments.n_samples * np.log(units).sum()
    assert rescaled_score == pytest.approx(score + shift)
