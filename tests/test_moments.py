import numpy as np
import pytest

from causal_dag import Moments


@pytest.fixture
def rows():
    generator = np.random.default_rng(0)
    return generator.normal(size=(101, 4)) * [1, 10, 100, 0.1] + [0, 5, -3, 1e3]


def test_moments_are_mean_and_covariance_divided_by_n(rows):
    moments = Moments.from_rows(rows)
    np.testing.assert_allclose(moments.mean, rows.mean(axis=0))
    np.testing.assert_allclose(moments.covariance, np.cov(rows.T, bias=True), rtol=1e-10)
    assert (moments.covariance == moments.covariance.T).all()


@pytest.mark.parametrize("cuts", [[1], [50], [10, 20, 100], [1, 2, 3]])
def test_batches_give_the_moments_of_the_whole_table(rows, cuts):
    whole = Moments.from_rows(rows)
    parts = Moments.from_batches(iter(np.split(rows, cuts)))
    assert parts.n_samples == whole.n_samples
    np.testing.assert_allclose(parts.mean, whole.mean, rtol=1e-12)
    np.testing.assert_allclose(parts.covariance, whole.covariance, rtol=1e-9)


def test_a_large_common_offset_costs_no_accuracy(rows):
    near, far = Moments.from_rows(rows), Moments.from_rows(rows + 1e7)
    np.testing.assert_allclose(far.covariance, near.covariance, rtol=1e-5, atol=1e-9)


def test_standardized_moments_are_those_of_standardized_rows(rows):
    standardized = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    expected = Moments.from_rows(standardized)
    moments = Moments.from_rows(rows).standardized()
    np.testing.assert_allclose(moments.covariance, expected.covariance, atol=1e-10)
    assert (np.diagonal(moments.covariance) == 1).all()


def test_extreme_scales_standardize_without_overflow():
    rows = np.random.default_rng(1).normal(size=(50, 2)) * [1e-150, 1e150]
    assert np.isfinite(Moments.from_rows(rows).standardized().covariance).all()


def test_moments_neither_keep_nor_change_the_callers_arrays(rows):
    mean, covariance = np.zeros(2), np.eye(2)
    moments = Moments(5, mean, covariance)
    covariance[0, 0] = 7.0
    assert moments.covariance[0, 0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        moments.covariance[0, 0] = 2.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, [0.0], [[1.0]]), "at least one row"),
        ((5, [0.0, 0.0], [[1.0]]), "do not fit"),
        ((5, [0.0], [[np.nan]]), "finite"),
        ((5, [0.0, 0.0], [[1.0, 0.5], [0.1, 1.0]]), "symmetric"),
        ((5, [0.0], [[1.0]], ("a", "b")), "2 feature names for 1 columns"),
    ],
)
def test_inconsistent_moments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Moments(*arguments)


def test_constant_columns_cannot_be_standardized():
    with pytest.raises(ValueError, match="'b' is constant"):
        Moments.from_rows([[1.0, 2.0], [3.0, 2.0]], ["a", "b"]).standardized()


def test_no_batches_and_different_columns_are_refused():
    with pytest.raises(ValueError, match="no batch"):
        Moments.from_batches([])
    with pytest.raises(ValueError, match="different columns"):
        Moments.from_rows([[1.0], [2.0]]).merge(Moments.from_rows([[1.0, 2.0]]))
