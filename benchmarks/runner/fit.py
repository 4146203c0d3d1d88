"""One cell, fitted and measured in this process; limits are somebody else's work."""

import resource
import sys
import time
from dataclasses import dataclass
from typing import Any

from sklearn.exceptions import ConvergenceWarning

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.benchmarks.plan.cell import Cell, Method
from causal_dag.benchmarks.plan.methods import is_peer_method
from causal_dag.benchmarks.runner.measures import graph_measures
from causal_dag.benchmarks.store.outcome import Outcome, Status, described
from causal_dag.comparison.compiled_code import load_compiled_code
from causal_dag.estimator import DAGEstimator
from causal_dag.fit_warnings import NoEdgeWarning, ProjectionWarning, held_back
from causal_dag.registry import make_seeded_solver, registered_solvers

#: ``ru_maxrss`` counts kibibytes, on macOS bytes.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
_MEGABYTE = 1e6


@dataclass(frozen=True)
class Fit:
    """What a method answered, and what it took.

    Parameters
    ----------
    adjacency : ndarray of bool, shape (d, d)
        A DAG, or a CPDAG with both directions set for undirected edges.
    wall_seconds, cpu_seconds, peak_memory_mb, start_memory_mb : float
        As in ``Outcome``.
    remarks : dict
        ``cut_edges``, ``converged`` and ``solver_status``, where the method says so.
    """

    adjacency: BoolArray
    wall_seconds: float
    cpu_seconds: float
    peak_memory_mb: float | None
    start_memory_mb: float | None
    remarks: dict[str, Any]


def run_cell(cell: Cell) -> Outcome:
    """Draw the data, fit the method, measure the graph.

    An error of the method is an outcome; nothing is raised but ``KeyboardInterrupt`` and the like.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.cell import Cell, Method
    >>> from causal_dag.benchmarks.plan.data_source import DataSource
    >>> from causal_dag.benchmarks.runner.fit import run_cell
    >>> data = DataSource("er1", "linear", {"edges_per_node": 1}, n_samples=100, n_features=5)
    >>> outcome = run_cell(Cell(data, Method("none", "empty"), seed=0))
    >>> outcome.status, outcome.measures["edges"]
    (<Status.DONE: 'done'>, 0)
    """
    from causal_dag.benchmarks.peers.call import PeerMissing

    is_peer = is_peer_method(cell.method)
    missing = None if is_peer else _missing(cell.method)
    if missing is not None:
        return Outcome(Status.MISSING, missing)
    try:
        rows, truth = cell.data.draw(cell.seed)
        rows.setflags(write=False)
        fit = (_fit_peer if is_peer else _fit_registered)(cell, rows)
        measures = graph_measures(rows, truth.adjacency, fit.adjacency)
    except PeerMissing as error:
        return Outcome(Status.MISSING, str(error))
    except MemoryError:
        return Outcome(Status.MEMORY_LIMIT, "MemoryError: no more memory was to be had")
    except Exception as error:  # whatever a third party's solver raises is its outcome
        return Outcome(Status.FAILED, described(error))
    return Outcome(
        Status.DONE,
        "",
        {**measures, **fit.remarks},
        fit.wall_seconds,
        fit.cpu_seconds,
        fit.peak_memory_mb,
        fit.start_memory_mb,
    )


def estimator_of(method: Method, seed: int) -> DAGEstimator:
    """Return the unfitted estimator of a registered solver, seeded where it takes a seed."""
    return make_seeded_solver(method.name, seed, **method.parameters)


def _missing(method: Method) -> str | None:
    """Return what keeps a registered solver of the planned version from being fitted here."""
    if method.version is None:
        return None
    entry = registered_solvers().get(method.name)
    package = None if entry is None else entry.package
    if package is None or package.name != method.origin:
        return f"{method.name} of {method.origin} {method.version} is not installed here"
    if package.version != method.version:
        return (
            f"{method.origin} {method.version} was planned, but {package.version} is installed here"
        )
    return None


def _fit_registered(cell: Cell, rows: FloatArray) -> Fit:
    estimator = estimator_of(cell.method, cell.seed)
    load_compiled_code(estimator)
    start_memory = peak_memory_mb()
    wall, cpu = time.perf_counter(), time.process_time()
    with held_back(ConvergenceWarning, ProjectionWarning, NoEdgeWarning):
        # Both are in the outcome: as status, and as number of edges cut.
        model = estimator.fit(rows)
    return Fit(
        model.adjacency_,
        time.perf_counter() - wall,
        time.process_time() - cpu,
        peak_memory_mb(),
        start_memory,
        {
            "cut_edges": len(model.projection_.cut_edges),
            "converged": bool(model.converged_),
            "solver_status": str(model.status_),
        },
    )


def _fit_peer(cell: Cell, rows: FloatArray) -> Fit:
    from causal_dag.benchmarks.peers.call import fit_peer

    method = cell.method
    fit = fit_peer(method.origin, method.name, rows, cell.seed, method.parameters, method.version)
    return Fit(
        fit.weights != 0,
        fit.wall_seconds,
        fit.cpu_seconds,
        fit.peak_memory_mb,
        fit.start_memory_mb,
        {},
    )


def peak_memory_mb() -> float:
    """Return the largest resident size that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT / _MEGABYTE
