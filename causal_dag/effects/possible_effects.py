"""All effects that are possible in a class of graphs that fit alike."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from causal_dag.effects.adjustment import optimal_adjustment
from causal_dag.effects.effect import Effect, remarks_on
from causal_dag.effects.estimates import Estimate, adjusted_slope, joint_effects
from causal_dag.effects.graph_class import MOST_ORIENTATIONS, GraphClass
from causal_dag.moments import Moments

if TYPE_CHECKING:
    from pandas import DataFrame

#: Columns of a frame of effects.
EFFECT_COLUMNS = [
    "cause", "lowest", "highest", "interval_low", "interval_high", "standardized_lowest",
    "standardized_highest", "is_identified", "adjustment_set", "open_edges",
]  # fmt: skip
# Estimates from different graphs that differ by less are the same, but for rounding.
RELATIVE_ROUNDING = 1e-9


def possible_effect(
    graphs: GraphClass, moments: Moments, causes: Sequence[int], outcome: int, level: float
) -> Effect:
    """Estimate the effects of one or several causes on an outcome in all graphs of a class.

    The edges on which the effect depends are directed in all possible ways. In each, the outcome is
    regressed on the cause and the optimal adjustment set (IDA [1]_, for MPDAGs [2]_, with the
    adjustment of [3]_), or, with several causes, nodes on their parents ([4]_ compares ways).

    Parameters
    ----------
    graphs : GraphClass
        The graphs that fit alike.
    moments : Moments
        Of observations.
    causes : sequence of int
        Different columns.
    outcome : int
        Another column.
    level : float
        Confidence level of the intervals.

    References
    ----------
    .. [1] Maathuis, Kalisch and Bühlmann, "Estimating high-dimensional intervention effects from
       observational data", Annals of Statistics 37 (2009).
    .. [2] Perković, Kalisch and Maathuis, "Interpreting and using CPDAGs with background
       knowledge", UAI 2017.
    .. [3] Witte, Henckel, Maathuis and Didelez, "On efficient adjustment in causal graphs", JMLR 21
       (2020).
    .. [4] Nandy, Maathuis and Richardson, "Estimating the effect of joint interventions from
       observational data in sparse high-dimensional settings", Annals of Statistics 45 (2017).
    """
    if len(causes) == 1:
        graphs = graphs.holding_given(causes[0])
    members = graphs.deciding_effect(causes, outcome, MOST_ORIENTATIONS)
    adjustments: set[tuple[int, ...] | None] = {None}
    if len(causes) == 1:
        adjustments = {optimal_adjustment(member, causes[0], outcome) for member in members}
        estimates = [
            Estimate.zero() if one is None else adjusted_slope(moments, causes[0], outcome, one)
            for one in adjustments
        ]
    else:
        estimates = _distinct(
            [joint_effects(moments, member, causes, outcome) for member in members],
            np.sqrt(moments.variance[outcome] / moments.variance[list(causes)]),
        )
    estimates.sort(key=lambda estimate: estimate.values.tolist())
    labels = graphs.labels
    common = adjustments.pop() if len(adjustments) == 1 else None
    shape = (len(estimates), -1) if len(causes) > 1 else (len(estimates),)
    return Effect(
        causes=tuple(labels[cause] for cause in causes),
        outcome=labels[outcome],
        values=np.array([one.values for one in estimates]).reshape(shape),
        standard_errors=np.array([one.standard_errors for one in estimates]).reshape(shape),
        intervals=np.array([one.intervals(level) for one in estimates]).reshape(*shape, 2),
        level=level,
        adjustment_set=None if common is None else tuple(labels[node] for node in common),
        open_edges=tuple((labels[i], labels[j]) for i, j in graphs.deciding_edges(causes, outcome)),
        assumption=graphs.assumption,
        remarks=remarks_on(graphs),
    )


def _distinct(estimates: list[Estimate], unit: np.ndarray) -> list[Estimate]:
    """Return the estimates without repetitions of the same values."""
    kept: list[Estimate] = []
    for one in estimates:
        differences = [np.abs(one.values - other.values) / unit for other in kept]
        if all(difference.max() > RELATIVE_ROUNDING for difference in differences):
            kept.append(one)
    return kept


def effects_on(graphs: GraphClass, moments: Moments, outcome: int, level: float) -> "DataFrame":
    """Return a frame of the effects of all other columns on one, the largest first.

    Parameters
    ----------
    graphs, moments, outcome, level : object
        As for ``possible_effect``.
    """
    from pandas import DataFrame

    causes = [cause for cause in range(moments.n_features) if cause != outcome]
    rows = []
    for cause in causes:
        effect = possible_effect(graphs, moments, [cause], outcome, level)
        unit = np.sqrt(moments.variance[cause] / moments.variance[outcome])
        lowest, highest = effect.values[[0, -1]].tolist()
        ends = (lowest, highest, *effect.interval, lowest * unit, highest * unit)
        reasons = (effect.is_identified, effect.adjustment_set, effect.open_edges)
        rows.append((graphs.labels[cause], *ends, *reasons))
    frame = DataFrame(rows, columns=EFFECT_COLUMNS)
    size = frame[["standardized_lowest", "standardized_highest"]].abs().max(axis=1).to_numpy()
    return frame.iloc[np.argsort(-size, kind="stable")].reset_index(drop=True)
