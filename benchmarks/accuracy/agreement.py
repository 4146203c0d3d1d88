"""When a measured figure departs from a reported one."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from statistics import mean, stdev

#: Standard errors that a mean may be away.
ALLOWED_ERRORS = 2.0

RULE = (
    "'below', 'above': our mean is more than two standard errors of the difference from theirs,\n"
    "sqrt(sd²/n of ours + sd²/n of theirs); where theirs states no sd or no n, ours stands in.\n"
    "Of a range 'a to b': our mean is outside by more than two of its own standard errors.\n"
    "Of a deterministic figure '= a': any difference is flagged, as 'differs'.\n"
    "'–': one data set has no sd and decides nothing. A '±' is read as a standard deviation."
)


@dataclass(frozen=True)
class Average:
    """A reported mean over data sets.

    Parameters
    ----------
    mean : float
        The mean.
    sd : float, optional
        Standard deviation over the data sets, where it is stated.
    n : int, optional
        Number of data sets, where it is stated.
    """

    mean: float
    sd: float | None = None
    n: int | None = None

    def __str__(self) -> str:
        spread = "" if self.sd is None else f" ± {self.sd:g}"
        return f"{self.mean:g}{spread}{_number(self.n)}"

    def verdict(self, ours: Sequence[float]) -> str:
        """Return "within", "below", "above", or "–" where nothing can be said.

        Examples
        --------
        >>> from causal_dag.benchmarks.accuracy.agreement import Average
        >>> Average(6.0, sd=6.0, n=5).verdict([1, 2, 3])  # 4 away, standard error 2.74
        'within'
        >>> Average(9.0, sd=6.0, n=5).verdict([1, 2, 3])
        'below'
        """
        if len(ours) < 2:
            return "–"
        sd = stdev(ours) if self.sd is None else self.sd
        n = len(ours) if self.n is None else self.n
        return _place(mean(ours), self.mean, self.mean, hypot(_standard_error(ours), sd / sqrt(n)))


@dataclass(frozen=True)
class Span:
    """Reported values of single data sets, as a range.

    Parameters
    ----------
    low, high : float
        Smallest and largest value.
    """

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}"

    def verdict(self, ours: Sequence[float]) -> str:
        """Return "within", "below", "above", or "–" where nothing can be said.

        Examples
        --------
        >>> from causal_dag.benchmarks.accuracy.agreement import Span
        >>> Span(3, 9).verdict([8, 12, 10])  # mean 10, standard error 1.15
        'within'
        """
        if len(ours) < 2:
            return "–"
        return _place(mean(ours), self.low, self.high, _standard_error(ours))


@dataclass(frozen=True)
class Exact:
    """A reported figure that involves no chance.

    Parameters
    ----------
    value : float
        The figure.
    """

    value: float

    def __str__(self) -> str:
        return f"= {self.value:g}"

    def verdict(self, ours: Sequence[float]) -> str:
        """Return "equal" or "differs".

        Examples
        --------
        >>> from causal_dag.benchmarks.accuracy.agreement import Exact
        >>> Exact(13).verdict([14])
        'differs'
        """
        return "equal" if all(value == self.value for value in ours) else "differs"


Reported = Average | Span | Exact


def summary(values: Sequence[float]) -> str:
    """Return mean ± sd (number), as in the tables.

    Examples
    --------
    >>> from causal_dag.benchmarks.accuracy.agreement import summary
    >>> summary([1, 2, 3])
    '2 ± 1 (3)'
    """
    if len(values) == 1:
        return f"{values[0]:g}"
    return f"{mean(values):.3g} ± {stdev(values):.2g}{_number(len(values))}"


def _place(value: float, low: float, high: float, standard_error: float) -> str:
    # Means of whole numbers are rounded, and two that agree may have no spread at all.
    allowed = ALLOWED_ERRORS * standard_error + 1e-9
    if value < low - allowed:
        return "below"
    return "above" if value > high + allowed else "within"


def _standard_error(values: Sequence[float]) -> float:
    return stdev(values) / sqrt(len(values))


def _number(n: int | None) -> str:
    return "" if n is None else f" ({n})"
