"""The same rows raw and standardised: what a method owes to the units of the columns."""

import numpy as np
import pandas as pd

from causal_dag.benchmarks.report.document import Block, Paragraph, Row, Section, Table, texts
from causal_dag.benchmarks.report.measures import F1, SHD, Measure
from causal_dag.benchmarks.report.paired import LEVEL, holm, interval_text, paired_differences
from causal_dag.benchmarks.report.panels import largest
from causal_dag.benchmarks.report.scale_picture import scale_figure
from causal_dag.benchmarks.report.study import Setting, Study

Pair = tuple[Setting, Setting]


def scale_pairs(study: Study) -> list[Pair]:
    """Return the settings that occur raw and standardised."""
    raw = {setting.problem: setting for setting in study.settings if setting.scale == "raw"}
    return [
        (raw[setting.problem], setting)
        for setting in study.settings
        if setting.scale == "standardized" and setting.problem in raw
    ]


def changes(study: Study, pair: Pair, measure: Measure) -> pd.DataFrame:
    """Return standardised minus raw, a row a solver, as ``paired_differences`` does."""
    raw, standardised = (study.values(setting, measure.column) for setting in pair)
    solvers = [solver for solver in raw.columns if solver in standardised]
    difference = standardised[solvers] - raw[solvers]
    found = paired_differences(difference, pd.Series(0.0, index=difference.index))
    if pair[0].rows == "fixed":
        found[["low", "high", "p_value"]] = np.nan
    return found


def significant_changes(study: Study, pairs: list[Pair]) -> list[str]:
    """Return the methods whose SHD grows significantly in at least half of their pairs."""
    tables = []
    for pair in pairs:
        found = changes(study, pair, SHD)
        found = found[found.index.isin(study.methods) & (found["n"] > 0)]
        grows = (holm(found["p_value"]) <= 1.0 - LEVEL) & (found["mean"] > 0.0)
        tables.append(grows.astype(float))
    shares = pd.concat(tables).groupby(level=0).mean()
    return [method for method in study.methods if shares.get(method, 0.0) >= 0.5]


def scale_section(study: Study) -> Section | None:
    """Return the section, or None where no data occur on both scales."""
    pairs = scale_pairs(study)
    if not pairs:
        return None
    shown = [(raw, std) for raw, std in pairs if std in largest(study.settings)]
    figure = scale_figure(study, [pair for pair in shown if _has_common(study, pair)])
    body: list[Block] = [Paragraph(_OPENING)]
    body += [] if figure is None else [figure]
    body += [_table(study, data, pairs) for data in dict.fromkeys(raw.data for raw, _ in pairs)]
    return Section("scales", "Raw and standardised columns", tuple(body))


_OPENING = (
    "Raw and standardised columns of a seed are the same rows in other units, so the differences "
    "are paired; intervals are 95 % t intervals over n seeds. In simulated data the variance "
    "often grows along the causal order, and standardising hides this; a method whose SHD jumps "
    "has used it. Real columns have arbitrary units."
)


def _has_common(study: Study, pair: Pair) -> bool:
    return bool((changes(study, pair, SHD)["n"] > 0).any())


def _table(study: Study, data: str, pairs: list[Pair]) -> Table:
    rows = [row for pair in pairs if pair[0].data == data for row in _rows(study, pair)]
    columns = (
        "size and solver", "n", "SHD raw", "SHD standardised", "change of SHD [95 %]",
        "change of F1 [95 %]",
    )  # fmt: skip
    return Table(f"{data}: from raw to standardised columns", columns, tuple(rows))


def _rows(study: Study, pair: Pair) -> list[Row]:
    raw, standardised = (study.values(setting, SHD.column) for setting in pair)
    by_shd, by_f1 = (changes(study, pair, measure).to_dict("index") for measure in (SHD, F1))
    size = f"n = {pair[0].n_samples}, d = {pair[0].n_features}"
    both = raw.notna() & standardised.notna()
    before, after = raw.where(both).mean(), standardised.where(both).mean()
    rows = []
    for solver in by_shd:
        entries = texts(
            str(by_shd[solver]["n"]),
            SHD.figure(before[solver]),
            SHD.figure(after[solver]),
            interval_text(SHD, by_shd[solver]),
            interval_text(F1, by_f1[solver]),
        )
        rows.append(Row(f"{size}: {solver}", entries, solver in study.baselines))
    return rows
