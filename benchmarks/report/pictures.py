"""The pictures of a report: numbers against size, time against SHD, scales, ranks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from causal_dag.benchmarks.report.document import Figure, sentences
from causal_dag.benchmarks.report.drawing import (
    GREY,
    LONGEST_LABEL,
    OTHERS,
    SIZE_NAMES,
    drawing,
    labelled_panel,
    legend,
    line_styles,
    panel,
    positive,
    size_axis,
)
from causal_dag.benchmarks.report.measures import SHD, WALL, Measure, shortened
from causal_dag.benchmarks.report.ranks import Ranking
from causal_dag.benchmarks.report.study import Setting, Study
from causal_dag.plotting.palette import INK, NEGATIVE, POSITIVE
from causal_dag.plotting.svg import svg_text

SIZE_LETTERS = {"n_features": "d", "n_samples": "n"}
OTHER_SIZE = {"n_features": "n_samples", "n_samples": "n_features"}
# Marks means over fewer seeds than there are.
CROSS: dict[str, Any] = {"linestyle": "", "marker": "x", "color": "#cc0000", "zorder": 4}
BAR_STEP = 0.055


def size_panels(study: Study, size: str) -> list[tuple[Setting, ...]]:
    """Return the settings of every panel: one data set and scale, of at least two sizes.

    The other size is held at the value with the most sizes; the largest of those.
    """
    found: dict[tuple[str, str], dict[int, list[Setting]]] = defaultdict(lambda: defaultdict(list))
    for setting in study.settings:
        found[setting.data, setting.scale][getattr(setting, OTHER_SIZE[size])].append(setting)
    chosen = [
        max(held.items(), key=lambda item: (len(item[1]), item[0]))[1] for held in found.values()
    ]
    return [
        tuple(sorted(settings, key=lambda setting: int(getattr(setting, size))))
        for settings in chosen
        if len(settings) > 1
    ]


def largest(settings: Iterable[Setting]) -> list[Setting]:
    """Return the setting with most columns, then most rows, of every data set and scale."""
    found: dict[tuple[str, str], Setting] = {}
    for setting in sorted(settings, key=lambda s: (s.n_features, s.n_samples)):
        found[setting.data, setting.scale] = setting
    return [setting for setting in settings if found[setting.data, setting.scale] == setting]


def size_figure(study: Study, measure: Measure, size: str, *, is_cost: bool) -> Figure | None:
    """Return the figure, or None where no data set has two sizes.

    Parameters
    ----------
    study : Study
        The runs.
    measure : Measure
        Vertical axis.
    size : {"n_features", "n_samples"}
        Horizontal axis.
    is_cost : bool
        Time or memory: drawn on one scale of the columns, as they depend little on it; without
        bands; logarithmic where they differ much.
    """
    scales = study.scales[:1] if is_cost else study.scales
    panels = [
        settings
        for settings in size_panels(study, size)
        if settings[0].scale in scales
        and any(np.isfinite(study.mean(setting, measure.column)) for setting in settings)
    ]
    if not panels:
        return None
    data = [settings[0].data for settings in panels]
    tops = pd.Series([_top(study, settings, measure) for settings in panels])
    tops = tops.groupby(data).transform("max")
    pictures = [
        _size_picture(study, settings, measure, size, None if is_cost else top)
        for settings, top in zip(panels, tops, strict=True)
    ]
    caption = sentences("size_caption", title=measure.title, size=SIZE_NAMES[size], is_cost=is_cost)
    return Figure(caption, tuple(pictures), legend(study))


def _top(study: Study, settings: tuple[Setting, ...], measure: Measure) -> float:
    values = [study.values(setting, measure.column) for setting in settings]
    tops = [(v.mean() + v.std(ddof=1).fillna(0.0)).max() for v in values if v.count().any()]
    return 1.05 * float(max(tops))


def _size_picture(
    study: Study, settings: tuple[Setting, ...], measure: Measure, size: str, top: float | None
) -> str:
    first = settings[0]
    held = f"{SIZE_LETTERS[OTHER_SIZE[size]]} = {getattr(first, OTHER_SIZE[size])}"
    sizes = [int(getattr(setting, size)) for setting in settings]
    known = line_styles(study)
    with drawing():
        figure, ax = panel(f"{first.data}, {first.scale}, {held}")
        means, spreads, incomplete = _curves(study, settings, measure)
        for solver in means.columns[::-1]:
            style = known.get(solver, OTHERS)
            mean, sd = means[solver].to_numpy(), spreads[solver].to_numpy()
            ax.plot(sizes, mean, zorder=1 if style is OTHERS else 3, **style.options())
            if top is not None and style is not OTHERS:
                low, high = np.maximum(mean - sd, 0.0), mean + sd
                ax.fill_between(sizes, low, high, color=style.colour, alpha=0.12, linewidth=0)
            if incomplete[solver].notna().any():
                crosses = incomplete[solver].to_numpy()
                ax.plot(sizes, crosses, **CROSS)
        size_axis(ax, sizes, size)
        ax.set_ylabel(measure.title)
        if top is None:
            positive(ax, "y")
        else:
            ax.set_ylim(0.0, top or 1.0)
        what = f"{measure.title} against the {SIZE_NAMES[size]}"
        where = f"{first.data}, {first.scale} columns, {held}"
        return svg_text(figure, sentences("same_numbers", what=what, where=where))


def _curves(
    study: Study, settings: tuple[Setting, ...], measure: Measure
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return means, standard deviations, and the means from which runs are missing.

    A row per setting, a column per solver.
    """
    tables = [study.values(setting, measure.column) for setting in settings]
    means = pd.DataFrame([table.mean() for table in tables])
    spreads = pd.DataFrame([table.std(ddof=1) for table in tables]).fillna(0.0)
    incomplete = pd.DataFrame([table.isna().any() for table in tables])
    return means, spreads, means.where(incomplete.astype(bool))


