"""Linear models: population moments, samples and interventions."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from scipy import stats

from causal_dag.synthetic import (
    NOISES,
    LinearSEM,
    make_experiments,
    random_dag,
    random_weights,
)
from causal_dag.synthetic.experiments import INTERVENTIONS

# x0 → x1 → x2 and x0 → x2, in other labels: 2 → 0 → 1, 2 → 1.
CHAIN = np.array([[0.0, 3.0, 0.0], [0.0, 0.0, 0.0], [2.0, -1.0, 0.0]])


def random_sem(d=8, seed=0, **settings):
    adjacency = random_dag(d, edges_per_node=1.5, random_state=seed)
    variance = np.random.default_rng(seed).uniform(0.5, 2.0, d)
    return LinearSEM(
        random_weights(adjacency, weight_range=(0.3, 0.9), random_state=seed),
        noise_variance=variance,
        **settings,
    )


@pytest.mark.parametrize("seed", range(5))
def test_population_covariance_is_the_closed_form(seed):
    sem = random_sem(seed=seed)
    inverse = np.linalg.inv(np.eye(8) - sem.weights)
    expected = inverse.T @ np.diag(sem.noise_variance) @ inverse
    np.testing.assert_allclose(sem.covariance(), expected, rtol=1e-12, atol=1e-12)


def test_one_row_can_be_drawn_and_comes_from_seed_0_unless_another_is_given():
    sem = random_sem()
    assert sem.sample(1).shape == (1, 8)
    np.testing.assert_array_equal(sem.sample(1), sem.sample(1, 0))
    assert (sem.sample(1) != sem.sample(1, 1)).all()


@pytest.mark.parametrize("noise", NOISES)
def test_sample_moments_approach_the_population(noise):
    sem = random_sem(noise=noise, intercept=np.arange(8.0))
    n = 100_000
    X = sem.sample(n, random_state=0)
    population = sem.covariance()
    scale = np.sqrt(population.diagonal())
    error = (np.cov(X, rowvar=False) - population) / np.outer(scale, scale)
    # Standard errors of covariances in these units are at most √((excess kurtosis + 2)/n).
    assert np.abs(error).max() < 5 * np.sqrt(8 / n)
    assert np.abs((X.mean(axis=0) - sem.mean()) / scale).max() < 5 / np.sqrt(n)


def test_mean_is_the_intercept_carried_along_the_paths():
    sem = LinearSEM(CHAIN, intercept=[1.0, 10.0, 100.0])
    # x2 = 100; x0 = 1 + 2·100; x1 = 10 + 3·201 − 100.
    assert sem.mean().tolist() == [201.0, 513.0, 100.0]


def test_an_intervention_cuts_the_incoming_edges():
    sem = LinearSEM(CHAIN)
    # do(x0 = 4): x1 = 3·4 − x2 + e1, and x2 is left alone.
    assert sem.mean(do={0: 4.0}).tolist() == [4.0, 12.0, 0.0]
    assert sem.covariance(do={0: 4.0}).tolist() == [[0, 0, 0], [0, 2, -1], [0, -1, 1]]


def test_interventional_samples_have_the_interventional_moments():
    sem = random_sem(intercept=1.0)
    do = {int(np.argmax(sem.adjacency.sum(axis=1))): 5.0, 3: -2.0}
    n = 50_000
    X = sem.sample(n, random_state=1, do=do)
    np.testing.assert_allclose(X.mean(axis=0), sem.mean(do), atol=5 * X.std(axis=0).max() / n**0.5)
    scale = np.sqrt(sem.covariance().max())
    np.testing.assert_allclose(
        np.cov(X, rowvar=False), sem.covariance(do), atol=5 * scale**2 * np.sqrt(2 / n)
    )


def test_interventions_change_descendants_only_and_by_the_total_effect():
    sem = LinearSEM(CHAIN)
    seen = sem.sample(10, random_state=0)
    shift = np.linspace(-1, 1, 10)
    done = sem.sample(10, random_state=0, do={0: seen[:, 0] + shift})
    np.testing.assert_array_equal(done[:, 2], seen[:, 2])
    np.testing.assert_allclose(done[:, 1] - seen[:, 1], 3.0 * shift)


def test_nodes_have_names():
    sem = LinearSEM(CHAIN, feature_names=["a", "b", "c"])
    by_name = sem.sample(5, random_state=0, do={"c": 1.0})
    by_number = sem.sample(5, random_state=0, do={2: 1.0})
    np.testing.assert_array_equal(by_name, by_number)
    assert sem.mean(do={"c": 1.0})[2] == 1.0


def test_more_rows_begin_with_the_same_rows():
    sem = random_sem()
    few, many = (sem.sample(n, random_state=0) for n in (5, 50))
    np.testing.assert_allclose(many[:5], few)


def test_rescaling_changes_the_units_of_the_same_model():
    sem = random_sem(intercept=2.0)
    scale = np.linspace(0.1, 10.0, 8)
    rescaled = sem.rescaled(scale)
    np.testing.assert_allclose(rescaled.covariance(), sem.covariance() / np.outer(scale, scale))
    expected = (sem.sample(20, random_state=0) - sem.mean()) / scale
    np.testing.assert_allclose(rescaled.sample(20, random_state=0), expected, atol=1e-12)


def test_a_model_cannot_be_changed():
    weights = CHAIN.copy()
    sem = LinearSEM(weights)
    weights[0, 1] = 0.0
    assert sem.weights[0, 1] == 3.0
    with pytest.raises(FrozenInstanceError):
        sem.noise = "laplace"
    for values in (sem.weights, sem.noise_variance, sem.intercept):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1.0


def test_samples_and_moments_are_the_callers_own():
    sem = LinearSEM(CHAIN)
    sem.mean()[:] = 7.0
    sem.covariance()[:] = 7.0
    sem.adjacency[:] = True
    assert sem.mean().tolist() == [0.0, 0.0, 0.0]
    assert sem.adjacency.sum() == 3


def test_one_variable():
    sem = LinearSEM([[0.0]], noise_variance=2.0, intercept=3.0)
    assert sem.covariance().tolist() == [[2.0]]
    assert sem.mean().tolist() == [3.0]
    assert sem.sample(4, random_state=0).shape == (4, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": [[0, 1], [1, 0]]}, "cycle"),
        ({"weights": [[1.0]]}, "cycle"),
        ({"weights": [[0, 1, 0], [0, 0, 0]]}, "square"),
        ({"weights": [[0, np.nan], [0, 0]]}, "not finite"),
        ({"weights": [["a"]]}, "not real numbers"),
        ({"noise": "cauchy"}, "noise='cauchy' is not known"),
        ({"noise_variance": 0.0}, "noise_variance=0.0 must be > 0"),
        ({"noise_variance": [1.0, -1.0, 1.0]}, "must be > 0"),
        ({"noise_variance": [1.0, 2.0]}, "noise_variance has shape"),
        ({"noise_variance": "big"}, "noise_variance must be"),
        ({"intercept": np.inf}, "intercept holds"),
        ({"intercept": [[0.0]]}, "intercept has shape"),
        ({"feature_names": ["a", "b"]}, "3 different strings"),
        ({"feature_names": ["a", "b", "b"]}, "3 different strings"),
        ({"feature_names": [0, 1, 2]}, "3 different strings"),
    ],
)
def test_bad_models_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        LinearSEM(**{"weights": CHAIN, **arguments})


@pytest.mark.parametrize(
    ("do", "message"),
    [
        ({3: 1.0}, "no column 3; columns are numbered 0 to 2"),
        ({-1: 1.0}, "no column -1"),
        ({True: 1.0}, "True is neither a column name nor a column number"),
        ({0.5: 1.0}, "0.5 is neither a column name nor a column number"),
        ({"d": 1.0}, r"no column 'd'; columns: 'a', 'b', 'c'"),
        ({0: 1.0, "a": 2.0}, "0 and 'a' are the same column"),
        ([("a", 1.0)], "is not a mapping"),
        ({"a": "5"}, "do sets column 'a' to '5'; use a number"),
        ({0: [1.0, 2.0]}, "array of shape"),
        ({0: np.nan}, "not finite"),
        ({0: "high"}, "use a number"),
    ],
)
def test_bad_interventions_are_refused(do, message):
    sem = LinearSEM(CHAIN, feature_names=["a", "b", "c"])
    with pytest.raises((ValueError, TypeError), match=message):
        sem.sample(5, do=do)


def test_a_name_needs_names():
    with pytest.raises(ValueError, match="the columns have no names"):
        LinearSEM(CHAIN).mean(do={"a": 1.0})


@pytest.mark.parametrize("n", [0, -1, 1.5])
def test_the_number_of_rows_is_positive(n):
    with pytest.raises(ValueError, match="n="):
        LinearSEM(CHAIN).sample(n)


@pytest.mark.parametrize("bad", [0.0, [1.0, -1.0, 1.0], [1.0]])
def test_scales_are_positive(bad):
    with pytest.raises(ValueError, match="scale"):
        LinearSEM(CHAIN).rescaled(bad)


HETEROSCEDASTIC = LinearSEM(
    [[0, 0.8, 0.5, 0], [0, 0, -0.7, 0], [0, 0, 0, 0.6], [0, 0, 0, 0]],
    noise_variance=[1.0, 2.0, 0.5, 1.0],
    intercept=[1.0, 0.0, -2.0, 0.0],
    heteroscedasticity=0.8,
)


@pytest.mark.parametrize("do", [None, {0: 4.0}, {1: -1.0, 2: 3.0}])
def test_noise_whose_scale_depends_on_parents_keeps_the_analytic_moments(do):
    n = 100_000
    X = HETEROSCEDASTIC.sample(n, random_state=0, do=do)
    np.testing.assert_allclose(X.mean(axis=0), HETEROSCEDASTIC.mean(do), atol=0.03)
    covariance = HETEROSCEDASTIC.covariance(do)
    np.testing.assert_allclose(np.cov(X, rowvar=False), covariance, atol=0.03 * covariance.max())


def test_given_its_parents_the_noise_has_the_stated_variance():
    h, variance = HETEROSCEDASTIC.heteroscedasticity, HETEROSCEDASTIC.noise_variance[2]
    X = HETEROSCEDASTIC.sample(100_000, random_state=1)
    scores = (X - HETEROSCEDASTIC.mean()) / np.sqrt(HETEROSCEDASTIC.covariance().diagonal())
    residual = (X - X @ HETEROSCEDASTIC.weights - HETEROSCEDASTIC.intercept)[:, 2]
    m = (scores[:, :2] ** 2).mean(axis=1)
    standard = residual / np.sqrt(variance * (1 - h + h * m))
    assert stats.kstest(standard, "norm").pvalue > 0.001
    assert abs(np.corrcoef(standard**2, m)[0, 1]) < 4 / np.sqrt(len(X))
    # The plain residuals do depend on the parents.
    assert np.corrcoef(residual**2, m)[0, 1] > 0.3


def test_without_heteroscedasticity_nothing_changes():
    sem, same = random_sem(), random_sem(heteroscedasticity=0.0)
    np.testing.assert_array_equal(sem.sample(9, do={0: 1.0}), same.sample(9, do={0: 1.0}))
    almost = random_sem(heteroscedasticity=1e-12)
    np.testing.assert_allclose(sem.sample(9), almost.sample(9), rtol=1e-6, atol=1e-9)
    with pytest.raises(ValueError, match=r"heteroscedasticity=1.5 must be .*1"):
        random_sem(heteroscedasticity=1.5)


def test_shifts_add_to_a_variable_and_scales_multiply_its_noise_as_its_descendants_show():
    sem = LinearSEM(CHAIN, intercept=1.0, heteroscedasticity=0.5)
    seen = sem.sample(5)
    total = np.linalg.inv(np.eye(3) - CHAIN)
    plain = LinearSEM(CHAIN, intercept=1.0)
    shifted = plain.sample(5, shift={2: 4.0}) - plain.sample(5)
    np.testing.assert_allclose(shifted, np.tile(4 * total[2], (5, 1)), atol=1e-12)
    noise = plain.sample(5) - plain.mean()
    scaled = plain.sample(5, scale={2: 3.0}) - plain.mean()
    np.testing.assert_allclose(scaled[:, 2], 3 * noise[:, 2])
    np.testing.assert_allclose(sem.sample(5, shift={1: 2.0})[:, 1], seen[:, 1] + 2.0)
    with pytest.raises(ValueError, match="shift sets column 1 to 'much'"):
        sem.sample(5, shift={1: "much"})


@pytest.mark.parametrize("intervention", INTERVENTIONS)
def test_experiments_follow_observations_and_name_their_targets(intervention):
    sem = LinearSEM(CHAIN, feature_names=["a", "b", "c"])
    X, targets = make_experiments(
        sem, ["a", (2, "b")], n_observational=4000, n_per_experiment=4000, intervention=intervention
    )
    assert targets[::4000] == [(), (0,), (1, 2)]
    observed, on_a, _ = np.split(X, 3)
    expected = {"do": (2, 0.25), "shift": (2, 5), "scale": (0, 8)}[intervention]
    np.testing.assert_allclose((on_a[:, 0].mean(), on_a[:, 0].var()), expected, atol=0.6)
    np.testing.assert_allclose(np.cov(observed.T), sem.covariance(), rtol=0.1)
