"""What the solvers that descend over weights share: parameters, penalty and bounds."""

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
    """Base class of solvers that descend over weight matrices under an acyclicity function.

    Parameters
    ----------
    nonnegative : bool
        Allow no negative weights.
    penalty_weights : array of shape (d, d)
        Factor on ``lambda1`` for every edge, at least 0; 1 where not given.
    init : array, graph, sequence or fitted estimator
        Weights to start from; or an order, from whose regressions the solver starts.

    Other Parameters
    ----------------
    lambda1 : float
        Weight λ of the ℓ1 penalty.
    mu : sequence of float
        On a central path: weight of the score in every stage, falling.
    s : sequence of float
        On a central path: parameter of the log-determinant in every stage.
    warm_up_iter : int
        On a central path: largest number of steps in every stage but the last.
    learning_rate : float
        Adam's step size. Larger steps are faster and end in worse local minima.
    checkpoint : int
        Steps between two looks at the objective and the clock.
    tol : float
        A stage of the descent ends when the objective changes by no more than this share.
    l1_step : {"subgradient", "proximal"}
        How a step lowers the ℓ1 norm: along its subgradient, as published, which leaves small
        weights; or by shrinking, which leaves exact zeros.
    h_tol : float
        Acyclicity at which the augmented Lagrangian stops.
    rho_max : float
        Limit of the augmented Lagrangian's penalty parameter.
    """

    weight_threshold: NonNegative = 0.3
    nonnegative: bool = False
    penalty_weights: PenaltyWeights = None
    init: Any = None

    def edge_penalties(self, problem: Problem) -> FloatArray | None:
        """Return ``penalty_weights``, once their size is that of the data."""
        return checked_penalty_weights(self.penalty_weights, problem.moments.n_features)
