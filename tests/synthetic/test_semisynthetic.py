"""Models fitted to a table, and the tables drawn from them."""

import numpy as np
import pandas as pd
import pytest

from causal_dag import TOPO
from causal_dag.synthetic import fit_linear_sem, load_sachs, make_linear_sem
from causal_dag.synthetic.noise import NOISES

X, TRUE = make_linear_sem(300, 5, noise="exponential", random_state=0)
COMPLETE = np.triu(np.ones((5, 5)), 1)


@pytest.mark.parametrize("noise", ["residuals", *NOISES])
def test_a_complete_graph_has_the_mean_and_covariance_of_the_table(noise):
    sem = fit_linear_sem(X, COMPLETE, noise=noise)
    np.testing.assert_allclose(sem.mean(), X.mean(axis=0), atol=1e-10)
    np.testing.assert_allclose(sem.covariance(), np.cov(X, rowvar=False, bias=True), rtol=1e-8)


def test_weights_are_those_of_least_squares():
    sem = fit_linear_sem(X, TRUE)
    for j in range(5):
        parents = np.flatnonzero(TRUE.weights[:, j])
        design = np.column_stack([X[:, parents], np.ones(len(X))])
        *expected, intercept = np.linalg.lstsq(design, X[:, j], rcond=None)[0]
        np.testing.assert_allclose(sem.weights[parents, j], expected, rtol=1e-8)
        assert sem.intercept[j] == pytest.approx(intercept)
    np.testing.assert_array_equal(sem.adjacency, TRUE.adjacency)


def test_noise_is_drawn_from_the_residuals_of_its_own_variable():
    sem = fit_linear_sem(X, TRUE)
    residuals = X - X @ sem.weights - sem.intercept
    drawn = sem.sample(50_000, random_state=1)
    noise = drawn - drawn @ sem.weights - sem.intercept
    for j in range(5):
        gaps = np.abs(noise[:500, [j]] - residuals[:, j]).min(axis=1)
        assert gaps.max() < 1e-9
    correlation = np.corrcoef(noise, rowvar=False) - np.eye(5)
    assert np.abs(correlation).max() < 5 / np.sqrt(50_000)
    np.testing.assert_allclose(noise.var(axis=0), residuals.var(axis=0), rtol=0.1)


def test_an_estimate_gives_structure_and_the_frame_names():
    frame = pd.DataFrame(X, columns=list("abcde"))
    model = TOPO(n_restarts=0).fit(frame)
    sem = fit_linear_sem(frame[list("edcba")], model)
    assert sem.feature_names == tuple("edcba")
    np.testing.assert_array_equal(sem.adjacency[::-1, ::-1], model.adjacency_)


def test_the_sachs_table_can_be_drawn_anew():
    sachs = load_sachs()
    sem = fit_linear_sem(sachs.data, sachs.adjacency)
    again = sem.sample(2000, random_state=0)
    np.testing.assert_allclose(again.mean(axis=0), sachs.data.mean(axis=0), rtol=0.4)


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        ([[0, 1], [0, 0]], "the graph has 2 nodes and the table 5 columns"),
        (COMPLETE + COMPLETE.T, "undirected edge"),
        (COMPLETE + 2 * COMPLETE.T, "cycle"),
    ],
)
def test_graphs_that_do_not_fit_are_refused(graph, message):
    with pytest.raises(ValueError, match=message):
        fit_linear_sem(X, graph)


def test_a_determined_column_is_named():
    frame = pd.DataFrame({"price": X[:, 0], "cents": 100 * X[:, 0]})
    with pytest.raises(ValueError, match="column 'cents' is determined by its parents; drop it"):
        fit_linear_sem(frame, [[0, 1], [0, 0]])
