"""A fit of curves to batches is that to all rows at once, if the knots are the same."""

import numpy as np
import pandas as pd
import pytest

from causal_dag import TOPO, FixedDAG, Moments, SplineMoments, load_model
from causal_dag.spline_moments import range_of, splines_of


def curved_table(offset):
    generator = np.random.default_rng(0)
    X = generator.normal(size=(400, 4))
    X[:, 1] += np.tanh(2 * X[:, 0])
    X[:, 2] += 2 * np.cos(X[:, 1])
    X[:, 3] += X[:, 2]
    return pd.DataFrame(X + offset, columns=pd.Index(["a", "b", "c", "d"]))


@pytest.fixture(params=[0.0, 1e8])
def table(request):
    return curved_table(request.param)


def batches_of(table):
    """Of different sizes, one of them empty and one with its columns in another order."""
    parts = [table[:7], table[7:7], table[7:200], table[200:]]
    return [*parts[:3], parts[3][["d", "b", "a", "c"]]]


def test_moments_of_splines_are_those_of_the_whole_table(table):
    found = SplineMoments.from_batches(iter(batches_of(table)), table)
    assert found.feature_names == ("a", "b", "c", "d")
    expected = Moments.from_rows(table)
    assert found.of_columns.n_samples == 400
    np.testing.assert_allclose(found.of_columns.covariance, expected.covariance, atol=1e-12)
    for j, name in enumerate(table):
        splines = splines_of(table[name].to_numpy(), *range_of(table[name].to_numpy()))
        own, designs = found.places(j), found.designs
        np.testing.assert_allclose(designs.mean[own[1:]], splines.mean(axis=0), atol=1e-12)
        covariance = np.cov(table[name], splines.T, bias=True)
        np.testing.assert_allclose(designs.covariance[np.ix_(own, own)], covariance, atol=1e-9)


@pytest.mark.parametrize(
    "solver",
    [
        TOPO(criterion="curves", n_restarts=2),
        TOPO(criterion="curves-ev", n_restarts=2),
        TOPO(criterion="curves", n_restarts=0, weight_threshold=0.3),
        FixedDAG(np.eye(4, k=1), solver="topo-curves"),
    ],
    ids=str,
)
def test_a_fit_to_batches_is_that_to_all_rows(table, solver, tmp_path):
    expected = solver.fit(table)
    weights, variance, objective = expected.weights_, expected.noise_variance_, expected.objective_
    undecided, score = expected.undecided_, expected.score(table)
    model = solver.fit_moments(SplineMoments.from_batches(batches_of(table), table))
    assert (weights != 0).sum() >= 3
    np.testing.assert_allclose(model.weights_, weights, rtol=1e-10, atol=1e-10)
    np.testing.assert_array_equal(model.undecided_, undecided)
    assert model.objective_ == pytest.approx(objective, rel=1e-10)
    # With means of 1e8, residuals of rows are rounded to eight digits.
    tolerance = 1e-10 if abs(table["a"].iloc[0]) < 10 else 1e-7
    np.testing.assert_allclose(model.noise_variance_, variance, rtol=tolerance)
    assert model.score(table) == pytest.approx(score, rel=tolerance)
    assert model.moments_.feature_names == ("a", "b", "c", "d")
    model.save(tmp_path / "model.json")
    np.testing.assert_array_equal(
        load_model(tmp_path / "model.json").predict(table), model.predict(table)
    )


def test_knots_of_a_sample_serve_for_other_rows():
    table = curved_table(0.0)
    model = TOPO(criterion="curves").fit_moments(SplineMoments.from_batches([table], table[:100]))
    np.testing.assert_array_equal(model.adjacency_, TOPO(criterion="curves").fit(table).adjacency_)
    linear = TOPO().fit_moments(SplineMoments.from_batches([table], table[:100]))
    np.testing.assert_allclose(linear.weights_, TOPO().fit(table).weights_)


def test_what_cannot_be_fitted_is_refused():
    table = curved_table(0.0)
    with pytest.raises(ValueError, match="columns cannot be merged: 'd' not in both"):
        SplineMoments.from_batches([table[["a", "b", "c"]]], table)
    with pytest.raises(ValueError, match="column 'a' is constant"):
        SplineMoments.from_batches([table], table.assign(a=1.0))
    with pytest.raises(ValueError, match="received no batch"):
        SplineMoments.from_batches([table[:0]], table)
    with pytest.raises(ValueError, match=r"fit\(X\) or SplineMoments.from_batches"):
        TOPO(criterion="curves").fit_moments(Moments.from_rows(table))
    with pytest.raises(ValueError, match="needs rows, not only their moments; use fit"):
        TOPO(criterion="non-gaussian").fit_moments(SplineMoments.from_batches([table], table))


def test_knots_span_all_values_where_most_are_equal():
    assert range_of(np.array([0.0] * 9 + [5.0])) == (0.0, 5.0)
    assert range_of(np.array([0.0, 0.5, 0.5, 1.0, 9.0])) == (0.0, 2.5)
