"""Tests, intervals and ranks agree with other implementations and with published examples."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from causal_dag.benchmarks.report.comparisons import holm, paired_differences
from causal_dag.benchmarks.report.ranks import Ranking, ranking
from causal_dag.benchmarks.report.study import study_of


@pytest.fixture
def table():
    return pd.DataFrame(np.random.default_rng(3).normal(size=(8, 4)), columns=list("abcd"))


def test_intervals_and_p_values_are_those_of_scipy_s_paired_t_test(table):
    table.loc[2, "a"] = np.nan
    found = paired_differences(table, table["d"])
    for solver in "abc":
        pairs = table[[solver, "d"]].dropna()
        expected = stats.ttest_rel(pairs[solver], pairs["d"])
        interval = expected.confidence_interval(0.95)
        row = found.loc[solver]
        assert row["n"] == len(pairs)
        np.testing.assert_allclose(row["p_value"], expected.pvalue)
        np.testing.assert_allclose([row["low"], row["high"]], [interval.low, interval.high])


@pytest.mark.parametrize("n_pairs", [0, 1, 2])
def test_two_pairs_or_fewer_give_no_interval(table, n_pairs):
    found = paired_differences(table.head(n_pairs), table["d"].head(n_pairs))
    assert found[["low", "high", "p_value"]].isna().all(axis=None)


def test_differences_that_never_vary_are_certain_and_those_of_zero_are_none():
    table = pd.DataFrame({"same": [1.0, 2, 5], "more": [2.0, 3, 6], "reference": [1.0, 2, 5]})
    found = paired_differences(table, table["reference"])
    assert found["p_value"].tolist() == [1.0, 0.0, 1.0]
    assert found.loc["more", ["low", "high"]].tolist() == [1.0, 1.0]


def test_holm_s_adjustment_is_that_of_statsmodels():
    p_values = pd.Series([0.04, 0.001, 0.5, 0.03, 0.03], index=list("abcde"))
    np.testing.assert_allclose(holm(p_values), multipletests(p_values, method="holm")[1])


def test_ranks_are_those_of_scipy_within_every_block(records):
    study = study_of(records)
    raw = records[records["scale"] == "raw"]
    table = raw.pivot(index=["n_features", "seed"], columns="solver", values="shd")
    expected = pd.DataFrame(stats.rankdata(table, axis=1), columns=table.columns).mean()
    found = ranking(study, "raw")
    pd.testing.assert_series_equal(
        found.average.sort_index(), expected, check_names=False, check_index_type=False
    )
    assert found.n_blocks == 12
    assert found.p_value == pytest.approx(stats.friedmanchisquare(*table.to_numpy().T).pvalue)


@pytest.mark.parametrize(("n_solvers", "quantile"), [(3, 2.343), (5, 2.728), (10, 3.164)])
def test_the_critical_difference_uses_demsar_s_table_5(make_records, n_solvers, quantile):
    names = tuple(f"method-{i}" for i in range(n_solvers))
    found = ranking(study_of(make_records(solvers=names)), "raw")
    expected = quantile * np.sqrt(n_solvers * (n_solvers + 1) / (6 * 12))
    assert found.critical_difference == pytest.approx(expected, abs=1e-3)


def test_a_run_that_did_not_finish_ranks_last(records, fail):
    found = ranking(study_of(fail(records, records["solver"] == "topo")), "raw")
    assert found.average.index[-1] == "topo"
    assert found.average["topo"] == 5.0
    assert found.failures["topo"] == 12


def test_a_solver_whose_package_is_missing_has_no_rank(records, fail):
    found = ranking(study_of(fail(records, records["solver"] == "topo", "missing")), "raw")
    assert found.left_out == ("topo",)
    assert "topo" not in found.average


def test_blocks_without_a_record_of_some_solver_are_left_out_and_counted(records):
    is_absent = (records["solver"] == "topo") & (records["seed"] <= 1)
    found = ranking(study_of(records[~is_absent]), "raw")
    assert (found.n_blocks, found.n_left_out) == (8, 4)
    assert np.isnan(found.critical_difference)


def test_seeds_that_do_not_change_the_rows_are_one_block(records):
    records["kind"], records["data_settings"] = "table", "{}"
    assert ranking(study_of(records), "raw").n_blocks == 2
    records["data_settings"] = '{"resample": true}'
    assert ranking(study_of(records), "raw").n_blocks == 12


def test_bars_join_the_longest_runs_of_solvers_within_a_critical_difference():
    average = pd.Series([1.0, 1.5, 2.5, 3.2, 5.0], index=list("abcde"))
    found = Ranking(average, average * 0, 20, 0, (), 0.0, critical_difference=1.1)
    assert found.groups() == [(0, 1), (1, 2), (2, 3)]
