"""scikit-learn's own checks, whole, with no expected failures.

They fit tables of real numbers, so solvers of binary columns or counts are left out.
"""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from causal_dag.solvers import compared_solvers, make_solver

# What is tested is the contract, not the answer: GOLEM need not take its 100,000 steps.
SOLVERS = [
    make_solver(name, **({"max_iter": 2000} if name.startswith("golem") else {}))
    for name in compared_solvers()
]


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([solver for solver in SOLVERS if solver.column_values == "real"])
def test_scikit_learn_contract(estimator, check):
    check(estimator)
