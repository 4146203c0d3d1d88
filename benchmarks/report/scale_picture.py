"""Raw beside standardised columns: a dumbbell a solver."""

from collections.abc import Sequence

import numpy as np

from causal_dag.benchmarks.report.document import Figure, Picture
from causal_dag.benchmarks.report.measures import SHD
from causal_dag.benchmarks.report.panels import LONGEST_LABEL, labelled_panel
from causal_dag.benchmarks.report.plain_text import shortened
from causal_dag.benchmarks.report.study import Setting, Study
from causal_dag.benchmarks.report.svg import drawing, svg_picture
from causal_dag.plotting.palette import NEGATIVE, POSITIVE

GREY = "#8a8a8a"


def scale_figure(study: Study, pairs: Sequence[tuple[Setting, Setting]]) -> Figure | None:
    """Return a panel for every pair of a raw and a standardised setting; None without pairs."""
    if not pairs:
        return None
    return Figure(
        "SHD on raw columns (hollow) and on the same columns standardised (filled): means over the "
        "seeds that finished both. Orange lines lead to a larger SHD; a method whose line is "
        "long drew on the units of the columns. Baselines are dashed.",
        tuple(_picture(study, raw, standardised) for raw, standardised in pairs),
    )


def _picture(study: Study, raw: Setting, standardised: Setting) -> Picture:
    before, after = study.values(raw, SHD.column), study.values(standardised, SHD.column)
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
        return svg_picture(
            figure,
            f"SHD on raw and on standardised columns for {raw.problem}; the table below holds the "
            "same figures",
        )
