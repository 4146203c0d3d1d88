"""What a solver receives (``Problem``) and what it returns (``Solution``).

A solver is a pure function from the first to the second; everything a user meets (validation,
projection to a DAG, fitted attributes) happens around it, in the estimator.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, Self, TypeVar, runtime_checkable

import numpy as np

from causal_dag.arrays import AdjacencyMatrix, BoolArray, FloatArray, IntArray, WeightMatrix
from causal_dag.constraints import Constraints
from causal_dag.experiments import Experiments
from causal_dag.graph.matrices import MOST_NODES_OF_DENSE
from causal_dag.moments import Moments
from causal_dag.spline_moments import SplineMoments
from causal_dag.tables.column_kinds import ColumnKinds

T = TypeVar("T")

#: Silent unless the application configures logging.
LOGGER = logging.getLogger("causal_dag")
LOGGER.addHandler(logging.NullHandler())


class Status(StrEnum):
    """How a solver ended; the value is the sentence that the user reads."""

    CONVERGED = "converged"
    OPTIMAL = "no graph has a better score"
    MAX_ITER = "stopped at max_iter before converging; raise max_iter or loosen tol"
    TIME_BUDGET = "stopped by time_budget; the best answer so far is kept"
    CALLBACK = "stopped by the callback; the best answer so far is kept"
    INTERRUPTED = "stopped by Ctrl-C; the best answer so far is kept"
    STEP_TOO_SMALL = "stopped because the step became too small to make progress"
    DIVERGED = (
        "the steps diverged, and the weights before that are kept; lower learning_rate or "
        "standardize the data"
    )
    NOT_ACYCLIC = (
        "the acyclicity penalty reached its limit while the weights still had cycles; "
        "standardize the data or raise lambda1"
    )
    LINE_SEARCH_FAILED = "the inner optimizer failed; rescale the data or raise lambda1"

    @property
    def is_converged(self) -> bool:
        """Whether the solver came to its own end."""
        return self in (Status.CONVERGED, Status.OPTIMAL)


@dataclass(frozen=True)
class StageRecord:
    """One line of a solver's trace.

    Parameters
    ----------
    stage : int
        Number of the stage (outer iteration, sweep or restart), from 0.
    objective : float
        Value of the solver's full objective at the end of the stage.
    score : float
        Data-fit part of the objective, without penalty and acyclicity.
    h : float
        Acyclicity function at the end of the stage; 0 for solvers that search over orders.
    mu : float
        Weight of the score on the central path, or the penalty parameter rho of the augmented
        Lagrangian; NaN where the method has neither.
    sigma : float
        Noise scale (mean over variables where there are several); NaN where not estimated.
    step : float
        Step size at the end of the stage; NaN where the method has none.
    non_zeros : int
        Number of non-zero weights.
    seconds : float
        Seconds since the solver started.
    """

    stage: int
    objective: float
    score: float = np.nan
    h: float = 0.0
    mu: float = np.nan
    sigma: float = np.nan
    step: float = np.nan
    non_zeros: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class InitialPoint:
    """Where a solver starts: weights, a topological order, or both."""

    weights: FloatArray | None = None
    order: IntArray | None = None

    @property
    def is_given(self) -> bool:
        """Whether the user said where to start."""
        return self.weights is not None or self.order is not None


@dataclass
class Monitor:
    """Collects the trace, and says when the user wants the solver to stop.

    Parameters
    ----------
    callback : callable, optional
        Called with every ``StageRecord``; returning a true value stops the solver.
    time_budget : float, optional
        Seconds after which the solver stops at the next opportunity.
    verbose : bool
        Print every record.
    """

    callback: Callable[[StageRecord], object] | None = None
    time_budget: float | None = None
    verbose: bool = False
    records: list[StageRecord] = field(default_factory=list)
    _started: float = field(default_factory=time.perf_counter)
    _stopped_by_callback: bool = False
    _interrupted: bool = False

    @property
    def seconds(self) -> float:
        """Seconds since the solver started."""
        return time.perf_counter() - self._started

    @property
    def seconds_left(self) -> float:
        """Seconds until the time budget is used up; infinity without one."""
        return np.inf if self.time_budget is None else self.time_budget - self.seconds

    def record(self, record: StageRecord) -> None:
        """Add a record to the trace, and show it to the callback."""
        self.records.append(record)
        if self.verbose or LOGGER.isEnabledFor(logging.DEBUG):
            line = (
                f"stage {record.stage}: objective {record.objective:.6g}, h {record.h:.3g}, "
                f"{record.non_zeros} edges, {record.seconds:.2f} s"
            )
            LOGGER.debug(line)
            if self.verbose:
                print(line)
        if self.callback is not None and self.callback(record):
            self._stopped_by_callback = True

    def record_stage(self, objective: float, **others: Any) -> None:
        """Record the end of a stage, numbered and timed; ``others`` are fields of the record."""
        self.record(StageRecord(len(self.records), objective, seconds=self.seconds, **others))

    def interrupt(self) -> None:
        """Note that the user pressed Ctrl-C."""
        self._interrupted = True

    def stop_reason(self) -> Status | None:
        """Why the solver has to stop now, or None to go on."""
        if self._interrupted:
            return Status.INTERRUPTED
        if self._stopped_by_callback:
            return Status.CALLBACK
        if self.seconds_left <= 0:
            return Status.TIME_BUDGET
        return None


@dataclass(frozen=True)
class Problem:
    """Everything that a solver may use.

    Parameters
    ----------
    moments : Moments
        Number of rows, mean and covariance of the data.
    constraints : Constraints
        Forbidden and required edges, as masks.
    monitor : Monitor
        Receives trace records; says when to stop.
    initial : InitialPoint
        Where to start, if the user said so.
    rows : ndarray of shape (n, d), optional
        The data; None unless the solver declares ``needs_rows``.
    random_generator : numpy.random.Generator
        The only source of randomness.
    columns : ColumnKinds, optional
        What the columns hold, from solvers of categories: rows then hold codes of levels.
    row_counts : ndarray of int, shape (n,), optional
        How often each row occurs; once by default, and for solvers without ``counts_rows``.
    experiments : Experiments, optional
        The rows by their targets, where some were intervened on.
    splines : SplineMoments, optional
        Moments of splines of the columns, in place of rows.
    memory : dict
        What takes long to estimate from the rows; copies with another monitor share it.
    """

    moments: Moments
    constraints: Constraints
    monitor: Monitor = field(default_factory=Monitor)
    initial: InitialPoint = field(default_factory=InitialPoint)
    rows: FloatArray | None = None
    random_generator: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    columns: ColumnKinds | None = None
    row_counts: IntArray | None = None
    experiments: Experiments | None = None
    splines: SplineMoments | None = None
    memory: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def remembered(self, key: Any, estimate: Callable[[], T]) -> T:
        """Return what was estimated under a key; estimate it the first time."""
        if key not in self.memory:
            self.memory[key] = estimate()
        value: T = self.memory[key]
        return value

    @property
    def observed_moments(self) -> Moments | None:
        """Moments of the rows without targets.

        None if there are none, and for more columns than matrices are kept dense for.
        """
        if self.moments.n_features > MOST_NODES_OF_DENSE:
            return None
        if self.experiments is None:
            return self.moments
        by_targets = zip(self.experiments.targets, self.experiments.moments, strict=True)
        return dict(by_targets).get(())

    def by_column(self, function: Callable[[Moments], Any]) -> Any:
        """Return a function of the moments; a target's entries are of the other rows only.

        Parameters
        ----------
        function : callable
            Maps moments to an array whose last axis has length d.
        """
        if self.experiments is None:
            return function(self.moments)
        return self.experiments.by_column(function)


class StructuralFunctions(Protocol):
    """Every variable as a function of its parents, for models that are not linear."""

    def predict(self, rows: FloatArray) -> FloatArray:
        """Return every variable's function at the given rows, shape (n, d)."""

    def restricted_to(self, adjacency: AdjacencyMatrix) -> Self:
        """Return the functions that ignore all variables but the parents in a graph."""


