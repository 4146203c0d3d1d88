"""The least-squares criterion."""

from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import BoolArray, IntArray
from causal_dag.problem import Problem
from causal_dag.saving.values import saveable
from causal_dag.solvers.order.criteria.criterion import register_criterion
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.gaussian_node_scores import EqualVarianceGaussian
from causal_dag.solvers.order.scores.least_squares import ConstrainedLeastSquares, DenseLeastSquares
from causal_dag.solvers.order.scores.order_score import OrderScore
from causal_dag.solvers.order.search.likelihood_search import LeastSquaresTerms, LikelihoodSearcher


@saveable("LeastSquares")
@dataclass(frozen=True)
class LeastSquares:
    """Half the sum of residual variances given all predecessors; assumes equal variances."""

    needs_rows = False
    needs_full_rank = True
    identifies = "directions"
    assumed_noise = "equal"

    def order_score(self, problem: Problem) -> OrderScore:
        """Return the dense score, or the constrained one if there is prior knowledge."""
        moments, constraints = problem.moments, problem.constraints
        if constraints.max_parents is not None:
            node_score = EqualVarianceGaussian(moments, 1 / (2 * moments.n_samples), penalty=0.0)
            return DecomposableScore.within(node_score, constraints)
        if constraints.is_trivial:
            return DenseLeastSquares(moments)
        return ConstrainedLeastSquares(moments, constraints)

    def insertion_searcher(
        self, problem: Problem, first: IntArray, parents: BoolArray | None, tolerance: float
    ) -> LikelihoodSearcher | None:
        """Return a search that chooses parents, if their number is limited; otherwise None."""
        if problem.constraints.max_parents is None:
            return None
        n, d = problem.moments.n_samples, problem.moments.n_features
        n_terms = n * problem.constraints.explained.sum()
        terms = LeastSquaresTerms(0.0, float(n_terms), prices=np.zeros(d))
        return LikelihoodSearcher(problem, terms, first, parents, tolerance)


register_criterion("least-squares", LeastSquares)
