"""Which solvers are recommended for what, and that none is passed over."""

import json

import numpy as np
import pandas as pd
import pytest

from causal_dag import registry
from causal_dag.advice import advise
from causal_dag.solvers import compared_solvers
from causal_dag.synthetic import make_discrete_network, make_linear_sem


def verdicts(advice):
    return {name: entry.verdict for entry in advice.solvers for name in entry.solvers}


def entry_of(advice, solver):
    return next(entry for entry in advice.solvers if solver in entry.solvers)


@pytest.fixture(scope="module")
def gaussian():
    return make_linear_sem(1000, 6, edges_per_node=1, random_state=0)[0]


@pytest.fixture(scope="module")
def exponential():
    return make_linear_sem(1000, 6, edges_per_node=1, noise="exponential", random_state=0)[0]


@pytest.fixture(scope="module")
def gaussian_advice(gaussian):
    return advise(gaussian)


@pytest.fixture(scope="module")
def exponential_advice(exponential):
    return advise(exponential)


def test_every_registered_solver_is_spoken_of(gaussian_advice):
    assert set(verdicts(gaussian_advice)) == set(compared_solvers())


def test_new_solvers_are_advised_on_by_what_they_declare(gaussian, monkeypatch):
    like = ("eqvar", "topo-bic", "golem-nv", "direct-lingam", "random")
    for name in like:
        solver = registry.registered_solvers()[name]
        monkeypatch.setitem(registry._REGISTRY, f"forest-{name}", solver)
    advice = advise(gaussian)
    for name in like:
        assert entry_of(advice, f"forest-{name}") is entry_of(advice, name)


def test_order_search_comes_first_for_real_numbers_and_can_be_fitted(gaussian, gaussian_advice):
    first = gaussian_advice.first
    assert first.solvers == ("topo-bic",)
    assert first.estimator().fit(gaussian).converged_


def test_lingam_is_for_noise_that_is_not_gaussian(gaussian_advice, exponential_advice):
    assert verdicts(gaussian_advice)["direct-lingam"] == "does not suit"
    assert verdicts(exponential_advice)["direct-lingam"] == "suits"


def test_equal_variance_methods_are_only_compared_and_never_on_scaled_columns(
    gaussian, gaussian_advice
):
    assert verdicts(gaussian_advice)["topo-bic-ev"] == "compare"
    standardized = (gaussian - gaussian.mean(axis=0)) / gaussian.std(axis=0)
    advice = advise(standardized)
    assert verdicts(advice)["topo-bic-ev"] == "does not suit"
    assert "scaled" in entry_of(advice, "notears").because


def test_zeros_and_ones_call_for_logistic_regressions():
    g = np.random.default_rng(0)
    X = (g.random((300, 4)) < [0.2, 0.4, 0.6, 0.5]).astype(int)
    assert advise(X).first.solvers == ("topo-logistic",)
    # Two values other than 0 and 1 would be refused.
    assert verdicts(advise(X + 1))["topo-logistic"] == "does not suit"


def test_counts_are_compared_with_poisson_regressions():
    X = np.random.default_rng(0).poisson(20, size=(300, 4))
    assert verdicts(advise(X))["notears-poisson"] == "compare"


@pytest.mark.parametrize(("d", "gamma"), [(10, None), (30, 0.5), (250, 1.0)])
def test_many_columns_for_the_rows_call_for_the_extended_bic(d, gamma):
    X = np.random.default_rng(0).normal(size=(200, d))
    assert advise(X).first.parameters.get("gamma") == gamma


def test_solvers_that_invert_the_covariance_do_not_suit_collinear_columns(exponential):
    X = np.column_stack([exponential, exponential[:, 0] + exponential[:, 1]])
    advice = advise(X)
    assert verdicts(advice)["direct-lingam"] == "does not suit"
    assert verdicts(advice)["eqvar"] == "does not suit"


def test_exact_search_ends_at_22_columns():
    X = np.random.default_rng(0).normal(size=(100, 23))
    assert verdicts(advise(X[:, :22]))["exact"] == "suits"
    assert verdicts(advise(X))["exact"] == "does not suit"


def test_bent_relations_call_for_a_comparison_with_networks():
    g = np.random.default_rng(0)
    x = g.normal(size=(500, 3))
    table = np.column_stack([x, x[:, 0] + x[:, 0] ** 2 + x[:, 1] + 0.3 * g.normal(size=500)])
    entry = next(e for e in advise(table).solvers if e.parameters.get("nonlinear"))
    assert entry.verdict == "compare"
    assert entry.estimator().get_params()["nonlinear"] == "mlp"


def test_all_advice_fits_into_a_json_document(exponential):
    frame = pd.DataFrame(exponential, columns=list("abcdef"))
    frame["text"] = "x"
    document = json.loads(json.dumps(advise(frame).document(), allow_nan=False))
    assert document["solvers"][0]["solvers"] == ["topo-bic"]
    assert document["benchmark_provenance"]["command"]


def test_a_table_of_labels_calls_for_a_solver_of_categories():
    X, _ = make_discrete_network(200, 4, edges_per_node=1, random_state=0)
    advice = advise(X)
    assert advice.first.solvers == ("topo-bdeu",)
    assert [finding.topic for finding in advice.audit.findings] == ["categories"]
    X.loc[[3, 7], "x1"] = None
    advice = advise(X)
    assert advice.first.solvers == ("topo-bdeu",)
    assert advice.audit.n_complete == 198
    assert {finding.topic for finding in advice.audit.findings} == {"categories", "missing values"}
    with_an_identifier = X.assign(name=[f"person {row}" for row in range(200)])
    assert not advise(with_an_identifier).solvers


def test_a_table_of_labels_and_numbers_calls_for_a_solver_of_mixed_tables():
    X, _ = make_discrete_network(200, 4, edges_per_node=1, random_state=0)
    assert verdicts(advise(X))["topo-mixed"] == "compare"
    X["height"] = np.random.default_rng(0).normal(size=200)
    advice = advise(X)
    assert advice.first.solvers == ("topo-mixed",)
    assert "topo-bdeu" not in verdicts(advice)
    (finding,) = [f for f in advice.audit.findings if f.topic == "mixed columns"]
    assert "height: number" in finding.seen
    advice.first.estimator().fit(X)


def test_codes_can_be_categories():
    X, _ = make_discrete_network(300, 4, edges_per_node=1, n_levels=(3, 3), random_state=0)
    codes = np.column_stack([X[name].cat.codes for name in X])
    assert verdicts(advise(codes))["topo-bdeu"] == "suits"
    assert verdicts(advise(np.random.default_rng(0).normal(size=(50, 3))))["topo-bdeu"] == (
        "does not suit"
    )
