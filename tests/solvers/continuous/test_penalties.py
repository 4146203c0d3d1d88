import numpy as np

from causal_dag.solvers.continuous.penalties import L1


def test_l1_is_the_weighted_sum_of_magnitudes():
    W = np.random.default_rng(0).normal(size=(4, 4))
    assert np.isclose(L1(0.3).value(W), 0.3 * np.linalg.norm(W.ravel(), 1))
    assert L1(0.0).value(W) == 0.0
