"""Published figures are flagged by the rule that is printed, and the deterministic ones are met."""

import json
from math import sqrt

import pytest

from causal_dag.benchmarks.accuracy import paper_tables
from causal_dag.benchmarks.accuracy.agreement import Average, Exact, Span, summary
from causal_dag.benchmarks.accuracy.paper_tables import Fit, main, measure, selected
from causal_dag.benchmarks.accuracy.published_figures import (
    PublishedFigure,
    Simulated,
    published_figures,
)

OURS = [1, 2, 3]  # mean 2, sd 1


@pytest.mark.parametrize(
    ("sd", "n", "standard_error"),
    [
        (6.0, 5, sqrt(1 / 3 + 36 / 5)),
        (0.0, 10, sqrt(1 / 3)),
        (None, 5, sqrt(1 / 3 + 1 / 5)),
        (None, 1, sqrt(1 / 3 + 1)),
        (3.0, None, sqrt(1 / 3 + 9 / 3)),
        (None, None, sqrt(1 / 3 + 1 / 3)),
    ],
)
def test_means_are_flagged_beyond_two_standard_errors_of_the_difference(sd, n, standard_error):
    for factor, low, high in ((1.99, "within", "within"), (2.01, "below", "above")):
        distance = factor * standard_error
        assert Average(2 + distance, sd, n).verdict(OURS) == low
        assert Average(2 - distance, sd, n).verdict(OURS) == high


def test_means_are_flagged_beyond_two_standard_errors_outside_a_range():
    allowed = 2 / sqrt(3)
    assert Span(2 + 0.99 * allowed, 9).verdict(OURS) == "within"
    assert Span(2 + 1.01 * allowed, 9).verdict(OURS) == "below"
    assert Span(0, 2 - 0.99 * allowed).verdict(OURS) == "within"
    assert Span(0, 2 - 1.01 * allowed).verdict(OURS) == "above"
    assert Span(0, 9).verdict(OURS) == "within"


def test_without_any_spread_every_difference_counts():
    assert Average(0, 0, 10).verdict([0, 0]) == "within"
    assert Average(0, 0, 10).verdict([1, 1]) == "above"
    assert Average(1.6, n=5).verdict([0, 0]) == "below"


def test_one_data_set_decides_nothing_unless_there_is_no_chance():
    assert Average(6.0, 6.0, 5).verdict([100]) == "–"
    assert Span(0, 4).verdict([100]) == "–"
    assert Exact(13).verdict([13]) == "equal"
    assert Exact(13).verdict([14]) == "differs"


def test_figures_are_written_with_spread_and_number():
    assert summary(OURS) == "2 ± 1 (3)"
    assert summary([13]) == "13"
    assert str(Average(6.0, 6, n=5)) == "6 ± 6 (5)"
    assert str(Average(4)) == "4"
    assert str(Span(3, 9)) == "3 to 9"


def test_figures_are_of_known_metrics_and_no_two_say_the_same():
    figures = published_figures()
    assert {figure.metric for figure in figures} == set(paper_tables.METRICS)
    assert len(set(figures)) == len(figures)


def test_sizes_above_sixty_are_asked_for():
    assert max(figure.data.d for figure in selected()) == 60
    assert max(figure.data.d for figure in selected(large=True)) == 200
    assert {figure.data.d for figure in selected(sizes=[20, 200])} == {20, 200}
    assert {figure.method for figure in selected(only=["dagma"])} == {"dagma"}


def test_figures_of_the_same_fit_share_it(monkeypatch):
    fits = []
    no_edges = [[False]]
    monkeypatch.setattr(Fit, "run", lambda fit: fits.append(str(fit)) or (no_edges, no_edges))
    monkeypatch.setattr(paper_tables, "METRICS", dict.fromkeys(paper_tables.METRICS, lambda *_: 7))
    assert {c.ours for c in measure(selected(sizes=[11]), 3, 0)} == {(7,)}
    assert sorted(fits) == [
        "colide-ev on Sachs",
        "colide-ev on Sachs, standardized",
        "colide-nv on Sachs",
        "colide-nv on Sachs, standardized",
        "dagma on Sachs",
    ]


def test_tiny_data_sets_from_start_to_end(monkeypatch, capsys):
    tiny = (
        PublishedFigure("nobody", Simulated(1, 5), "eqvar", Average(0, 0), params=()),
        PublishedFigure("nobody", Simulated(1, 5, scale="standardized"), "empty", Average(500)),
        PublishedFigure("nobody", Simulated(1, 5), "no-such-solver", Average(2)),
    )
    monkeypatch.setattr(paper_tables, "published_figures", lambda: tiny)
    main(["--seeds", "3", "--first-seed", "20", "--json"])
    document = json.loads(capsys.readouterr().out)
    exact, empty, missing = document["records"]
    assert exact["ours"] == [0, 0, 0]
    assert [row["verdict"] for row in document["records"]] == ["within", "below", "not run"]
    assert [row["flagged"] for row in document["records"]] == [False, True, False]
    assert empty["data"] == "ER1 d=5, standardized"
    assert missing["ours"] == []
    assert "1 of 3 flagged" in document["notes"]
    main(["--seeds", "2", "--only", "empty"])
    printed = capsys.readouterr().out
    assert "two standard errors of the difference" in printed
    assert "no-such-solver" not in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "notear"], "invalid choice: 'notear'"),
        (["--seeds", "0"], "--seeds 0: give at least 1"),
        (["--sizes", "7"], "drop --sizes"),
    ],
)
def test_wrong_options_say_what_to_do(arguments, message, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_the_figures_on_the_sachs_table_are_met_exactly():
    comparisons = measure(selected(sizes=[11]), n_seeds=1, first_seed=0)
    assert len(comparisons) == 14
    assert {comparison.verdict for comparison in comparisons} == {"equal"}
