"""One stage of the central path: its objective, and Adam's descent on it."""

from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.solvers.continuous.acyclicity import LogDeterminant
from causal_dag.solvers.continuous.penalties import L1
from causal_dag.solvers.continuous.scores import ScaledScore

# Up to this s a step that leaves the domain ends the descent; above, it is undone and halved (as in
# the authors' program of Bello et al. 2022).
LARGEST_STRICT_S = 0.9


@dataclass(frozen=True)
class StageObjective:
    """What a stage minimises: μ(score + λ‖W‖₁) + h_s(W).

    Parameters
    ----------
    score : ScaledScore
        The score.
    penalty : L1
        The ℓ1 penalty.
    mu : float
        Weight of score and penalty.
    acyclicity : LogDeterminant
        The log-determinant h_s.
    """

    score: ScaledScore
    penalty: L1
    mu: float
    acyclicity: LogDeterminant

    def value(self, W: FloatArray, scale: FloatArray) -> float:
        """Return the objective at weights W, shape (d, d), and noise scales, one a group."""
        score, _ = self.score.value_and_grad(W, scale)
        return self.mu * (score + self.penalty.value(W)) + self.acyclicity.value(W)


class AdamDescent:
    """Adam on the weights, each step followed by the exact noise scales; resumable.

    Parameters
    ----------
    objective : StageObjective
        What to minimise.
    free : ndarray of bool, shape (d, d)
        Entries of W that may move.
    weights : ndarray of shape (d, d)
        Where to start.
    scale : ndarray of shape (n_groups,)
        Noise scales for the first step.
    learning_rate : float
        Step size.
    smallest_weight : float
        Lower bound of all weights: 0, or minus infinity.
    """

    def __init__(
        self,
        objective: StageObjective,
        free: BoolArray,
        weights: FloatArray,
        scale: FloatArray,
        learning_rate: float,
        smallest_weight: float = -np.inf,
    ) -> None:
        from causal_dag.solvers.continuous.adam_kernels import pad

        self.objective = objective
        self.scale = scale.copy()
        self.learning_rate = learning_rate
        self.steps = 0
        self.stalled = False
        self._smallest_weight = smallest_weight
        self._interval = 1
        self._d = weights.shape[0]
        self._free = pad(free)
        self._covariance = pad(objective.score.covariance)
        self._covariance_unit = float(np.abs(self._covariance).max())
        self._single_covariance = (self._covariance / self._covariance_unit).astype(np.float32)
        self._weights = pad(weights)
        # The objective's unit: about the largest gradient of the score, or 1.
        largest = self._covariance_unit / float(scale.min())
        self._barrier = 1.0 / max(1.0, objective.mu * largest)
        self._mu = objective.mu * self._barrier
        self._subgradient = self._mu * pad(objective.penalty.subgradient_weights(self._d))
        self._shrinkage = self._mu * pad(objective.penalty.shrinkage_weights(self._d))
        self._first_moment = np.zeros_like(self._weights, dtype=np.float32)
        self._second_moment = np.zeros_like(self._first_moment)

    @property
    def weights(self) -> FloatArray:
        """Weights at this moment, shape (d, d)."""
        return self._weights[: self._d, : self._d].copy()

    @property
    def value(self) -> float:
        """Objective at this moment."""
        return self.objective.value(self.weights, self.scale)

    def advance(self, n_steps: int) -> bool:
        """Take ``n_steps`` steps; False if the weights left the domain and are of no use now.

        ``stalled`` is set where no step, however short, stays in the domain.
        """
        from causal_dag.solvers.continuous.adam_kernels import LEFT_DOMAIN, STALLED, adam_steps

        score, s = self.objective.score, self.objective.acyclicity.s
        n_done, self.learning_rate, self._interval, outcome = adam_steps(
            self._weights,
            self.scale,
            self._first_moment,
            self._second_moment,
            self._covariance,
            self._single_covariance,
            self._covariance_unit,
            self._free,
            score.group,
            score.smallest_scale,
            score.largest_scale,
            self._mu,
            self._barrier,
            self._subgradient,
            self._shrinkage,
            self._smallest_weight,
            self._smallest_weight > -np.inf or bool(self._shrinkage.any()),
            float(s),
            float(self.learning_rate),
            self._interval,
            self.steps,
            n_steps,
            s > LARGEST_STRICT_S,
        )
        self.steps += n_done
        self.stalled = outcome == STALLED
        return bool(outcome != LEFT_DOMAIN)
