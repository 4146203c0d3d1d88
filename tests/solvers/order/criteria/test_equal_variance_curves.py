"""Curves with one noise variance: tangents bound the score, and the search reaches its minimum."""

import itertools

import numpy as np
import pytest

from causal_dag import TOPO, load_model
from causal_dag.constraints import Constraints
from causal_dag.graph import is_dag
from causal_dag.moments import Moments
from causal_dag.problem import Problem
from causal_dag.solvers import make_solver
from causal_dag.solvers.criteria import EqualVarianceCurves
from causal_dag.synthetic import make_linear_sem


def curved_table(seed, n=300):
    """x0 → x1 → x2, and x3 alone, with noise of the same variance."""
    X = np.random.default_rng(seed).normal(size=(n, 4))
    X[:, 1] += 2 * np.cos(2 * X[:, 0])
    X[:, 2] += np.abs(X[:, 1])
    return X


def score_of(X):
    moments = Moments.from_rows(X)
    problem = Problem(moments, Constraints.none(X.shape[1]), rows=X)
    return EqualVarianceCurves().order_score(problem)


@pytest.mark.parametrize("seed", range(3))
def test_curves_and_equal_variances_direct_all_edges(seed):
    model = make_solver("topo-curves-ev").fit(curved_table(seed))
    assert np.argwhere(model.adjacency_).tolist() == [[0, 1], [1, 2]]
    assert set(model.edges_["decided_by"]) == {"assumption"}


def test_straight_lines_have_the_score_of_topo_bic_ev():
    X, sem = make_linear_sem(500, 6, edges_per_node=1, random_state=1)
    curves, lines = (TOPO(criterion=name, penalty=2.0).fit(X) for name in ("curves-ev", "bic-ev"))
    assert curves.objective_ == pytest.approx(lines.objective_, rel=1e-9)
    np.testing.assert_array_equal(curves.adjacency_, sem.weights != 0)


@pytest.mark.parametrize("variance", [0.3, 1.0, 4.0])
def test_a_tangent_is_an_upper_bound_that_touches_the_score(variance):
    score, n, d = score_of(curved_table(0)), 300, 4
    adjacency = np.triu(np.ones((d, d), dtype=bool), k=1)

    def tangent(at):
        local = score.with_noise(at)
        total = sum(local.given(j, adjacency[:, j]).value for j in range(d))
        return total + n * d * (np.log(at) - 1)

    loss, noise = score.of_graph(adjacency, variance)
    assert loss <= tangent(variance)
    assert loss == pytest.approx(tangent(noise), rel=1e-9)


def test_no_graph_has_a_lower_score():
    X = curved_table(1)[:, :3]
    score, pairs = score_of(X), list(itertools.permutations(range(3), 2))
    losses = []
    for edges in itertools.product([False, True], repeat=len(pairs)):
        adjacency = np.zeros((3, 3), dtype=bool)
        adjacency[tuple(np.transpose(pairs))] = edges
        if is_dag(adjacency):
            losses.append(score.of_graph(adjacency)[0])
    assert len(losses) == 25
    assert make_solver("topo-curves-ev").fit(X).objective_ == pytest.approx(min(losses))


@pytest.mark.parametrize("moves", ["swap", "block"])
def test_other_moves_reach_the_same_graph(moves):
    X = curved_table(2)
    found, other = (
        TOPO(criterion="curves-ev", moves=name, n_restarts=2).fit(X)
        for name in ("insertion", moves)
    )
    assert other.objective_ == pytest.approx(found.objective_)


def test_a_saved_model_has_the_same_curves(tmp_path):
    X = curved_table(0)
    model = make_solver("topo-curves-ev").fit(X)
    model.save(tmp_path / "model.json")
    np.testing.assert_array_equal(load_model(tmp_path / "model.json").predict(X), model.predict(X))
    assert model.noise_variance_ == pytest.approx(1.0, abs=0.25)
