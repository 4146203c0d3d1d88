"""The structural equations of a fitted graph, of the kind that its columns need."""

import numpy as np

from causal_dag import graph
from causal_dag.arrays import FloatArray, WeightMatrix
from causal_dag.conditional_models import ConditionalModels
from causal_dag.conditional_tables import ConditionalTables
from causal_dag.graph.matrices import dense
from causal_dag.level_equations import CategoricalEquations, MixedEquations
from causal_dag.moments import Moments
from causal_dag.problem import FunctionsOfSplines, Problem, StructuralFunctions
from causal_dag.structural_equations import LinearEquations, NonlinearEquations, StructuralEquations
from causal_dag.tables.column_groups import graph_of_columns


def fitted_equations(
    weights: WeightMatrix,
    functions: StructuralFunctions | None,
    problem: Problem,
    *,
    column_values: str = "real",
) -> StructuralEquations:
    """Return the equations of a fitted graph.

    Parameters
    ----------
    weights : ndarray or csr_array of shape (d, d)
        Weights of a DAG; in nonlinear models, strengths.
    functions : StructuralFunctions or None
        What a solver of a nonlinear model has learnt.
    problem : Problem
        The data: moments, and the rows of a nonlinear model, of categories or of mixed columns.
    column_values : str
        What the solver takes columns to hold.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.moments import Moments
    >>> from causal_dag.problem import Problem
    >>> from causal_dag.fitted_equations import fitted_equations
    >>> moments = Moments(10, np.array([1.0, 5.0]), np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> problem = Problem(moments, Constraints.none(2))
    >>> equations = fitted_equations(np.array([[0.0, 2.0], [0.0, 0.0]]), None, problem)
    >>> equations.intercept.tolist(), equations.noise_variance.tolist()
    ([1.0, 3.0], [1.0, 1.0])
    """
    rows, columns = problem.rows, problem.columns
    if columns is not None:
        assert rows is not None
        adjacency = dense(weights) != 0
        if column_values == "mixed":
            of_columns = graph_of_columns(adjacency, columns.nodes)
            return MixedEquations(
                ConditionalModels.fitted(
                    rows,
                    of_columns,
                    graph.topological_order(of_columns),
                    columns.widths,
                    columns.n_levels,
                    columns.is_count,
                ),
                columns.nodes,
            )
        order, levels = graph.topological_order(adjacency), rows.astype(np.intp)
        return CategoricalEquations(
            ConditionalTables.fitted(levels, adjacency, order, columns.n_levels, problem.row_counts)
        )
    if functions is None:

        def rest(moments: Moments) -> FloatArray:
            equations = LinearEquations.fitted(weights, moments)
            return np.stack([equations.intercept, equations.noise_variance])

        return LinearEquations(weights, *problem.by_column(rest))
    if problem.splines is not None:
        assert isinstance(functions, FunctionsOfSplines)
        return NonlinearEquations.fitted_to_moments(functions, weights != 0, problem.splines)
    assert rows is not None  # solvers of nonlinear models declare needs_rows
    return NonlinearEquations.fitted(functions, weights != 0, rows)
