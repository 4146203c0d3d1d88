"""Marks and sentences do not flatter: not failures, not baselines, not chance, not units."""

import numpy as np
import pandas as pd
import pytest

from causal_dag.benchmarks.report import report_on
from causal_dag.benchmarks.report.comparisons import reference_of, summary, verdicts
from causal_dag.benchmarks.report.document import Emphasis, Part, Points, Table
from causal_dag.benchmarks.report.measures import SHD
from causal_dag.benchmarks.report.sections import excess_cost, explanation
from causal_dag.benchmarks.report.study import study_of


def blocks(body):
    for block in body:
        yield block
        if isinstance(block, Part):
            yield from blocks(block.body)


def tables(document, key):
    (section,) = (section for section in document.sections if section.key == key)
    return [block for block in blocks(section.body) if isinstance(block, Table)]


def sentences(document):
    (section,) = (section for section in document.sections if section.key == "summary")
    return dict(p for b in blocks(section.body) if isinstance(b, Points) for p in b.points)


def texts(found):
    return [entry.text for table in found for row in table.rows for entry in row.entries]


def row_of(table, name):
    (row,) = (row for row in table.rows if row.header == name)
    return row


@pytest.fixture(scope="module", autouse=True)
def without_pictures():
    """Tables and sentences are read here; drawing would take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        pictures = "causal_dag.benchmarks.report.pictures"
        patch.setattr(f"{pictures}.svg_text", lambda figure, description: "")
        yield


@pytest.fixture(scope="module")
def losing_document(hard_cases_lost):
    return report_on(hard_cases_lost, title="")


@pytest.fixture(scope="module")
def document(make_records):
    return report_on(make_records(), title="")


@pytest.fixture(scope="module")
def hard_cases_lost(make_records, fail):
    """NOTEARS loses the seeds in which its SHD on 20 raw columns is largest."""
    records = make_records()
    mine = (records["solver"] == "notears") & (records["n_features"] == 20)
    mine &= records["scale"] == "raw"
    worst = records[mine].nlargest(3, "shd").index
    easy = records[mine].index.difference(worst)
    records.loc[easy, "shd"] = 0
    return fail(records, records.index.isin(worst))


def test_who_lost_runs_is_never_best_however_good_the_rest(hard_cases_lost):
    study = study_of(hard_cases_lost)
    (setting,) = (s for s in study.settings if (s.n_features, s.scale) == (20, "raw"))
    found = summary(study, setting, SHD)
    assert found.mean.idxmin() == "notears"
    assert found.best == "topo"
    assert "notears" not in found.tied
    assert reference_of(study, setting) == "topo"


def test_such_a_mean_has_a_dagger_and_says_how_many_runs_it_is_over(losing_document):
    shown = [
        row_of(table, "notears")
        for table in tables(losing_document, "accuracy")
        if "d = 20, raw" in table.caption
    ]
    assert [row.entries[0].text for row in shown] == ["3 of 6"]
    assert shown[0].entries[1].text.endswith("†")
    assert shown[0].entries[1].emphasis is Emphasis.NONE


def test_all_are_also_compared_over_the_seeds_that_all_finished(hard_cases_lost, losing_document):
    table = tables(losing_document, "failures")[-1]
    study = study_of(hard_cases_lost)
    (setting,) = (s for s in study.settings if (s.n_features, s.scale) == (20, "raw"))
    common = study.values(setting, "shd").dropna()
    for solver in study.solvers:
        row = row_of(table, f"{setting.label}: {solver}")
        assert row.entries[2].text == "3"
        assert row.entries[3].text == SHD.number(common[solver].mean())


def test_failures_are_counted_by_kind_with_their_messages(records, fail):
    records = fail(records, (records["solver"] == "topo") & (records["seed"] == 1), "crashed", "!")
    counts, messages, _ = tables(report_on(records, title=""), "failures")
    by_heading = dict(zip(counts.columns[1:], row_of(counts, "topo").entries, strict=True))
    assert by_heading["runs"].text == "24"
    assert by_heading["crashed"].text == "4"
    assert [entry.text for entry in messages.rows[0].entries[:3]] == ["crashed", "4", "!"]


def test_not_told_from_the_best_is_marked_and_not_called_best(records):
    study = study_of(records)
    raw, standardized = (
        next(s for s in study.settings if (s.n_features, s.scale) == (10, scale))
        for scale in ("raw", "standardized")
    )
    assert "random" not in summary(study, raw, SHD).tied
    assert summary(study, standardized, SHD).best == "topo"
    alike = records.assign(shd=np.where(records["solver"] == "notears", records["shd"] % 7, 3))
    assert summary(study_of(alike), raw, SHD).tied


def test_measures_that_an_empty_graph_can_win_have_no_best(document):
    table = tables(document, "accuracy")[1]
    for row in table.rows:
        marks = dict(zip(table.columns[1:], (e.emphasis for e in row.entries), strict=True))
        assert marks["FDR"] == marks["TPR"] == marks["edges"] == Emphasis.NONE


def test_methods_that_do_not_beat_the_baselines_are_named(make_records):
    worse = make_records(solvers=("topo", "random", "sort-by-variance"))
    worse.loc[worse["solver"] == "topo", "shd"] += 40
    assert verdicts(study_of(worse), "raw").loc["topo", "worse"] == 2
    told = sentences(report_on(worse, title=""))["Baselines, raw columns"]
    assert "The strongest baseline is sort-by-variance" in told
    assert "Varsortability is 0.95" in told
    assert "Significantly better in no setting: topo" in told


def test_methods_that_live_off_the_units_are_named(document):
    told = sentences(document)["Standardizing"]
    assert "notears" in told
    assert "topo" not in told
    assert "direct-lingam" not in told


def test_one_seed_shows_no_spread_and_tests_nothing(make_records):
    document = report_on(make_records(seeds=range(1)), title="")
    accuracy = tables(document, "accuracy")
    assert all("± –" in row.entries[0].text for row in accuracy[0].rows)
    differences = tables(document, "differences")
    assert "[" not in "".join(texts(differences))
    assert "too few seeds to test" in sentences(document)["Baselines, raw columns"]


def test_nothing_is_inferred_from_seeds_that_do_not_change_the_rows(records):
    records["kind"], records["data_settings"] = "sachs", "{}"
    document = report_on(records, title="")
    differences = tables(document, "differences")
    assert "[" not in "".join(texts(differences))
    assert "do not change the rows" in sentences(document)["er2"]


def test_rows_simulated_from_a_fitted_model_differ_between_seeds(records):
    records["kind"], records["data_settings"] = "sachs", '{"simulate": "residuals"}'
    document = report_on(records, title="")
    assert "[" in "".join(texts(tables(document, "differences")))
    assert "seeds draw new rows from one linear model" in sentences(document)["er2"]


def test_a_worse_bic_than_the_truth_s_is_the_search_s_fault(records):
    runs = records.head(4).assign(
        shd=[0, 2, 5, 5], cpdag_distance=[0, 0, 4, 4], bic=[10.0, 10.0, 11.0, 9.0], true_bic=10.0
    )
    assert explanation(runs).tolist() == ["exact", "equivalent", "search", "criterion"]


def test_costs_are_compared_on_the_same_rows_with_twice_the_price_of_bic(records):
    runs = records.head(4).assign(
        seed=[0, 0, 1, 1], scale="raw", n_samples=100, bic=[7.0, 5.0, 9.0, 9.0], edges=[3, 4, 2, 2]
    )
    assert excess_cost(runs).tolist() == pytest.approx([0.0, np.log(100) - 2.0, 0.0, 0.0])


def test_differences_are_to_the_chosen_reference(records):
    document = report_on(records, title="", reference="random")
    table = tables(document, "differences")[0]
    assert table.caption.endswith("difference to random")
    assert "random" not in [row.header for row in table.rows]
    with pytest.raises(ValueError, match="reference 'rndom': no such solver"):
        report_on(records, title="", reference="rndom")


def test_baselines_stand_last_and_are_called_so(document):
    for table in tables(document, "accuracy"):
        assert [row.is_baseline for row in table.rows] == [False] * 3 + [True] * 2


def test_two_methods_under_one_label_are_told_apart(records):
    newer = records[records["solver"] == "topo"].assign(version="0.2", key="f" * 64)
    both = study_of(pd.concat([records, newer]))
    assert {"topo", "topo (2)"} <= set(both.solvers)
