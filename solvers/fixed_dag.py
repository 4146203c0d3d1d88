"""A graph that the user brings, fitted to data as it stands."""

import os
from collections.abc import Sequence
from dataclasses import field, replace
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import clone

from causal_dag.arrays import AdjacencyMatrix, BoolArray
from causal_dag.constraints import Constraints
from causal_dag.estimator import DAGEstimator
from causal_dag.graph import consistent_extension, reachability
from causal_dag.graph.matrices import dense
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.graph_files import read_graph
from causal_dag.identification import Search
from causal_dag.moments import Moments
from causal_dag.problem import Problem, Solution, Status
from causal_dag.registry import available_solvers, make_solver, register_solver
from causal_dag.wording import counted, quoted

# How the solver reads a table.
_OF_THE_SOLVER = ("kinds", "groups", "nonlinear", "intervention", "means", "resolved_criterion")


class FixedDAG(DAGEstimator):
    """A given graph: weights, inference and effects without a search for edges.

    All edges of the graph are kept, also those that the data do not support, and none is added.
    ``causal_dag.advice.check_graph`` tests whether a graph agrees with data.

    A partly directed graph, such as a CPDAG, stands for its Markov equivalence class: ``weights_``
    are those of one of its DAGs, ``edges_`` reports its undirected edges as open, and effects range
    over the class.

    Parameters
    ----------
    graph : path, array of shape (d, d), data frame, networkx or igraph graph, or estimator
        The graph. Nodes are matched to columns by name where both have names, otherwise by
        position; columns that are not among its nodes have no edges. Its weights are not used.
    solver : str or DAGEstimator
        What models each column given its parents: a registry name or an estimator. The default,
        ``"topo-bic"``, is linear; ``"topo-curves"`` fits smooth functions, ``"topo-mixed"`` takes
        numbers and levels, ``"topo-bdeu"`` categories. It has nothing to search for, and its own
        prior knowledge is not used.
    time_budget : float
        Of the solver, in seconds.

    Raises
    ------
    ValueError
        In ``fit``: if no graph is given, the graph has a cycle or a node that is not a column, or
        its undirected edges cannot be directed without a new v-structure or cycle.

    See Also
    --------
    TOPO : Searches for a graph; ``init=`` starts from a given one, and ``prior_knowledge=`` fixes
        parts of it.

    Examples
    --------
    >>> import networkx as nx
    >>> import numpy as np
    >>> from causal_dag import FixedDAG
    >>> rain = np.random.default_rng(0).normal(size=500)
    >>> wet = 2 * rain + np.random.default_rng(1).normal(size=500)
    >>> model = FixedDAG(nx.DiGraph([(0, 1)])).fit(np.column_stack([rain, wet]))
    >>> model.weights_.round(1).tolist(), model.edges_["decided_by"].tolist()
    ([[0.0, 2.0], [0.0, 0.0]], ['knowledge'])
    """

    search: ClassVar[Search] = "one pass"
    is_compared: ClassVar[bool] = False
    selects_edges: ClassVar[bool] = False
    weight_threshold: ClassVar[float] = 0.0  # type: ignore[misc]
    prior_knowledge: ClassVar[None] = None  # type: ignore[misc]
    polish: ClassVar[None] = None  # type: ignore[misc]

    graph: Any = field(default=None, kw_only=False)
    solver: str | DAGEstimator = "topo-bic"

    @property
    def needs_rows(self) -> bool:  # type: ignore[override]
        """Whether the solver needs rows."""
        return self.unfitted_solver().needs_rows

    @property
    def needs_full_rank(self) -> bool:  # type: ignore[override]
        """Whether the solver needs a covariance of full rank."""
        return self.unfitted_solver().needs_full_rank

    @property
    def column_values(self) -> str:  # type: ignore[override]
        """What the solver expects in columns."""
        return self.unfitted_solver().column_values

    @property
    def accepts_targets(self) -> bool:  # type: ignore[override]
        """Whether the solver tells rows with interventions from observations."""
        return self.unfitted_solver().accepts_targets

    @property
    def counts_rows(self) -> bool:  # type: ignore[override]
        """Whether the solver uses how often each row occurs."""
        return self.unfitted_solver().counts_rows

    @property
    def takes_splines(self) -> bool:  # type: ignore[override]
        """Whether the solver takes moments of splines in place of rows."""
        return self.unfitted_solver().takes_splines

    def __getattr__(self, name: str) -> Any:
        """Return how the solver reads a table: its kinds and groups of columns, and experiments."""
        if name in _OF_THE_SOLVER:
            return getattr(self.unfitted_solver(), name)
        # Python asks here too after a property raised an error, such as NotFittedError: raise it.
        return super().__getattribute__(name)

    def set_params(self, **params: Any) -> Self:
        """Set parameters; prior knowledge is refused, because all edges are given."""
        if params.pop("prior_knowledge", None) is not None:
            raise ValueError(
                "FixedDAG does not search, so that prior_knowledge about edges, orders or lags has "
                "no effect; change graph=, or use a solver that searches, such as TOPO()"
            )
        super().set_params(**params)
        return self

    def unfitted_solver(self) -> DAGEstimator:
        """Return a new solver, which does not search more than once."""
        if isinstance(self.solver, str) and self.solver in available_solvers():
            solver = make_solver(self.solver)
        elif isinstance(self.solver, DAGEstimator):
            solver = clone(self.solver).set_params(prior_knowledge=None)
        else:
            raise ValueError(
                f"solver={quoted(self.solver)} must be a solver such as TOPO(criterion='curves'), "
                "or its name, such as 'topo-curves'"
            )
        if "n_restarts" in solver.get_params(deep=False):
            solver.set_params(n_restarts=0)
        return solver.checked_copy()

    def solve(self, problem: Problem) -> Solution:
        """Fit the solver's model to one DAG of the class; the objective is the solver's score."""
        dag = directed_graph(problem.constraints.allowed)
        problem = replace(problem, constraints=Constraints.exactly(dag))
        solver = self.unfitted_solver()
        solution = solver.solve(problem)
        is_linear = solution.functions is None and problem.columns is None
        weights = solver._final_weights(solution.weights, problem, is_linear=is_linear)
        # Nothing was searched for, so that no graph can be claimed to be the best.
        searched = solution.status is Status.OPTIMAL
        status = Status.CONVERGED if searched else solution.status
        return replace(solution, weights=weights, status=status)

    def _constraints(self, moments: Moments) -> Constraints:
        graph = arranged_graph(self.graph, moments.feature_names, moments.n_features)
        undirected = dense(graph.undirected)
        directed = dense(graph.adjacency) & ~undirected
        ahead = reachability(directed)
        return Constraints(~(directed | undirected) | ahead.T, directed, ahead)


