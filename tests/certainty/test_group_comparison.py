"""Edges that differ between groups are found, and chance does not pass for a difference."""

import numpy as np
import pandas as pd
import pytest

from causal_dag import EqVar, LaggedDAG
from causal_dag.certainty import compare_groups


def two_groups(n=120, effect=1.0):
    rows = np.random.default_rng(0).normal(size=(2 * n, 3))
    rows[:, 1] += rows[:, 0]
    rows[:n, 2] += effect * rows[:n, 1]
    rows[n:] += 5.0
    return pd.DataFrame(rows, columns=list("abc")), ["old"] * n + ["young"] * n


def compare(rows, labels, **settings):
    return compare_groups(EqVar(), rows, labels, n_permutations=79, n_resamples=4, **settings)


def test_the_edge_that_one_group_lacks_is_found():
    rows, labels = two_groups()
    before = rows.copy()
    found = compare(rows, labels)
    assert found.iloc[0][["first", "second"]].tolist() == ["b", "c"]
    assert found.iloc[0][["forward_a", "forward_b", "difference"]].tolist() == [1, 0, 1]
    assert found["p_value"].iloc[0] == pytest.approx(1 / 80)
    assert (found["adjusted_p_value"] >= found["p_value"]).all()
    assert (found["p_value"].iloc[1:] > 0.05).all()
    pd.testing.assert_frame_equal(rows, before)


def test_means_are_no_difference_and_groups_can_be_swapped():
    rows, labels = two_groups(effect=0.0)
    found = compare(rows, labels)
    assert (found["p_value"] > 0.05).all()
    swapped = compare(rows.iloc[::-1], labels[::-1])
    assert (swapped["p_value"] > 0.05).all()


def test_too_few_permutations_are_reported():
    rows, labels = two_groups()
    with pytest.warns(UserWarning, match=r"use at least n_permutations=\d+"):
        compare_groups(EqVar(), rows, labels, n_permutations=5, n_resamples=2)


def test_what_cannot_be_compared_is_refused():
    rows, labels = two_groups()
    with pytest.raises(ValueError, match="3 different values; compare two"):
        compare(rows, ["a", "b", "c"] * 80)
    with pytest.raises(ValueError, match="labels has 2 entries"):
        compare(rows, ["a", "b"])
    with pytest.raises(ValueError, match="not a solver"):
        compare_groups(LaggedDAG(), rows, labels)
