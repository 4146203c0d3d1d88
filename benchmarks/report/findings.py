"""The first section: what was compared, what came out in plain words, and what that rests on."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd

from causal_dag.benchmarks.report.comparisons import (
    OUTCOMES,
    best_baseline,
    scale_pairs,
    significant_changes,
    verdicts,
)
from causal_dag.benchmarks.report.document import (
    Block,
    Emphasis,
    Entry,
    Paragraph,
    Part,
    Point,
    Points,
    Section,
    Table,
    row,
)
from causal_dag.benchmarks.report.measures import NOTHING, SHD, counted, listed, ranges
from causal_dag.benchmarks.report.ranks import Ranking, ranking
from causal_dag.benchmarks.report.study import Study
from causal_dag.benchmarks.store.outcome import Status

# Share of paths along which variance (or R²) grows, above which sorting gives much of the order.
SORTABLE = 0.75
FEW_SEEDS = 5


def summary_section(study: Study) -> Section:
    """Return facts, findings and limits; what is missing where nothing is done."""
    if study.runs.empty:
        return Section("summary", "Summary", (Paragraph("There are no runs in this store yet."),))
    if study.done.empty:
        sentence = f"None of {counted(len(study.runs), 'run')} finished; see the part on failures."
        return Section("summary", "Summary", (_facts(study), Paragraph(sentence)))
    found = {scale: verdicts(study, scale) for scale in study.scales}
    body: list[Block] = [_facts(study), Part("What came out", (Points(_findings(study, found)),))]
    known = {scale: table for scale, table in found.items() if len(table)}
    if known:
        sentence = (
            "Settings (data, size) in which a method has a smaller SHD than the best baseline "
            "there: paired t test over seeds at 5 %, adjusted for the number of methods (Holm)."
        )
        table = _verdict_table(study, known)
        body.append(Part("Against the baselines", (Paragraph(sentence), table)))
    body.append(Part("What this rests on", (Points(_limits(study)),)))
    return Section("summary", "Summary", tuple(body))


def _facts(study: Study) -> Table:
    runs = study.runs
    baselines = [solver for solver in study.solvers if solver in study.baselines]
    facts = {
        "methods": listed(study.methods, most=30) or NOTHING,
        "baselines": listed(baselines) or NOTHING,
        "data": listed(sorted(set(runs["data"])), most=30),
        "rows n": ranges(runs["n_samples"]),
        "columns d": ranges(runs["n_features"]),
        "scales": listed(study.scales),
        "seeds": ranges(runs["seed"]),
        "runs": f"{len(runs):,}, of which {len(study.done):,} finished",
    }
    rows = tuple(row(name, value) for name, value in facts.items())
    return Table("What was compared", ("what", "which"), rows, is_text=True)


def _verdict_table(study: Study, found: Mapping[str, pd.DataFrame]) -> Table:
    rows = [
        row(method, *(_verdict_entry(table, method) for table in found.values()))
        for method in study.methods
    ]
    columns = ("method", *(f"{scale} columns" for scale in found))
    return Table("Better than the best baseline?", columns, tuple(rows))


def _verdict_entry(verdicts: pd.DataFrame, method: str) -> Entry:
    if method not in verdicts.index:
        return Entry(NOTHING)
    better, worse, _, untested = verdicts.loc[method, list(OUTCOMES)]
    n_settings = verdicts.loc[method].sum()
    parts = [f"better in {better} of {n_settings}"]
    parts += [f"worse in {worse}"] if worse else []
    parts += [f"untested in {untested}"] if untested else []
    return Entry(", ".join(parts), Emphasis.BEST if better == n_settings else Emphasis.NONE)


def _findings(study: Study, verdicts: Mapping[str, pd.DataFrame]) -> tuple[Point, ...]:
    """Return the main findings, a sentence or a few each; failures first."""
    found = [_failures(study)]
    missing = study.runs.loc[study.runs["status"] == Status.MISSING, "solver"]
    if len(missing):
        names = listed(sorted(set(missing)))
        text = f"{names}: packages were missing, so nothing is known of them."
        found.append(Point("Not installed", text))
    for scale in study.scales:
        found.append(Point(f"Ranks, {scale} columns", _leader(study, scale)))
        if len(verdicts[scale]):
            text = _against_baselines(study, scale, verdicts[scale])
            found.append(Point(f"Baselines, {scale} columns", text))
    return (*found, *_units(study))


def _failures(study: Study) -> Point:
    tried = study.runs[study.runs["status"] != Status.MISSING]
    lost = tried[tried["status"] != Status.DONE]
    if lost.empty:
        return Point("Failures", f"None; all {counted(len(tried), 'run')} finished.")
    named = [f"{solver} ({number})" for solver, number in lost["solver"].value_counts().items()]
    return Point(
        "Failures",
        f"{len(lost):,} of {counted(len(tried), 'run')} did not finish: {listed(named, most=6)}. "
        "Means of these solvers leave out the cases they lost; the part on failures compares all "
        "on the same runs.",
    )


def _leader(study: Study, scale: str) -> str:
    ranks = ranking(study, scale)
    if ranks.average.empty:
        return "There is no block in which all solvers were tried, so there are no ranks."
    first = [str(solver) for solver in ranks.average.index[ranks.average == ranks.average.min()]]
    named = [f"{s} (a baseline)" if s in study.baselines else s for s in first]
    has = "has" if len(first) == 1 else "share"
    return (
        f"{listed(named)} {has} the lowest average rank by SHD, {ranks.average.min():.2f} among "
        f"{counted(len(ranks.average), 'solver')} over {counted(ranks.n_blocks, 'block')}. "
        f"{_significance(ranks)}"
    )


def _significance(ranks: Ranking) -> str:
    if not np.isfinite(ranks.critical_difference):
        return "Blocks or solvers are too few to test ranks."
    if ranks.p_value > 0.05:
        return "Friedman's test does not reject that all solvers are alike."
    behind = ranks.average - ranks.average.min()
    near = behind.index[(behind > 0.0) & (behind <= ranks.critical_difference)]
    if near.empty:
        return "All others rank significantly worse (Nemenyi, 5 %)."
    return f"Not told apart from that: {listed(map(str, near))} (Nemenyi, 5 %)."


def _against_baselines(study: Study, scale: str, verdicts: pd.DataFrame) -> str:
    n_settings = verdicts.sum(axis=1)
    tested = verdicts[verdicts["untested"] < n_settings]
    always = tested.index[tested["better"] == n_settings[tested.index]]
    never = tested.index[tested["better"] == 0]
    sentences = [_best_baselines(study, scale), _sortable(study, scale)]
    if len(always):
        sentences.append(f"Significantly better in every setting: {listed(always)}.")
    if len(never):
        sentences.append(
            f"In no setting significantly better: {listed(never)}; a method that is not "
            "seen to beat sorting or guessing has shown nothing on such data."
        )
    if tested.empty:
        sentences.append("Seeds are too few to test any method against it.")
    return " ".join(filter(None, sentences))


def _best_baselines(study: Study, scale: str) -> str:
    settings = [setting for setting in study.settings if setting.scale == scale]
    best = {setting: best_baseline(study, setting) for setting in settings}
    name, _ = Counter(name for name in best.values() if name is not None).most_common(1)[0]
    means = [study.values(s, SHD.column)[name].mean() for s in settings if best[s] == name]
    low, high = SHD.number(min(means)), SHD.number(max(means))
    between = low if low == high else f"{low} to {high}"
    return (
        f"The one to beat is {name} (the best in "
        f"{len(means)} of {counted(len(settings), 'setting')}; mean SHD {between})."
    )


def _sortable(study: Study, scale: str) -> str:
    settings = [setting for setting in study.settings if setting.scale == scale]
    columns = ["varsortability", "r2_sortability"]
    means = pd.DataFrame([[study.mean(s, column) for column in columns] for s in settings])
    by_variance, by_r2 = means.mean()
    if not np.isfinite(by_variance):
        return ""
    sentence = f"Varsortability is {by_variance:.2f} and R²-sortability {by_r2:.2f} on average"
    if max(by_variance, by_r2) < SORTABLE:
        return sentence + ", so that sorting says little of the causal order."
    by = "variance" if by_variance >= by_r2 else "R²"
    return sentence + f": sorting by {by} gives much of the causal order away."


def _units(study: Study) -> list[Point]:
    pairs = scale_pairs(study)
    if not pairs:
        return []
    worse = significant_changes(study, pairs)
    if not worse:
        text = "No method's SHD grows significantly in at least half of the settings."
        return [Point("Standardizing", text)]
    return [
        Point(
            "Standardizing",
            "The SHD grows significantly when the same columns are standardized, in at least half "
            f"of the settings, for {listed(worse)}: what they find on raw columns rests on units.",
        )
    ]


def _limits(study: Study) -> tuple[Point, ...]:
    """Return what the findings rest on, and what they cannot show."""
    found = {
        "These data only": "All this is about the data sets, sizes and parameters above; simulated "
        "data come from models that some of the methods assume and others do not.",
        "Tests": "Solvers are paired on the same rows, over seeds. Within a setting p-values are "
        "adjusted for the number of solvers (Holm); between settings they are not, so that of many "
        "settings some will show a difference by chance. “Not told apart” does not mean equal.",
    }
    n_seeds = int(study.runs.groupby("data")["seed"].nunique().min())
    if n_seeds < FEW_SEEDS:
        seeds = counted(n_seeds, "seed")
        found["Few seeds"] = f"There are data with {seeds} only: few differences can show."
    points = [Point(lead, text) for lead, text in found.items()]
    real_tables = {
        "fixed": "Here seeds do not change the rows. Spread over seeds is the solvers' own "
        "randomness, and nothing is inferred from it.",
        "resampled": "Here seeds draw the rows of one table again. Intervals say how results vary "
        "with its rows, not with other data.",
    }
    for rows, text in real_tables.items():
        data = sorted({setting.data for setting in study.settings if setting.rows == rows})
        points += [Point(listed(data), text)] if data else []
    return tuple(points)
