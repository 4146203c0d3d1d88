"""Edge weights: uniform on ±[low, high], and zero without an edge."""

import numpy as np
import pytest
from scipy import stats

from causal_dag.synthetic import random_weights


def test_weights_are_uniform_on_both_sides_of_zero():
    edges = np.triu(np.ones((100, 100), dtype=bool), k=1)
    weights = random_weights(edges, weight_range=(0.5, 2.0), random_state=0)
    assert ((weights != 0) == edges).all()
    drawn = weights[edges]
    assert stats.kstest(np.abs(drawn), stats.uniform(0.5, 1.5).cdf).pvalue > 0.01
    assert stats.binomtest(int((drawn > 0).sum()), drawn.size).pvalue > 0.01


def test_a_range_of_one_point_fixes_the_magnitude():
    weights = random_weights([[0, 1], [0, 0]], weight_range=(0.7, 0.7), random_state=0)
    assert abs(weights[0, 1]) == 0.7


@pytest.mark.parametrize(
    "bad", [(0, 1), (-1, 1), (2, 1), (1, np.inf), (1, np.nan), 1.0, (1, 2, 3), "ab", ("a", "b")]
)
def test_ranges_that_are_none_are_named(bad):
    with pytest.raises(ValueError, match="weight_range="):
        random_weights([[0, 1], [0, 0]], weight_range=bad)


def test_the_adjacency_has_to_be_square():
    with pytest.raises(ValueError, match="square"):
        random_weights(np.ones((2, 3)))
