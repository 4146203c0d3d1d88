"""Partial correlations of pairs given parents, against inverses of submatrices."""

import numpy as np
import pytest

from causal_dag.advice.local_independence import edge_tests, independence_tests


def partial(R, i, j, given):
    P = np.linalg.inv(R[np.ix_([i, j, *given], [i, j, *given])])
    return -P[0, 1] / np.sqrt(P[0, 0] * P[1, 1])


@pytest.mark.parametrize("seed", range(4))
def test_partial_correlations_are_those_of_inverse_submatrices(seed):
    generator = np.random.default_rng(seed)
    d = 7
    R = np.corrcoef(generator.normal(size=(d, 20)) @ generator.normal(size=(20, 20)))
    order = generator.permutation(d)
    adjacency = np.zeros((d, d), dtype=bool)
    first, second = np.triu_indices(d, 1)
    chosen = generator.random(first.size) < 0.5
    adjacency[order[first[chosen]], order[second[chosen]]] = True
    independences = independence_tests(R, 50, adjacency, order)
    for i, j, r in zip(
        independences.first, independences.second, independences.correlation, strict=True
    ):
        parents = np.flatnonzero(adjacency[:, j])
        assert r == pytest.approx(partial(R, i, j, parents), abs=1e-10)
    edges = edge_tests(R, 50, adjacency)
    for i, j, r in zip(edges.first, edges.second, edges.correlation, strict=True):
        others = [parent for parent in np.flatnonzero(adjacency[:, j]) if parent != i]
        assert r == pytest.approx(partial(R, i, j, others), abs=1e-10)
    assert len(edges.first) + len(independences.first) == d * (d - 1) // 2


def test_a_parent_that_others_determine_changes_nothing():
    generator = np.random.default_rng(0)
    x, y, z, w = generator.normal(size=(4, 30))
    R = np.corrcoef([x, y, x + y, x + z, y + z + w])
    adjacency = np.zeros((5, 5), dtype=bool)
    adjacency[:3, 4] = True
    tests = independence_tests(R, 30, adjacency, np.arange(5))
    found = tests.correlation[(tests.first == 3) & (tests.second == 4)]
    assert found == pytest.approx(partial(R, 3, 4, [0, 1]), abs=1e-8)
