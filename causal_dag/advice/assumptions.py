"""What every answer rests on, and how much of it a table can show."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Assumption:
    """A condition for edges to be causes.

    Parameters
    ----------
    name : str
        The condition.
    means : str
        What it says, and what happens without it.
    can_be_checked : str
        How far the table can show whether it holds.
    """

    name: str
    means: str
    can_be_checked: str


ASSUMPTIONS = (
    Assumption(
        "no hidden common causes",
        "Whatever influences two columns is a column itself; otherwise there are edges, and "
        "directions, that are no causes.",
        "No: nothing in the table shows what is not in it.",
    ),
    Assumption(
        "no cycles",
        "No variable influences itself by way of others; feedback that is faster than the "
        "measurements appears as an edge in some direction.",
        "No: every solver here returns a graph without cycles, whatever the data.",
    ),
    Assumption(
        "faithfulness",
        "Influences along different paths do not cancel; otherwise edges are missed. Nearly "
        "cancelling and weak influences count as cancelling at this number of rows.",
        "No.",
    ),
    Assumption(
        "independent rows of one population",
        "Every row obeys the same graph, and no row depends on another; selection by a common "
        "effect makes edges of its own.",
        "In part: repeated rows and rows like the one before are looked for; selection is unseen.",
    ),
    Assumption(
        "linear relations",
        "Each effect is a weighted sum of its causes and a noise.",
        "In part: bends in the fitted regressions are looked for.",
    ),
    Assumption(
        "equal noise variances",
        "The solvers that direct all edges by it need all noises to have one variance, in the "
        "units given.",
        "It can be refuted, never shown: a graph with unequal variances fits as well.",
    ),
    Assumption(
        "non-Gaussian noise",
        "What direct-lingam directs edges by, in linear relations.",
        "In part: residuals are tested, but bent relations and outliers look the same.",
    ),
)
