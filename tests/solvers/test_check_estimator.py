"""scikit-learn's own checks, whole, with no expected failures."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from causal_dag.solvers import available_solvers, make_solver


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([make_solver(name) for name in available_solvers()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)
