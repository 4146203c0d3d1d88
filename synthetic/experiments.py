"""Rows from experiments on a linear model: observations, and interventions on chosen variables."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.synthetic.linear_sem import LinearSEM
from causal_dag.synthetic.random_streams import RandomState, stream
from causal_dag.tables.columns import Columns
from causal_dag.validation import check_choice, check_number

InterventionName: TypeAlias = Literal["do", "shift", "scale"]
INTERVENTIONS: tuple[InterventionName, ...] = get_args(InterventionName)

# Variance of the values that targets are set to.
SET_VARIANCE = 0.25


def make_experiments(
    sem: LinearSEM,
    targets: Sequence[Any],
    *,
    n_observational: int = 500,
    n_per_experiment: int = 100,
    intervention: InterventionName = "do",
    strength: float = 2.0,
    random_state: RandomState = 0,
) -> tuple[FloatArray, list[tuple[int, ...]]]:
    """Draw observations of a model, and rows from one experiment after the other.

    Parameters
    ----------
    sem : LinearSEM
        The model.
    targets : sequence of nodes, or of lists of nodes
        The variables that each experiment intervenes on, by number or name.
    n_observational, n_per_experiment : int
        Number of rows without intervention (may be 0), and of each experiment.
    intervention : {"do", "shift", "scale"}
        ``"do"`` sets targets to independent normal values of mean ``strength`` and variance 0.25,
        regardless of their parents; ``"shift"`` adds ``strength`` to their intercepts; ``"scale"``
        multiplies their noise by ``strength``.
    strength : float
        See ``intervention``.
    random_state : int, SeedSequence, Generator or None, default 0
        Source of randomness.

    Returns
    -------
    X : ndarray of shape (n, d)
        Rows, the observations first.
    targets : list of tuple of int
        What was intervened on in every row, as ``fit`` takes it.

    Raises
    ------
    ValueError
        If a node is unknown or a number out of range.

    Examples
    --------
    >>> from causal_dag.synthetic import LinearSEM, make_experiments
    >>> sem = LinearSEM([[0, 1], [0, 0]], feature_names=["dose", "effect"])
    >>> X, targets = make_experiments(sem, ["dose"], n_observational=2, n_per_experiment=1)
    >>> X.shape, targets
    ((3, 2), [(), (), (0,)])
    """
    check_choice("intervention", intervention, INTERVENTIONS)
    n_observational = check_number("n_observational", n_observational, low=0, integer=True)
    n = check_number("n_per_experiment", n_per_experiment, low=1, integer=True)
    strength = check_number("strength", strength)
    generator = stream(random_state, "experiments")
    parts = [sem.sample(n_observational, generator)] if n_observational else []
    rows_of: list[tuple[int, ...]] = [()] * n_observational
    columns = Columns(sem.n_features, sem.feature_names)
    for written in targets:
        several = isinstance(written, Iterable) and not isinstance(written, str)
        positions = columns.distinct_positions(written if several else [written], "targets")
        values: dict[int, Any] = dict.fromkeys(positions, strength)
        if intervention == "do":
            values = {j: strength + _set_noise(n, generator) for j in positions}
        parts.append(sem.sample(n, generator, **{intervention: values}))
        rows_of += [tuple(sorted(positions))] * n
    return np.vstack(parts), rows_of


def _set_noise(n: int, generator: np.random.Generator) -> FloatArray:
    return generator.normal(0.0, SET_VARIANCE**0.5, n)
