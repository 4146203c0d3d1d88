"""Accuracy: an overview of the SHD, pictures, and every measure of every setting."""

from causal_dag.benchmarks.report.by_setting import by_setting
from causal_dag.benchmarks.report.document import (
    Block,
    Paragraph,
    Row,
    Section,
    Table,
)
from causal_dag.benchmarks.report.measures import ACCURACY, SHD, Measure
from causal_dag.benchmarks.report.setting_table import setting_table, summary_entry
from causal_dag.benchmarks.report.size_picture import size_figure
from causal_dag.benchmarks.report.study import Setting, Study
from causal_dag.benchmarks.report.summaries import summary

WIDEST_OVERVIEW = 8

_OPENING = (
    "Means ± standard deviations over seeds. Bold is the best mean of a column; italic marks "
    "what cannot be told from it (paired t test, Holm, 5 %). A dagger † marks a mean over fewer "
    "seeds than there are, as runs did not finish; such a mean is never called best. Baselines "
    "stand below the rule."
)


def accuracy_section(study: Study) -> Section:
    """Return overview, pictures, and a table a setting."""
    figures = [size_figure(study, SHD, size, is_cost=False) for size in ("n_features", "n_samples")]
    body: list[Block] = [Paragraph(_OPENING)]
    body += [_overview(study, data, scales) for data, scales in _overviews(study)]
    body += [figure for figure in figures if figure is not None]
    body += by_setting(study, lambda s: (_paragraph(study, s), setting_table(study, s, ACCURACY)))
    return Section("accuracy", "Accuracy", tuple(body))


def _overviews(study: Study) -> list[tuple[str, tuple[str, ...]]]:
    """Return data sets and the scales that share a table, so that none gets too wide."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for data in dict.fromkeys(setting.data for setting in study.settings):
        settings = [setting for setting in study.settings if setting.data == data]
        scales = tuple(dict.fromkeys(setting.scale for setting in settings))
        together = len(settings) <= WIDEST_OVERVIEW
        found += [(data, scales)] if together else [(data, (scale,)) for scale in scales]
    return found


def _overview(study: Study, data: str, scales: tuple[str, ...]) -> Table:
    settings = [s for s in study.settings if s.data == data and s.scale in scales]
    summaries = [summary(study, setting, SHD) for setting in settings]
    # Spaces that do not break keep a size on one line.
    columns = [
        f"{s.scale}, n\u00a0=\u00a0{s.n_samples}, d\u00a0=\u00a0{s.n_features}" for s in settings
    ]
    rows = [
        Row(
            solver,
            tuple(summary_entry(s, solver, SHD) for s in summaries),
            solver in study.baselines,
        )
        for solver in study.solvers
        if any(solver in s.mean.index for s in summaries)
    ]
    caption = f"{data}: SHD, mean ± standard deviation over seeds"
    return Table(caption, ("solver", *columns), tuple(rows))


def _paragraph(study: Study, setting: Setting) -> Paragraph:
    n_seeds = len(study.values(setting, SHD.column))
    seeds = {
        "drawn": f"{n_seeds} seed(s), each a new model and new rows",
        "resampled": f"{n_seeds} seed(s), each a new sample of the rows of one table",
        "fixed": f"{n_seeds} seed(s) on the same rows, so that spread is the solvers' own",
    }[setting.rows]
    facts = [
        f"{_mean(study, setting, 'true_edges', 1)} true edges",
        f"varsortability {_mean(study, setting, 'varsortability', 2)}",
        f"R²-sortability {_mean(study, setting, 'r2_sortability', 2)}",
    ]
    return Paragraph(f"{seeds}. On average: {', '.join(facts)}.")


def _mean(study: Study, setting: Setting, column: str, decimals: int) -> str:
    return Measure(column, column, decimals=decimals).figure(study.mean(setting, column))
