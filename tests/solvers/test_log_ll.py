"""LogLL against its assumptions and invariances."""

import numpy as np
import pytest

from causal_dag import LogLL
from causal_dag.solvers.continuous.penalties import QuasiMCP
from causal_dag.solvers.continuous.scores import UnequalVarianceLikelihood
from causal_dag.synthetic import make_linear_sem


@pytest.fixture(scope="module")
def data():
    return make_linear_sem(500, 6, graph="er", edges_per_node=1, random_state=1)[0]


@pytest.fixture(scope="module")
def model(data):
    return LogLL().fit(data)


def test_the_objective_is_the_penalised_likelihood(data, model):
    W = model.raw_weights_
    score, _ = UnequalVarianceLikelihood(np.cov(data.T, bias=True)).value_and_grad(W)
    assert model.objective_ == pytest.approx(score + QuasiMCP(0.2, 0.2).value(W))
    assert model.trace_[-1].h <= 1e-8


def test_without_a_penalty_all_of_a_pairs_likelihood_is_used():
    # ½ log det of the covariance is the least value of the score over DAGs.
    x = np.random.default_rng(0).normal(size=(300, 1))
    X = np.hstack([x, 2 * x + np.random.default_rng(1).normal(size=(300, 1))])
    model = LogLL(lambda1=0.0).fit(X)
    optimum = 0.5 * np.linalg.slogdet(np.cov(X.T, bias=True))[1]
    # h is not exactly 0, which lets the objective fall below that of every DAG by a trifle.
    assert model.objective_ == pytest.approx(optimum, abs=1e-3)


def test_large_weights_are_not_shrunk():
    # The penalty is flat beyond delta: the weight is that of least squares.
    x = np.random.default_rng(0).normal(size=(300, 1))
    X = np.hstack([x, 2 * x + np.random.default_rng(1).normal(size=(300, 1))])
    W = LogLL().fit(X).weights_
    C = np.cov(X.T, bias=True)
    i, j = np.argwhere(W)[0]
    assert W[i, j] == pytest.approx(C[i, j] / C[i, i], rel=1e-3)


def test_permuting_the_columns_permutes_the_answer(data, model):
    permutation = np.array([4, 2, 0, 5, 3, 1])
    permuted = LogLL().fit(data[:, permutation]).raw_weights_
    expected = model.raw_weights_[np.ix_(permutation, permutation)]
    np.testing.assert_allclose(permuted, expected, atol=0.02)


@pytest.mark.parametrize(("parameter", "value"), [("lambda1", -1.0), ("delta", 0.0)])
def test_wrong_values_are_refused_by_name(data, parameter, value):
    with pytest.raises(ValueError, match=parameter):
        LogLL(**{parameter: value}).fit(data)
