"""The first section: what was compared, what came out in plain words, and what that rests on."""

from collections import Counter
from collections.abc import Mapping

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
    Points,
    Section,
    Table,
    paragraph,
    row,
    sentences,
)
from causal_dag.benchmarks.report.measures import NOTHING, SHD, listed, ranges
from causal_dag.benchmarks.report.ranks import ranking
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
        sentence = paragraph("none_finished", n_runs=len(study.runs))
        return Section("summary", "Summary", (_facts(study), sentence))
    found = {scale: verdicts(study, scale) for scale in study.scales}
    body: list[Block] = [_facts(study), Part("What came out", (Points(_findings(study, found)),))]
    known = {scale: table for scale, table in found.items() if len(table)}
    if known:
        opening = paragraph("against_the_baselines")
        body.append(Part("Against the baselines", (opening, _verdict_table(study, known))))
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


def _findings(study: Study, verdicts: Mapping[str, pd.DataFrame]) -> tuple[tuple[str, str], ...]:
    """Return the main findings, a sentence or a few each; failures first."""
    found = [("Failures", _failures(study))]
    missing = study.runs.loc[study.runs["status"] == Status.MISSING, "solver"]
    if len(missing):
        found.append(("Not installed", sentences("not_installed", missing=sorted(set(missing)))))
    for scale in study.scales:
        found.append((f"Ranks, {scale} columns", _leader(study, scale)))
        if len(verdicts[scale]):
            text = _against_baselines(study, scale, verdicts[scale])
            found.append((f"Baselines, {scale} columns", text))
    pairs = scale_pairs(study)
    if pairs:
        text = sentences("standardizing", worse=significant_changes(study, pairs))
        found.append(("Standardizing", text))
    return tuple(found)


def _failures(study: Study) -> str:
    tried = study.runs[study.runs["status"] != Status.MISSING]
    lost = tried.loc[tried["status"] != Status.DONE, "solver"]
    named = [f"{solver} ({number})" for solver, number in lost.value_counts().items()]
    return sentences("lost_runs", n_tried=len(tried), n_lost=len(lost), lost=named)


def _leader(study: Study, scale: str) -> str:
    ranks = ranking(study, scale)
    behind = ranks.average - ranks.average.min()
    first = [
        f"{solver} (a baseline)" if solver in study.baselines else solver
        for solver in behind.index[behind == 0.0]
    ]
    near = list(behind.index[(behind > 0.0) & (behind <= ranks.critical_difference)])
    return sentences("leader", ranks=ranks, first=first, near=near)


def _against_baselines(study: Study, scale: str, verdicts: pd.DataFrame) -> str:
    n_settings = verdicts.sum(axis=1)
    tested = verdicts[verdicts["untested"] < n_settings]
    settings = [setting for setting in study.settings if setting.scale == scale]
    best = {setting: best_baseline(study, setting) for setting in settings}
    name, _ = Counter(name for name in best.values() if name is not None).most_common(1)[0]
    columns = ["varsortability", "r2_sortability"]
    sortability = pd.DataFrame([[study.mean(s, column) for column in columns] for s in settings])
    by_variance, by_r2 = sortability.mean()
    return sentences(
        "baselines",
        baseline=name,
        means=[study.values(s, SHD.column)[name].mean() for s in settings if best[s] == name],
        n_settings=len(settings),
        by_variance=by_variance,
        by_r2=by_r2,
        sortable=SORTABLE,
        always=list(tested.index[tested["better"] == n_settings[tested.index]]),
        never=list(tested.index[tested["better"] == 0]),
        is_tested=not tested.empty,
    )


def _limits(study: Study) -> tuple[tuple[str, str], ...]:
    """Return what the findings rest on, and what they cannot show."""
    points = [("These data only", sentences("these_data_only")), ("Tests", sentences("tests"))]
    n_seeds = int(study.runs.groupby("data")["seed"].nunique().min())
    if n_seeds < FEW_SEEDS:
        points.append(("Few seeds", sentences("few_seeds", n_seeds=n_seeds)))
    for rows in ("fixed", "resampled", "simulated"):
        data = sorted({setting.data for setting in study.settings if setting.rows == rows})
        if data:
            points.append((listed(data), sentences(f"{rows}_rows")))
    return tuple(points)
