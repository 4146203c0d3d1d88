"""Figures of an estimate: known graphs have known ones, and none is ever NaN."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal_dag.benchmarks.runner.measures import graph_measures
from causal_dag.comparison.figures import distances
from causal_dag.graph import cpdag
from causal_dag.synthetic import make_linear_sem, random_dag


@pytest.fixture(scope="module")
def problem():
    X, sem = make_linear_sem(200, 8, edges_per_node=1.5, random_state=3)
    return X, sem.adjacency


def test_the_truth_has_no_distance_and_its_own_criterion(problem):
    rows, true = problem
    figures = graph_measures(rows, true, true)
    assert figures["shd"] == figures["sid"] == figures["cpdag_distance"] == figures["fdr"] == 0
    assert figures["f1"] == figures["precision"] == figures["recall"] == 1
    assert figures["bic"] == figures["true_bic"]
    assert figures["edges"] == figures["true_edges"] == true.sum()


def test_the_class_of_the_truth_is_at_no_distance_from_it(problem):
    rows, true = problem
    figures = graph_measures(rows, true, cpdag(true))
    undirected = int(np.triu(cpdag(true) & cpdag(true).T).sum())
    assert figures["cpdag_distance"] == 0
    assert figures["shd"] == undirected
    assert figures["edges"] == true.sum()
    assert figures["bic"] == pytest.approx(figures["true_bic"])


def test_a_class_without_a_member_has_no_likelihood(problem):
    rows, true = problem
    square = np.zeros_like(true)
    for i, j in ((0, 1), (1, 2), (2, 3), (3, 0)):  # a cycle without chord has no extension
        square[i, j] = square[j, i] = True
    figures = graph_measures(rows, true, square)
    assert figures["sid"] is figures["score"] is figures["bic"] is None
    assert figures["shd"] > 0


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(2, 30))
def test_figures_are_finite_json_and_agree_with_the_comparison(seed, d, n):
    edges = min(1.0, (d - 1) / 2)
    true = random_dag(d, edges_per_node=edges, random_state=seed)
    estimate = random_dag(d, edges_per_node=edges, random_state=seed + 1)
    rows = np.random.default_rng(seed).normal(size=(n, d))
    figures = graph_measures(rows, true, estimate)
    json.dumps(figures, allow_nan=False)
    expected = distances(true, estimate)
    for name in ("shd", "sid", "cpdag_distance", "f1", "fdr", "tpr"):
        assert figures[name] == getattr(expected, name)


def test_bic_is_that_of_a_regression_by_hand(problem):
    rows, true = problem
    n, d = rows.shape
    log_likelihood = 0.0
    for child in range(d):
        design = np.column_stack([np.ones(n), rows[:, true[:, child]]])
        residual = rows[:, child] - design @ np.linalg.lstsq(design, rows[:, child], rcond=None)[0]
        log_likelihood -= n / 2 * (np.log(2 * np.pi * residual.var()) + 1)
    expected = -2 * log_likelihood + np.log(n) * (true.sum() + 2 * d)
    assert graph_measures(rows, true, true)["bic"] == pytest.approx(expected)
