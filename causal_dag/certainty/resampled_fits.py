"""Fits of one solver to resamples of a table, in any number of processes."""

import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from joblib import effective_n_jobs

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.blas_threads import one_blas_thread
from causal_dag.certainty.resampling import Resampler
from causal_dag.estimator import DAGEstimator
from causal_dag.fit_warnings import held_back
from causal_dag.fitting.atomic_fit import recognized_interrupts
from causal_dag.fitting.missing_values import DataOfFit
from causal_dag.graph.matrices import dense
from causal_dag.moments import Moments
from causal_dag.problem import Status
from causal_dag.selection.parallel import in_batches
from causal_dag.validation import refuse_constant_moments

#: Resamples that a process fits before it returns their graphs.
RESAMPLES_AT_ONCE = 4


# The remedy for a column that is constant in a resample, but not in the table.
VARIES_IN_TOO_FEW_ROWS = (
    "a column that is constant in a resample varies in too few rows of the table; add such rows, "
    "or drop the column"
)


@dataclass(frozen=True, eq=False)
class ResampledFits:
    """What is fitted to every resample.

    Parameters
    ----------
    solver : DAGEstimator
        Unfitted, with checked parameters.
    data : DataOfFit
        The whole table.
    incomplete : ndarray of shape (n, d), optional
        Its rows, where some of their cells are missing and moments are estimated from them.
    targets : list, optional
        What was intervened on, one entry per row of ``data``.
    resampler : Resampler
        Draws rows of ``data``.
    """

    solver: DAGEstimator
    data: DataOfFit
    incomplete: FloatArray | None
    targets: list[Any] | None
    resampler: Resampler

    def graph(self, number: int) -> BoolArray | None:
        """Return what a resample identifies of the graph, or None if Ctrl-C ended the fit.

        Raises
        ------
        ValueError
            If the solver refuses the resample.
        """
        solver, drawn = copy.copy(self.solver), self.resampler.rows(number)
        if hasattr(solver, "random_state"):
            solver.random_state = self.resampler.seed(number)
        targets = None if self.targets is None else [self.targets[row] for row in drawn]
        try:
            data = self._data_of(drawn)
            with one_blas_thread(), recognized_interrupts(), held_back():
                experiments = solver._experiments(targets, data)
                solver._fit(data.moments, data.rows, data.kinds, experiments)
        except ValueError as error:
            raise ValueError(f"resample {number} of the rows: {error}") from error
        return None if solver.status_ == Status.INTERRUPTED else identified_graph(solver)

    def _data_of(self, drawn: IntArray) -> DataOfFit:
        names, kinds = self.data.moments.feature_names, self.data.kinds
        if self.incomplete is None:
            assert self.data.rows is not None
            rows = self.data.rows[drawn]
            moments = Moments.from_finite_rows(rows, names)
        else:
            rows, moments = None, Moments.from_incomplete_rows(self.incomplete[drawn], names)
        if kinds is None:
            refuse_constant_moments(moments, VARIES_IN_TOO_FEW_ROWS)
        if self.resampler.kind == "bootstrap":
            # The covariance of rows drawn from rows has the error of both drawings, that of a
            # sample of half the size: a penalty for all rows would let chance edges in.
            moments = replace(moments, n_samples=max(1, moments.n_samples // 2))
        return DataOfFit(moments, rows, kinds)

    def graphs(self, n_resamples: int, n_jobs: int | None, deadline: float) -> Iterator[BoolArray]:
        """Yield the graphs of the resamples in their order, until Ctrl-C or the deadline.

        Parameters
        ----------
        n_resamples : int
            How many.
        n_jobs : int or None
            Processes.
        deadline : float
            ``time.time()`` after which no further resample begins, apart from the first.
        """
        size = 1 if effective_n_jobs(n_jobs) == 1 else RESAMPLES_AT_ONCE
        parts = np.array_split(np.arange(n_resamples), -(-n_resamples // size))
        jobs = ((self, part.tolist(), deadline) for part in parts)
        try:
            for part, found in zip(parts, in_batches(_graphs, jobs, n_jobs), strict=True):
                yield from found
                if len(found) < part.size:
                    return
        except KeyboardInterrupt:
            return


def _graphs(fits: ResampledFits, numbers: list[int], deadline: float) -> list[BoolArray]:
    found: list[BoolArray] = []
    for number in numbers:
        if number > 0 and time.time() > deadline:
            break
        graph = fits.graph(number)
        if graph is None:
            break
        found.append(graph)
    return found


def identified_graph(model: DAGEstimator) -> BoolArray:
    """Return the graph of a fit with the directions that nothing decided set both ways.

    Parameters
    ----------
    model : DAGEstimator
        Fitted.

    Returns
    -------
    ndarray of bool, shape (d, d)
        The class, of a solver that identifies the class. Otherwise the DAG, undirected where the
        solver's assumption did not decide.

    Examples
    --------
    >>> from causal_dag import TOPO
    >>> from causal_dag.certainty.resampled_fits import identified_graph
    >>> identified_graph(TOPO().fit([[1, 2], [2, 5], [3, 5], [4, 9], [5, 9]]))
    array([[False,  True],
           [ True, False]])
    """
    if model.identified_ == "class":
        partly_directed: BoolArray = dense(model.cpdag_)
        return partly_directed
    graph: BoolArray = dense(model.adjacency_)
    if model.undecided_ is not None:
        graph = graph | (graph & model.undecided_ & dense(model.cpdag_).T).T
    return graph
