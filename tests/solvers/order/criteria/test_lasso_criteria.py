import numpy as np
import pytest

from causal_dag import Moments
from causal_dag.constraints import Constraints
from causal_dag.problem import Problem
from causal_dag.solvers.order.criteria.criterion import Criterion
from causal_dag.solvers.order.criteria.lasso import Lasso, ProfiledCoLiDE


@pytest.mark.parametrize("criterion", [Lasso(), ProfiledCoLiDE()])
def test_criteria_need_moments_only_of_any_rank(criterion):
    assert isinstance(criterion, Criterion)
    assert not criterion.needs_rows
    assert not criterion.needs_full_rank


@pytest.mark.parametrize("criterion", [Lasso, ProfiledCoLiDE])
@pytest.mark.parametrize("lambda1", [-1, np.nan, "0.1", None])
def test_a_penalty_that_is_no_number_of_at_least_0_is_refused(criterion, lambda1):
    with pytest.raises(ValueError, match=r"lambda1=.* must be a number >= 0"):
        criterion(lambda1=lambda1)


def test_an_unknown_kind_of_noise_is_refused():
    with pytest.raises(ValueError, match="noise='both' is not known"):
        ProfiledCoLiDE(noise="both")


@pytest.mark.parametrize("noise_floor", [0.0, -0.1, 1.5, np.nan])
def test_a_floor_that_is_no_share_is_refused(noise_floor):
    with pytest.raises(ValueError, match=r"noise_floor=.* must be a number > 0 and <= 1"):
        ProfiledCoLiDE(noise_floor=noise_floor)


def test_a_constant_column_is_refused():
    moments = Moments(9, np.zeros(2), np.diag([1.0, 0.0]))
    with pytest.raises(ValueError, match="column 1 is constant; drop it"):
        Lasso().order_score(Problem(moments, Constraints.none(2))).loss(np.arange(2))
