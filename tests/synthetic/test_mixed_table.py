"""Mixed tables: kinds of columns, and that they follow their graph."""

import numpy as np
import pytest

from causal_dag.graph import is_dag
from causal_dag.synthetic import make_mixed_table


@pytest.mark.parametrize("labels", ["unordered", "codes", "cuts"])
def test_half_the_columns_are_labels_and_roots_are_independent(labels):
    X, adjacency = make_mixed_table(4000, 10, labels=labels, edges_per_node=1, random_state=3)
    are_labels = X.dtypes.astype(str) == "category"
    assert X.shape == (4000, 10)
    assert are_labels.sum() == 5
    assert is_dag(adjacency)
    for name in X.columns[are_labels]:
        assert X[name].cat.ordered == (labels != "unordered")
        assert 2 <= X[name].cat.categories.size <= 5
        assert X[name].value_counts(normalize=True).min() > 0.01
    codes = X.apply(
        lambda column: column.cat.codes if column.name in X.columns[are_labels] else column
    )
    roots = np.flatnonzero(~adjacency.any(axis=0))
    correlation = np.corrcoef(codes.to_numpy(float)[:, roots], rowvar=False)
    assert np.abs(correlation - np.eye(roots.size)).max() < 0.06  # some 4 standard errors


def test_a_cut_keeps_the_order_of_the_values():
    numbers, _ = make_mixed_table(500, 2, labels="cuts", edges_per_node=0, random_state=0)
    cut = numbers.columns[numbers.dtypes.astype(str) == "category"]
    assert len(cut) == 1
    assert numbers[cut[0]].cat.codes.nunique() >= 2


def test_the_same_seed_gives_the_same_table_and_other_values_are_refused():
    first, again = (make_mixed_table(50, 6, random_state=7)[0] for _ in range(2))
    assert first.equals(again)
    with pytest.raises(ValueError, match="labels='sorted'"):
        make_mixed_table(50, 6, labels="sorted")
    with pytest.raises(ValueError, match="n_levels"):
        make_mixed_table(50, 6, n_levels=(1, 3))
