"""What the columns' standard deviations say about their units."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import FloatArray

# Largest ratio of standard deviations that count as the same, as after standardisation.
SAME_SPREAD = 1.01
FEWEST_ALIKE = 3


@dataclass(frozen=True)
class UnitReport:
    """Standard deviations, and whether somebody has set them.

    Parameters
    ----------
    spread_ratio : float
        Largest divided by smallest standard deviation.
    widest, narrowest : str
        The columns with these.
    alike : tuple of str
        Columns whose standard deviations agree within 1 %, where these are three and more than
        half: units of measurement do not do that by chance, standardisation does.
    looks_scaled_to_range : bool
        All columns run from exactly 0 to exactly 1, and some hold more than these two values.
    """

    spread_ratio: float
    widest: str
    narrowest: str
    alike: tuple[str, ...]
    looks_scaled_to_range: bool

    @property
    def looks_scaled(self) -> bool:
        """Whether somebody has scaled the columns, or most of them."""
        return bool(self.alike) or self.looks_scaled_to_range


def unit_report(rows: FloatArray, names: Sequence[str]) -> UnitReport:
    """Return what the spreads of the columns of ``rows``, shape (n, d), say.

    Examples
    --------
    >>> from causal_dag.advice.units import unit_report
    >>> import numpy as np
    >>> unit_report(np.array([[1.0, 10.0], [3.0, 50.0]]), ["m", "cm"]).spread_ratio
    20.0
    """
    spread = rows.std(axis=0)
    widest, narrowest = int(spread.argmax()), int(spread.argmin())
    ratio = float(spread[widest] / spread[narrowest])
    in_range = bool((rows.min(axis=0) == 0).all() and (rows.max(axis=0) == 1).all())
    return UnitReport(
        ratio,
        names[widest],
        names[narrowest],
        alike=tuple(names[column] for column in _alike(spread)),
        looks_scaled_to_range=in_range and not np.isin(rows, (0, 1)).all(),
    )


def _alike(spread: FloatArray) -> list[int]:
    """Return the largest set of columns with about the same spread, if it is most of them."""
    order = np.argsort(spread, kind="stable")
    ends = np.searchsorted(spread[order], spread[order] * SAME_SPREAD, side="right")
    sizes = ends - np.arange(len(order))
    first = int(sizes.argmax())
    if sizes[first] < max(FEWEST_ALIKE, len(order) // 2 + 1):
        return []
    return sorted(order[first : ends[first]].tolist())
