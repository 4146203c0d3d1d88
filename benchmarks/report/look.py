"""Which line and marker stands for which solver, the same in all pictures of a report."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from causal_dag.benchmarks.report.document import LegendEntry
from causal_dag.benchmarks.report.study import Study
from causal_dag.benchmarks.report.svg import drawing, svg_text
from causal_dag.plotting.palette import RUN_STYLES


@dataclass(frozen=True)
class Look:
    """How a solver's points and lines are drawn.

    Parameters
    ----------
    colour, dashes, marker : object
        As matplotlib takes them.
    face : str
        Colour inside the marker; baselines are hollow.
    """

    colour: str
    dashes: Any
    marker: str
    face: str

    def line(self) -> dict[str, Any]:
        """Return keyword arguments of ``Axes.plot``."""
        return {
            "color": self.colour,
            "linestyle": self.dashes,
            "linewidth": 1.4,
            "marker": self.marker,
            "markersize": 5.0,
            "markerfacecolor": self.face,
            "markeredgewidth": 1.0,
        }


_COLOURS = (*(style.colour for style in RUN_STYLES), "#E69F00", "#56B4E9", "#999933")
_DASHES = (*(style.dashes for style in RUN_STYLES), "solid", (0, (5, 2)), (0, (1, 1.4)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
_GREY = "#8a8a8a"

METHODS = tuple(
    Look(colour, dashes, marker, colour)
    for colour, dashes, marker in zip(_COLOURS, _DASHES, _MARKERS, strict=True)
)
BASELINES = tuple(
    Look(_GREY, dashes, marker, "none")
    for dashes, marker in zip(_DASHES[:4], ("o", "s", "^", "D"), strict=True)
)
OTHERS = replace(METHODS[0], colour="#cccccc", dashes="solid", marker="", face="#cccccc")


def looks(study: Study) -> dict[str, Look]:
    """Return the looks of the solvers that can be told apart by one.

    The eight methods with the best average ranks, and four baselines; pictures draw all others
    in light grey.
    """
    done = set(study.done["solver"])
    methods = [solver for solver in study.methods if solver in done]
    baselines = [s for s in study.solvers if s in study.baselines and s in done]
    return dict(zip(methods, METHODS, strict=False)) | dict(zip(baselines, BASELINES, strict=False))


def legend(study: Study) -> tuple[LegendEntry, ...]:
    """Return the legend of all solvers."""
    known = looks(study)
    entries = [
        LegendEntry(_swatch(look), f"{solver} (baseline)" if solver in study.baselines else solver)
        for solver, look in known.items()
    ]
    n_others = study.done["solver"].nunique() - len(known)
    if n_others:
        entries.append(LegendEntry(_swatch(OTHERS), f"{n_others} others"))
    return tuple(entries)


@cache
def _swatch(look: Look) -> str:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    with drawing():
        figure = Figure(figsize=(0.5, 0.17))
        figure.add_artist(Line2D([0.05, 0.5, 0.95], [0.5] * 3, markevery=[1], **look.line()))
        return svg_text(figure)
