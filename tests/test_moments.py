import numpy as np
import pandas as pd
import pytest

from causal_dag import EmptyDAG, Moments


@pytest.fixture
def rows():
    generator = np.random.default_rng(0)
    return generator.normal(size=(101, 4)) * [1, 10, 100, 0.1] + [0, 5, -3, 1e3]


def test_moments_are_mean_and_covariance_divided_by_n(rows):
    moments = Moments.from_rows(rows)
    np.testing.assert_allclose(moments.mean, rows.mean(axis=0))
    np.testing.assert_allclose(moments.covariance, np.cov(rows.T, bias=True), rtol=1e-10)
    assert (moments.covariance == moments.covariance.T).all()


def test_correlations_of_some_columns_are_those_of_numpy_in_the_order_asked_for(rows):
    moments = Moments.from_rows(rows)
    columns = np.array([2, 0, 3])
    expected = np.corrcoef(rows[:, columns].T)
    np.testing.assert_allclose(moments.correlation(columns), expected, rtol=1e-9)
    single = moments.correlation(columns, np.float32)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, atol=1e-7)
    constant = Moments(9, np.zeros(3), np.diag([1.0, 0.0, 2.0]), ["a", "b", "c"])
    assert (constant.correlation(np.array([0, 2])) == np.eye(2)).all()
    with pytest.raises(ValueError, match="column 'b' is constant; drop it"):
        constant.correlation(np.array([2, 1]))


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
        ((10**30, [0.0], [[1.0]]), "an integer >= 1 and <= 2"),
        ((5, [0.0, 0.0], [[1.0]]), "do not fit"),
        ((5, [0.0], [[np.nan]]), "finite"),
        ((5, [0.0, 0.0], [[1.0, 0.5], [0.1, 1.0]]), "symmetric"),
        ((5, [0.0, 0.0], [[1.0, 0.5], [0.50001, 1.0]]), "symmetric"),
        ((5, [0.0], [[1.0]], None, [0.0, 0.0]), r"mean_remainder of shape \(2,\)"),
        ((5, [0.0], [[1.0]], None, [np.inf]), "finite"),
        ((5, [0.0], [[1.0]], ("a", "b")), "2 feature names for 1 columns"),
    ],
)
def test_inconsistent_moments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Moments(*arguments)


def test_constant_columns_cannot_be_standardized():
    with pytest.raises(ValueError, match="'b' is constant"):
        Moments.from_rows([[1.0, 2.0], [3.0, 2.0]], ["a", "b"]).standardized()


def frame_of(rows):
    return pd.DataFrame(rows, columns=list("abcd"))


def test_rows_and_batches_keep_the_names_of_data_frames(rows):
    frame = frame_of(rows)
    assert Moments.from_rows(frame).feature_names == tuple("abcd")
    assert Moments.from_batches([frame[:50], frame[50:]]).feature_names == tuple("abcd")
    assert Moments.from_rows(frame, ["w", "x", "y", "z"]).feature_names == tuple("wxyz")
    assert Moments.from_batches([frame], range(4)).feature_names == ("0", "1", "2", "3")
    assert Moments.from_rows(frame.set_axis([2, 0, 3, 1], axis=1)).feature_names == tuple("2031")
    assert Moments.from_rows(rows).feature_names is None


@pytest.mark.parametrize("order", ["dcba", "bacd", "cdab"])
def test_batches_with_reordered_columns_are_aligned_by_name(rows, order):
    frame = frame_of(rows)
    whole = Moments.from_rows(frame)
    for parts in (
        Moments.from_batches([frame[:30], frame[30:][list(order)]]),
        Moments.from_rows(frame[:30]).merge(Moments.from_rows(frame[30:][list(order)])),
        Moments.from_rows(frame[list(order)]).reordered("abcd"),
    ):
        assert parts.feature_names == whole.feature_names
        np.testing.assert_allclose(parts.mean, whole.mean, rtol=1e-12)
        np.testing.assert_allclose(parts.covariance, whole.covariance, rtol=1e-9)


def test_batches_of_other_columns_are_refused_by_name(rows):
    frame = frame_of(rows)
    with pytest.raises(ValueError, match="merged: 'd', 'e' not in both"):
        Moments.from_batches([frame, frame.rename(columns={"d": "e"})])
    with pytest.raises(ValueError, match="merged: 'd' not in both"):
        Moments.from_batches([frame, frame[list("abc")]])
    with pytest.raises(ValueError, match="'a', 'b', 'c', 'd', and columns without names"):
        Moments.from_batches([rows, frame])
    numbered = pd.DataFrame(rows)
    with pytest.raises(ValueError, match="and columns without names"):
        Moments.from_batches([numbered, numbered[[1, 0, 2, 3]]])


