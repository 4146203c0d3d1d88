"""Rows of a group count as fewer rows, the more alike they are, in penalties and in effects."""

import numpy as np
import pytest

from causal_dag import TOPO, EmptyDAG
from causal_dag.fitting.clustered_rows import effective_rows
from causal_dag.synthetic import make_linear_sem

GROUP_OF = np.repeat(np.arange(50), 20)


def alike_within_groups(intraclass_correlation, seed, weights):
    """Return rows whose noise has an intraclass correlation."""
    generator, d = np.random.default_rng(seed), len(weights)
    of_group = generator.normal(size=(50, d))[GROUP_OF]
    own = generator.normal(size=(1000, d))
    share = intraclass_correlation
    noise = np.sqrt(share) * of_group + np.sqrt(1 - share) * own
    return noise @ np.linalg.inv(np.eye(d) - weights)


def test_the_variance_of_a_slope_is_that_of_the_effective_number_of_rows():
    none = np.zeros((2, 2))
    tables = [alike_within_groups(0.5, seed, none) for seed in range(400)]
    slopes = [np.cov(X.T)[0, 1] / np.var(X[:, 0]) for X in tables]
    expected = np.mean([effective_rows(X, GROUP_OF) for X in tables])
    assert 1 / np.var(slopes) == pytest.approx(expected, rel=0.2)


def test_rows_that_are_independent_within_groups_count_fully():
    X = np.random.default_rng(0).normal(size=(1000, 2))
    assert effective_rows(X, GROUP_OF) > 950
    assert effective_rows(X, np.arange(1000)) == 1000


def test_copies_of_rows_add_nothing():
    X, _ = make_linear_sem(50, 3, edges_per_node=1, random_state=0)
    copies = np.repeat(X, 20, axis=0)
    once, found = TOPO().fit(X), TOPO().fit(copies, groups=GROUP_OF)
    assert found.moments_.n_samples == 50
    assert found.objective_ == pytest.approx(once.objective_)
    np.testing.assert_allclose(found.weights_, once.weights_)


def test_fewer_false_edges_are_found_in_groups():
    false_edges = {None: 0, "groups": 0}
    for seed in range(4):
        _, sem = make_linear_sem(10, 8, graph="er", edges_per_node=1, random_state=seed)
        X = alike_within_groups(0.6, seed, sem.weights)
        allowed = (sem.weights != 0) | (sem.weights.T != 0)
        for key in false_edges:
            groups = None if key is None else GROUP_OF
            found = TOPO(n_restarts=2).fit(X, groups=groups)
            false_edges[key] += int((found.adjacency_ & ~allowed).sum())
    assert false_edges["groups"] * 5 < false_edges[None]


def test_groups_are_those_of_the_rows_that_are_left():
    X = alike_within_groups(0.5, 0, np.zeros((3, 3)))
    gaps = np.vstack([X, np.full((2, 3), np.nan)])
    groups = [*GROUP_OF, 0, 99]
    found = TOPO(missing="drop").fit(gaps, groups=groups)
    assert found.moments_.n_samples == effective_rows(X, GROUP_OF)


@pytest.mark.parametrize(
    ("solver", "arguments", "message"),
    [
        (TOPO(), {"groups": [1, 2]}, "2 entries for 1000 rows"),
        (TOPO(), {"groups": 5}, "groups=5 must hold one number or string per row"),
        (TOPO(), {"groups": np.ones((1000, 1))}, "must hold one number or string per row"),
        (TOPO(), {"groups": [1] * 1000}, "a single label for all 1000 rows"),
        (TOPO(), {"groups": GROUP_OF, "targets": [None] * 1000}, "cannot be combined"),
        (TOPO(), {"groups": GROUP_OF, "sample_weight": [1] * 1000}, "sample_weight and groups"),
        (TOPO(criterion="non-gaussian"), {"groups": GROUP_OF}, "uses rows one by one"),
        (EmptyDAG(polish="topo-nongaussian"), {"groups": GROUP_OF}, "uses rows one by one"),
    ],
)
def test_groups_that_cannot_be_used_are_refused(solver, arguments, message):
    with pytest.raises(ValueError, match=message):
        solver.fit(alike_within_groups(0.5, 0, np.zeros((3, 3))), **arguments)


def test_intervals_of_effects_are_those_of_the_effective_number_of_rows():
    collider = np.zeros((3, 3))
    collider[:2, 2] = 1.0
    X = alike_within_groups(0.5, 1, collider)
    plain, grouped = TOPO().fit(X), TOPO().fit(X, groups=GROUP_OF)

    def width(model):
        low, high = model.effect(0, 2).interval
        return high - low

    ratio = np.sqrt(1000 / grouped.moments_.n_samples)
    assert width(grouped) == pytest.approx(ratio * width(plain), rel=0.05)


def test_a_summary_says_how_many_rows_there_were_and_how_many_they_count_as():
    X = alike_within_groups(0.5, 0, np.zeros((3, 3)))
    model = TOPO().fit(X, groups=GROUP_OF)
    n_rows = model.moments_.n_samples
    assert f"1000 rows in groups, which count as {n_rows} rows, 3 variables" in model.summary()
    assert "in groups" not in model.fit(X).summary()
