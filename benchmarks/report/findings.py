"""What the figures say, in plain words, and what that rests on."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from causal_dag.benchmarks.report.document import Point
from causal_dag.benchmarks.report.failures import unfinished
from causal_dag.benchmarks.report.measures import SHD
from causal_dag.benchmarks.report.plain_text import counted, listed
from causal_dag.benchmarks.report.ranks import Ranking, ranking
from causal_dag.benchmarks.report.scales import scale_pairs, significant_changes
from causal_dag.benchmarks.report.study import Study
from causal_dag.benchmarks.report.summaries import best_baseline
from causal_dag.benchmarks.report.verdicts import Verdicts
from causal_dag.benchmarks.store.outcome import Status

# Share of paths along which variance (or R²) grows, above which sorting gives much of the order.
SORTABLE = 0.75
FEW_SEEDS = 5


def findings(study: Study, verdicts: Mapping[str, Verdicts]) -> tuple[Point, ...]:
    """Return the main findings, a sentence or a few each; failures first.

    Parameters
    ----------
    study : Study
        The runs.
    verdicts : mapping of str to Verdicts
        By scale.
    """
    found = [_failures(study), *_missing(study)]
    for scale in study.scales:
        found.append(Point(f"Ranks, {scale} columns", _leader(study, scale)))
        found += _baselines(study, scale, verdicts[scale])
    return (*found, *_units(study))


def limits(study: Study) -> tuple[Point, ...]:
    """Return what the findings rest on, and what they cannot show."""
    found = [
        Point(
            "These data only",
            "All this is about the data sets, sizes and parameters above; simulated data come "
            "from models that some of the methods assume and others do not.",
        ),
        Point(
            "Tests",
            "Solvers are paired on the same rows, over seeds. Within a setting p-values are "
            "adjusted for the number of solvers (Holm); between settings they are not, so that "
            "of many settings some will show a difference by chance. “Not told apart” does not "
            "mean equal.",
        ),
    ]
    n_seeds = int(study.runs.groupby("data")["seed"].nunique().min())
    if n_seeds < FEW_SEEDS:
        text = f"There are data with {counted(n_seeds, 'seed')} only: few differences can show."
        found.append(Point("Few seeds", text))
    return (*found, *_real_tables(study))


def _real_tables(study: Study) -> list[Point]:
    texts = {
        "fixed": "seeds do not change the rows. Spread over seeds is the solvers' own randomness, "
        "and nothing is inferred from it.",
        "resampled": "seeds draw the rows of one table again. Intervals say how results vary with "
        "its rows, not with other data.",
    }
    found = []
    for rows, text in texts.items():
        data = sorted({setting.data for setting in study.settings if setting.rows == rows})
        if data:
            found.append(Point(listed(data), f"Here {text}"))
    return found


def sortability(study: Study, scale: str, column: str) -> float:
    """Return the mean over a scale's settings; NaN where nothing is known."""
    means = [study.mean(s, column) for s in study.settings if s.scale == scale]
    known = [mean for mean in means if np.isfinite(mean)]
    return float(np.mean(known)) if known else float("nan")


def _failures(study: Study) -> Point:
    lost = unfinished(study)
    lost = lost[lost["status"] != Status.MISSING]
    n_tried = int((study.runs["status"] != Status.MISSING).sum())
    if lost.empty:
        return Point("Failures", f"None; all {counted(n_tried, 'run')} finished.")
    named = [f"{solver} ({number})" for solver, number in lost["solver"].value_counts().items()]
    return Point(
        "Failures",
        f"{len(lost):,} of {counted(n_tried, 'run')} did not finish: {listed(named, most=6)}. "
        "Means of these solvers leave out the cases they lost; the part on failures compares all "
        "on the same runs.",
    )


def _missing(study: Study) -> list[Point]:
    missing = study.runs.loc[study.runs["status"] == Status.MISSING, "solver"]
    if missing.empty:
        return []
    return [
        Point(
            "Not installed",
            f"{listed(sorted(set(missing)))}: packages were missing, so nothing is known of them.",
        )
    ]


def _leader(study: Study, scale: str) -> str:
    ranks = ranking(study, scale)
    if ranks.average.empty:
        return "There is no block in which all solvers were tried, so there are no ranks."
    first = str(ranks.average.index[0])
    baseline = ", a baseline," if first in study.baselines else ""
    return (
        f"{first}{baseline} has the lowest average rank by SHD, {ranks.average.iloc[0]:.2f} among "
        f"{counted(len(ranks.average), 'solver')} over {counted(ranks.n_blocks, 'block')}. "
        f"{_significance(ranks)}"
    )


def _significance(ranks: Ranking) -> str:
    if not np.isfinite(ranks.critical_difference):
        return "Blocks or solvers are too few to test ranks."
    if ranks.p_value > 0.05:
        return "Friedman's test does not reject that all solvers are alike."
    near = ranks.average.iloc[1:] - ranks.average.iloc[0] <= ranks.critical_difference
    names = [str(solver) for solver in near.index[near]]
    if not names:
        return "Every other solver ranks significantly worse (Nemenyi, 5 %)."
    return f"Not told apart from it: {listed(names)} (Nemenyi, 5 %)."


def _baselines(study: Study, scale: str, found: Verdicts) -> list[Point]:
    if not found:
        return []
    tested = {m: v for m, v in found.items() if v.untested < v.n_settings}
    never = [method for method, verdict in tested.items() if not verdict.better]
    always = [m for m, verdict in tested.items() if verdict.better == verdict.n_settings]
    sentences = [_best_baselines(study, scale), _sortable(study, scale)]
    if always:
        sentences.append(f"Significantly better in every setting: {listed(always)}.")
    if never:
        sentences.append(
            f"In no setting significantly better: {listed(never)}; a method that does not beat "
            "sorting or guessing has shown nothing on such data."
        )
    if not tested:
        sentences.append("Seeds are too few to test any method against it.")
    return [Point(f"Baselines, {scale} columns", " ".join(filter(None, sentences)))]


def _best_baselines(study: Study, scale: str) -> str:
    settings = [setting for setting in study.settings if setting.scale == scale]
    best = {setting: best_baseline(study, setting) for setting in settings}
    counts = Counter(name for name in best.values() if name is not None)
    name = counts.most_common(1)[0][0]
    means = [study.values(s, SHD.column)[name].mean() for s in settings if best[s] == name]
    low, high = SHD.figure(min(means)), SHD.figure(max(means))
    between = low if low == high else f"{low} to {high}"
    return (
        f"The one to beat is {name} (the best in "
        f"{len(means)} of {counted(len(settings), 'setting')}; mean SHD {between})."
    )


def _sortable(study: Study, scale: str) -> str:
    by_variance = sortability(study, scale, "varsortability")
    by_r2 = sortability(study, scale, "r2_sortability")
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
        return [Point("Standardising", text)]
    return [
        Point(
            "Standardising",
            "The SHD grows significantly when the same columns are standardised, in at least half "
            f"of the settings, for {listed(worse)}: what they find on raw columns rests on units.",
        )
    ]
