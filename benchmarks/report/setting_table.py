"""Every measure of every solver in one setting."""

from collections.abc import Callable

from causal_dag.benchmarks.report.document import Emphasis, Entry, Row, Table
from causal_dag.benchmarks.report.measures import NOTHING, SHD, Measure
from causal_dag.benchmarks.report.study import Setting, Study
from causal_dag.benchmarks.report.summaries import Summary, summary

DAGGER = " †"


def setting_table(study: Study, setting: Setting, measures: tuple[Measure, ...]) -> Table:
    """Return means and standard deviations, a row a solver and a column a measure."""
    summaries = [summary(study, setting, measure) for measure in measures]
    by_shd = summary(study, setting, SHD)
    rows = [
        Row(
            solver,
            (
                Entry(f"{by_shd.n_done[solver]} of {by_shd.n_seeds}"),
                *(summary_entry(s, solver, m) for s, m in zip(summaries, measures, strict=True)),
            ),
            solver in study.baselines,
        )
        for solver in sorted(by_shd.mean.index, key=_by_distance(study, by_shd))
    ]
    columns = ("solver", "finished", *(measure.heading for measure in measures))
    return Table(setting.label, columns, tuple(rows))


def _by_distance(study: Study, shd: Summary) -> Callable[[str], tuple[bool, bool, bool, float]]:
    """Sort methods before baselines, complete before incomplete means, small before large."""
    return lambda solver: (
        solver in study.baselines,
        not shd.is_complete(solver),
        bool(shd.n_done[solver] == 0),
        float(shd.mean[solver]),
    )


def summary_entry(found: Summary, solver: str, measure: Measure) -> Entry:
    """Return a mean and its spread, marked as best, not told from it, or over fewer seeds."""
    if solver not in found.mean.index:
        return Entry(NOTHING)
    if found.n_done[solver] == 0:
        return Entry(NOTHING)
    text = measure.spread(float(found.mean[solver]), float(found.sd[solver]))
    if not found.is_complete(solver):
        return Entry(text + DAGGER)
    if solver == found.best:
        return Entry(text, Emphasis.BEST)
    return Entry(text, Emphasis.TIED if solver in found.tied else Emphasis.NONE)
