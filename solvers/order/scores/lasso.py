"""Order scores with an ℓ1 penalty: the lasso, and CoLiDE with its noise scales profiled out.

All of them are one convex problem given the order. With r_j = [(I − W)ᵀC(I − W)]_jj,

    min over W along the order and σ of  Σ_j (r_j / 2σ_j + σ_j / 2) + λ ‖W‖₁,

where a ``NoiseScale`` determines the admissible σ: all 1 (least squares with an ℓ1 penalty, up to
the constant d/2), equal (CoLiDE-EV), or one per node (CoLiDE-NV).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Constraints
from causal_dag.moments import Moments
from causal_dag.regression import residual_variances
from causal_dag.solvers.order.scores.local_score import LocalScore, NodeFit
from causal_dag.solvers.order.scores.order_score import OrderScore, violates_precedence
from causal_dag.validation import COLLINEARITY_TOLERANCE

if TYPE_CHECKING:
    from causal_dag.solvers.order.scores.lasso_kernels import NodeFits, NodeProblems

# Minimum relative decrease of the loss that counts as an improvement, well above solver error.
SMALLEST_GAIN = 1e-10


class NoiseScale(Protocol):
    """The noise scales σ over which the score is minimized."""

    def bounds(self, scale: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return initial bounds on the σ of every node, given the scales of the columns."""

    is_shared: ClassVar[bool]

    def settle(self, problem: "NodeProblems", fits: "NodeFits") -> FloatArray:
        """Optimize the shared noise scale, if any; return every node's constant in the loss."""

    def at(self, residual: FloatArray, scale: FloatArray) -> FloatArray:
        """Return the optimal σ of every node given the residual variances."""


