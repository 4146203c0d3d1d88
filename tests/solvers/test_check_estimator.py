"""scikit-learn's own checks, whole, with no expected failures.

They fit tables of real numbers, so solvers of binary columns or counts are left out.
"""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from causal_dag.solvers import available_solvers, make_solver

SOLVERS = [make_solver(name) for name in available_solvers()]


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([solver for solver in SOLVERS if solver.column_values == "real"])
def test_scikit_learn_contract(estimator, check):
    check(estimator)
