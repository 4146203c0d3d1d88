"""Colors and line styles, readable with every kind of color vision (Okabe and Ito 2008)."""

from dataclasses import dataclass
from typing import Any

INK = "#333333"
BOX_FILL = "#f4f4f2"
POSITIVE = "#0072B2"
NEGATIVE = "#D55E00"
#: Diverging colors from negative (red) over white to positive (blue).
DIVERGING_COLORS = "RdBu"


@dataclass(frozen=True)
class EdgeStyle:
    """How a kind of edge is drawn; color and dashes both tell the kinds apart.

    Parameters
    ----------
    label : str
        Name in the legend.
    color : str
        Color of line and arrow head.
    dashes : object
        A matplotlib line style.
    """

    label: str
    color: str
    dashes: Any = "solid"


POSITIVE_EDGE = EdgeStyle("positive effect", POSITIVE)
NEGATIVE_EDGE = EdgeStyle("negative effect", NEGATIVE)
PLAIN_EDGE = EdgeStyle("edge", INK)
OTHER_WEIGHT = EdgeStyle("not in the graph", "#bbbbbb")

# Correct edges are the background: in a large graph, black ones would drown the others.
CORRECT_EDGE = EdgeStyle("correct", "#a8a8a8")
EXTRA_EDGE = EdgeStyle("extra", NEGATIVE, (0, (5, 2)))
MISSING_EDGE = EdgeStyle("missing", POSITIVE, (0, (1, 1.4)))
REVERSED_EDGE = EdgeStyle("reversed (drawn as estimated)", "#AA3377", (0, (6, 1.5, 1, 1.5)))

UNDECIDED_EDGE = EdgeStyle("direction open in one graph only", "#E69F00", (0, (3, 1, 1, 1, 1, 1)))

#: Lines of several runs in one panel, in turn.
RUN_STYLES = (
    EdgeStyle("first", POSITIVE),
    EdgeStyle("second", NEGATIVE, (0, (5, 2))),
    EdgeStyle("third", "#009E73", (0, (1, 1.4))),
    EdgeStyle("fourth", "#AA3377", (0, (6, 1.5, 1, 1.5))),
    EdgeStyle("fifth", INK, (0, (9, 2))),
)
