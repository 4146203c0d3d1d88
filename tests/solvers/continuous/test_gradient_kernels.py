import numpy as np
import pytest

from causal_dag.solvers.continuous.gradient_kernels import adam_step


@pytest.mark.parametrize("smallest", [-np.inf, 0.0])
def test_steps_are_adams(smallest):
    generator = np.random.default_rng(0)
    x = np.abs(generator.normal(size=(3, 4)))
    first, second = np.zeros((2, 3, 4))
    expected, mean, square = x.copy(), np.zeros((3, 4)), np.zeros((3, 4))
    for iteration in range(1, 6):
        gradient = generator.normal(size=(3, 4))
        adam_step(x, gradient, first, second, iteration, 0.5, 0.9, 0.999, 1e-8, smallest)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        root = np.sqrt(square / (1 - 0.999**iteration)) + 1e-8
        expected = np.maximum(expected - 0.5 * mean / (1 - 0.9**iteration) / root, smallest)
        np.testing.assert_allclose(x, expected, rtol=1e-12)