@runtime_checkable
class FunctionsOfSplines(StructuralFunctions, Protocol):
    """Functions of mean 0 over the rows of the fit, from solvers with ``takes_splines``."""

    def residual_variance(self, moments: SplineMoments) -> FloatArray:
        """Return the variances of the residuals of the rows behind moments, shape (d,)."""


@dataclass(frozen=True)
class Solution:
    """What every solver returns.

    Parameters
    ----------
    weights : ndarray or csr_array of shape (d, d)
        Raw weights, before threshold and projection; ``weights[i, j]`` is the effect of i on j.
    objective : float
        Value of the solver's objective at ``weights``.
    status : Status
        How the solver ended.
    n_iter : int
        Iterations used (the unit is the solver's own).
    trace : tuple of StageRecord
        One record per stage.
    order : ndarray of shape (d,), optional
        Topological order, from solvers that search over orders.
    noise_scale : ndarray of shape (d,), optional
        Standard deviations of the noise, from solvers that estimate them with the weights.
    functions : StructuralFunctions, optional
        From solvers of models that are not linear; ``weights`` then are strengths of dependence.
    weight_threshold : float, optional
        From solvers that choose it: weights up to this size count as no edge.
    undecided : ndarray of bool, shape (d, d), optional
        From solvers that test whether their assumption decides directions: edges whose direction
        it does not decide.
    """

    weights: WeightMatrix
    objective: float
    status: Status = Status.CONVERGED
    n_iter: int = 0
    trace: tuple[StageRecord, ...] = ()
    order: IntArray | None = None
    noise_scale: FloatArray | None = None
    functions: StructuralFunctions | None = None
    weight_threshold: float | None = None
    undecided: BoolArray | None = None


def one_step_solution(
    problem: Problem,
    weights: WeightMatrix,
    objective: float,
    *,
    order: IntArray | None = None,
    noise_scale: FloatArray | None = None,
) -> Solution:
    """Return the solution of a method that takes one step, with that step in its trace.

    Parameters
    ----------
    problem : Problem
        Its monitor gets the record.
    weights, objective, order, noise_scale : object
        As in ``Solution``.
    """
    monitor = problem.monitor
    sigma = np.nan if noise_scale is None else float(noise_scale.mean())
    n_edges = int((weights != 0).sum())
    monitor.record_stage(objective, score=objective, sigma=sigma, non_zeros=n_edges)
    return Solution(
        weights,
        objective,
        n_iter=1,
        trace=tuple(monitor.records),
        order=order,
        noise_scale=noise_scale,
    )
