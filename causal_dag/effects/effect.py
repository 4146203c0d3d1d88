"""``Effect``: what one column does to another, in all graphs that fit alike."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.effects.graph_class import GraphClass
from causal_dag.wording import counted, escaped, listed

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False, repr=False)
class Effect:
    """The possible effects of one or several columns on another.

    Printed, it is a description in words.

    Attributes
    ----------
    causes : tuple of str
        The columns that are set.
    outcome : str
        The column that responds.
    values : ndarray of shape (k,) or (k, number of causes)
        The distinct possible effects of a unit change, ascending, one for every way in which the
        data leave the directions of ``open_edges``. With several causes, one row each: what a unit
        change of every cause does while the others are held at fixed values.
    standard_errors : ndarray of the shape of ``values``
        Standard errors; 0 where the outcome is not an effect of the cause.
    intervals : ndarray of shape (k, 2) or (k, number of causes, 2)
        Confidence interval of every value, given the graph.
    interval : ndarray of shape (2,) or (number of causes, 2)
        From the smallest to the largest end of ``intervals``.
    level : float
        Confidence level of the intervals.
    is_identified : bool
        Whether there is one value only.
    adjustment_set : tuple of str or None
        The columns that the regression of the outcome on the cause adjusts for, if they are the
        same for all possible effects; None otherwise, with several causes, and where the effect
        is 0 because no directed path leads to the outcome.
    open_edges : tuple of (str, str)
        Undirected edges that decide which value is right.
    assumption : str or None
        The assumption by which directions were taken for given.
    remarks : tuple of str
        What the values leave out of account.
    """

    causes: tuple[str, ...]
    outcome: str
    values: FloatArray
    standard_errors: FloatArray
    intervals: FloatArray
    level: float
    adjustment_set: tuple[str, ...] | None
    open_edges: tuple[tuple[str, str], ...]
    assumption: str | None
    remarks: tuple[str, ...]

    @property
    def interval(self) -> FloatArray:
        """The union of the intervals, from its smallest to its largest number."""
        lowest, highest = self.intervals[..., 0].min(axis=0), self.intervals[..., 1].max(axis=0)
        return np.stack([lowest, highest], axis=-1)

    @property
    def is_identified(self) -> bool:
        """Whether there is one value only."""
        return len(self.values) == 1

    def to_frame(self) -> "DataFrame":
        """Return a data frame with one row per possible value, and per cause.

        Returns
        -------
        DataFrame
            ``cause``, ``outcome``, ``value``, ``standard_error``, and the ends of the interval,
            ``lower`` and ``upper``.
        """
        from pandas import DataFrame

        return DataFrame(
            {
                "cause": self.causes * len(self.values),
                "outcome": self.outcome,
                "value": self.values.ravel(),
                "standard_error": self.standard_errors.ravel(),
                "lower": self.intervals[..., 0].ravel(),
                "upper": self.intervals[..., 1].ravel(),
            }
        )

    def __repr__(self) -> str:
        """Return the effect in words."""
        sentences = [self._values_in_words(), *self._reasons(), *self.remarks]
        return "\n".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in sentences)

    def _values_in_words(self) -> str:
        parts = []
        for number, cause in enumerate(self.causes):
            values = self.values.reshape(len(self.values), -1)[:, number]
            low, high = self.interval.reshape(-1, 2)[number]
            name = f"effect of {escaped(cause)} on {escaped(self.outcome)}"
            if np.ptp(values) == 0:
                interval = f" ({100 * self.level:g} % interval {low:.4g} to {high:.4g})"
                parts.append(f"{name}: {values[0]:.4g}{interval if low < high else ''}")
                continue
            several = f" ({listed(np.sort(values), '{:.4g}'.format)})" if len(values) > 2 else ""
            parts.append(
                f"{name}: {values.min():.4g} to {values.max():.4g}, "
                f"{counted(len(values), 'possible value')}{several}, their {100 * self.level:g} % "
                f"intervals reach from {low:.4g} to {high:.4g}"
            )
        return "; ".join(parts)

    def _reasons(self) -> list[str]:
        reasons = []
        if self.assumption is not None:
            reasons.append(
                f"directions that the assumption {self.assumption!r} decided are taken for granted"
            )
        if self.is_identified:
            reasons.append("identified: the same in all graphs of the class")
        else:
            edges = listed(self.open_edges, lambda edge: " — ".join(map(escaped, edge)))
            reasons.append(f"the right value depends on edges whose directions are open: {edges}")
        if self.adjustment_set:
            reasons.append(f"adjusted for {listed(self.adjustment_set, escaped)}")
        elif self.is_identified and not self.standard_errors.any():
            reasons.append("no directed path leads from cause to outcome")
        return reasons


def remarks_on(graphs: GraphClass) -> tuple[str, ...]:
    """Return what the possible values leave out of account."""
    if graphs.max_parents is None:
        return ()
    return (
        f"some values may belong to graphs that exceed the limit of "
        f"{counted(graphs.max_parents, 'parent')}, which no direction of an edge expresses",
    )
