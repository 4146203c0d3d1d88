"""A measure against the size of the data: a line a solver, a band of one standard deviation."""

import numpy as np
import pandas as pd

from causal_dag.benchmarks.report.document import Figure, Picture
from causal_dag.benchmarks.report.look import OTHERS, legend, looks
from causal_dag.benchmarks.report.measures import Measure
from causal_dag.benchmarks.report.panels import (
    OTHER_SIZE,
    SIZE_LETTERS,
    SIZE_NAMES,
    panel,
    positive,
    size_axis,
    size_panels,
)
from causal_dag.benchmarks.report.study import Setting, Study
from causal_dag.benchmarks.report.svg import drawing, svg_picture


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
    tops = {s[0].data: 0.0 for s in panels}
    for settings in panels:
        tops[settings[0].data] = max(tops[settings[0].data], _top(study, settings, measure))
    pictures = [
        _picture(study, settings, measure, size, None if is_cost else tops[settings[0].data])
        for settings in panels
    ]
    band = "" if is_cost else " Bands are one standard deviation over seeds."
    title = measure.title[0].upper() + measure.title[1:]
    return Figure(
        f"{title} against the {SIZE_NAMES[size]}: means over the seeds that "
        f"finished.{band} A red × marks a mean from which runs are missing that did not finish; "
        "it may look better than it is.",
        tuple(pictures),
        legend(study),
    )


def _top(study: Study, settings: tuple[Setting, ...], measure: Measure) -> float:
    values = [study.values(setting, measure.column) for setting in settings]
    tops = [(v.mean() + v.std(ddof=1).fillna(0.0)).max() for v in values if v.count().any()]
    return 1.05 * float(max(tops))


def _picture(
    study: Study, settings: tuple[Setting, ...], measure: Measure, size: str, top: float | None
) -> Picture:
    first = settings[0]
    held = f"{SIZE_LETTERS[OTHER_SIZE[size]]} = {getattr(first, OTHER_SIZE[size])}"
    sizes = [int(getattr(setting, size)) for setting in settings]
    known = looks(study)
    with drawing():
        figure, ax = panel(f"{first.data}, {first.scale}, {held}")
        means, spreads, incomplete = _curves(study, settings, measure)
        for solver in means.columns[::-1]:
            look = known.get(solver, OTHERS)
            mean, sd = means[solver].to_numpy(), spreads[solver].to_numpy()
            ax.plot(sizes, mean, zorder=1 if look is OTHERS else 3, **look.line())
            if top is not None and look is not OTHERS:
                low, high = np.maximum(mean - sd, 0.0), mean + sd
                ax.fill_between(sizes, low, high, color=look.colour, alpha=0.12, linewidth=0)
            if incomplete[solver].notna().any():
                crosses = incomplete[solver].to_numpy()
                ax.plot(sizes, crosses, linestyle="", marker="x", color="#cc0000", zorder=4)
        size_axis(ax, sizes, size)
        ax.set_ylabel(measure.title)
        if top is None:
            positive(ax, "y")
        else:
            ax.set_ylim(0.0, top or 1.0)
        return svg_picture(
            figure,
            f"{measure.title} against the {SIZE_NAMES[size]} for {first.data}, {first.scale} "
            f"columns, {held}; the tables hold the same figures",
        )


def _curves(
    study: Study, settings: tuple[Setting, ...], measure: Measure
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return means, standard deviations, and the means from which runs are missing.

    A row a setting, a column a solver.
    """
    tables = [study.values(setting, measure.column) for setting in settings]
    means = pd.DataFrame([table.mean() for table in tables])
    spreads = pd.DataFrame([table.std(ddof=1) for table in tables]).fillna(0.0)
    incomplete = pd.DataFrame([table.isna().any() for table in tables])
    return means, spreads, means.where(incomplete.astype(bool))
