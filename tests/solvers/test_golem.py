"""GOLEM against its assumptions and invariances."""

import numpy as np
import pytest

from causal_dag import GOLEM, PriorKnowledge
from causal_dag.metrics import cpdag_distance, structural_hamming_distance
from causal_dag.synthetic import make_linear_sem


@pytest.fixture(scope="module")
def data():
    return make_linear_sem(500, 6, graph="er", edges_per_node=1.5, random_state=1)


@pytest.fixture(scope="module")
def model(data):
    return GOLEM().fit(data[0])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_equal_variances_give_the_published_distance():
    # Ng et al. 2020, the authors' program: about 2 at d = 20, ER2, n = 1000.
    distances = []
    for seed in range(900, 905):
        X, sem = make_linear_sem(1000, 20, edges_per_node=2, random_state=seed)
        distances.append(structural_hamming_distance(sem.weights, GOLEM().fit(X).weights_))
    assert np.mean(distances) <= 4


def test_unequal_variances_start_from_equal_ones(data):
    X, _ = data
    start = GOLEM(lambda1=0.02, tol=1e-3).fit(X).raw_weights_
    expected = GOLEM(noise="unequal", lambda1=0.002, init=start, tol=1e-3).fit(X)
    found = GOLEM(noise="unequal", lambda1=0.002, tol=1e-3).fit(X)
    np.testing.assert_array_equal(found.raw_weights_, expected.raw_weights_)
    assert found.n_iter_ > expected.n_iter_


def test_scaling_all_columns_changes_nothing(data, model):
    # The logarithm turns the unit into a constant, and weights have none.
    scaled = GOLEM().fit(7.0 * data[0])
    np.testing.assert_allclose(scaled.raw_weights_, model.raw_weights_, atol=5e-3)


def test_permuting_the_columns_permutes_the_answer(data, model):
    permutation = np.array([4, 2, 0, 5, 3, 1])
    permuted = GOLEM().fit(data[0][:, permutation]).raw_weights_
    expected = model.raw_weights_[np.ix_(permutation, permutation)]
    np.testing.assert_allclose(permuted, expected, atol=5e-3)


def test_a_class_of_unequal_variances_is_found():
    X, sem = make_linear_sem(2000, 5, edges_per_node=1, noise_variance=(0.5, 2), random_state=2)
    assert cpdag_distance(sem.weights, GOLEM(noise="unequal", lambda1=0.002).fit(X)) <= 2


def test_prior_knowledge_and_signs_hold_exactly(data):
    X, sem = data
    edge = tuple(np.argwhere(sem.weights)[0].tolist())
    model = GOLEM(nonnegative=True, prior_knowledge=PriorKnowledge(forbidden=[edge])).fit(X)
    assert model.raw_weights_[edge] == 0.0
    assert (model.raw_weights_ >= 0).all()


@pytest.mark.parametrize("parameter", ["lambda1", "lambda1_start", "lambda2", "learning_rate"])
def test_wrong_values_are_refused_by_name(data, parameter):
    with pytest.raises(ValueError, match=parameter):
        GOLEM(**{parameter: -1.0}).fit(data[0])
