"""Base class of the solvers that optimize over weight matrices: parameters and penalties."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

from causal_dag.arrays import FloatArray
from causal_dag.estimator import DAGEstimator
from causal_dag.parameters import NonNegative, Number, Numbers, PenaltyWeights
from causal_dag.problem import Problem
from causal_dag.solvers.continuous.penalties import checked_penalty_weights

LearningRate: TypeAlias = Annotated[float, Number(low=0, high=1e3, strict=True)]
PathNumbers: TypeAlias = Annotated[Sequence[float], Numbers(Number(low=0, strict=True))]
LargestPenalty: TypeAlias = Annotated[float, Number(low=1, strict=True)]
Size: TypeAlias = Annotated[int, Number(low=1, high=10_000, integer=True)]


class ContinuousEstimator(DAGEstimator):
    """Base class of solvers that optimize over weight matrices with an acyclicity function.

    NOTEARS and DAGMA with linear least squares, and CoLiDE, take the ``targets`` of hard
    interventions in ``fit``: the rows in which a column is a target leave that column's term of the
    score. The others refuse them.

    Parameters
    ----------
    nonnegative : bool
        Whether to constrain all weights to be non-negative.
    penalty_weights : array of shape (d, d)
        Factor on ``lambda1`` for every edge, at least 0; 1 if not given.
    init : array, graph, sequence or fitted estimator
        Weights to start from; or an order, in which case the solver starts from the regression of
        every variable on its predecessors.

    Other Parameters
    ----------------
    lambda1 : float
        Weight λ of the ℓ1 penalty.
    mu : sequence of float
        On a central path: decreasing weights of the score, one per stage.
    s : sequence of float
        On a central path: parameter of the log-determinant in each stage.
    warm_up_iter : int
        On a central path: maximum number of steps in each stage except the last.
    learning_rate : float
        Adam's step size. Larger steps are faster but end in worse local minima.
    checkpoint : int
        Number of steps between checks of the objective and the clock.
    tol : float
        A stage of the descent ends when the relative change of the objective is at most this.
    l1_step : {"subgradient", "proximal"}
        How a step reduces the ℓ1 norm: along its subgradient, as published, which leaves small
        weights; or by soft thresholding, which gives exact zeros.
    h_tol : float
        Value of the acyclicity function at which the augmented Lagrangian stops.
    rho_max : float
        Upper limit of the augmented Lagrangian's penalty parameter.
    """

    weight_threshold: NonNegative = 0.3
    nonnegative: bool = False
    penalty_weights: PenaltyWeights = None
    init: Any = None

    def edge_penalties(self, problem: Problem) -> FloatArray | None:
        """Return ``penalty_weights`` after checking that their shape matches the data."""
        return checked_penalty_weights(self.penalty_weights, problem.moments.n_features)