@dataclass(frozen=True)
class UnitNoise:
    """σ = 1: the score is half the sum of the residual variances."""

    is_shared: ClassVar[bool] = False

    def bounds(self, scale: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return 1 and 1."""
        return np.ones_like(scale), np.ones_like(scale)

    def settle(self, problem: "NodeProblems", fits: "NodeFits") -> FloatArray:
        """Nothing is shared, and the constant 1/2 per node is left out."""
        return np.zeros_like(problem.scale)

    def at(self, residual: FloatArray, scale: FloatArray) -> FloatArray:
        """Return 1."""
        return np.ones_like(scale)


@dataclass(frozen=True)
class UnequalNoise:
    """One σ_j per node, at least ``floor`` times the column's standard deviation."""

    floor: float

    is_shared: ClassVar[bool] = False

    def bounds(self, scale: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the floor, and the standard deviation, which no optimal σ exceeds."""
        return self.floor * scale, scale.copy()

    def settle(self, problem: "NodeProblems", fits: "NodeFits") -> FloatArray:
        """Nothing is shared."""
        constants: FloatArray = problem.scale * fits.lowest / 2
        return constants

    def at(self, residual: FloatArray, scale: FloatArray) -> FloatArray:
        """Return every node's own residual standard deviation."""
        return np.maximum(np.sqrt(residual), self.floor * scale)


@dataclass(frozen=True)
class EqualNoise:
    """One σ for all nodes, at least ``floor`` times the least standard deviation of a column."""

    floor: float

    is_shared: ClassVar[bool] = True

    def bounds(self, scale: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the σ of the empty graph twice: it is fixed until ``settle``."""
        sigma = np.full_like(scale, np.sqrt(np.mean(scale**2)))
        return sigma, sigma.copy()

    def settle(self, problem: "NodeProblems", fits: "NodeFits") -> FloatArray:
        """Find the σ consistent with its own residuals; the constant is σ / 2 per node."""
        from causal_dag.solvers.order.scores.lasso_kernels import fit_common_noise

        scale = problem.scale
        return np.full_like(scale, fit_common_noise(problem, fits, self.floor * scale.min()) / 2)

    def at(self, residual: FloatArray, scale: FloatArray) -> FloatArray:
        """Return the root of the mean residual variance."""
        sigma = max(np.sqrt(residual.mean()), self.floor * scale.min())
        return np.full_like(scale, sigma)


@dataclass(frozen=True)
class _OrderFit:
    """Optimum of an order."""

    order: IntArray
    fits: "NodeFits"
    loss: float


class LassoOrderScore(OrderScore):
    """Loss of an order with an ℓ1 penalty on the weights, in the units of the data.

    The nodes' problems are solved on correlations, with every penalty scaled accordingly, to an
    optimality residual near rounding error, so the loss of an order does not depend on how the
    search reached it. Independent noise of 1e-12 of its variance is added to every column, which
    gives the covariance full rank even with duplicated columns or n <= d.

    Required edges are penalized like any other and can have weight 0; forbidden edges are not
    candidates, and moves respect ``precedence``.

    Parameters
    ----------
    moments : Moments
        Moments of the data.
    constraints : Constraints
        Prior knowledge.
    lambda1 : float or ndarray of shape (d, d)
        Weight λ of ‖W‖₁, or of every ``|W_ij|``; at least 0.
    noise : NoiseScale
        ``UnitNoise()``, ``UnequalNoise(floor)`` or ``EqualNoise(floor)``.
    is_nonnegative : bool
        Whether weights are constrained to be non-negative; not supported with ``EqualNoise``.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.solvers.order.scores.lasso import UnitNoise
    >>> moments = Moments(9, np.zeros(2), np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> score = LassoOrderScore(moments, Constraints.none(2), 0.5, UnitNoise())
    >>> score.weights(np.array([0, 1])).round(6).tolist()
    [[0.0, 1.5], [0.0, 0.0]]
    >>> round(score.loss(np.array([0, 1])), 6)
    1.875
    """

    def __init__(
        self,
        moments: Moments,
        constraints: Constraints,
        lambda1: float | FloatArray,
        noise: NoiseScale,
        is_nonnegative: bool = False,
    ) -> None:
        self.moments = moments
        self.constraints = constraints
        self.lambda1 = lambda1
        self.noise = noise
        self.is_nonnegative = is_nonnegative
        self._latest: _OrderFit | None = None

    def loss(self, order: IntArray) -> float:
        """Return the minimum over the weights along the order, and over the noise scales."""
        return self._fit(order).loss

    def weights(self, order: IntArray) -> FloatArray:
        """Return the minimizing weights along the order."""
        scale = self._problem.scale
        return self._fit(order).fits.coefficients.T / scale[:, None] * scale

    def n_edges(self, order: IntArray) -> int:
        """Return the number of non-zero weights."""
        return int(np.count_nonzero(self._fit(order).fits.coefficients))

    def gradient(self, weights: FloatArray) -> FloatArray:
        """Return the subgradient of least norm of the penalized score, with σ profiled out.

        An entry is 0 if adding the edge, or changing its weight, does not lower the score.
        """
        covariance = self.moments.covariance
        sigma = self.noise.at(residual_variances(covariance, weights), self._problem.scale)
        smooth = (covariance @ weights - covariance) / sigma
        beyond = np.sign(smooth) * np.maximum(np.abs(smooth) - self.lambda1, 0.0)
        return np.where(weights == 0, beyond, smooth + self.lambda1 * np.sign(weights))

    def insertion_sweep(self, order: IntArray, tolerance: float) -> tuple[IntArray, float, int]:
        """Move every node once, at the noise scale that is optimal for the initial order.

        A node's problem is solved again only if it loses a parent, or gains a candidate that
        violates its optimality condition. A common noise scale is fixed during the sweep: this
        gives an upper bound on the loss that is tight at the start, so the loss decreases at least
        as much as the bound.
        """
        from causal_dag.solvers.order.scores.lasso_kernels import insertion_sweep

        start = self._fit(order)
        moved = order.copy()
        n_moves = insertion_sweep(
            self._problem,
            _copied(start.fits),
            _copied(start.fits),
            self.constraints.precedence,
            moved,
            max(tolerance, SMALLEST_GAIN) * start.loss,
        )
        return moved, self.loss(moved), n_moves

    def interval_change(self, order: IntArray, low: int, segment: IntArray) -> float:
        """Solve the nodes of the segment again; infinite if precedence forbids the move."""
        if violates_precedence(segment, self.constraints):
            return np.inf
        before = self._fit(order)
        moved = order.copy()
        moved[low : low + segment.size] = segment
        after = self._refit(moved, low, low + segment.size, _copied(before.fits))
        return after.loss - before.loss

    @property
    def node_score(self) -> "LassoNodeScore | None":
        """Local score of a node; None if all nodes share one noise scale."""
        return None if self.noise.is_shared else LassoNodeScore(self)

    def fit_node(self, node: int, candidates: BoolArray) -> NodeFit:
        """Solve one node from scratch, given a mask of candidates of shape (d,)."""
        from causal_dag.solvers.order.scores.lasso_kernels import fit_positions

        first = np.flatnonzero(candidates)
        order = np.append(first, np.delete(np.arange(candidates.size), np.append(first, node)))
        order = np.insert(order, first.size, node)
        fits = self._empty_graph()
        fit_positions(self._problem, fits, order, first.size, first.size + 1)
        scale = self._problem.scale
        value = scale[node] * fits.value[node] + self.noise.settle(self._problem, fits)[node]
        return NodeFit(float(value), fits.coefficients[node] / scale * scale[node])

    def _fit(self, order: IntArray) -> _OrderFit:
        """Solve an order from scratch, so the result is bitwise independent of earlier calls."""
        if self._latest is None or not np.array_equal(self._latest.order, order):
            self._latest = self._refit(order.copy(), 0, order.size, self._empty_graph())
        return self._latest

    def _refit(self, order: IntArray, first: int, stop: int, fits: "NodeFits") -> _OrderFit:
        from causal_dag.solvers.order.scores.lasso_kernels import fit_positions

        fit_positions(self._problem, fits, order, first, stop)
        constants = self.noise.settle(self._problem, fits)
        return _OrderFit(order, fits, float((self._problem.scale * fits.value + constants).sum()))

    def _empty_graph(self) -> "NodeFits":
        from causal_dag.solvers.order.scores.lasso_kernels import NodeFits

        scale = self._problem.scale
        d = scale.size
        lowest, highest = (bound / scale for bound in self.noise.bounds(scale))
        return NodeFits(
            lowest=lowest,
            highest=highest,
            candidates=np.zeros((d, d), dtype=bool),
            coefficients=np.zeros((d, d)),
            gradient=np.empty((d, d)),
            noise=np.empty(d),
            residual=np.empty(d),
            bias=np.empty(d),
            value=np.empty(d),
        )

    @cached_property
    def _problem(self) -> "NodeProblems":
        from causal_dag.solvers.order.scores.lasso_kernels import NodeProblems

        scale = np.sqrt(self.moments.variance)
        correlation = self.moments.standardized().covariance.copy()
        np.fill_diagonal(correlation, 1.0 + COLLINEARITY_TOLERANCE)
        price = np.broadcast_to(self.lambda1, correlation.shape) / scale[:, None]
        return NodeProblems(
            correlation,
            np.ascontiguousarray(price.T),
            scale,
            self.constraints.allowed,
            self.is_nonnegative,
        )


@dataclass(frozen=True)
class LassoNodeScore(LocalScore):
    """Local score of a node with an ℓ1 penalty, if the nodes do not share a noise scale."""

    order_score: LassoOrderScore

    def given(self, node: int, parents: BoolArray) -> NodeFit:
        """Return the minimum over the weights of these parents, some of which may be 0."""
        return self.order_score.fit_node(node, parents)

    def best(
        self, node: int, candidates: BoolArray, required: BoolArray, start: BoolArray
    ) -> NodeFit:
        """Return the minimum over the weights of all candidates, which adding more never raises."""
        return self.order_score.fit_node(node, candidates | required)


def _copied(fits: "NodeFits") -> "NodeFits":
    from causal_dag.solvers.order.scores.lasso_kernels import NodeFits

    return NodeFits._make(values.copy() for values in fits)
