"""What is reported of a run, and how numbers and texts from a store are written."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from causal_dag.metrics.registry import Better, metrics_in_tables

NOTHING = "–"
LONGEST_MESSAGE = 300
ARROWS = {"lower": " ↓", "higher": " ↑", None: ""}


@dataclass(frozen=True)
class Measure:
    """A column of numbers.

    Parameters
    ----------
    column : str
        Of the records.
    title : str
        In tables.
    better : {"lower", "higher"} or None
        Only measures that are good one way have a best solver.
    decimals : int or None
        None for three significant digits.
    """

    column: str
    title: str
    better: Better | None = None
    decimals: int | None = None

    @property
    def heading(self) -> str:
        """Title with an arrow towards the better side."""
        return self.title + ARROWS[self.better]

    def number(self, value: float) -> str:
        """Return a number as text.

        Examples
        --------
        >>> from causal_dag.benchmarks.report.measures import F1, WALL
        >>> F1.number(0.123), WALL.number(0.01234), WALL.number(1234.5), F1.number(float("nan"))
        ('0.12', '0.0123', '1234', '–')
        """
        if math.isnan(value):
            return NOTHING
        return f"{value:.{self._decimals(value)}f}".replace("-", "−")

    def spread(self, mean: float, sd: float) -> str:
        """Return a mean and a standard deviation as text."""
        if math.isnan(mean):
            return NOTHING
        spread = NOTHING if math.isnan(sd) else f"{sd:.{self._decimals(mean)}f}"
        return f"{self.number(mean)} ± {spread}"

    def interval(self, mean: float, low: float, high: float) -> str:
        """Return a signed difference and its interval, if there is one, as text."""
        if math.isnan(mean):
            return NOTHING
        numbers = [f"{value:+.{self._decimals(mean)}f}" for value in (mean, low, high)]
        interval = "" if math.isnan(low) else f" [{numbers[1]}, {numbers[2]}]"
        return (numbers[0] + interval).replace("-", "−")

    def _decimals(self, value: float) -> int:
        if self.decimals is not None:
            return self.decimals
        magnitude = math.floor(math.log10(abs(value))) if value else 0
        return min(4, max(0, 2 - magnitude))


DISTANCES = {
    name: Measure(name, metric.title, metric.better, metric.decimals)
    for name, metric in metrics_in_tables().items()
}
SHD, F1 = DISTANCES["shd"], DISTANCES["f1"]
#: Edges have no best, and neither do FDR and TPR: a graph without edges has FDR 0.
ACCURACY = (*DISTANCES.values(), Measure("edges", "edges", decimals=1))

WALL = Measure("wall_seconds", "wall time (s)")
PEAK = Measure("peak_memory_mb", "peak memory (MB)", decimals=0)
COST = (
    WALL,
    Measure("cpu_seconds", "CPU time (s)"),
    PEAK,
    Measure("added_memory_mb", "of it by the fit (MB)", decimals=0),
)


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


def plain_text(value: object) -> str:
    r"""Return a value as one line of printable characters.

    Line ends, control characters and those that turn the direction of writing become spaces.

    Examples
    --------
    >>> from causal_dag.benchmarks.report.measures import plain_text
    >>> plain_text(" a\n\tb\x1b[31m")
    'a b [31m'
    """
    text = str(value)
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(text.split())


def shortened(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """Return the text, or its beginning and an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def listed(names: Iterable[str], most: int = 12) -> str:
    """Return names as a phrase.

    Examples
    --------
    >>> from causal_dag.benchmarks.report.measures import listed
    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], most=2)
    ('a, b and c', 'a, b and 1 more')
    """
    shown = list(names)
    if len(shown) > most:
        shown = [*shown[:most], f"{len(shown) - most} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def counted(number: int, noun: str) -> str:
    """Return a number, with its thousands apart, and its noun."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def ranges(values: Iterable[int]) -> str:
    """Return integers in order, with ranges joined.

    Examples
    --------
    >>> from causal_dag.benchmarks.report.measures import ranges
    >>> ranges([3, 0, 1, 2, 7])
    '0 to 3, 7'
    """
    spans: list[list[int]] = []
    for value in sorted(set(values)):
        if spans and value == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], value]
        else:
            spans.append([value])
    return ", ".join(" to ".join(map(str, span)) for span in spans)
