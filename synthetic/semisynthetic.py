"""Linear models fitted to a table, from which similar tables can be simulated."""

from functools import partial
from typing import Any, Literal

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.graph.matrices import dense
from causal_dag.graph.named_graph import named_graph
from causal_dag.moments import Moments
from causal_dag.regression import SMALLEST_VARIANCE_SHARE, least_squares_weights
from causal_dag.structural_equations import LinearEquations
from causal_dag.synthetic.linear_sem import LinearSEM
from causal_dag.synthetic.noise import Noise
from causal_dag.tables.columns import column_names
from causal_dag.tables.rows import usable_rows


def fit_linear_sem(
    X: Any, graph: Any, *, noise: Noise | Literal["residuals"] = "residuals"
) -> LinearSEM:
    """Fit a linear model to a table along a graph, for semi-synthetic data with a known truth.

    Parameters
    ----------
    X : array-like or data frame of shape (n, d)
        The table.
    graph : array-like of shape (d, d), NamedGraph, networkx or igraph graph, fitted estimator
        A DAG; only its edges are used. Names are matched with those of the columns.
    noise : "residuals", str, callable, or sequence of d of them
        - ``"residuals"``: each variable's noise is drawn, with replacement and independently of
          the others, from its residuals in the table;
        - otherwise as in :class:`LinearSEM`, with the variances of the residuals.

    Returns
    -------
    LinearSEM
        Weights and intercepts are estimated by least squares; means are those of the table, and
        noise variances those of the residuals (with divisor n).

    Raises
    ------
    ValueError
        If the table cannot be used, the graph is not a DAG or does not fit the columns, or a column
        is determined by its parents; the message names it.

    Examples
    --------
    >>> from causal_dag.synthetic import fit_linear_sem, load_sachs
    >>> sachs = load_sachs(as_frame=True)
    >>> sem = fit_linear_sem(sachs.data, sachs.adjacency)
    >>> X = sem.sample(500, random_state=0)
    >>> X.shape, sem.feature_names[:2], sem.adjacency.sum().item()
    ((500, 11), ('raf', 'mek'), 17)
    """
    rows, names = usable_rows(X), column_names(X)
    structure = named_graph(graph)
    if structure.n_nodes != rows.shape[1]:
        raise ValueError(
            f"the graph has {structure.n_nodes} nodes and the table {rows.shape[1]} columns; pass "
            "a graph with one node per column"
        )
    structure = structure.arranged_like(names)
    structure.require_dag()
    moments = Moments.from_finite_rows(rows, names)
    weights = least_squares_weights(moments.covariance, dense(structure.adjacency))
    equations = LinearEquations.fitted(weights, moments)
    residuals = rows - equations.predict(rows)
    variance = residuals.var(axis=0)
    for column in np.flatnonzero(variance <= SMALLEST_VARIANCE_SHARE * moments.variance)[:1]:
        raise ValueError(
            f"column {moments.name_of(column)} is determined by its parents; drop it, or "
            "one of the edges to it"
        )
    if isinstance(noise, str) and noise == "residuals":
        noise = [partial(_resampled, residual) for residual in (residuals / np.sqrt(variance)).T]
    return LinearSEM(weights, noise, variance, equations.intercept, names)


def _resampled(
    values: FloatArray, generator: np.random.Generator, shape: tuple[int, int]
) -> FloatArray:
    return generator.choice(values, shape)
