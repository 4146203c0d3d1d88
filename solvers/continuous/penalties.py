"""Penalties on the size of the weights."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import ArrayLike

from causal_dag.arrays import FloatArray
from causal_dag.parameters import Matrix
from causal_dag.solvers.continuous.parts import Property


class Penalty(Protocol):
    """A weighted ℓ1 norm plus a smooth part, as any penalty whose only kink is at 0."""

    @property
    def proximal(self) -> bool:
        """Whether Adam applies the ℓ1 norm's proximal operator instead of its subgradient."""

    def l1_weights(self, d: int) -> FloatArray:
        """Return the weights of ``|W_ij|``, the slopes of the penalty at 0, shape (d, d)."""

    def smooth_part(self, W: FloatArray) -> tuple[float, FloatArray] | None:
        """Return the penalty minus its ℓ1 norm, and the gradient of that; None if it is 0."""

    def value(self, W: FloatArray) -> float:
        """Return the penalty."""


@dataclass(frozen=True)
class L1:
    """λ Σ E_ij ``|W_ij|``, the ℓ1 norm, with a weight E_ij per edge.

    Parameters
    ----------
    lambda1 : float
        Weight λ of the norm, >= 0.
    edge_weights : ndarray of shape (d, d), optional
        Weight E_ij >= 0 of every edge; 1 if not given.
    proximal : bool
        Whether a descent applies the proximal operator after each step, which can make weights
        exactly 0, instead of following the subgradient, as the published programs do. The penalty
        is the same.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.penalties import L1
    >>> L1(0.5).value(np.array([[0.0, -3.0], [1.0, 0.0]]))
    2.0
    """

    lambda1: float
    edge_weights: FloatArray | None = None
    proximal: bool = False

    offers: ClassVar[frozenset[Property]] = frozenset({Property.L1_NORM})

    def l1_weights(self, d: int) -> FloatArray:
        """Return the weight λ E_ij of every ``|W_ij|``."""
        return _l1_weights(self.lambda1, self.edge_weights, d)

    def smooth_part(self, W: FloatArray) -> None:
        """Return None: the penalty is its ℓ1 norm."""

    def value(self, W: FloatArray) -> float:
        """Return the penalty."""
        return _l1_norm(self.lambda1, self.edge_weights, W)


@dataclass(frozen=True)
class QuasiMCP:
    """Σ p(W_ij): ``λ(|w| − w²/2δ)`` up to ``|w|`` = δ, and λδ/2 beyond (Deng et al. 2024).

    Unlike the ℓ1 norm it does not shrink large weights, so the minimizer is the sparsest of equally
    likely graphs.

    Parameters
    ----------
    lambda1 : float
        Slope λ at 0, >= 0.
    delta : float
        Absolute weight δ beyond which the penalty is constant, > 0.
    edge_weights : ndarray of shape (d, d), optional
        Factor >= 0 on λ for every edge; 1 if not given.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.penalties import QuasiMCP
    >>> QuasiMCP(lambda1=2.0, delta=1.0).value(np.array([[0.0, -3.0], [0.5, 0.0]]))
    1.75
    """

    lambda1: float
    delta: float
    edge_weights: FloatArray | None = None

    proximal: ClassVar[bool] = False

    def l1_weights(self, d: int) -> FloatArray:
        """Return the slope at 0 of every edge's penalty."""
        return _l1_weights(self.lambda1, self.edge_weights, d)

    def smooth_part(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return Σ ``p(w) − λ|w|``, and its gradient ``−λ min(|w|/δ, 1) sign(w)``."""
        size = np.abs(W)
        weights = self.l1_weights(W.shape[0])
        inside = np.minimum(size, self.delta)
        saved = inside**2 / (2 * self.delta) + (size - inside)
        return -float(np.vdot(weights, saved)), -weights * np.sign(W) * inside / self.delta

    def value(self, W: FloatArray) -> float:
        """Return the penalty."""
        return _l1_norm(self.lambda1, self.edge_weights, W) + self.smooth_part(W)[0]


def checked_penalty_weights(penalty_weights: ArrayLike | None, d: int) -> FloatArray | None:
    """Return the penalty weights that a user passed as an array of shape (d, d).

    Raises
    ------
    ValueError
        If the shape is wrong, or a weight is negative or not finite.

    Examples
    --------
    >>> from causal_dag.solvers.continuous.penalties import checked_penalty_weights
    >>> checked_penalty_weights([[0, 1], [2, 0]], 2).tolist()
    [[0.0, 1.0], [2.0, 0.0]]
    """
    if penalty_weights is None:
        return None
    weights: FloatArray = Matrix().check("penalty_weights", penalty_weights)
    if weights.shape != (d, d):
        raise ValueError(
            f"penalty_weights has shape {weights.shape}; give one weight per edge, shape ({d}, {d})"
        )
    return weights


def _l1_weights(lambda1: float, edge_weights: FloatArray | None, d: int) -> FloatArray:
    return np.full((d, d), lambda1) if edge_weights is None else lambda1 * edge_weights


def _l1_norm(lambda1: float, edge_weights: FloatArray | None, W: FloatArray) -> float:
    size = np.abs(W)
    return lambda1 * float(size.sum() if edge_weights is None else np.vdot(edge_weights, size))
