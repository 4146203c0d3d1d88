"""The criteria that order search minimises, by name."""

from typing import Protocol, runtime_checkable

from causal_dag.problem import Problem
from causal_dag.solvers.order.order_score import OrderScore
from causal_dag.solvers.order.scores.least_squares import ConstrainedLeastSquares, DenseLeastSquares


@runtime_checkable
class Criterion(Protocol):
    """What an order is judged by; hands out the ``OrderScore`` of a problem.

    A criterion that tells equivalent graphs apart, by an assumption, has the attribute
    ``identifies = "directions"``. One for other columns than real numbers has the attribute
    ``column_values``, ``"binary"`` or ``"count"``.
    """

    @property
    def needs_rows(self) -> bool:
        """The score looks at rows, not only at their moments."""

    @property
    def needs_full_rank(self) -> bool:
        """The score needs a covariance of full rank."""

    def order_score(self, problem: Problem) -> OrderScore:
        """Return the score of the problem's orders."""


class LeastSquares:
    """Half the sum of the residual variances given all nodes before; assumes equal variances."""

    needs_rows = False
    needs_full_rank = True
    identifies = "directions"

    def order_score(self, problem: Problem) -> OrderScore:
        """Return the dense score, or one regression a node where prior knowledge says more."""
        if problem.constraints.is_trivial:
            return DenseLeastSquares(problem.moments)
        return ConstrainedLeastSquares(problem.moments, problem.constraints)
