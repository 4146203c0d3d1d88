import numpy as np
import pytest

from causal_dag import Moments
from causal_dag.constraints import Constraints
from causal_dag.graph import is_dag
from causal_dag.problem import InitialPoint, Problem
from causal_dag.solvers.continuous.acyclicity.exponential import TraceExponential
from causal_dag.solvers.continuous.acyclicity.log_determinant import LogDeterminant
from causal_dag.solvers.continuous.models import starting_weights


def problem(X, initial, forbidden=None):
    constraints = Constraints.none(X.shape[1])
    if forbidden is not None:
        constraints = Constraints(forbidden, constraints.required, constraints.precedence)
    return Problem(Moments.from_rows(X), constraints, initial=initial)


def test_without_a_start_the_weights_are_zero(rows_of):
    assert not starting_weights(problem(rows_of(3), InitialPoint()), TraceExponential()).any()


def test_weights_are_taken_as_they_are(rows_of):
    W = np.array([[0.0, 0.5], [0.1, 0.0]])
    start = starting_weights(problem(rows_of(2), InitialPoint(weights=W)), LogDeterminant(1.0))
    np.testing.assert_array_equal(start, W)
    assert start is not W


def test_an_order_stands_for_the_regressions_on_all_predecessors(rows_of):
    X, order = rows_of(4), np.array([2, 0, 3, 1])
    forbidden = np.eye(4, dtype=bool)
    forbidden[0, 3] = True
    W = starting_weights(problem(X, InitialPoint(order=order), forbidden), TraceExponential())
    assert is_dag(W)
    for position, child in enumerate(order):
        parents = [i for i in order[:position] if not forbidden[i, child]]
        expected = np.linalg.lstsq(X[:, parents], X[:, child], rcond=None)[0]
        np.testing.assert_allclose(W[parents, child], expected, rtol=1e-8)
    assert W[0, 3] == 0.0


@pytest.mark.parametrize(
    ("acyclicity", "weight"), [(LogDeterminant(1.0), 1.1), (TraceExponential(), 50.0)]
)
def test_cycles_where_the_acyclicity_function_is_infinite_are_refused(rows_of, acyclicity, weight):
    start = InitialPoint(weights=np.array([[0.0, weight], [weight, 0.0]]))
    with pytest.raises(ValueError, match=r"init: .*cycles too strong.*project_to_dag"):
        starting_weights(problem(rows_of(2), start), acyclicity)
