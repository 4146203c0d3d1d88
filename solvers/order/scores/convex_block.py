"""The convex inner problem of nodes with coupled weights, formulated once and solved many times.

min over φ of ½ Σ_j ‖R D (e_j − W_j)‖² + penalties(W), with W linear in the coefficients φ, RᵀR the
correlations and D the scales. Orders enter through a parameter that fixes coefficients at 0.
"""

import importlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Edge
from causal_dag.moments import Moments
from causal_dag.parameters import Number
from causal_dag.solvers.order.scores.local_score import MOST_REMEMBERED
from causal_dag.tables.columns import Columns

# For coefficients scaled to explain the average variance at 1; an interior-point solver reaches 0
# and bounds only up to its tolerance.
ZERO_TOLERANCE = 1e-7

Bound = float | Mapping[Edge, float] | ArrayLike


@dataclass(frozen=True)
class Coefficients:
    """Free coefficients of a weight matrix; edges that share one have the same weight.

    Parameters
    ----------
    edges : ndarray of int, shape (n_edges, 2)
        Pairs i, j of the possible edges i → j.
    index : ndarray of int, shape (n_edges,)
        Index of the coefficient of every edge, 0, …, m − 1.
    lower, upper : ndarray of shape (m,)
        Bounds, possibly infinite.
    """

    edges: IntArray
    index: IntArray
    lower: FloatArray
    upper: FloatArray

    def into(self, nodes: Sequence[int]) -> "Coefficients":
        """Return the coefficients of the edges that end in these nodes."""
        inside = np.isin(self.edges[:, 1], nodes)
        kept, index = np.unique(self.index[inside], return_inverse=True)
        return Coefficients(self.edges[inside], index, self.lower[kept], self.upper[kept])

    def against(self, position: IntArray) -> BoolArray:
        """Return which coefficients an order fixes at 0: those of edges that point backwards."""
        backward = position[self.edges[:, 0]] > position[self.edges[:, 1]]
        blocked = np.zeros(self.lower.size, dtype=bool)
        blocked[self.index[backward]] = True
        return blocked


def shared_coefficients(
    allowed: BoolArray,
    equal: Sequence[Sequence[tuple[int, int]]],
    lower: FloatArray,
    upper: FloatArray,
) -> Coefficients:
    """Assign a coefficient to every allowed edge, the same one to edges of equal weight."""
    d = allowed.shape[0]
    first = [edges[0][0] * d + edges[0][1] for edges in equal for _ in edges]
    other = [i * d + j for edges in equal for i, j in edges]
    linked = csr_array((np.ones(len(other)), (first, other)), shape=(d * d, d * d))
    label = connected_components(linked, directed=False)[1]
    # A forbidden edge also excludes the edges whose weight must equal its own.
    possible = np.flatnonzero(~np.isin(label, label[np.flatnonzero(~allowed)]))
    index = np.unique(label[possible], return_inverse=True)[1]
    m = int(index.max(initial=-1)) + 1
    least, most = np.full(m, -np.inf), np.full(m, np.inf)
    np.maximum.at(least, index, lower.ravel()[possible])
    np.minimum.at(most, index, upper.ravel()[possible])
    return Coefficients(np.column_stack(np.divmod(possible, d)), index, least, most)


def bound_matrix(name: str, bound: Bound | None, otherwise: float, moments: Moments) -> FloatArray:
    """Return the user's bounds on all weights, shape (d, d), with ``otherwise`` as the default."""
    d = moments.n_features
    if isinstance(bound, Mapping):
        matrix = np.full((d, d), otherwise)
        for edge, value in bound.items():
            number = Number(infinite=True).check(f"{name}[{edge!r}]", value)
            matrix[edge_columns([edge], moments, name)[0]] = number
        return matrix
    matrix = np.array(otherwise if bound is None else bound, dtype=np.float64)
    if matrix.shape not in ((), (d, d)) or np.isnan(matrix).any():
        raise ValueError(
            f"{name} of shape {matrix.shape} must be a number, a mapping {{(cause, effect): bound}}"
            f" or an array of shape {(d, d)}, without NaN"
        )
    return np.broadcast_to(matrix, (d, d)).copy()


