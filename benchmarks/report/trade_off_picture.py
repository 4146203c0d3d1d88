"""Time against SHD: what a better graph costs."""

import numpy as np

from causal_dag.benchmarks.report.document import Figure, Picture
from causal_dag.benchmarks.report.look import OTHERS, legend, looks
from causal_dag.benchmarks.report.measures import SHD, WALL
from causal_dag.benchmarks.report.panels import largest, panel, positive
from causal_dag.benchmarks.report.study import Setting, Study
from causal_dag.benchmarks.report.svg import drawing, svg_picture


def trade_off_figure(study: Study) -> Figure | None:
    """Return a panel for the largest setting of every data set and scale; None if none is done."""
    settings = [s for s in largest(study.settings) if np.isfinite(study.mean(s, WALL.column))]
    if not settings:
        return None
    return Figure(
        "Wall time against SHD at the largest size of every data set: means over the seeds that "
        "finished, with one standard deviation of the SHD. Left and low is good. A red × marks a "
        "mean from which runs are missing that did not finish.",
        tuple(_picture(study, setting) for setting in settings),
        legend(study),
    )


def _picture(study: Study, setting: Setting) -> Picture:
    known = looks(study)
    shd, time = study.values(setting, SHD.column), study.values(setting, WALL.column)
    with drawing():
        figure, ax = panel(f"{setting.problem}, {setting.scale}")
        for solver in shd.columns[shd.count() > 0][::-1]:
            look = known.get(solver, OTHERS)
            line = look.line() | {"marker": look.marker or "o", "linestyle": ""}
            x, y, sd = time[solver].mean(), shd[solver].mean(), shd[solver].std(ddof=1)
            ax.errorbar([x], [y], yerr=None if np.isnan(sd) else [sd], elinewidth=0.8, **line)
            if shd[solver].isna().any():
                ax.plot([x], [y], marker="x", color="#cc0000", zorder=4)
        positive(ax, "x")
        ax.set_ylim(bottom=0.0)
        ax.set_xlabel(WALL.title)
        ax.set_ylabel(SHD.title)
        return svg_picture(
            figure, f"Wall time against SHD for {setting.label}; the tables hold the same figures"
        )
