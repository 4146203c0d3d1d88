"""What is reported of a run, and how its figures are written."""

import enum
import math
from dataclasses import dataclass

from causal_dag.metrics import available_metrics

NOTHING = "–"


class Better(enum.Enum):
    """Which way a measure is good; neither, where it is good only together with another."""

    LOWER = " ↓"
    HIGHER = " ↑"
    NEITHER = ""


BETTER = {"lower": Better.LOWER, "higher": Better.HIGHER, None: Better.NEITHER}


@dataclass(frozen=True)
class Measure:
    """A column of figures.

    Parameters
    ----------
    column : str
        Of the records.
    title : str
        In tables.
    better : Better
        Only measures that are good one way have a best solver.
    decimals : int or None
        None for three significant digits.
    """

    column: str
    title: str
    better: Better = Better.NEITHER
    decimals: int | None = None

    @property
    def heading(self) -> str:
        """Title with an arrow towards the better side."""
        return self.title + self.better.value

    def figure(self, value: float) -> str:
        """Return a number as text.

        Examples
        --------
        >>> from causal_dag.benchmarks.report.measures import F1, WALL
        >>> F1.figure(0.123), WALL.figure(0.01234), WALL.figure(1234.5), F1.figure(float("nan"))
        ('0.12', '0.0123', '1234', '–')
        """
        if math.isnan(value):
            return NOTHING
        return f"{value:.{self._decimals(value)}f}".replace("-", "−")

    def spread(self, mean: float, sd: float) -> str:
        """Return a mean and a standard deviation as text."""
        if math.isnan(mean):
            return NOTHING
        width = self._decimals(mean)
        spread = NOTHING if math.isnan(sd) else f"{sd:.{width}f}"
        return f"{self.figure(mean)} ± {spread}"

    def interval(self, mean: float, low: float, high: float) -> str:
        """Return a signed difference and its interval as text."""
        if math.isnan(mean):
            return NOTHING
        numbers = [f"{value:+.{self._decimals(mean)}f}" for value in (mean, low, high)]
        if math.isnan(low):
            return numbers[0].replace("-", "−")
        return f"{numbers[0]} [{numbers[1]}, {numbers[2]}]".replace("-", "−")

    def _decimals(self, value: float) -> int:
        if self.decimals is not None:
            return self.decimals
        magnitude = math.floor(math.log10(abs(value))) if value else 0
        return min(4, max(0, 2 - magnitude))


DISTANCES = {
    metric.name: Measure(metric.name, metric.title, BETTER[metric.better], metric.decimals)
    for metric in available_metrics().values()
    if metric.in_tables
}
SHD, F1 = DISTANCES["shd"], DISTANCES["f1"]
#: Edges have no best, and neither do FDR and TPR: a graph without edges has FDR 0.
ACCURACY = (*DISTANCES.values(), Measure("edges", "edges", decimals=1))

WALL = Measure("wall_seconds", "wall time (s)")
CPU = Measure("cpu_seconds", "CPU time (s)")
PEAK = Measure("peak_memory_mb", "peak memory (MB)", decimals=0)
ADDED = Measure("added_memory_mb", "of it by the fit (MB)", decimals=0)
COST = (WALL, CPU, PEAK, ADDED)


def p_text(value: float) -> str:
    """Return a p-value as text.

    Examples
    --------
    >>> from causal_dag.benchmarks.report.measures import p_text
    >>> p_text(0.0312), p_text(1e-9), p_text(float("nan"))
    ('0.031', '< 0.001', '–')
    """
    if math.isnan(value):
        return NOTHING
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
