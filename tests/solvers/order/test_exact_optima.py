"""How often order search finds the best of all DAGs, on all kinds of small data."""

import numpy as np
import pytest

from causal_dag import TOPO, ExactDAG
from causal_dag.solvers.order.generalized_linear import Logistic
from causal_dag.synthetic import make_linear_sem


def table(seed, most=8):
    """Two to eight columns; sparse or dense, equal or unequal noise, raw or standardised."""
    generator = np.random.default_rng([seed, 1])
    d = int(generator.integers(2, most + 1))
    n = int(generator.choice([20, 100, 1000]))
    edges_per_node = min(float(generator.choice([1, 2, 3])), (d - 1) / 2)
    noise = 1.0 if generator.random() < 0.5 else (0.2, 5.0)
    scale = str(generator.choice(["raw", "standardized"]))
    X, _ = make_linear_sem(
        n,
        d,
        edges_per_node=edges_per_node,
        noise_variance=noise,
        scale=scale,
        random_state=seed,
    )
    return (X - X.mean(axis=0)) / X.std(axis=0) if scale == "standardized" else X


def share_found(criterion, n_cases, n_restarts):
    found = []
    for seed in range(n_cases):
        X = table(seed)
        least = ExactDAG(criterion=criterion).fit(X).objective_
        model = TOPO(criterion=criterion, n_restarts=n_restarts, random_state=seed).fit(X)
        tolerance = 1e-6 * max(1.0, abs(least))
        assert model.objective_ >= least - tolerance
        found.append(model.objective_ <= least + tolerance)
    return np.mean(found)


@pytest.mark.parametrize("criterion", ["bic", "bic-ev"])
def test_few_restarts_mostly_find_the_best_sparse_graph(criterion):
    assert share_found(criterion, n_cases=60, n_restarts=20) >= 0.85


@pytest.mark.slow
@pytest.mark.parametrize("criterion", ["bic", "bic-ev"])
def test_many_restarts_nearly_always_find_the_best_sparse_graph(criterion):
    assert share_found(criterion, n_cases=500, n_restarts=20) >= 0.93
    assert share_found(criterion, n_cases=500, n_restarts=200) >= 0.97


def test_the_best_order_by_least_squares_is_always_found():
    assert share_found("least-squares", n_cases=60, n_restarts=20) == 1.0


@pytest.mark.slow
def test_the_best_order_by_least_squares_is_always_found_in_many_cases():
    assert share_found("least-squares", n_cases=500, n_restarts=20) == 1.0


@pytest.mark.slow
def test_the_best_logistic_graph_is_nearly_always_found():
    found = []
    for seed in range(60):
        X = table(seed, most=5)
        X = (np.median(X, axis=0) < X).astype(float)
        least = ExactDAG(criterion=Logistic()).fit(X).objective_
        reached = TOPO(criterion="logistic", n_restarts=20, random_state=seed).fit(X).objective_
        assert reached >= least - 1e-6 * abs(least)
        found.append(reached <= least + 1e-6 * abs(least))
    assert np.mean(found) >= 0.9