def edge_columns(edges: Iterable[Edge], moments: Moments, name: str) -> list[tuple[int, int]]:
    """Translate edges to pairs of column numbers."""
    columns = Columns(moments.n_features, moments.feature_names)
    pairs = [(columns.position(i, name), columns.position(j, name)) for i, j in edges]
    for i, j in pairs:
        if i == j:
            raise ValueError(f"{name}: the edge {moments.name_of(i)} -> itself is a loop; drop it")
    if not pairs:
        raise ValueError(f"{name} holds an empty sequence of edges; drop it")
    return pairs


@dataclass(frozen=True)
class Penalties:
    """Penalties added to the least-squares loss, and constraints on the weights.

    Parameters
    ----------
    lambda1 : float
        Weight of the sum of absolute weights.
    groups : sequence of (weight, edges)
        Each adds its weight times the Euclidean norm of its edges' weights.
    penalty : callable, optional
        Maps the cvxpy expression W, shape (d, d), to a convex cvxpy expression.
    constraints : callable, optional
        Maps W to a list of convex cvxpy constraints.
    """

    lambda1: float
    groups: Sequence[tuple[float, Sequence[tuple[int, int]]]]
    penalty: Callable[[Any], Any] | None
    constraints: Callable[[Any], Sequence[Any]] | None


@dataclass(frozen=True)
class BlockSolution:
    """The best weights into a block's nodes.

    Parameters
    ----------
    value : float
        Objective at ``weights``, in squared units of the data; infinite if infeasible.
    weights : ndarray of shape (n_edges,)
        Weight of every edge of the block.
    bound : float
        The solver's dual objective, a lower bound on the value.
    """

    value: float
    weights: FloatArray
    bound: float


