import numpy as np
import pytest

from causal_dag import Moments


def _random_moments(d, seed, n_samples=40, spread=3.0):
    """Moments of a random full-rank table whose columns have very different variances."""
    generator = np.random.default_rng([d, seed])
    rows = generator.normal(size=(n_samples, d)) @ generator.normal(size=(d, d))
    return Moments.from_rows(rows * np.exp(generator.uniform(-spread, spread, d)))


@pytest.fixture
def random_moments():
    return _random_moments


def _variance_given(covariance, child, parents):
    """Residual variance by the textbook formula."""
    parents = list(parents)
    if not parents:
        return covariance[child, child]
    coefficients = np.linalg.solve(covariance[np.ix_(parents, parents)], covariance[parents, child])
    return covariance[child, child] - covariance[child, parents] @ coefficients


@pytest.fixture
def variance_given():
    return _variance_given


def _slow_loss(covariance, order, allowed=None):
    """Half the sum of every node's residual variance given the allowed nodes before it."""
    total = 0.0
    for position, child in enumerate(order):
        before = [v for v in order[:position] if allowed is None or allowed[v, child]]
        total += _variance_given(covariance, child, before)
    return total / 2


@pytest.fixture
def slow_loss():
    return _slow_loss


def _moved(order, node, position):
    rest = [v for v in order if v != node]
    return [*rest[:position], node, *rest[position:]]


@pytest.fixture
def slow_insertion_sweep():
    """Numpy twin of an insertion sweep: every insertion by its definition, best one made."""

    def sweep(order, loss, feasible=lambda order: True):
        current = list(order)
        for node in order:
            candidates = [_moved(current, node, k) for k in range(len(order))]
            losses = [loss(c) if feasible(c) else np.inf for c in candidates]
            if min(losses) < loss(current) * (1 - 1e-12):
                current = candidates[int(np.argmin(losses))]
        return current

    return sweep
