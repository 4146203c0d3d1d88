"""Nonlinear, binary and count models."""

import pickle

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from causal_dag.synthetic import MECHANISMS, make_nonlinear_sem
from causal_dag.synthetic.random_streams import stream

ADDITIVE = ["mlp", "gp", "sine"]


def with_parents(sem):
    return np.flatnonzero(sem.adjacency.any(axis=0)).tolist()


def predictor(sem, X, j):
    return sem.predictors[j](X[:, sem.adjacency[:, j]])


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_same_seed_same_bits(mechanism):
    X, sem = make_nonlinear_sem(30, 6, mechanism=mechanism, random_state=0)
    again, _ = make_nonlinear_sem(30, 6, mechanism=mechanism, random_state=0)
    assert X.tobytes() == again.tobytes() == sem.sample(30, random_state=0).tobytes()


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_another_number_of_rows_leaves_the_model_as_it_is(mechanism):
    X, _ = make_nonlinear_sem(10, 6, mechanism=mechanism, random_state=0)
    more, _ = make_nonlinear_sem(40, 6, mechanism=mechanism, random_state=0)
    np.testing.assert_allclose(more[:10], X, atol=1e-9)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_predictors_keep_centre_and_spread_along_the_graph(mechanism):
    X, sem = make_nonlinear_sem(3000, 12, mechanism=mechanism, random_state=1)
    response = MECHANISMS[mechanism].response
    nodes = with_parents(sem)
    assert len(nodes) > 5
    for j in nodes:
        values = predictor(sem, X, j)
        assert values.mean() == pytest.approx(response.centre, abs=0.15 * response.spread)
        assert values.std() == pytest.approx(response.spread, rel=0.15)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_roots_have_the_constant_predictor(mechanism):
    X, sem = make_nonlinear_sem(10, 8, mechanism=mechanism, edges_per_node=1, random_state=0)
    root = int(np.flatnonzero(~sem.adjacency.any(axis=0))[0])
    assert predictor(sem, X, root).tolist() == [MECHANISMS[mechanism].response.centre] * 10


@pytest.mark.parametrize("mechanism", ADDITIVE)
def test_residuals_of_additive_mechanisms_are_the_noise(mechanism):
    X, sem = make_nonlinear_sem(
        2000, 8, mechanism=mechanism, noise="laplace", noise_variance=(0.5, 4.0), random_state=0
    )
    for j in range(8):
        residual = (X[:, j] - predictor(sem, X, j)) / np.sqrt(sem.noise_variance[j])
        assert stats.kstest(residual, stats.laplace(scale=1 / np.sqrt(2)).cdf).pvalue > 0.001


@pytest.mark.parametrize("mechanism", ADDITIVE)
def test_additive_mechanisms_are_not_linear(mechanism):
    X, sem = make_nonlinear_sem(1000, 10, mechanism=mechanism, random_state=0)
    unexplained = []
    for j in with_parents(sem):
        design = np.column_stack([np.ones(len(X)), X[:, sem.adjacency[:, j]]])
        _, residual, *_ = np.linalg.lstsq(design, predictor(sem, X, j), rcond=None)
        unexplained.append(residual[0] / len(X))
    assert max(unexplained) > 0.1


@pytest.mark.parametrize("mechanism", ["logistic", "poisson"])
def test_predictors_of_binary_and_count_data_are_linear(mechanism):
    X, sem = make_nonlinear_sem(1000, 10, mechanism=mechanism, random_state=0)
    for j in with_parents(sem):
        design = np.column_stack([np.ones(len(X)), X[:, sem.adjacency[:, j]]])
        _, residual, *_ = np.linalg.lstsq(design, predictor(sem, X, j), rcond=None)
        assert residual[0] < 1e-18 * len(X)


def test_logistic_data_are_ones_with_the_predicted_probability():
    X, sem = make_nonlinear_sem(20_000, 10, mechanism="logistic", random_state=0)
    assert set(np.unique(X)) == {0.0, 1.0}
    assert 0.2 < X.mean(axis=0).min() <= X.mean(axis=0).max() < 0.8
    for j in range(10):
        probability = expit(predictor(sem, X, j))
        surprise = (X[:, j] - probability) / np.sqrt(probability * (1 - probability))
        assert abs(surprise.mean()) < 4 / np.sqrt(len(X))
        likely = probability > 0.8
        if likely.any():
            assert X[likely, j].mean() == pytest.approx(probability[likely].mean(), abs=0.03)


def test_poisson_data_are_counts_with_the_predicted_rate():
    X, sem = make_nonlinear_sem(10_000, 8, mechanism="poisson", random_state=0)
    assert (np.round(X) == X).all()
    assert X.min() == 0
    assert 2 < X.mean(axis=0).min() <= X.mean(axis=0).max() < 6
    for j in range(8):
        rate = np.minimum(np.exp(predictor(sem, X, j)), 100)
        surprise = (X[:, j] - rate) / np.sqrt(rate)
        assert abs(surprise.mean()) < 4 / np.sqrt(len(X))
        # A Poisson count has variance equal to its mean; its surprise has fourth moment 3 + 1/rate.
        assert np.mean(surprise**2) == pytest.approx(1, abs=4 * np.sqrt((2 + 1 / rate.min()) / 1e4))


def test_rates_stay_sane_in_deep_graphs():
    for seed in range(3):
        X, _ = make_nonlinear_sem(500, 30, mechanism="poisson", edges_per_node=4, random_state=seed)
        assert X.max() < 200


def test_gaussian_process_functions_have_the_stated_kernel():
    generator = stream(0, "kernel")
    points = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]])
    draw = MECHANISMS["gp"].draw_function
    values = np.array([draw(2, generator)(points) for _ in range(4000)])
    distance = np.square(points[:, None] - points[None]).sum(axis=2)
    kernel = np.exp(-distance / 2)
    np.testing.assert_allclose(values.T @ values / 4000, kernel, atol=5 * np.sqrt(2 / 4000))


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_interventions_reach_descendants_only(mechanism):
    _, sem = make_nonlinear_sem(5, 8, mechanism=mechanism, edges_per_node=1, random_state=4)
    node = int(np.argmax(sem.adjacency.sum(axis=1)))
    reached = np.linalg.matrix_power(np.eye(8, dtype=int) + sem.adjacency, 8)[node] > 0
    seen = sem.sample(500, random_state=0)
    done = sem.sample(500, random_state=0, do={node: np.linspace(0, 10, 500)})
    np.testing.assert_array_equal(done[:, node], np.linspace(0, 10, 500))
    np.testing.assert_array_equal(done[:, ~reached], seen[:, ~reached])
    assert (done[:, reached] != seen[:, reached]).any(axis=0).all()


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_models_travel_between_processes(mechanism):
    X, sem = make_nonlinear_sem(10, 5, mechanism=mechanism, random_state=0)
    copy = pickle.loads(pickle.dumps(sem))
    np.testing.assert_array_equal(copy.sample(10, random_state=0), X)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mechanism": "tanh"}, "mechanism='tanh' is not known; choose one of 'mlp'"),
        ({"noise": "none"}, "noise='none' is not known"),
        ({"noise_variance": 0}, "noise_variance=0"),
        ({"edges_per_node": 9}, "at most 4.5 edges per node"),
        ({"n_samples": 0}, "n_samples=0"),
    ],
)
def test_bad_settings_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_nonlinear_sem(**{"n_samples": 5, "n_features": 10, **arguments})
