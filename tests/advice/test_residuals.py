"""Residual findings: noise shape, nonlinearity, heteroscedasticity, unequal variances."""

import numpy as np
import pytest

from causal_dag.advice import audit_table
from causal_dag.advice.graph_findings import (
    equal_variances_are_refuted,
    non_gaussian,
    nonlinear,
    nonlinear_along_lingam,
)
from causal_dag.advice.graph_report import residual_reports
from causal_dag.advice.multiple_tests import adjusted
from causal_dag.synthetic import make_linear_sem

CHAIN = np.array([[False, True], [False, False]])


def chain_reports(effect):
    """Return the tests of x -> y, where y is a function of x and of noise."""
    g = np.random.default_rng(0)
    x, noise = g.normal(size=(2, 1000))
    rows = np.column_stack([x, effect(x, noise)])
    slope = np.polyfit(rows[:, 0], rows[:, 1], 1)
    residuals = np.column_stack([x - x.mean(), rows[:, 1] - np.polyval(slope, x)])
    return residual_reports(rows, residuals, CHAIN, ["x", "y"], [True, True])[1]


def test_a_linear_relation_with_gaussian_noise_passes_every_test():
    report = chain_reports(lambda x, noise: 2 * x + noise)
    assert min(report.gaussian_p, report.linear_p, report.even_p) > 0.01


def test_nonlinearity_is_found_even_with_heteroscedastic_noise():
    report = chain_reports(lambda x, noise: x + x**2 + noise)
    assert report.linear_p < 1e-6


def test_heteroscedastic_noise_is_found_and_is_not_reported_as_nonlinearity():
    report = chain_reports(lambda x, noise: x + np.exp(x) * noise)
    assert report.even_p < 1e-6
    assert report.linear_p > 0.01


@pytest.mark.parametrize("noise", ["exponential", "laplace", "uniform"])
def test_noise_that_is_not_gaussian_is_found_and_straight_along_lingam(noise):
    X, _ = make_linear_sem(2000, 6, edges_per_node=1, noise=noise, random_state=1)
    graph = audit_table(X).graph
    assert len(non_gaussian(graph)) >= 5
    assert nonlinear_along_lingam(graph) == []


def test_gaussian_noise_is_left_alone():
    X, _ = make_linear_sem(2000, 6, edges_per_node=1, random_state=0)
    graph = audit_table(X).graph
    assert non_gaussian(graph) == []
    assert nonlinear(graph) == []
    assert graph.lingam_residuals == ()


def test_equal_variances_are_refuted_by_other_units_only():
    X, _ = make_linear_sem(2000, 6, edges_per_node=1, random_state=1)
    assert not equal_variances_are_refuted(audit_table(X).graph)
    assert equal_variances_are_refuted(audit_table(X * [1, 20, 0.1, 5, 1, 0.3]).graph)


def test_very_many_rows_are_tested_in_part():
    X, _ = make_linear_sem(20_000, 3, edges_per_node=1, random_state=0)
    assert audit_table(X).graph.n_test_rows == 5000


def test_holm_s_correction_is_that_of_its_definition():
    p = np.array([0.01, 0.04, 0.03, np.nan, 0.5])
    expected = [0.04, 0.09, 0.09, np.nan, 0.5]
    np.testing.assert_allclose(adjusted(p), expected)


def test_the_same_table_gives_the_same_audit():
    X, _ = make_linear_sem(8000, 5, noise="exponential", random_state=0)
    # As texts, in which a figure that could not be computed equals itself.
    assert repr(audit_table(X)) == repr(audit_table(X))
