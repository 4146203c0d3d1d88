"""Acyclicity as a soft constraint: one unconstrained problem, as in GOLEM."""

from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.problem import Monitor, Solution
from causal_dag.solvers.continuous.adam import KeptSlope, ModelAdam
from causal_dag.solvers.continuous.models import Model
from causal_dag.solvers.continuous.parts import Acyclicity, check_parts
from causal_dag.solvers.continuous.stage_loop import Limits, add_record, descend

# Adam's constant, as in the program of Ng et al. (2020).
BETA1 = 0.9


@dataclass(frozen=True)
class SoftConstraint:
    """Minimize score + λ1‖W‖₁ + λ2 h by Adam (Ng et al. 2020, section 4).

    The gradient of h is reused for several steps, as long as its relative error stays within the
    tolerance that the central path allows for its inverses.

    Parameters
    ----------
    max_iter : int
        Maximum number of steps.
    learning_rate : float
        Adam's step size.
    checkpoint : int
        Number of steps between checks of the objective.
    tol : float
        The descent ends when the relative change of the objective between two checks is at most
        this.
    """

    max_iter: int
    learning_rate: float
    checkpoint: int
    tol: float

    def minimize(
        self,
        model: Model,
        acyclicity: Acyclicity,
        lambda2: float,
        start: FloatArray,
        monitor: Monitor,
    ) -> Solution:
        """Run the descent and return its end point.

        Parameters
        ----------
        model : Model
            Score and graph as functions of the parameters.
        acyclicity : Acyclicity
            The function h.
        lambda2 : float
            Weight of h.
        start : ndarray of shape (k,)
            Parameters to start from.
        monitor : Monitor
            Receives a record every ``checkpoint`` steps.
        """
        check_parts(scheme=self, acyclicity=acyclicity, **model.parts)
        # With steps that are too long, squares and exponentials can overflow during the descent.
        with np.errstate(over="ignore", invalid="ignore"):
            descent = ModelAdam(
                model, 1.0, lambda2, acyclicity, KeptSlope(acyclicity), start, self.learning_rate,
                BETA1,
            )  # fmt: skip
            status = descend(
                descent,
                Limits(self.max_iter, self.checkpoint, self.tol),
                monitor,
                on_check=lambda _: add_record(
                    monitor, descent.weights, step=descent.rate, **descent.record()
                ),
            )
        return Solution(
            weights=descent.weights,
            objective=monitor.records[-1].objective,
            status=status,
            n_iter=descent.steps,
            trace=tuple(monitor.records),
            functions=model.functions(descent.point),
        )
