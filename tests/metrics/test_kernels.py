import numpy as np
import pytest

from causal_dag.metrics.kernels import spurious_walks


def spurious_walks_plainly(true, estimate):
    """The same walks as sets of (node, how it was reached)."""
    d = len(true)
    reached = np.zeros((d, d), dtype=bool)
    for source in range(d):
        Z = set(np.flatnonzero(estimate[:, source]))
        todo = [(int(c), "causal") for c in np.flatnonzero(true[source])]
        todo += [(int(p), "up") for p in np.flatnonzero(true[:, source])]
        seen = set()
        while todo:
            node, how = todo.pop()
            if node == source or (node, how) in seen:
                continue
            seen.add((node, how))
            if how != "causal":
                reached[source, node] = True
            if node not in Z:
                onward = "down" if how == "up" else how
                todo += [(int(c), onward) for c in np.flatnonzero(true[node])]
            if (node in Z and how != "up") or (node not in Z and how == "up"):
                todo += [(int(p), "up") for p in np.flatnonzero(true[:, node])]
    return reached


@pytest.mark.parametrize("seed", range(30))
def test_the_kernel_walks_like_its_plain_twin(seed):
    generator = np.random.default_rng(seed)
    d = int(generator.integers(1, 9))
    true, estimate = (np.triu(generator.random((d, d)) < 0.4, 1) for _ in range(2))
    order = generator.permutation(d)
    true = np.ascontiguousarray(true[np.ix_(order, order)])
    reached = np.zeros((d, d), dtype=bool)
    spurious_walks(true, estimate, reached)
    np.testing.assert_array_equal(reached, spurious_walks_plainly(true, estimate))
