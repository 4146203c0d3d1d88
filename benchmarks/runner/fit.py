"""One cell, fitted and measured in this process without limits, or as lines of Python."""

import resource
import sys
import time
from pprint import pformat
from typing import Any, TypeAlias

from sklearn.exceptions import ConvergenceWarning

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.benchmarks.peers.call import PeerMissing, fit_peer
from causal_dag.benchmarks.plan.cell import Cell, Method
from causal_dag.benchmarks.plan.methods import is_peer_method
from causal_dag.benchmarks.runner.measures import graph_measures
from causal_dag.benchmarks.store.outcome import TIME_AND_MEMORY, Outcome, Status, described
from causal_dag.comparison.compiled_code import load_compiled_code
from causal_dag.estimator import DAGEstimator
from causal_dag.fit_warnings import NoEdgeWarning, ProjectionWarning, held_back
from causal_dag.graph.matrices import dense
from causal_dag.registry import make_seeded_solver, registered_solvers

#: ``ru_maxrss`` counts kibibytes, on macOS bytes.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
_MEGABYTE = 1e6

#: The graph, a DAG or a CPDAG with both directions set for undirected edges; what the method
#: reports about its fit; and the fit's time and memory, as in ``Outcome``.
Fit: TypeAlias = tuple[BoolArray, dict[str, Any], dict[str, float | None]]


def run_cell(cell: Cell) -> Outcome:
    """Draw the data, fit the method, measure the graph.

    An error of the method is an outcome; only ``KeyboardInterrupt`` and the like are raised.

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
    is_peer = is_peer_method(cell.method)
    missing = None if is_peer else _missing(cell.method)
    if missing is not None:
        return Outcome(Status.MISSING, missing)
    try:
        rows, truth = cell.data.draw(cell.seed)
        rows.setflags(write=False)
        graph, remarks, usage = (_fit_peer if is_peer else _fit_registered)(cell, rows)
        measures = graph_measures(rows, truth.adjacency, graph)
    except PeerMissing as error:
        return Outcome(Status.MISSING, str(error))
    except MemoryError:
        return Outcome(Status.MEMORY_LIMIT, "MemoryError: no more memory was available")
    except Exception as error:  # whatever a third party's solver raises is its outcome
        return Outcome(Status.FAILED, described(error))
    return Outcome(Status.DONE, "", {**measures, **remarks}, **usage)


def python_code(cell: Cell) -> str:
    """Return lines of Python that repeat a cell without a benchmark, and print the distance.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.cell import Cell, Method
    >>> from causal_dag.benchmarks.plan.data_source import DataSource
    >>> from causal_dag.benchmarks.runner.fit import python_code
    >>> cell = Cell(DataSource("er2", "linear", n_features=5), Method("none", "empty"), seed=3)
    >>> print(python_code(cell).splitlines()[3])
    source = DataSource('er2', 'linear', settings, 'raw', 1000, 5)
    """
    data, method = cell.data, cell.method
    settings = pformat(dict(data.settings), width=68, sort_dicts=False)
    sizes = f"{data.scale!r}, {data.n_samples}, {data.n_features}"
    lines = [
        "from causal_dag.benchmarks.plan.data_source import DataSource",
        "from causal_dag.metrics import structural_hamming_distance",
        f"settings = {settings}",
        f"source = DataSource({data.label!r}, {data.kind!r}, settings, {sizes})",
        f"X, truth = source.draw({cell.seed})",
    ]
    parameters = dict(method.parameters)
    if not is_peer_method(method):
        lines += [
            "from causal_dag.registry import make_seeded_solver",
            f"model = make_seeded_solver({method.name!r}, {cell.seed}, **{parameters!r})",
            "estimate = model.fit(X)",
        ]
    else:
        lines += [
            "from causal_dag.benchmarks.peers.call import fit_peer",
            f"parameters = {parameters!r}",
            f"fit = fit_peer({method.origin!r}, {method.name!r}, X, {cell.seed}, parameters)",
            "estimate = fit.weights",
        ]
    return "\n".join([*lines, "print(structural_hamming_distance(truth, estimate))"])


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
    usage: dict[str, float | None] = {
        "wall_seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "peak_memory_mb": peak_memory_mb(),
        "start_memory_mb": start_memory,
    }
    remarks = {
        "cut_edges": len(model.projection_.cut_edges),
        "converged": bool(model.converged_),
        "solver_status": str(model.status_),
    }
    return dense(model.adjacency_), remarks, usage


def _fit_peer(cell: Cell, rows: FloatArray) -> Fit:
    method = cell.method
    fit = fit_peer(method.origin, method.name, rows, cell.seed, method.parameters, method.version)
    return fit.weights != 0, {}, {name: getattr(fit, name) for name in TIME_AND_MEMORY}


def peak_memory_mb() -> float:
    """Return the largest resident size that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT / _MEGABYTE
