import itertools

import numpy as np
import pytest

from causal_dag import PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.graph import is_dag, reachability
from causal_dag.solvers.order.exogenous_first import exogenous_first_order, ordered_and_open_pairs
from causal_dag.synthetic import make_linear_sem

NOISES = ["uniform", "laplace", "exponential"]


def entropy(u):
    u = (u - u.mean()) / u.std()
    log_cosh, odd = np.log(np.cosh(u)).mean(), (u * np.exp(-(u**2) / 2)).mean()
    return -79.047 * (log_cosh - 0.37457) ** 2 - 7.4129 * odd**2


def residual(y, x):
    return y - np.polyval(np.polyfit(x, y, 1), x)


def dependence(i, X, rivals):
    """Hyvärinen and Smith's sum over the other variables, in full."""
    total = 0.0
    for j in rivals:
        forward = entropy(X[:, i]) + entropy(residual(X[:, j], X[:, i]))
        backward = entropy(X[:, j]) + entropy(residual(X[:, i], X[:, j]))
        total += min(0.0, backward - forward) ** 2
    return total


def plain_direct_lingam(X, precedence):
    X, left, order = X.copy(), set(range(X.shape[1])), []
    while left:
        rivals = {
            i: [j for j in left - {i} if not precedence[i, j]]
            for i in left
            if not any(precedence[j, i] for j in left)
        }
        order.append(min(rivals, key=lambda i: dependence(i, X, rivals[i])))
        left.remove(order[-1])
        for j in left:
            X[:, j] = residual(X[:, j], X[:, order[-1]])
    return order


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("d", [1, 2, 4, 7, 10])
def test_the_order_is_that_of_the_plain_method(noise, d):
    X, _ = make_linear_sem(
        300,
        d,
        edges_per_node=min(2, (d - 1) / 2),
        noise=noise,
        noise_variance=(0.5, 2),
        random_state=d,
    )
    constraints = Constraints.none(d)
    expected = plain_direct_lingam(X, constraints.precedence)
    assert exogenous_first_order(X, constraints).tolist() == expected


@pytest.mark.parametrize("seed", range(4))
def test_required_edges_choose_who_may_come_next(seed):
    X, sem = make_linear_sem(300, 7, edges_per_node=2, noise="laplace", random_state=seed)
    # Against the data, and of the data.
    cause, effect = np.argwhere(sem.weights)[seed].tolist()
    constraints = PriorKnowledge(required=[(effect, cause)]).resolve(7)
    order = exogenous_first_order(X, constraints).tolist()
    assert order.index(effect) < order.index(cause)
    assert order == plain_direct_lingam(X, constraints.precedence)


def test_tiers_roots_and_leaves_stand_where_they_belong():
    X, _ = make_linear_sem(100, 8, edges_per_node=2, noise="gaussian", random_state=0)
    knowledge = PriorKnowledge(tiers=[[5, 6], [0, 1, 2]], roots=[7], leaves=[3])
    place = np.argsort(exogenous_first_order(X, knowledge.resolve(8)))
    assert place[7] == 0
    assert place[3] == 7
    # Variable 4 is in no tier, but no edge leads from the later tier through it to the earlier.
    tiered = PriorKnowledge(tiers=[[5, 6], [0, 1, 2], [3, 4, 7]]).resolve(8)
    place = np.argsort(exogenous_first_order(X, tiered))
    assert set(place[[5, 6]]) == {0, 1}
    assert set(place[[0, 1, 2]]) == {2, 3, 4}


def random_constraints(d, seed):
    generator = np.random.default_rng(seed)
    pairs = list(itertools.permutations(range(d), 2))
    required = [(i, j) for i, j in pairs if i < j and generator.random() < 0.15]
    forbidden = [pair for pair in pairs if pair not in required and generator.random() < 0.5]
    return PriorKnowledge(required=required, forbidden=forbidden).resolve(d)


def all_dags(constraints):
    free = np.argwhere(constraints.allowed & ~constraints.required)
    for chosen in itertools.product([False, True], repeat=len(free)):
        A = constraints.required.copy()
        A[tuple(free[list(chosen)].T)] = True
        if is_dag(A):
            yield A


@pytest.mark.parametrize("seed", range(12))
def test_every_allowed_graph_has_an_order_that_puts_first_what_stands_ahead(seed):
    constraints = random_constraints(4, seed)
    ahead, is_open = ordered_and_open_pairs(constraints)
    assert (ahead >= constraints.precedence).all()
    assert (is_open == is_open.T).all()
    assert not (is_open & ahead).any()
    for A in all_dags(constraints):
        assert is_dag(A | ahead)
        # Of pairs that are neither open nor ordered, none causes the other.
        assert not (reachability(A) & ~is_open & ~ahead).any()


def test_without_knowledge_all_pairs_are_open():
    ahead, is_open = ordered_and_open_pairs(Constraints.none(5))
    assert not ahead.any()
    np.testing.assert_array_equal(is_open, ~np.eye(5, dtype=bool))
