"""Linear models of which some variables are hidden."""

import numpy as np
import pytest

from causal_dag.graph import is_dag
from causal_dag.graph.named_graph import named_graph
from causal_dag.synthetic import LinearSEM, hide_variables, make_linear_sem

# u → v → {x, y}, u → w → z, x → w
NAMES = ("u", "v", "w", "x", "y", "z")
WEIGHTS = np.zeros((6, 6))
for cause, effect, weight in ["uv2", "vx3", "vy5", "uw7", "wz1", "xw4"]:
    WEIGHTS[NAMES.index(cause), NAMES.index(effect)] = float(weight)
SEM = LinearSEM(WEIGHTS, feature_names=NAMES, noise_variance=np.arange(1.0, 7.0))


def pairs(matrix, names):
    return {(names[i], names[j]) for i, j in np.argwhere(np.triu(matrix))}


@pytest.mark.parametrize("seed", range(10))
def test_the_model_of_what_is_left_has_the_marginal_covariance(seed):
    _, sem = make_linear_sem(2, 12, noise_variance=(0.5, 2.0), random_state=seed)
    latent = hide_variables(sem, 3, random_state=seed)
    inverse = np.linalg.inv(np.eye(9) - latent.weights)
    implied = inverse.T @ latent.noise_covariance @ inverse
    marginal = sem.covariance()[np.ix_(latent.observed, latent.observed)]
    np.testing.assert_allclose(implied, marginal, rtol=1e-8, atol=1e-8)
    np.testing.assert_array_equal(latent.covariance(), marginal)
    assert is_dag(latent.adjacency)
    np.testing.assert_array_equal(latent.weights != 0, latent.adjacency)
    off_diagonal = latent.noise_covariance - np.diag(latent.noise_covariance.diagonal())
    np.testing.assert_array_equal(off_diagonal != 0, latent.confounded)


def test_the_latent_projection_of_a_graph():
    latent = hide_variables(SEM, ["u", "v", "w"])
    assert latent.feature_names == ("x", "y", "z")
    assert pairs(latent.adjacency, latent.feature_names) == {("x", "z")}
    assert latent.weights[0, 2] == 4.0
    assert pairs(latent.confounded, latent.feature_names) == {("x", "y"), ("x", "z"), ("y", "z")}
    # Cov(x, y | no others) = 3·5·(Var v) with Var v = 2 + 2²·1.
    assert latent.noise_covariance[0, 1] == 15 * 6
    assert named_graph(latent).names == latent.feature_names


def test_a_hidden_mediator_confounds_nothing():
    latent = hide_variables(SEM, ["w"])
    assert not latent.confounded.any()
    assert latent.weights[latent.feature_names.index("u"), -1] == 7.0


def test_observed_rows_are_those_of_the_full_model():
    latent = hide_variables(SEM, [0, 2])
    rows = SEM.sample(5, random_state=2, do={"u": 1.0})
    np.testing.assert_array_equal(latent.sample(5, 2, do={"u": 1.0}), rows[:, [1, 3, 4, 5]])


def test_a_number_hides_confounders_by_the_seed():
    latent = hide_variables(SEM, 1, random_state=0)
    (hidden,) = set(range(6)) - set(latent.observed.tolist())
    assert NAMES[hidden] in "uv"
    again = hide_variables(SEM, 1, random_state=0)
    np.testing.assert_array_equal(latent.observed, again.observed)
    assert hide_variables(SEM, 0).observed.tolist() == list(range(6))
    assert hide_variables(SEM, np.array([1, 4])).observed.tolist() == [0, 2, 3, 5]


@pytest.mark.parametrize(
    ("hidden", "message"),
    [
        (3, "hidden=3 is too large: 2 variables have two children or more"),
        (-1, "hidden=-1 must be"),
        ("u", r"hidden='u' must be a list of variables, \['u'\]"),
        (["q"], "no column 'q'"),
        (NAMES, "hidden names all 6 variables; leave some observed"),
    ],
)
def test_what_cannot_be_hidden_is_named(hidden, message):
    with pytest.raises(ValueError, match=message):
        hide_variables(SEM, hidden)
