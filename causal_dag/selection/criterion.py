"""What a criterion is asked, and what it answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from causal_dag.arrays import FloatArray
from causal_dag.estimator import DAGEstimator
from causal_dag.problem import Problem
from causal_dag.saving.values import saveable
from causal_dag.selection.path import PathPoint
from causal_dag.selection.thresholds import graph_at, is_acyclic_at


@dataclass(frozen=True, eq=False)
class SelectionTask:
    """A path on which one point and one threshold are to be chosen.

    Parameters
    ----------
    solver : DAGEstimator
        The solver that made the path; a criterion that resamples fits it again.
    problem : Problem
        The data, with its rows where the criterion needs them.
    path : sequence of PathPoint
        From the largest λ down.
    noise : {"equal", "unequal"}
        Whether the solver assumes equal noise variances.
    thresholds : sequence of float, optional
        Thresholds to choose from; by default the criterion finds its own.
    n_jobs : int, optional
        Processes for fits to resampled rows.
    warm_start : bool
        Whether the solver starts from the graph at the previous λ.
    """

    solver: DAGEstimator
    problem: Problem
    path: Sequence[PathPoint]
    noise: str = "equal"
    thresholds: Sequence[float] | None = None
    n_jobs: int | None = None
    warm_start: bool = False


@saveable("Candidate")
@dataclass(frozen=True)
class Candidate:
    """A point of the path with a threshold.

    Parameters
    ----------
    point : int
        Number of the point on the path.
    lambda1 : float
        Its λ.
    weight_threshold : float
        The threshold.
    n_edges : int
        Edges of the graph.
    value : float
        What the criterion says of it; lower is better.
    """

    point: int
    lambda1: float
    weight_threshold: float
    n_edges: int
    value: float


@dataclass(frozen=True)
class Choice:
    """All candidates, and the one that the criterion prefers.

    Parameters
    ----------
    candidates : tuple of Candidate
        From the largest λ down, at each λ from the largest threshold down.
    best : Candidate
        The preferred one.
    """

    candidates: tuple[Candidate, ...]
    best: Candidate

    @classmethod
    def smallest_value(cls, candidates: Iterable[Candidate]) -> "Choice":
        """Prefer the smallest value; of equal ones, the first."""
        all_of_them = tuple(candidates)
        return cls(all_of_them, min(all_of_them, key=lambda candidate: candidate.value))


def candidates_of_grid(
    task: SelectionTask, thresholds: Sequence[float], values: FloatArray
) -> tuple[Candidate, ...]:
    """Return the candidates of every λ with every threshold.

    Without thresholds of the user's, those at which the weights would have cycles are left out, as
    in ``distinct_thresholds``.

    Parameters
    ----------
    task : SelectionTask
        Its path says the graphs.
    thresholds : sequence of float
        Falling, the same at every λ.
    values : ndarray of shape (number of λ, number of thresholds)
        The criterion's values.
    """
    constraints = task.problem.constraints
    return tuple(
        Candidate(
            number,
            point.lambda1,
            threshold,
            int(graph_at(point.weights, threshold, constraints).sum()),
            float(values[number, place]),
        )
        for number, point in enumerate(task.path)
        for place, threshold in enumerate(thresholds)
        if task.thresholds or is_acyclic_at(point.weights, threshold, constraints)
    )


@runtime_checkable
class Criterion(Protocol):
    """Chooses λ and threshold together.

    A criterion of one's own is any object with this attribute and this method.
    """

    @property
    def needs_rows(self) -> bool:
        """Whether ``choose`` needs rows, not only their moments."""

    def choose(self, task: SelectionTask) -> Choice:
        """Return all candidates and the preferred one."""
