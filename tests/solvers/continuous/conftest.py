"""Data shared by the tests of the continuous family."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def rows_of():
    """Rows of a linear SEM on a random DAG over d variables, centred."""

    def draw(d, seed=0, n=300):
        generator = np.random.default_rng(seed)
        W = np.triu(generator.uniform(0.5, 1.5, size=(d, d)), 1)
        W *= generator.random((d, d)) < min(1.0, 3.0 / d)
        X = generator.normal(size=(n, d)) @ np.linalg.inv(np.eye(d) - W)
        X = X[:, generator.permutation(d)]
        return X - X.mean(axis=0)

    return draw


@pytest.fixture(scope="session")
def central_difference():
    """Gradient of a function of a matrix by central differences, exact for quadratics."""

    def gradient(function, W, step=1e-5):
        result = np.zeros_like(W)
        for index in np.ndindex(*W.shape):
            shift = np.zeros_like(W)
            shift[index] = step
            result[index] = (function(W + shift) - function(W - shift)) / (2 * step)
        return result

    return gradient


@pytest.fixture(scope="session")
def complex_step():
    """Gradient of a complex-analytic function of a matrix, free of cancellation."""

    def gradient(function, W, step=1e-30):
        result = np.zeros_like(W)
        for index in np.ndindex(*W.shape):
            shifted = W.astype(complex)
            shifted[index] += 1j * step
            result[index] = np.imag(function(shifted)) / step
        return result

    return gradient