def arranged_graph(graph: Any, names: Sequence[str] | None, n_columns: int) -> NamedGraph:
    """Return a graph, without directed cycles, over the columns of a table.

    Parameters
    ----------
    graph : path, array of shape (d, d), or anything that holds a graph
        The graph, or the file that it is in.
    names : sequence of str, optional
        Column names.
    n_columns : int
        Number of columns d.

    Raises
    ------
    ValueError
        If there is no graph, it has a cycle, or it has other nodes than the table has columns.
    """
    if graph is None:
        raise ValueError(
            "graph=None: pass a graph, such as a networkx.DiGraph, an array of shape (d, d), a "
            "fitted estimator or the name of a file (-p graph=FILE on the command line)"
        )
    name = "graph"
    try:
        if isinstance(graph, str | os.PathLike):
            given, name = read_graph(graph), os.fspath(graph)
        else:
            given = named_graph(graph)
        if given.n_nodes != n_columns and (given.names is None or names is None):
            raise ValueError(
                f"it has {counted(given.n_nodes, 'node')}, and the table "
                f"{counted(n_columns, 'column')}; name both, or give it one node per column"
            )
        given.require_acyclic()
        return given.arranged_like(names)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{name}: {error}") from error


def directed_graph(adjacency: AdjacencyMatrix) -> BoolArray:
    """Return a DAG of the class that a partly directed graph stands for, shape (d, d).

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.fixed_dag import directed_graph
    >>> int(directed_graph(np.array([[False, True], [True, False]])).sum())
    1
    """
    try:
        return np.asarray(dense(consistent_extension(adjacency)))
    except ValueError as error:
        raise ValueError(f"graph: {error}; direct some of its undirected edges") from error


register_solver("fixed", FixedDAG)
