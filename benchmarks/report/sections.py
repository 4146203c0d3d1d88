"""The sections on results: accuracy, cost, paired differences, scales, ranks, the search."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from causal_dag.benchmarks.report.comparisons import (
    Pair,
    Summary,
    changes,
    holm,
    paired_differences,
    reference_of,
    scale_pairs,
    summary,
)
from causal_dag.benchmarks.report.document import (
    Block,
    Emphasis,
    Entry,
    Figure,
    Paragraph,
    Part,
    Row,
    Section,
    Table,
    paragraph,
    row,
    sentences,
)
from causal_dag.benchmarks.report.measures import (
    ACCURACY,
    COST,
    DISTANCES,
    F1,
    NOTHING,
    PEAK,
    SHD,
    WALL,
    Measure,
    counted,
    p_text,
)
from causal_dag.benchmarks.report.pictures import (
    largest,
    rank_picture,
    scale_figure,
    size_figure,
    trade_off_figure,
)
from causal_dag.benchmarks.report.ranks import FEWEST_BLOCKS, FEWEST_SOLVERS, ranking
from causal_dag.benchmarks.report.study import BLOCK, Setting, Study

# More settings than these are folded away, data set by data set.
MOST_OPEN = 4
WIDEST_OVERVIEW = 8
DAGGER = " †"
COMPARED = tuple(measure for measure in DISTANCES.values() if measure.better is not None)


def _by_setting(study: Study, blocks: Callable[[Setting], tuple[Block, ...]]) -> list[Block]:
    """Return one part per setting; where they are many, folded by data set."""
    parts = {setting: Part(setting.label, blocks(setting)) for setting in study.settings}
    if len(parts) <= MOST_OPEN:
        return list(parts.values())
    folds: list[Block] = []
    for data in dict.fromkeys(setting.data for setting in study.settings):
        inside = tuple(part for setting, part in parts.items() if setting.data == data)
        folds.append(Part(f"{data}: {counted(len(inside), 'setting')}", inside, is_folded=True))
    return folds


def accuracy_section(study: Study) -> Section:
    """Return an overview of the SHD, pictures, and every distance in one table per setting."""
    figures = [size_figure(study, SHD, size, is_cost=False) for size in ("n_features", "n_samples")]
    body: list[Block] = [paragraph("accuracy")]
    for data in dict.fromkeys(setting.data for setting in study.settings):
        settings = [setting for setting in study.settings if setting.data == data]
        scales = dict.fromkeys(setting.scale for setting in settings)
        groups = [[s for s in settings if s.scale == scale] for scale in scales]
        together = [settings] if len(settings) <= WIDEST_OVERVIEW else groups
        body += [_overview(study, group) for group in together]
    body += [figure for figure in figures if figure is not None]
    body += _by_setting(study, lambda s: (_facts(study, s), _setting_table(study, s, ACCURACY)))
    return Section("accuracy", "Accuracy", tuple(body))


def cost_section(study: Study) -> Section:
    """Return time and memory: pictures, and one table per setting."""
    figures = [
        trade_off_figure(study),
        *(
            size_figure(study, measure, size, is_cost=True)
            for measure in (WALL, PEAK)
            for size in ("n_features", "n_samples")
        ),
    ]
    body: list[Block] = [paragraph("cost")]
    body += [figure for figure in figures if figure is not None]
    body += _by_setting(study, lambda setting: (_setting_table(study, setting, COST),))
    return Section("cost", "Time and memory", tuple(body))


def _overview(study: Study, settings: list[Setting]) -> Table:
    summaries = [summary(study, setting, SHD) for setting in settings]
    # Spaces that do not break keep a size on one line.
    columns = [
        f"{s.scale}, n\u00a0=\u00a0{s.n_samples}, d\u00a0=\u00a0{s.n_features}" for s in settings
    ]
    rows = [
        _solver_row(study, solver, *(_summary_entry(s, solver, SHD) for s in summaries))
        for solver in study.solvers
        if any(solver in s.mean.index for s in summaries)
    ]
    caption = f"{settings[0].data}: SHD, mean ± standard deviation over seeds"
    return Table(caption, ("solver", *columns), tuple(rows))


def _solver_row(study: Study, solver: str, *entries: str | Entry) -> Row:
    return row(solver, *entries, is_baseline=solver in study.baselines)


def _facts(study: Study, setting: Setting) -> Paragraph:
    edges, by_variance, by_r2 = (
        Measure(column, column, decimals=decimals).number(study.mean(setting, column))
        for column, decimals in (("true_edges", 1), ("varsortability", 2), ("r2_sortability", 2))
    )
    return paragraph(
        "setting_facts",
        rows=setting.rows,
        n_seeds=len(study.values(setting, SHD.column)),
        edges=edges,
        by_variance=by_variance,
        by_r2=by_r2,
    )


def _setting_table(study: Study, setting: Setting, measures: tuple[Measure, ...]) -> Table:
    """Return means and standard deviations, a row per solver and a column per measure."""
    summaries = [summary(study, setting, measure) for measure in measures]
    by_shd = summary(study, setting, SHD)

    def place(solver: str) -> tuple[bool, bool, bool, float]:
        """Put methods before baselines, complete before incomplete means, small before large."""
        is_lost = bool(by_shd.n_done[solver] == 0)
        is_baseline, is_partial = solver in study.baselines, not by_shd.is_complete(solver)
        return is_baseline, is_partial, is_lost, float(by_shd.mean[solver])

    rows = [
        _solver_row(
            study,
            solver,
            f"{by_shd.n_done[solver]} of {by_shd.n_seeds}",
            *(_summary_entry(s, solver, m) for s, m in zip(summaries, measures, strict=True)),
        )
        for solver in sorted(by_shd.mean.index, key=place)
    ]
    columns = ("solver", "finished", *(measure.heading for measure in measures))
    return Table(setting.label, columns, tuple(rows))


def _summary_entry(found: Summary, solver: str, measure: Measure) -> Entry:
    """Return a mean and its spread, marked as best, not told from it, or over fewer seeds."""
    if not found.n_done.get(solver, 0):
        return Entry(NOTHING)
    text = measure.spread(float(found.mean[solver]), float(found.sd[solver]))
    if not found.is_complete(solver):
        return Entry(text + DAGGER)
    if solver == found.best:
        return Entry(text, Emphasis.BEST)
    return Entry(text, Emphasis.TIED if solver in found.tied else Emphasis.NONE)


def differences_section(study: Study, reference: str | None) -> Section:
    """Return one table per setting of differences to the reference.

    Parameters
    ----------
    study : Study
        The runs.
    reference : str or None
        A solver; by default the best method of every setting, by mean SHD.
    """
    opening = paragraph("differences", reference=reference)
    tables = _by_setting(study, lambda setting: (_differences(study, setting, reference),))
    return Section("differences", "Paired differences", (opening, *tables))


def _differences(study: Study, setting: Setting, chosen: str | None) -> Block:
    reference = reference_of(study, setting, chosen)
    if reference is None:
        return Paragraph("The reference finished no run here.")
    found = {}
    for measure in COMPARED:
        values = study.values(setting, measure.column)
        found[measure] = paired_differences(
            values.drop(columns=reference), values[reference], is_tested=setting.rows != "fixed"
        )
    p_values = holm(found[SHD]["p_value"])
    rows = [
        _solver_row(
            study,
            solver,
            str(found[SHD]["n"][solver]),
            *(_interval(measure, table, solver) for measure, table in found.items()),
            p_text(p_values[solver]),
        )
        for solver in p_values.index
    ]
    columns = ("solver", "n", *(f"{m.title} [95 %]" for m in COMPARED), "p (SHD)")
    return Table(f"{setting.label}: difference to {reference}", columns, tuple(rows))


def _interval(measure: Measure, differences: pd.DataFrame, solver: str) -> str:
    return measure.interval(*differences.loc[solver, ["mean", "low", "high"]])


def scale_section(study: Study) -> Section | None:
    """Compare the same rows raw and standardized; None where no data occur on both scales."""
    pairs = scale_pairs(study)
    if not pairs:
        return None
    shown = [
        pair
        for pair in pairs
        if pair[1] in largest(study.settings) and (changes(study, pair, SHD)["n"] > 0).any()
    ]
    figure = scale_figure(study, shown)
    body: list[Block] = [paragraph("scales")]
    body += [] if figure is None else [figure]
    columns = (
        "size and solver", "n", "SHD raw", "SHD standardized", "change of SHD [95 %]",
        "change of F1 [95 %]",
    )  # fmt: skip
    for data in dict.fromkeys(raw.data for raw, _ in pairs):
        rows = [r for pair in pairs if pair[0].data == data for r in _scale_rows(study, pair)]
        body.append(Table(f"{data}: from raw to standardized columns", columns, tuple(rows)))
    return Section("scales", "Raw and standardized columns", tuple(body))


def _scale_rows(study: Study, pair: Pair) -> list[Row]:
    raw, standardized = (study.values(setting, SHD.column) for setting in pair)
    shd, f1 = (changes(study, pair, measure) for measure in (SHD, F1))
    both = raw.notna() & standardized.notna()
    before, after = raw.where(both).mean(), standardized.where(both).mean()
    return [
        row(
            f"n = {pair[0].n_samples}, d = {pair[0].n_features}: {solver}",
            str(shd["n"][solver]),
            SHD.number(before[solver]),
            SHD.number(after[solver]),
            _interval(SHD, shd, solver),
            _interval(F1, f1, solver),
            is_baseline=solver in study.baselines,
        )
        for solver in shd.index
    ]


def rank_section(study: Study) -> Section:
    """Return average ranks, in one critical-difference diagram and one table per scale."""
    body: list[Block] = [paragraph("ranks")]
    rankings = {scale: ranking(study, scale) for scale in study.scales}
    pictures = tuple(
        rank_picture(study, found, scale) for scale, found in rankings.items() if found.is_tested
    )
    if pictures:
        body.append(Figure(sentences("rank_caption"), pictures))
    columns = ("solver", "average rank", "blocks not finished")
    for scale, found in rankings.items():
        body.append(
            paragraph(
                "rank_facts",
                scale=scale,
                found=found,
                fewest_solvers=FEWEST_SOLVERS,
                fewest_blocks=FEWEST_BLOCKS,
            )
        )
        rows = [
            _solver_row(study, str(solver), f"{rank:.2f}", str(int(found.failures[solver])))
            for solver, rank in found.average.items()
        ]
        if rows:
            body.append(Table(f"{scale} columns: average ranks by SHD", columns, tuple(rows)))
    return Section("ranks", "Ranks", tuple(body))


#: Why an estimate differs from the truth, see ``search_section``.
EXPLANATIONS = ("exact", "equivalent", "search", "criterion")
# BICs of the same graph from different orders of summation differ by rounding.
RELATIVE_TOLERANCE = 1e-9
SCORE, BIC = Measure("score", "score", decimals=3), Measure("bic", "BIC", decimals=1)
EXCESS = Measure("excess_cost", "cost − lowest", decimals=2)


def search_section(study: Study) -> Section | None:
    """Tell failed searches from misleading criteria; None where no run has a BIC."""
    runs = study.done.dropna(subset=["bic", "true_bic"])
    if runs.empty:
        return None
    runs = runs.assign(explanation=explanation(runs), excess_cost=excess_cost(runs))
    groups = dict(iter(runs.groupby(["data", "scale"])))
    places = dict.fromkeys((setting.data, setting.scale) for setting in study.settings)
    opening = paragraph("search")
    columns = (
        "solver", "runs", EXCESS.title, "lowest", "score − true score", "BIC − true BIC", "exact",
        "true class", "search failed", "criterion or n",
    )  # fmt: skip
    tables = [
        Table(f"{data}, {scale} columns, all sizes", columns, _search_rows(study, groups[place]))
        for place in places
        if place in groups
        for data, scale in [place]
    ]
    return Section("search", "Search or criterion", (opening, *tables))


def explanation(runs: pd.DataFrame) -> pd.Series:
    """Return for every run ``"exact"``, ``"equivalent"``, ``"search"`` or ``"criterion"``."""
    tolerance = RELATIVE_TOLERANCE * runs["true_bic"].abs()
    conditions = [
        runs["shd"] == 0,
        runs["cpdag_distance"] == 0,
        runs["bic"] > runs["true_bic"] + tolerance,
    ]
    found = np.select(conditions, EXPLANATIONS[:3], default=EXPLANATIONS[3])
    return pd.Series(found, index=runs.index)


def excess_cost(runs: pd.DataFrame) -> pd.Series:
    """Return by how much the cost of every run exceeds the lowest one reached on the same rows.

    The cost is what order searches minimize with penalty=2, -2 n score + 2 log n per edge; BIC has
    half that price. Differences due to rounding are 0.
    """
    cost = runs["bic"] + np.log(runs["n_samples"]) * runs["edges"]
    lowest = cost.groupby([runs[column] for column in BLOCK]).transform("min")
    return (cost - lowest).where(cost - lowest > RELATIVE_TOLERANCE * cost.abs(), 0.0)


def _search_rows(study: Study, runs: pd.DataFrame) -> tuple[Row, ...]:
    rows = []
    for solver in study.solvers:
        own = runs[runs["solver"] == solver]
        if own.empty:
            continue
        score, bic = own["score"] - own["true_score"], own["bic"] - own["true_bic"]
        excess = own["excess_cost"]
        shares = [(own["explanation"] == name).mean() for name in EXPLANATIONS]
        cost = EXCESS.spread(excess.mean(), excess.std()), f"{(excess == 0).mean():.0%}"
        spreads = SCORE.spread(score.mean(), score.std()), BIC.spread(bic.mean(), bic.std())
        percents = (f"{share:.0%}" for share in shares)
        rows.append(_solver_row(study, solver, str(len(own)), *cost, *spreads, *percents))
    return tuple(rows)
