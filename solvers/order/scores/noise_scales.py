"""Which noise scales σ a score with an ℓ1 penalty minimises over.

All 1 (least squares with an ℓ1 penalty, but for the constant d/2), one for all nodes (CoLiDE-EV),
or one a node (CoLiDE-NV).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from causal_dag.arrays import FloatArray

if TYPE_CHECKING:
    from causal_dag.solvers.order.scores.lasso_kernels import NodeFits, NodeProblems


class NoiseScale(Protocol):
    """Which noise scales σ the score minimises over."""

    def bounds(self, scale: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return bounds of every node's σ to start from, given the columns' scales."""

    is_shared: ClassVar[bool]

    def settle(self, problem: "NodeProblems", fits: "NodeFits") -> FloatArray:
        """Bring what the nodes share to its optimum; return every node's constant in the loss."""

    def at(self, residual: FloatArray, scale: FloatArray) -> FloatArray:
        """Return the optimal σ of every node for residual variances."""


@dataclass(frozen=True)
class UnitNoise:
    """σ = 1: the score is half the sum of the residual variances."""

    is_shared: ClassVar[bool] = False

    def bounds(self, scale: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return 1 and 1."""
        return np.ones_like(scale), np.ones_like(scale)

    def settle(self, problem: "NodeProblems", fits: "NodeFits") -> FloatArray:
        """Nothing is shared, and the constant 1/2 a node is left out."""
        return np.zeros_like(problem.scale)

    def at(self, residual: FloatArray, scale: FloatArray) -> FloatArray:
        """Return 1."""
        return np.ones_like(scale)


@dataclass(frozen=True)
class OwnNoise:
    """One σ_j a node, at least ``floor`` times the column's standard deviation."""

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
class CommonNoise:
    """One σ for all nodes, at least ``floor`` times the least standard deviation of a column."""

    floor: float

    is_shared: ClassVar[bool] = True

    def bounds(self, scale: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the σ of the empty graph twice: it is held until ``settle``."""
        sigma = np.full_like(scale, np.sqrt(np.mean(scale**2)))
        return sigma, sigma.copy()

    def settle(self, problem: "NodeProblems", fits: "NodeFits") -> FloatArray:
        """Find the σ that fits the residuals it leaves; the constant is σ / 2 a node."""
        from causal_dag.solvers.order.scores.lasso_kernels import fit_common_noise

        scale = problem.scale
        return np.full_like(scale, fit_common_noise(problem, fits, self.floor * scale.min()) / 2)

    def at(self, residual: FloatArray, scale: FloatArray) -> FloatArray:
        """Return the root of the mean residual variance."""
        sigma = max(np.sqrt(residual.mean()), self.floor * scale.min())
        return np.full_like(scale, sigma)
