"""EqVar: top-down ordering for equal-variance models, and parents chosen by BIC."""

from typing import ClassVar

import numpy as np

from causal_dag.estimator import DAGEstimator
from causal_dag.identification import AssumedNoise, ColumnScale, Identified, Search
from causal_dag.parameters import NonNegative
from causal_dag.problem import Problem, Solution, one_step_solution
from causal_dag.registry import register_solver
from causal_dag.regression import least_squares_weights, residual_variances
from causal_dag.solvers.order.parents import bic_parents
from causal_dag.solvers.order.search.linear_extensions import top_down_order


class EqVar(DAGEstimator):
    """Linear models with equal noise variances, by the top-down ordering of Chen, Drton and Wang.

    The next variable in the order is the one with the smallest variance given those already placed
    (pivoted Cholesky decomposition, O(d³)) [1]_. This is consistent if all noise variances are
    equal, and depends on the units of the columns: on standardized data it is little better than
    chance. The parents of each variable are then chosen among its predecessors by the Bayesian
    information criterion, adding and removing one edge at a time.

    Parameters
    ----------
    penalty : float
        Penalty per edge in units of log n: the local score is n log σ² + penalty · ``|P|`` · log n.
        1 is the textbook criterion; 2 gives sparser graphs.
    time_budget : float
        Seconds; not checked during the fit, which is a single pass.

    Raises
    ------
    ValueError
        In ``fit``: if a column is a linear combination of others, n <= d, or a parameter is out of
        range.

    References
    ----------
    .. [1] Chen, Drton and Wang, "On causal discovery with an equal-variance assumption",
       Biometrika 106 (2019).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import EqVar
    >>> generator = np.random.default_rng(0)
    >>> cause = generator.normal(size=500)
    >>> effect = 2 * cause + generator.normal(size=500)
    >>> EqVar().fit(np.column_stack([effect, cause])).adjacency_.tolist()
    [[False, False], [True, False]]
    """

    needs_full_rank: ClassVar[bool] = True
    identifies: ClassVar[Identified] = "directions"
    assumed_noise: ClassVar[AssumedNoise] = "equal"
    column_scale: ClassVar[ColumnScale] = "raw"
    search: ClassVar[Search] = "one pass"

    penalty: NonNegative = 2.0

    def solve(self, problem: Problem) -> Solution:
        """Order the variables, choose parents and regress; the objective is the total BIC."""
        moments, constraints = problem.moments, problem.constraints
        order = top_down_order(moments, constraints)
        adjacency, score = bic_parents(moments, order, constraints, self.penalty)
        weights = least_squares_weights(moments.covariance, adjacency)
        variance = residual_variances(moments.covariance, weights).mean()
        noise_scale = np.full(moments.n_features, np.sqrt(variance))
        return one_step_solution(problem, weights, score, order=order, noise_scale=noise_scale)


register_solver("eqvar", EqVar)
