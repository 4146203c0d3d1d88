"""Least squares with user-defined convex penalties and linear constraints, solved by cvxpy."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.constraints import Constraints, Edge
from causal_dag.declared_parameters import CheckedFields
from causal_dag.moments import Moments
from causal_dag.parameters import NonNegative
from causal_dag.problem import Problem
from causal_dag.solvers.order.scores.convex_block import (
    BlockSolution,
    Bound,
    ConvexBlock,
    Penalties,
    bound_matrix,
    edge_columns,
    shared_coefficients,
)
from causal_dag.solvers.order.scores.order_score import OrderScore, violates_precedence
from causal_dag.validation import check_number

# Differences below the solver's own tolerance do not count as improvements.
SOLVER_TOLERANCE = 1e-7


@dataclass(frozen=True)
class ConvexScore(CheckedFields):
    """Least-squares loss with convex penalties and linear constraints on the weights.

    The loss of an order is the minimum over W of ½ tr((I − W)ᵀ C (I − W)) + lambda1 ‖W‖₁ + group
    penalties + ``penalty(W)``, subject to the constraints and to W[i, j] = 0 unless i precedes j
    and the edge is allowed. Like plain least squares, it assumes equal noise variances.

    Evaluating a loss solves a convex program, which takes milliseconds, and moves are evaluated as
    differences of losses. The criterion is meant for d up to about 20, where a local search takes
    seconds. Nodes whose weights are not coupled are solved separately, and solutions are cached.

    Parameters
    ----------
    constraints : callable, optional
        Maps W, a cvxpy expression of shape (d, d), to a list of cvxpy constraints. Orders for which
        they are infeasible have infinite loss.
    penalty : callable, optional
        Maps W to a convex cvxpy expression that is added to the loss.
    lambda1 : float
        Weight of the sum of absolute weights.
    nonnegative : bool
        Whether all weights are constrained to be non-negative.
    lower, upper : float, mapping {(cause, effect): bound}, or array of shape (d, d), optional
        Bounds on the weights; a single number applies to all.
    equal_effects : sequence of sequences of (cause, effect)
        The edges of each sequence share one weight. If an order excludes one of them, it excludes
        all of them.
    groups : sequence of (weight, edges)
        Group lasso [1]_: each group adds its weight times the Euclidean norm of its edges' weights,
        so the edges of a group are present or absent together.

    Raises
    ------
    ValueError
        In ``order_score``: if a parameter is out of range, an edge is unknown, or a bound excludes
        the weight 0 of an edge that is not required. When evaluating the score: if none of the
        orders evaluated so far can satisfy the constraints, or the program is not convex or is
        unbounded below.

    Notes
    -----
    Bounds, signs and equal effects hold exactly, ``constraints`` up to Clarabel's tolerance of
    1e-8. ``order_score(problem).certified_gap(order)`` bounds the distance of a loss from the
    minimum.

    References
    ----------
    .. [1] Yuan and Lin, "Model selection and estimation in regression with grouped variables",
       Journal of the Royal Statistical Society B 68 (2006).
    .. [2] Deng, Bello, Aragam and Ravikumar, "Optimizing NOTEARS Objectives via Topological
       Swaps", ICML 2023, arXiv 2305.17277: the bi-level problem, with any convex inner one.
    .. [3] Diamond and Boyd, "CVXPY: A Python-embedded modeling language for convex optimization",
       Journal of Machine Learning Research 17 (2016); Goulart and Chen, "Clarabel", 2024.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.problem import Problem
    >>> moments = Moments(50, np.zeros(2), np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> problem = Problem(moments, Constraints.none(2))
    >>> score = ConvexScore(upper={(0, 1): 1.5}).order_score(problem)
    >>> order = np.array([0, 1])
    >>> round(score.loss(order), 6), score.weights(order)[0, 1].round(6).item()
    (1.125, 1.5)
    >>> score.certified_gap(order) < 1e-6
    True
    """

    constraints: Callable[[Any], Sequence[Any]] | None = None
    penalty: Callable[[Any], Any] | None = None
    lambda1: NonNegative = 0.0
    nonnegative: bool = False
    lower: Bound | None = None
    upper: Bound | None = None
    equal_effects: Sequence[Iterable[Edge]] = ()
    groups: Sequence[tuple[float, Iterable[Edge]]] = ()

    needs_rows = False
    needs_full_rank = False
    identifies = "directions"
    assumed_noise = "equal"

    def order_score(self, problem: Problem) -> "ConvexOrderScore":
        """Return the score of the problem's orders."""
        moments, allowed = problem.moments, problem.constraints.allowed
        equal = [edge_columns(edges, moments, "equal_effects") for edges in self.equal_effects]
        penalties = self._penalties(moments)
        lower, upper = self._bounds(moments, problem.constraints)
        coefficients = shared_coefficients(allowed, equal, lower, upper)
        blocks = tuple(
            ConvexBlock(moments, nodes, coefficients.into(nodes), penalties)
            for nodes in self._coupled_nodes(moments.n_features, equal, penalties)
        )
        return ConvexOrderScore(moments, problem.constraints, blocks, penalties.lambda1)

    def _penalties(self, moments: Moments) -> Penalties:
        groups = [
            (check_number("groups: weight", weight, low=0), edge_columns(edges, moments, "groups"))
            for weight, edges in self.groups
        ]
        return Penalties(self.lambda1, groups, self.penalty, self.constraints)

    def _bounds(self, moments: Moments, constraints: Constraints) -> tuple[FloatArray, FloatArray]:
        lower = bound_matrix("lower", self.lower, -np.inf, moments)
        upper = bound_matrix("upper", self.upper, np.inf, moments)
        if self.nonnegative:
            lower = np.maximum(lower, 0.0)
        excluded = constraints.allowed & ~constraints.required & ((lower > 0) | (upper < 0))
        for i, j in np.argwhere(excluded | (constraints.allowed & (lower > upper)))[:1]:
            raise ValueError(
                f"bounds {lower[i, j]:g} to {upper[i, j]:g} of the edge {moments.name_of(i)} -> "
                f"{moments.name_of(j)} do not hold if the edge is absent (weight 0); widen them, "
                "or state in prior_knowledge that the edge is required"
            )
        return lower, upper

    def _coupled_nodes(
        self, d: int, equal: Sequence[Sequence[tuple[int, int]]], penalties: Penalties
    ) -> list[tuple[int, ...]]:
        """Return the sets of nodes whose weights have to be optimized jointly."""
        if self.constraints is not None or self.penalty is not None:
            return [tuple(range(d))]
        coupled = np.zeros((d, d))
        for edges in [*equal, *(edges for _, edges in penalties.groups)]:
            for _, effect in edges:
                coupled[edges[0][1], effect] = 1
        label = connected_components(csr_array(coupled), directed=False)[1]
        return [tuple(np.flatnonzero(label == block).tolist()) for block in range(label.max() + 1)]


@dataclass
class ConvexOrderScore(OrderScore):
    """The loss of an order, summed over blocks of coupled nodes; moves are differences of losses.

    Parameters
    ----------
    moments : Moments
        Moments of the data.
    constraints : Constraints
        Prior knowledge; orders that violate its precedence have infinite loss.
    blocks : sequence of ConvexBlock
        Inner problems that together contain every node exactly once.
    lambda1 : float
        Weight of the sum of absolute weights, for the gradient.

    Attributes
    ----------
    duality_gap : float
        ``certified_gap`` of the order whose loss was evaluated last; initially NaN.
    """

    moments: Moments
    constraints: Constraints
    blocks: Sequence[ConvexBlock]
    lambda1: float
    duality_gap: float = np.nan
    _was_feasible: bool = False

    def loss(self, order: IntArray) -> float:
        """Return the loss, infinite if infeasible; raise an error if no order was feasible yet."""
        loss = self._loss(order)
        self._was_feasible |= np.isfinite(loss)
        if not self._was_feasible:
            raise ValueError(
                "no weights satisfy the constraints under this order, nor under any seen before; "
                "loosen lower, upper or constraints, state edges that must not be 0 as required in "
                "prior_knowledge, or start from a feasible order (init)"
            )
        self.duality_gap = self.certified_gap(order)
        return loss

    def certified_gap(self, order: IntArray) -> float:
        """Return the loss of an order minus a lower bound on it, in squared units of the data.

        The loss is that of the returned weights, evaluated in floating point after zeros and
        bounds were made exact; the bound is the dual objective at the dual variables of the solver
        (Clarabel), summed over blocks. It is valid up to the solver's dual residual, 1e-8 relative
        to the data, so the gap can be slightly negative.
        """
        if not np.isfinite(self._loss(order)):
            return np.inf
        return sum(solution.value - solution.bound for solution in self._solutions(order))

    def weights(self, order: IntArray) -> FloatArray:
        """Return the minimizing weights; all 0 if the order is infeasible."""
        d = self.moments.n_features
        weights = np.zeros((d, d))
        for block, solution in zip(self.blocks, self._solutions(order), strict=True):
            weights[tuple(block.coefficients.edges.T)] = solution.weights
        return weights

    def gradient(self, weights: FloatArray) -> FloatArray:
        """Return −C(I − W), shrunk by lambda1 towards 0, which is the slope along absent edges.

        The user's penalty and groups are not included.
        """
        covariance = self.moments.covariance
        slope = covariance @ weights - covariance
        return np.sign(slope) * np.maximum(np.abs(slope) - self.lambda1, 0.0)

    def insertion_sweep(self, order: IntArray, tolerance: float) -> tuple[IntArray, float, int]:
        """Move every node once to its best position, evaluating the loss at each position."""
        current, loss, n_moves = order, self._loss(order), 0
        for node in order:
            rest = current[current != node]
            trials = [np.insert(rest, position, node) for position in range(order.size)]
            losses = [self._loss(trial) for trial in trials]
            best = int(np.argmin(losses))
            if self._improves(losses[best], loss, tolerance):
                current, loss, n_moves = trials[best], losses[best], n_moves + 1
        return current, self.loss(current), n_moves

    def interval_change(self, order: IntArray, low: int, segment: IntArray) -> float:
        """Return the difference of the losses; infinite if the new order is infeasible."""
        moved = order.copy()
        moved[low : low + segment.size] = segment
        return self._change(self._loss(order), self._loss(moved))

    def _improves(self, loss: float, before: float, tolerance: float) -> bool:
        if not np.isfinite(before):
            return loss < before
        return loss < before - max(tolerance, SOLVER_TOLERANCE) * abs(before)

    def _change(self, before: float, after: float) -> float:
        """Return after − before, or 0 if the change is below the solver's tolerance."""
        if not np.isfinite(after):
            return np.inf
        change = after - before
        return 0.0 if abs(change) <= SOLVER_TOLERANCE * abs(after) else change

    def _loss(self, order: IntArray) -> float:
        if violates_precedence(order, self.constraints):
            return np.inf
        return sum(solution.value for solution in self._solutions(order))

    def _solutions(self, order: IntArray) -> list[BlockSolution]:
        position = np.argsort(order)
        return [block.solution(block.coefficients.against(position)) for block in self.blocks]
