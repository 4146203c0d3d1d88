import numpy as np
import pytest
import scipy.linalg

from causal_dag.solvers.continuous.exponential_kernels import exponential_minus_identity


@pytest.mark.parametrize("d", [1, 2, 3, 8])
@pytest.mark.parametrize("size", [1e-8, 0.1, 1.0, 30.0])
def test_it_is_the_matrix_exponential_less_the_identity(d, size):
    A = size * np.random.default_rng(d).random((d, d)) / d
    expected = scipy.linalg.expm(A) - np.eye(d)
    np.testing.assert_allclose(
        exponential_minus_identity(A), expected, rtol=1e-12, atol=1e-15 * (1 + expected.max())
    )


def test_it_is_its_power_series_where_that_ends():
    # Nilpotent: the series has d terms, whatever the size.
    A = np.triu(np.full((5, 5), 50.0), 1)
    expected, term = np.zeros((5, 5)), np.eye(5)
    for k in range(1, 5):
        term = term @ A / k
        expected += term
    np.testing.assert_allclose(exponential_minus_identity(A), expected, rtol=1e-13)


def test_tiny_entries_keep_their_relative_accuracy():
    A = np.array([[0.0, 1e-200], [1e-100, 0.0]])
    np.testing.assert_allclose(
        exponential_minus_identity(A), [[5e-301, 1e-200], [1e-100, 5e-301]], rtol=1e-14
    )


def test_the_argument_is_not_changed():
    A = np.random.default_rng(0).random((3, 3))
    before = A.copy()
    exponential_minus_identity(A)
    np.testing.assert_array_equal(A, before)


@pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")
@pytest.mark.parametrize("size", [1e3, 1e200, np.inf])
def test_overflow_is_not_finite(size):
    assert not np.isfinite(exponential_minus_identity(np.full((2, 2), size))).all()
