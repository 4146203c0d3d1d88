"""Networks and sums of sines as models: gradients, acyclicity, and functions."""

import numpy as np
import pytest
import scipy.linalg

from causal_dag.solvers.continuous.acyclicity.exponential import TraceExponential
from causal_dag.solvers.continuous.acyclicity.log_determinant import LogDeterminant
from causal_dag.solvers.continuous.augmented_lagrangian import Lagrangian
from causal_dag.solvers.continuous.network_kernels import half_square_loss, sigmoid_in_place
from causal_dag.solvers.continuous.network_models import (
    NetworkModel,
    gaussian_likelihood,
    least_squares,
)
from causal_dag.solvers.continuous.nonlinear_models import BasisModel, sobolev_basis

D, UNITS = 4, 3
FREE = np.random.default_rng(3).random((D, D)) < 0.7
np.fill_diagonal(FREE, False)


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(0).normal(size=(50, D)) + 5.0


def network(rows, loss=least_squares, lambda2=0.3):
    return NetworkModel(rows, FREE, UNITS, 0.2, lambda2, loss)


def sines(rows):
    return BasisModel.from_rows(rows, FREE, UNITS, 0.2, 0.3)


def parameters_of(model, seed=1):
    return 0.5 * np.random.default_rng(seed).normal(size=model.l1_weights.size)


def first_layer(parameters):
    """V[j, k, i] as the documentation says: the free entries, target by target."""
    V = np.zeros((D, UNITS, D))
    V[np.broadcast_to(FREE.T[:, None, :], V.shape)] = parameters[: UNITS * FREE.sum()]
    return V


def plain_network_score(parameters, rows, loss, lambda2=0.3):
    """The score in plain numpy, for complex parameters too."""
    V = np.zeros((D, UNITS, D), dtype=parameters.dtype)
    n_first = UNITS * FREE.sum()
    V[np.broadcast_to(FREE.T[:, None, :], V.shape)] = parameters[:n_first]
    b, w = parameters[n_first:].reshape(2, D, UNITS)
    centred = rows - rows.mean(axis=0)
    hidden = 1 / (1 + np.exp(-(np.einsum("ni,jki->njk", centred, V) + b)))
    residual = centred - np.einsum("njk,jk->nj", hidden, w)
    residual = residual - residual.mean(axis=0)
    mean_square = (residual**2).sum() / len(rows)
    fit = mean_square / 2 if loss is least_squares else D / 2 * np.log(mean_square)
    return fit + lambda2 / 2 * ((V**2).sum() + (w**2).sum())


@pytest.mark.parametrize("loss", [least_squares, gaussian_likelihood])
def test_a_networks_score_has_the_value_and_gradient_of_a_plain_one(rows, complex_step, loss):
    model = network(rows, loss)
    parameters = parameters_of(model)
    value, gradient = model.score(parameters)
    assert value == pytest.approx(plain_network_score(parameters, rows, loss), rel=1e-12)
    expected = complex_step(lambda p: plain_network_score(p, rows, loss), parameters)
    np.testing.assert_allclose(gradient, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("make", [network, sines])
@pytest.mark.parametrize("h", [TraceExponential(), LogDeterminant(20.0)])
def test_gradients_are_those_of_central_differences(rows, central_difference, make, h):
    model = make(rows)
    parameters = parameters_of(model)
    for function in (model.score, Lagrangian(model, h, rho=2.0, alpha=0.3).value_and_grad):
        gradient = function(parameters)[1]
        expected = central_difference(lambda p, f=function: f(p[0])[0], parameters[None])[0]
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-7)


def test_the_score_of_sines_is_that_of_their_residuals(rows):
    model = sines(rows)
    parameters = parameters_of(model)
    residual = rows - model.functions(parameters).predict(rows)
    expected = residual.var(axis=0).sum() / 2 + 0.15 * (parameters**2).sum()
    assert model.score(parameters)[0] == pytest.approx(expected)


def test_a_networks_functions_leave_the_residuals_of_its_score(rows):
    model = network(rows, lambda2=0.0)
    parameters = parameters_of(model)
    residual = rows - model.functions(parameters).predict(rows)
    assert model.score(parameters)[0] == pytest.approx(residual.var(axis=0).sum() / 2)


