"""What the figures say, in plain words, and what that rests on."""

import numpy as np
import pandas as pd

from causal_dag.benchmarks.report.failures import unfinished
from causal_dag.benchmarks.report.measures import SHD
from causal_dag.benchmarks.report.plain_text import counted, listed
from causal_dag.benchmarks.report.ranks import Ranking, ranking
from causal_dag.benchmarks.report.scales import scale_pairs, significant_changes
from causal_dag.benchmarks.report.study import Study
from causal_dag.benchmarks.report.summaries import best_baseline
from causal_dag.benchmarks.report.verdicts import verdicts

# Share of paths along which variance (or R²) grows, above which sorting gives much of the order.
SORTABLE = 0.75


def findings(study: Study) -> tuple[str, ...]:
    """Return the main findings, a sentence or a few each; failures first."""
    found = [*_failures(study)]
    for scale in study.scales:
        found += [_leader(study, scale), *_baselines(study, scale)]
    return (*found, *_units(study))


def limits(study: Study) -> tuple[str, ...]:
    """Return what the findings rest on, and what they cannot show."""
    n_seeds = study.runs.groupby(["data"])["seed"].nunique()
    found = [
        "Everything here is about these data sets, sizes and parameters; most settings are "
        "simulated from models that some of the methods assume.",
        "Tests and intervals pair solvers on the same rows, over seeds. Within a setting they are "
        "adjusted for the number of solvers (Holm); between settings they are not, so of many "
        "settings some will show a difference by chance.",
    ]
    if n_seeds.min() < 5:
        found.append(
            f"Some data have only {counted(int(n_seeds.min()), 'seed')}: below five, only large "
            "differences can be told from chance, and “not told apart” does not mean equal."
        )
    fixed = sorted({s.data for s in study.settings if s.rows == "fixed"})
    if fixed:
        found.append(
            f"{listed(fixed)}: one table, and seeds do not change its rows. Spread over seeds is "
            "the solvers' own randomness; nothing is inferred from it."
        )
    resampled = sorted({s.data for s in study.settings if s.rows == "resampled"})
    if resampled:
        found.append(
            f"{listed(resampled)}: seeds resample the rows of one table; intervals say how results "
            "vary with its rows, not with other data."
        )
    return tuple(found)


def sortability(study: Study, scale: str, column: str) -> float:
    """Return the mean over a scale's settings; NaN where nothing is known."""
    means = [study.mean(s, column) for s in study.settings if s.scale == scale]
    known = [mean for mean in means if np.isfinite(mean)]
    return float(np.mean(known)) if known else float("nan")


def _failures(study: Study) -> list[str]:
    lost = unfinished(study)
    if lost.empty:
        return [f"All {counted(len(study.runs), 'run')} finished."]
    by_solver = lost["solver"].value_counts(sort=True)
    named = [f"{solver} ({number})" for solver, number in by_solver.items()]
    return [
        f"{len(lost):,} of {counted(len(study.runs), 'run')} did not finish: "
        f"{listed(named, most=6)}. Their means are over other runs than those of the rest; the "
        "part on failures compares all on the same runs."
    ]


def _leader(study: Study, scale: str) -> str:
    ranks = ranking(study, scale)
    if ranks.average.empty:
        return f"On {scale} columns there is no block in which all solvers were tried, so no ranks."
    first = ranks.average.index[0]
    baseline = ", a baseline," if first in study.baselines else ""
    sentence = (
        f"On {scale} columns {first}{baseline} has the lowest average rank by SHD: "
        f"{ranks.average.iloc[0]:.2f} among {counted(len(ranks.average), 'solver')} over "
        f"{counted(ranks.n_blocks, 'block')}. "
    )
    return sentence + _significance(ranks)


def _significance(ranks: Ranking) -> str:
    if not np.isfinite(ranks.critical_difference):
        return "Blocks or solvers are too few to test ranks."
    if ranks.p_value > 0.05:
        return "Friedman's test does not reject that all solvers are alike."
    near = ranks.average.iloc[1:] - ranks.average.iloc[0] <= ranks.critical_difference
    names = [str(solver) for solver in near.index[near]]
    if not names:
        return "Every other solver ranks significantly lower (Nemenyi, 5 %)."
    return f"Not told apart from it: {listed(names)} (Nemenyi, 5 %)."


def _baselines(study: Study, scale: str) -> list[str]:
    found = verdicts(study, scale)
    if not found:
        return []
    never = [method for method, verdict in found.items() if not verdict.better]
    always = [m for m, verdict in found.items() if verdict.better == verdict.n_settings]
    sentence = f"{_best_baselines(study, scale)} {_sortable(study, scale)}"
    if always:
        sentence += f" Better in every setting: {listed(always)}."
    if never:
        sentence += (
            f" In no setting significantly better: {listed(never)}; on such data a method that "
            "does not beat sorting or guessing has shown nothing."
        )
    return [sentence]


def _best_baselines(study: Study, scale: str) -> str:
    settings = [setting for setting in study.settings if setting.scale == scale]
    best = pd.Series([best_baseline(study, setting) for setting in settings]).dropna()
    name = str(best.value_counts().index[0])
    means = [
        study.values(s, SHD.column)[name].mean()
        for s in settings
        if best_baseline(study, s) == name
    ]
    low, high = SHD.figure(min(means)), SHD.figure(max(means))
    between = low if low == high else f"{low} to {high}"
    return (
        f"On {scale} columns the baseline to beat is {name} (the best of them in "
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


def _units(study: Study) -> list[str]:
    pairs = scale_pairs(study)
    if not pairs:
        return []
    worse = significant_changes(study, pairs)
    if not worse:
        return [
            "No method has a significantly larger SHD after standardising in at least half of the "
            "settings."
        ]
    return [
        "The SHD grows significantly when the same columns are standardised, in at least half of "
        f"the settings, for {listed(worse)}: what they find on raw columns rests on the units."
    ]
