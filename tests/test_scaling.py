"""Standardized columns have mean 0 and variance 1, and the caller's data stays as it is."""

import numpy as np
import pandas as pd
import pytest

from causal_dag.scaling import scaled


def test_standardized_columns_have_mean_0_and_variance_1():
    data = np.random.default_rng(0).normal([5.0, 0.0, 5.0], [1.0, 1e-8, 1e8], (50, 3))
    data.setflags(write=False)
    result = scaled(data, "standardized")
    assert np.allclose(result.mean(axis=0), 0)
    assert np.allclose(result.var(axis=0), 1)
    assert (scaled(data, "raw") == data).all()


def test_data_frames_keep_their_names():
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [3, 1, 2]})
    assert list(scaled(frame, "standardized").columns) == ["a", "b"]
    assert frame["a"].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("data", "scale", "message"),
    [
        (pd.DataFrame({"a": [1, 1], "b": [1, 2]}), "standardized", "'a' is constant"),
        (pd.DataFrame({"a": [1, None], "b": [1, 2]}), "raw", "'a' has 1 NaN"),
        ([[1.0, 2.0], [2.0, 1.0]], "robust", "scale='robust'"),
    ],
)
def test_unusable_data_is_refused(data, scale, message):
    with pytest.raises(ValueError, match=message):
        scaled(data, scale)
