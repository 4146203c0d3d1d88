import warnings

import numpy as np
import pytest
from sklearn.linear_model import lars_path_gram

from causal_dag.solvers.order.adaptive_lasso import lasso_path


@pytest.mark.parametrize("seed", range(20))
def test_the_path_is_that_of_scikit_learn(seed):
    generator = np.random.default_rng(seed)
    n, p = 60, int(generator.integers(1, 12))
    X = generator.normal(size=(n, p)) @ generator.normal(size=(p, p))
    y = X @ generator.normal(size=p) * (generator.random() < 0.5) + generator.normal(size=n)
    gram, target = X.T @ X, X.T @ y
    expected = lars_path_gram(Xy=target, Gram=gram.copy(), n_samples=n, method="lasso")[2]
    found = lasso_path(gram, target, 1e-7 * n)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=1e-7 * np.abs(expected).max())


@pytest.mark.parametrize("seed", range(10))
def test_every_knot_is_a_minimum(seed):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(30, 6)) @ generator.normal(size=(6, 6))
    gram, target = X.T @ X, X.T @ generator.normal(size=30)
    for b in lasso_path(gram, target, 0.0).T:
        slope = target - gram @ b
        level = np.abs(slope).max()
        np.testing.assert_allclose(slope[b != 0], level * np.sign(b[b != 0]), atol=1e-6)


# Copies have slopes that are equal but for rounding, which decides which one enters first.
@pytest.mark.parametrize("seed", range(20))
def test_copies_of_columns_are_left_out_without_a_warning(seed):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(30, 4))
    X = np.column_stack([X, X[:, 0], X[:, 0] + X[:, 1]])[:, generator.permutation(6)]
    y = X[:, 0] + np.random.default_rng(1).normal(size=30)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = lasso_path(X.T @ X, X.T @ y, 1e-6)
    expected = np.linalg.lstsq(X, y, rcond=None)[0]
    np.testing.assert_allclose(X @ path[:, -1], X @ expected, atol=1e-6)