def trade_off_figure(study: Study) -> Figure | None:
    """Return a panel for the largest setting of every data set and scale; None if none is done."""
    settings = [s for s in largest(study.settings) if np.isfinite(study.mean(s, WALL.column))]
    if not settings:
        return None
    pictures = tuple(_trade_off_picture(study, setting) for setting in settings)
    return Figure(sentences("trade_off_caption"), pictures, legend(study))


def _trade_off_picture(study: Study, setting: Setting) -> str:
    known = line_styles(study)
    shd, time = study.values(setting, SHD.column), study.values(setting, WALL.column)
    with drawing():
        figure, ax = panel(f"{setting.problem}, {setting.scale}")
        for solver in shd.columns[shd.count() > 0][::-1]:
            style = known.get(solver, OTHERS)
            options = style.options() | {"marker": style.marker or "o", "linestyle": ""}
            x, y, sd = time[solver].mean(), shd[solver].mean(), shd[solver].std(ddof=1)
            ax.errorbar([x], [y], yerr=None if np.isnan(sd) else [sd], elinewidth=0.8, **options)
            if shd[solver].isna().any():
                ax.plot([x], [y], **CROSS)
        positive(ax, "x")
        ax.set_ylim(bottom=0.0)
        ax.set_xlabel(WALL.title)
        ax.set_ylabel(SHD.title)
        what = "Wall time against SHD"
        return svg_text(figure, sentences("same_numbers", what=what, where=setting.label))


def scale_figure(study: Study, pairs: Sequence[tuple[Setting, Setting]]) -> Figure | None:
    """Return a panel for every pair of a raw and a standardized setting; None without pairs."""
    if not pairs:
        return None
    pictures = tuple(_scale_picture(study, raw, standardized) for raw, standardized in pairs)
    return Figure(sentences("scale_caption"), pictures)


def _scale_picture(study: Study, raw: Setting, standardized: Setting) -> str:
    before, after = study.values(raw, SHD.column), study.values(standardized, SHD.column)
    both = before.notna() & after.notna()
    before, after = before.where(both).mean().dropna(), after.where(both).mean().dropna()
    solvers = [solver for solver in study.solvers if solver in before.index][::-1]
    with drawing():
        figure, ax = labelled_panel(raw.problem, (4.2, 0.95 + 0.2 * max(3, len(solvers))))
        for place, solver in enumerate(solvers):
            start, end = before[solver], after[solver]
            colour = NEGATIVE if end > start else POSITIVE if end < start else GREY
            style = "dashed" if solver in study.baselines else "solid"
            ax.plot([start, end], [place] * 2, color=colour, linestyle=style, linewidth=1.6)
            ax.plot([end], [place], "o", color=colour, markersize=5)
            ax.plot([start], [place], "o", color=colour, markersize=5, markerfacecolor="white")
        ax.set_yticks(np.arange(len(solvers)), [shortened(s, LONGEST_LABEL) for s in solvers])
        ax.set_ylim(-0.6, max(3, len(solvers)) - 0.4)
        ax.set_xlim(left=0.0)
        ax.grid(axis="x", color="#e5e5e5", linewidth=0.6)
        ax.set_axisbelow(True)
        ax.set_xlabel(SHD.title)
        return svg_text(figure, sentences("scale_picture", problem=raw.problem))


def rank_picture(study: Study, ranking: Ranking, scale: str) -> str:
    """Draw one line per solver, best on top; upright bars join those not told apart."""
    solvers = list(ranking.average.index)
    groups = ranking.groups()
    with drawing():
        figure, ax = labelled_panel(f"{scale} columns", (5.6, 1.2 + 0.2 * len(solvers)))
        for place, solver in enumerate(solvers):
            is_baseline = solver in study.baselines
            colour = GREY if is_baseline else POSITIVE
            face = "white" if is_baseline else colour
            rank = ranking.average[solver]
            ax.plot([1.0, rank], [place] * 2, color="#dddddd", linewidth=0.8, zorder=1)
            ax.plot([rank], [place], "o", color=colour, markerfacecolor=face, markersize=6)
            ax.annotate(
                f"{rank:.2f}", (rank, place), xytext=(6, 0), textcoords="offset points",
                va="center", fontsize=8, color=INK,
            )  # fmt: skip
        n_solvers = len(solvers)
        for number, (first, last) in enumerate(groups):
            x = 1.02 + BAR_STEP * number
            ax.plot(
                [x] * 2, [first - 0.3, last + 0.3], color=INK, linewidth=3.0,
                transform=ax.get_yaxis_transform(), clip_on=False, solid_capstyle="butt",
            )  # fmt: skip
        ax.plot([1.0, 1.0 + ranking.critical_difference], [-1.0] * 2, color=INK, marker="|")
        ax.text(
            1.15 + ranking.critical_difference, -1.0,
            f"critical difference {ranking.critical_difference:.2f}", va="center", fontsize=8,
        )  # fmt: skip
        ax.set_yticks(range(n_solvers), [shortened(s, LONGEST_LABEL) for s in solvers])
        ax.set_ylim(n_solvers - 0.4, -1.6)
        ax.set_xlim(0.9, n_solvers + 0.35)
        ax.set_xticks(range(1, n_solvers + 1))
        ax.set_xlabel("average rank by SHD (1 is best)")
        return svg_text(figure, sentences("rank_picture", scale=scale))
