"""Criteria with an ℓ1 penalty: the lasso, and CoLiDE with its noise scales profiled out."""

from dataclasses import dataclass
from typing import Annotated, Literal

from causal_dag.declared_parameters import CheckedFields
from causal_dag.identification import AssumedNoise
from causal_dag.parameters import NonNegative, Number
from causal_dag.problem import Problem
from causal_dag.saving.values import saveable
from causal_dag.solvers.order.criteria.criterion import register_criterion
from causal_dag.solvers.order.scores.lasso import (
    EqualNoise,
    LassoOrderScore,
    UnequalNoise,
    UnitNoise,
)


@saveable("Lasso")
@dataclass(frozen=True)
class Lasso(CheckedFields):
    """½ tr((I − W)ᵀC(I − W)) + λ ‖W‖₁, the NOTEARS and DAGMA score; assumes equal variances.

    Parameters
    ----------
    lambda1 : float
        λ, at least 0, in squared units of the data: multiplying the columns by c requires
        multiplying λ by c².

    Raises
    ------
    ValueError
        If ``lambda1`` is negative or not finite.

    References
    ----------
    .. [1] Zheng, Aragam, Ravikumar and Xing, "DAGs with NO TEARS", NeurIPS 2018,
       arXiv 1803.01422.

    Examples
    --------
    >>> from causal_dag.solvers.order.criteria.lasso import Lasso
    >>> Lasso(lambda1=0.1)
    Lasso(lambda1=0.1)
    """

    lambda1: NonNegative = 0.05

    needs_rows = False
    needs_full_rank = False
    identifies = "directions"
    assumed_noise = "equal"

    def order_score(self, problem: Problem) -> LassoOrderScore:
        """Return the score: one lasso per node."""
        return LassoOrderScore(problem.moments, problem.constraints, self.lambda1, UnitNoise())


@saveable("ProfiledCoLiDE")
@dataclass(frozen=True)
class ProfiledCoLiDE(CheckedFields):
    """CoLiDE's score [1]_ at the optimal noise scales, which are estimated with the weights.

    With r_j = [(I − W)ᵀC(I − W)]_jj, and apart from lower bounds on the noise scales, it equals
    √(d Σ_j r_j) + λ ‖W‖₁ for one noise scale, and Σ_j √r_j + λ ‖W‖₁ for one per node.

    Parameters
    ----------
    noise : {"equal", "unequal"}
        One noise scale for all nodes (CoLiDE-EV) or one per node (CoLiDE-NV).
    lambda1 : float
        λ, at least 0, in units of the data: multiplying the columns by c requires multiplying λ by
        c.
    noise_floor : float
        Lower bound on the noise scale, as a fraction of the column's standard deviation (of the
        smallest one for equal noise), above 0 and at most 1. If the true noise is below this bound,
        the score is less sensitive: columns of very large variance need a lower bound than the
        published one.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    References
    ----------
    .. [1] Saboksayr, Mateos and Tepper, "CoLiDE: Concomitant Linear DAG Estimation", ICLR 2024,
       arXiv 2310.02895.

    Examples
    --------
    >>> from causal_dag.solvers.order.criteria.lasso import ProfiledCoLiDE
    >>> ProfiledCoLiDE(noise="unequal")
    ProfiledCoLiDE(noise='unequal', lambda1=0.05, noise_floor=0.01)
    """

    noise: Literal["equal", "unequal"] = "equal"
    lambda1: NonNegative = 0.05
    noise_floor: Annotated[float, Number(low=0, high=1, strict=True)] = 0.01

    needs_rows = False
    needs_full_rank = False
    identifies = "directions"

    @property
    def assumed_noise(self) -> AssumedNoise:
        """Whether all nodes share a noise scale."""
        return self.noise

    def order_score(self, problem: Problem) -> LassoOrderScore:
        """Return the score: one square-root lasso per node, or lassos with one noise scale."""
        kind = EqualNoise if self.noise == "equal" else UnequalNoise
        if kind is EqualNoise and problem.constraints.given is not None:
            raise ValueError(
                "criterion 'colide-ev' shares one noise scale among all columns, given ones too; "
                "with given columns use 'bic-ev', or the solver colide-ev"
            )
        noise = kind(self.noise_floor)
        return LassoOrderScore(problem.moments, problem.constraints, self.lambda1, noise)


register_criterion("lasso", Lasso)
register_criterion("colide-ev", ProfiledCoLiDE, noise="equal")
register_criterion("colide-nv", ProfiledCoLiDE, noise="unequal")