@pytest.mark.parametrize("make", [network, sines])
def test_strengths_and_acyclicity_are_those_of_the_first_layers_squares(rows, make):
    model = make(rows)
    parameters = parameters_of(model)
    A = (first_layer(parameters) ** 2).sum(axis=1).T
    np.testing.assert_allclose(model.strengths(parameters), A)
    np.testing.assert_allclose(model.weights(parameters) ** 2, A)
    assert not model.weights(parameters)[~FREE].any()
    expected = np.trace(scipy.linalg.expm(A)) - D
    assert Lagrangian(model, TraceExponential()).h(parameters) == pytest.approx(expected)


@pytest.mark.parametrize("make", [network, sines])
def test_a_function_moves_with_its_parents_only(rows, make):
    model = make(rows)
    functions = model.functions(parameters_of(model))
    before = functions.predict(rows)
    for i in range(D):
        moved = rows.copy()
        moved[:, i] += 0.5
        changed = np.abs(functions.predict(moved) - before).max(axis=0) > 0
        np.testing.assert_array_equal(changed, FREE[i])


@pytest.mark.parametrize("make", [network, sines])
def test_a_parent_that_is_cut_stands_at_its_mean(rows, make):
    model = make(rows)
    functions = model.functions(parameters_of(model))
    i, j = np.argwhere(FREE)[0]
    cut = FREE.copy()
    cut[i, j] = False
    held = rows.copy()
    held[:, i] = rows[:, i].mean()
    restricted = functions.restricted_to(cut).predict(rows)
    np.testing.assert_allclose(restricted[:, j], functions.predict(held)[:, j], atol=1e-12)
    others = np.arange(D) != j
    np.testing.assert_array_equal(restricted[:, others], functions.predict(rows)[:, others])
    assert not functions.restricted_to(np.zeros_like(FREE)).predict(rows).any()


def test_the_basis_is_the_published_one():
    x = np.random.default_rng(0).normal(size=(5, 2))
    basis = sobolev_basis(x, 3)
    for k in (1, 2, 3):
        s = 2 / ((2 * k - 1) * np.pi)
        np.testing.assert_allclose(basis[:, k - 1], s * np.sin(x / s))


@pytest.mark.parametrize("make", [network, sines])
def test_the_mean_of_the_data_changes_nothing(rows, make):
    parameters = parameters_of(make(rows))
    shifted = make(rows + np.array([1.0, -2.0, 3.0, 100.0])).score(parameters)
    np.testing.assert_allclose(shifted[0], make(rows).score(parameters)[0])
    np.testing.assert_allclose(shifted[1], make(rows).score(parameters)[1], atol=1e-10)


def test_permuting_the_variables_permutes_the_score_of_sines(rows):
    permutation = np.array([2, 0, 3, 1])
    there = np.ix_(permutation, permutation)
    model = sines(rows)
    permuted = BasisModel.from_rows(rows[:, permutation], FREE[there], UNITS, 0.2, 0.3)
    parameters = parameters_of(model)
    V = first_layer(parameters)[permutation][:, :, permutation]
    moved = permuted.first_layer.pack(V)
    assert permuted.score(moved)[0] == pytest.approx(model.score(parameters)[0])
    np.testing.assert_allclose(permuted.weights(moved), model.weights(parameters)[there])


def test_random_starts_stay_within_their_bounds(rows):
    model = network(rows)
    start = model.start(0.1, np.random.default_rng(0))
    n_second = D * UNITS
    assert np.abs(start[:-n_second]).max() <= 0.1
    assert 0.1 < np.abs(start[-n_second:]).max() <= 1 / np.sqrt(UNITS)


def test_the_compiled_sigmoid_is_the_sigmoid():
    z = np.concatenate([np.linspace(-45, 45, 1001), [-1e300, 1e300, 0.0]])
    found = z.copy()
    sigmoid_in_place(found)
    inside = np.abs(z) <= 40
    np.testing.assert_allclose(found[inside], 1 / (1 + np.exp(-z[inside])), rtol=1e-13)
    np.testing.assert_allclose(found[z < -40], 0.0, atol=5e-18)
    np.testing.assert_array_equal(found[z > 40], 1.0)


def test_the_kernel_fills_in_free_entries_only():
    generator = np.random.default_rng(0)
    X, V = generator.normal(size=(D, 10)), generator.normal(size=(D, UNITS, D))
    gradient = np.full_like(V, np.nan)
    b, w = generator.normal(size=(2, D, UNITS))
    half_square_loss(X, V, b, w, FREE, gradient, np.empty_like(b), np.empty_like(w))
    filled = np.broadcast_to(FREE.T[:, None, :], V.shape)
    np.testing.assert_array_equal(np.isfinite(gradient), filled)