@dataclass(frozen=True)
class ConvexBlock:
    """The inner problem of some nodes, for any order.

    Parameters
    ----------
    moments : Moments
        Moments of the data.
    nodes : sequence of int
        Nodes whose weights are coupled with one another, but not with other nodes.
    coefficients : Coefficients
        Coefficients of the edges that end in these nodes.
    penalties : Penalties
        A group of edges must lie entirely within this block or entirely outside.

    Raises
    ------
    ValueError
        If a user's penalty or constraint is not convex, or the objective has no lower bound.
    """

    moments: Moments
    nodes: Sequence[int]
    coefficients: Coefficients
    penalties: Penalties
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)

    def solution(self, blocked: BoolArray) -> BlockSolution:
        """Return the best weights with the blocked coefficients fixed at 0."""
        # One order at a time, because all orders share the cvxpy problem and its parameter.
        with self._lock:
            return self._remembered(blocked.tobytes())

    @cached_property
    def _remembered(self) -> Callable[[bytes], BlockSolution]:
        def solve(blocked: bytes) -> BlockSolution:
            return self._solve(np.frombuffer(blocked, dtype=bool))

        return lru_cache(MOST_REMEMBERED)(solve)

    def _solve(self, blocked: BoolArray) -> BlockSolution:
        cvxpy = _cvxpy()
        if blocked.size == 0:
            variance = float(self.moments.variance[list(self.nodes)].sum())
            return BlockSolution(variance / 2, np.empty(0), variance / 2)
        problem, variable, parameter = self._stated
        parameter.value = blocked.astype(np.float64)
        data, chain, inverse_data = problem.get_problem_data(cvxpy.CLARABEL, solver_opts={})
        raw = chain.solve_via_data(problem, data)
        # unpack_results would warn about inaccuracy, which the duality gap already reports.
        problem.unpack(chain.invert(raw, inverse_data))
        if problem.status in (cvxpy.UNBOUNDED, cvxpy.UNBOUNDED_INACCURATE):
            raise ValueError(
                "the convex objective has no lower bound; bound the weights, or use a penalty "
                "that is bounded below"
            )
        if problem.status not in (cvxpy.OPTIMAL, cvxpy.OPTIMAL_INACCURATE):
            return BlockSolution(np.inf, np.zeros(self.coefficients.index.size), np.inf)
        bound = problem.value - (raw.obj_val - raw.obj_val_dual)
        variable.value = self._cleaned(variable.value, blocked)
        return BlockSolution(
            value=float(problem.objective.value) * self._scale**2,
            weights=(variable.value * self._units)[self.coefficients.index],
            bound=float(bound) * self._scale**2,
        )

    def _cleaned(self, values: FloatArray, blocked: BoolArray) -> FloatArray:
        """Return the coefficients with exact zeros and clipped to their bounds."""
        values = np.where(blocked | (np.abs(values) <= ZERO_TOLERANCE), 0.0, values)
        within = np.clip(
            values, self.coefficients.lower / self._units, self.coefficients.upper / self._units
        )
        return np.where(blocked, 0.0, within)

    @cached_property
    def _scale(self) -> float:
        """Root mean square of the nodes' standard deviations."""
        return float(np.sqrt(self.moments.variance[list(self.nodes)].mean()))

    @cached_property
    def _units(self) -> FloatArray:
        """Weight that corresponds to a coefficient of 1, which explains variance 1."""
        variance = np.zeros(self.coefficients.lower.size)
        np.add.at(
            variance, self.coefficients.index, self.moments.variance[self.coefficients.edges[:, 0]]
        )
        return self._scale / np.sqrt(variance)

    @cached_property
    def _stated(self) -> tuple[Any, Any, Any]:
        """The cvxpy problem, its variable φ, and the parameter that blocks coefficients."""
        cvxpy = _cvxpy()
        m = self.coefficients.lower.size
        variable, parameter = cvxpy.Variable(m), cvxpy.Parameter(m, nonneg=True)
        design, outcome = self._least_squares()
        objective = cvxpy.sum_squares(outcome - design @ variable) / 2
        objective += self._penalty(variable) / self._scale**2
        holds = [cvxpy.multiply(parameter, variable) == 0, *self._bounds(variable)]
        if self.penalties.constraints is not None:
            holds += self.penalties.constraints(self._weights_expression(variable))
        problem = cvxpy.Problem(cvxpy.Minimize(objective), holds)
        if not problem.is_dcp(dpp=True):
            raise ValueError(
                "penalty and constraints must be convex by cvxpy's rules (a convex expression; "
                "affine == affine, convex <= concave); see problem.is_dcp in cvxpy's manual"
            )
        return problem, variable, parameter

    def _least_squares(self) -> tuple[FloatArray, FloatArray]:
        """Return A and b of ½ ‖b − Aφ‖², with one block of d rows per node."""
        eigenvalues, vectors = np.linalg.eigh(self.moments.standardized().covariance)
        root = np.sqrt(np.maximum(eigenvalues, 0.0))[:, None] * vectors.T
        columns = root * np.sqrt(self.moments.variance) / self._scale
        design = np.zeros((len(self.nodes), root.shape[0], self.coefficients.lower.size))
        for (i, j), k in zip(self.coefficients.edges, self.coefficients.index, strict=True):
            design[self.nodes.index(j), :, k] += columns[:, i] * self._units[k]
        return design.reshape(-1, design.shape[2]), columns[:, list(self.nodes)].T.ravel()

    def _penalty(self, variable: Any) -> Any:
        cvxpy = _cvxpy()
        members = np.bincount(self.coefficients.index, minlength=self._units.size)
        lambda1 = self.penalties.lambda1
        total = lambda1 * (members * self._units) @ cvxpy.abs(variable) if lambda1 > 0 else 0.0
        number = {tuple(edge): k for k, edge in enumerate(self.coefficients.edges.tolist())}
        for weight, edges in self.penalties.groups:
            inside = [self.coefficients.index[number[edge]] for edge in edges if edge in number]
            if inside:
                total += weight * cvxpy.norm(cvxpy.multiply(self._units[inside], variable[inside]))
        if self.penalties.penalty is not None:
            total += self.penalties.penalty(self._weights_expression(variable))
        return total

    def _bounds(self, variable: Any) -> list[Any]:
        below = np.flatnonzero(np.isfinite(self.coefficients.lower))
        above = np.flatnonzero(np.isfinite(self.coefficients.upper))
        bounds = []
        if below.size:
            bounds.append(variable[below] >= (self.coefficients.lower / self._units)[below])
        if above.size:
            bounds.append(variable[above] <= (self.coefficients.upper / self._units)[above])
        return bounds

    def _weights_expression(self, variable: Any) -> Any:
        """W as a cvxpy expression, shape (d, d)."""
        from scipy.sparse import csr_array

        d = self.moments.n_features
        rows = self.coefficients.edges @ np.array([d, 1])
        units = self._units[self.coefficients.index]
        shape = (d * d, self._units.size)
        placed = csr_array((units, (rows, self.coefficients.index)), shape=shape)
        return _cvxpy().reshape(placed @ variable, (d, d), order="C")


def _cvxpy() -> Any:
    # Imported lazily because it takes a second; untyped because its hints hide re-exported names.
    return importlib.import_module("cvxpy")
