import numpy as np
import pytest

from causal_dag.solvers.continuous.score_kernels import least_squares


@pytest.mark.parametrize("d", [1, 2, 5])
def test_least_squares_is_its_formula(d):
    generator = np.random.default_rng(d)
    C, W = np.cov(generator.normal(size=(20, d)).T).reshape(d, d), generator.normal(size=(d, d))
    residual = np.eye(d) - W
    value, gradient = least_squares(C, W)
    assert value == pytest.approx(0.5 * np.trace(residual.T @ C @ residual))
    np.testing.assert_allclose(gradient, -C @ residual, atol=1e-12)
