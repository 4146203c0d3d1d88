"""Holm's correction, against statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from causal_dag.advice.multiple_tests import adjusted


@pytest.mark.parametrize("n_tests", [1, 2, 40])
def test_p_values_are_corrected_as_by_statsmodels(n_tests):
    p_values = np.random.default_rng(n_tests).random(n_tests) ** 4
    p_values[n_tests // 2 :] = p_values[0]  # ties
    expected = multipletests(p_values, method="holm")[1]
    np.testing.assert_allclose(adjusted(p_values), expected, rtol=1e-12)


def test_tests_that_were_not_made_do_not_count():
    p_values = np.array([np.nan, 0.01, 0.9, np.nan, 0.02])
    np.testing.assert_allclose(adjusted(p_values)[[1, 2, 4]], adjusted(p_values[[1, 2, 4]]))
    assert np.isnan(adjusted(p_values)[[0, 3]]).all()
    assert np.isnan(adjusted(np.array([np.nan]))).all()
    assert adjusted(np.array([])).size == 0