def test_a_data_frame_of_covariances_brings_its_names(rows):
    frame = frame_of(rows)
    moments = Moments(101, frame.mean(), frame.cov(ddof=0))
    assert moments.feature_names == tuple("abcd")
    np.testing.assert_allclose(moments.covariance, Moments.from_rows(rows).covariance, rtol=1e-9)
    assert Moments(101, frame.mean(), frame.cov(), list("wxyz")).feature_names == tuple("wxyz")
    with pytest.raises(ValueError, match=r"mean has the labels 'b', 'a'.*same order"):
        Moments(101, frame[["b", "a"]].mean(), frame[["a", "b"]].cov())


INDEFINITE = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])


@pytest.mark.parametrize("scale", [1.0, 1e-40, 1e40, [1e-10, 1.0, 1e10]])
def test_an_indefinite_covariance_is_refused_with_its_eigenvalue(scale):
    scale = np.asarray(scale) * np.ones(3)
    with pytest.raises(ValueError, match=r"smallest eigenvalue of its correlations is -0.8,"):
        Moments(100, np.zeros(3), INDEFINITE * scale * scale[:, None])


@pytest.mark.parametrize(
    ("covariance", "message"),
    [
        ([[1.0, 1.1], [1.1, 1.0]], "eigenvalue of its correlations is -0.1,"),
        ([[1.0, 0.5], [0.5, 0.0]], "eigenvalue"),
        ([[-1.0, 0.0], [0.0, 1.0]], "column 0 has variance -1; it must be >= 0"),
    ],
)
def test_other_matrices_that_are_no_covariance_are_refused(covariance, message):
    with pytest.raises(ValueError, match=message):
        Moments(100, np.zeros(2), covariance)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize(("n", "d"), [(3, 30), (50, 200), (5, 5)])
def test_singular_covariances_are_moments_in_double_and_single_precision(n, d, kind):
    rows = np.random.default_rng(0).normal(size=(n, d)) * np.logspace(-8, 8, d)
    covariance = np.cov(rows.T, bias=True).astype(kind)
    covariance = (covariance + covariance.T) / 2
    assert Moments(n, rows.mean(axis=0), covariance).n_features == d
    Moments(n, np.zeros(d), np.zeros((d, d)))


@pytest.mark.parametrize("n_samples", [10.5, True, "10", None, -3, np.nan])
def test_the_number_of_rows_is_a_whole_number(n_samples):
    with pytest.raises(ValueError, match=r"n_samples=.* must be an integer >= 1"):
        Moments(n_samples, [0.0], [[1.0]])


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e9 + 0.1])
def test_constant_columns_are_found_in_moments_of_batches(value):
    batches = [np.column_stack([np.full(n, value), np.arange(n)]) for n in (1000, 7, 333)]
    for moments in (Moments.from_batches(batches), Moments.from_rows(np.vstack(batches))):
        with pytest.raises(ValueError, match="column 0 is constant"):
            EmptyDAG().fit_moments(moments)


def test_a_column_whose_squares_overflow_is_named(rows):
    table = frame_of(rows)
    table.iloc[:, 1] *= 1e200
    with pytest.raises(ValueError, match=f"those of column '{table.columns[1]}' are not"):
        Moments.from_batches([table, frame_of(rows)])


def test_what_is_no_moments_is_refused(rows):
    with pytest.raises(TypeError, match="is not a Moments; pass"):
        EmptyDAG().fit_moments(frame_of(rows))
    with pytest.raises(TypeError, match="is not a Moments; pass"):
        Moments.from_rows(rows).merge(rows)
    with pytest.raises(ValueError, match="must be numbers, not"):
        Moments(10, [0.0], [[1 + 1j]])
    with pytest.raises(ValueError, match="must be numbers, not 'x'"):
        Moments(5, [0.0], "x")
    with pytest.raises(TypeError, match="'ab' is a single string"):
        Moments(5, [0.0, 0.0], np.eye(2), "ab")


def test_no_batches_and_different_columns_are_refused():
    with pytest.raises(ValueError, match="no batch"):
        Moments.from_batches([])
    with pytest.raises(ValueError, match="different columns"):
        Moments.from_rows([[1.0], [2.0]]).merge(Moments.from_rows([[1.0, 2.0]]))
