import numpy as np
import pytest

from causal_dag.solvers.continuous.matrix_kernels import least_squares, residual_gradient


@pytest.mark.parametrize("d", [1, 2, 5])
def test_least_squares_is_its_formula(d):
    generator = np.random.default_rng(d)
    C, W = np.cov(generator.normal(size=(20, d)).T).reshape(d, d), generator.normal(size=(d, d))
    residual = np.eye(d) - W
    value, gradient = least_squares(C, W)
    assert value == pytest.approx(0.5 * np.trace(residual.T @ C @ residual))
    np.testing.assert_allclose(gradient, -C @ residual, atol=1e-12)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_residual_variances_are_their_formula(d):
    generator = np.random.default_rng(d)
    C, W = np.cov(generator.normal(size=(20, d)).T).reshape(d, d), generator.normal(size=(d, d))
    gradient, residual = residual_gradient(C, W)
    np.testing.assert_allclose(residual, np.diag((np.eye(d) - W).T @ C @ (np.eye(d) - W)))
    np.testing.assert_allclose(gradient, -C @ (np.eye(d) - W), atol=1e-12)
