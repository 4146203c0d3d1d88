"""Standard errors, intervals and tests of edges: the numbers of statsmodels, and their laws."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from statsmodels.stats.multitest import multipletests

from causal_dag import TOPO, PriorKnowledge
from causal_dag.effects.edge_inference import SelectedEdgesWarning, robustness_value
from causal_dag.synthetic import make_linear_sem

NUMBERS = ["estimate", "standard_error", "lower", "upper", "p_value"]


@pytest.fixture(scope="module")
def rows():
    X, _ = make_linear_sem(600, 5, edges_per_node=1.5, random_state=4)
    return X


@pytest.fixture(scope="module")
def model(rows):
    return TOPO().fit(rows[:300])


def regressed(table, fit, level=0.95):
    """Return the frame of the numbers that ``fit(child, parents)`` of statsmodels has."""
    expected = pd.DataFrame(index=table.index, columns=NUMBERS, dtype=float)
    for child, part in table.groupby("effect"):
        fitted = fit(int(child[1:]), [int(cause[1:]) for cause in part["cause"]])
        numbers = [fitted.params, fitted.bse, *fitted.conf_int(1 - level).T, fitted.pvalues]
        expected.loc[part.index] = np.column_stack(numbers)[1:]
    return expected


def assert_same(table, expected):
    assert len(table) > 0
    assert_allclose(table[NUMBERS], expected[NUMBERS], rtol=1e-9, atol=1e-10)


def test_moments_and_rows_give_the_classical_regressions_of_statsmodels(model, rows):
    def ols(child, parents):
        return sm.OLS(first[:, child], sm.add_constant(first[:, parents])).fit()

    first = rows[:300]
    with pytest.warns(SelectedEdgesWarning, match="fit on one half"):
        of_moments = model.edge_table(level=0.9)
    with pytest.warns(SelectedEdgesWarning):
        of_rows = model.edge_table(first, level=0.9)
    assert_same(of_moments, regressed(of_moments, ols, 0.9))
    assert_allclose(of_moments[NUMBERS], of_rows[NUMBERS], rtol=1e-9, atol=1e-10)
    assert_allclose(of_moments["robustness_value"], of_rows["robustness_value"], rtol=1e-9)
    for key in ["cause", "effect", "decided_by"]:
        assert of_moments[key].tolist() == model.edges_[key].tolist()
    assert_allclose(of_moments["standardized"], model.edges_["standardized"], rtol=1e-9)


def test_robust_and_cluster_covariances_are_those_of_statsmodels(model, rows):
    other, groups = rows[300:], np.repeat(np.arange(30), 10)
    labels = np.array([f"site {group}" for group in groups])

    def ols(child, parents, **options):
        fitted = sm.OLS(other[:, child], sm.add_constant(other[:, parents]))
        return fitted.fit(use_t=True, **options)

    robust = model.edge_table(other, covariance="robust")
    assert_same(robust, regressed(robust, lambda *c: ols(*c, cov_type="HC3")))
    clustered = model.edge_table(other, covariance="cluster", groups=labels)
    by_group = {"cov_type": "cluster", "cov_kwds": {"groups": groups}}
    assert_same(clustered, regressed(clustered, lambda *c: ols(*c, **by_group)))
    # The robustness value is a partial R² of the estimate, whatever its standard error.
    assert_allclose(robust["robustness_value"], clustered["robustness_value"])


@pytest.mark.parametrize(
    ("criterion", "family"), [("logistic", "Binomial"), ("poisson", "Poisson")]
)
def test_binary_and_count_columns_have_generalized_linear_models(criterion, family):
    generator = np.random.default_rng(1)
    cause = generator.integers(0, 2, 400).astype(float)
    drawn = generator.poisson(np.exp(0.2 + 0.8 * cause))
    X = np.column_stack([cause, drawn if family == "Poisson" else drawn > 1]).astype(float)
    known = PriorKnowledge(required=[(0, 1)])
    model = TOPO(criterion=criterion, prior_knowledge=known).fit(X[:200])

    def glm(child, parents):
        design = sm.add_constant(X[200:, parents])
        return sm.GLM(X[200:, child], design, getattr(sm.families, family)()).fit()

    table = model.edge_table(X[200:])
    assert_same(table, regressed(table, glm))
    assert table["robustness_value"].isna().all()
    with pytest.raises(ValueError, match="estimated from rows; pass X"):
        model.edge_table()


def test_units_change_estimates_and_nothing_else(model, rows):
    units = np.array([1e-3, 2.0, 50.0, 1e4, 0.1])
    table = model.edge_table(rows[300:])
    scaled = TOPO().fit(rows[:300] * units).edge_table(rows[300:] * units)
    merged = table.merge(scaled, on=["cause", "effect"], suffixes=("", "_scaled"))
    assert len(merged) == len(table) == len(scaled)
    for name in ["standardized", "p_value", "p_adjusted", "robustness_value"]:
        assert_allclose(merged[name], merged[f"{name}_scaled"], rtol=1e-7, atol=1e-200)


def test_p_values_are_adjusted_for_the_number_of_edges(model, rows):
    for correction in ("fdr_by", "holm"):
        table = model.edge_table(rows[300:], correction=correction)
        expected = multipletests(table["p_value"], method=correction)[1]
        assert_allclose(table["p_adjusted"], expected)


def test_the_robustness_value_solves_its_equation():
    """f² = 100 / 200 = 1/2, and (√(1/4 + 2) − 1/2) / 2 = 1/2."""
    value = robustness_value(np.array([0.0, 10.0, np.inf]), 200)
    assert_allclose(value, [0, 0.5, 1])


def test_other_rows_do_not_warn_and_an_empty_graph_has_an_empty_table(model, rows, recwarn):
    model.edge_table(rows[300:])
    noise = np.random.default_rng(0).standard_normal((200, 3))
    empty = TOPO().fit(noise[:100])
    assert not empty.adjacency_.any()
    assert (
        empty.edge_table(noise[100:]).columns.tolist()
        == model.edge_table(rows[300:]).columns.tolist()
    )
    assert not [w for w in recwarn if issubclass(w.category, SelectedEdgesWarning)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"covariance": "cluster"}, "pass both or neither"),
        ({"groups": np.zeros(300)}, "pass both or neither"),
        ({"covariance": "cluster", "groups": np.zeros(300)}, "single label"),
        ({"covariance": "cluster", "groups": np.zeros(7)}, "one label per row"),
        ({"X": None, "covariance": "robust"}, "pass X"),
        ({"level": 1.0}, "has no ends"),
        ({"correction": "none"}, "correction"),
    ],
)
def test_what_does_not_fit_together_is_refused(model, rows, options, message):
    with pytest.raises(ValueError, match=message):
        model.edge_table(**{"X": rows[300:], **options})


def test_collinear_parents_and_too_few_rows_are_refused(model, rows):
    with pytest.raises(ValueError, match="pass more rows"):
        model.edge_table(rows[:2])
    with pytest.raises(ValueError, match="collinear or constant"):
        model.edge_table(np.ones((50, 5)))
