"""Ordered levels as cuts of a latent Gaussian: graphs, weights, and where nothing is cut."""

import numpy as np
import pandas as pd
import pytest

from causal_dag import TOPO
from causal_dag.metrics import cpdag_distance
from causal_dag.solvers import make_solver
from causal_dag.solvers.criteria import MixedColumns
from causal_dag.synthetic import make_mixed_table


def fitted(X, criterion="mixed-cuts", penalty=3.0, **others):
    return make_solver("topo-mixed", criterion=criterion, penalty=penalty, **others).fit(X)


def test_cuts_are_nearer_to_the_graph_than_codes():
    tables = [
        make_mixed_table(1000, 16, labels="cuts", edges_per_node=2, random_state=seed)
        for seed in range(2)
    ]
    codes, cuts = (
        np.mean([cpdag_distance(graph, fitted(X, criterion, n_restarts=20)) for X, graph in tables])
        for criterion in ("mixed", "mixed-cuts")
    )
    assert cuts < 0.4 * codes


@pytest.mark.parametrize("labels", ["numbers", "unordered"])
def test_where_nothing_is_ordered_the_scores_are_those_without_cuts(labels):
    generator = np.random.default_rng(0)
    X = pd.DataFrame(generator.normal(size=(200, 4)), columns=list("abcd"))
    X["b"] += X["a"]
    if labels == "unordered":
        X["c"] = np.array(["x", "y", "z"])[(X["b"] > 0).astype(int) + (X["d"] > 0)]
    first, second = fitted(X), fitted(X, "mixed")
    assert first.objective_ == second.objective_
    assert np.array_equal(first.weights_, second.weights_)


def test_the_weight_of_a_cut_is_the_latent_correlation():
    x, noise = np.random.default_rng(0).normal(size=(2, 4000))
    X = pd.DataFrame({"x": x, "y": pd.cut(-x + noise, [-9, -1, 0.5, 9], labels=list("abc"))})
    weight = fitted(X).weights_.sum()
    assert weight == pytest.approx(-np.sqrt(0.5), abs=0.03)
    assert abs(fitted(X, "mixed").weights_.sum()) < 0.68
    assert TOPO(criterion=MixedColumns(ordered="cuts", penalty=3.0)).fit(X).weights_.sum() == weight


def test_threads_and_seeds_of_the_search_leave_the_moments_alone():
    X, _ = make_mixed_table(300, 10, labels="cuts", edges_per_node=1, random_state=1)
    fits = [fitted(X, n_restarts=4, n_jobs=jobs) for jobs in (1, 2)]
    assert np.array_equal(fits[0].weights_, fits[1].weights_)
    frozen = X.copy()
    fitted(X, n_restarts=0)
    assert X.equals(frozen)
