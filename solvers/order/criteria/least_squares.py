"""The least-squares criterion."""

from dataclasses import dataclass, replace

import numpy as np

from causal_dag.arrays import BoolArray, IntArray
from causal_dag.experiments import Experiments
from causal_dag.problem import Problem
from causal_dag.saving.values import saveable
from causal_dag.solvers.order.criteria.criterion import register_criterion
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.gaussian_node_scores import EqualVarianceGaussian
from causal_dag.solvers.order.scores.least_squares import ConstrainedLeastSquares, DenseLeastSquares
from causal_dag.solvers.order.scores.node_columns import NodeColumnsBIC
from causal_dag.solvers.order.scores.order_score import OrderScore
from causal_dag.solvers.order.search.likelihood_search import LeastSquaresTerms, LikelihoodSearcher
from causal_dag.solvers.order.search.local_score_search import LocalScoreSearcher


@saveable("LeastSquares")
@dataclass(frozen=True)
class LeastSquares:
    """Half the sum of residual variances given all predecessors; assumes equal variances."""

    needs_rows = False
    needs_full_rank = True
    identifies = "directions"
    assumed_noise = "equal"
    accepts_targets = True

    def order_score(self, problem: Problem) -> OrderScore:
        """Return the dense score, or the constrained one if there is prior knowledge."""
        moments, constraints = problem.moments, problem.constraints
        if problem.experiments is not None:
            score = self.score_of_experiments(problem.experiments)
            return DecomposableScore.within(score, constraints)
        if constraints.max_parents is not None:
            node_score = EqualVarianceGaussian(moments, 1 / (2 * moments.n_samples), penalty=0.0)
            return DecomposableScore.within(node_score, constraints)
        if constraints.is_trivial:
            return DenseLeastSquares(moments)
        return ConstrainedLeastSquares(moments, constraints)

    def insertion_searcher(
        self, problem: Problem, first: IntArray, parents: BoolArray | None, tolerance: float
    ) -> LikelihoodSearcher | LocalScoreSearcher | None:
        """Return a search that chooses parents if their number is limited, or rows have targets."""
        if problem.experiments is not None:
            score = self.score_of_experiments(problem.experiments)
            # The tolerance of the search is per row and column, and the loss per row.
            unit = float(problem.moments.variance.mean()) / score.noise_variance
            return LocalScoreSearcher(problem, score, first, parents, tolerance * unit)
        if problem.constraints.max_parents is None:
            return None
        n, d = problem.moments.n_samples, problem.moments.n_features
        n_terms = n * problem.constraints.explained.sum()
        terms = LeastSquaresTerms(0.0, float(n_terms), prices=np.zeros(d))
        return LikelihoodSearcher(problem, terms, first, parents, tolerance)

    def score_of_experiments(self, experiments: Experiments) -> NodeColumnsBIC:
        """Return ½ Σ_j (n_j / n) σ²_j as local scores, of rows in which the column is no target.

        Raises
        ------
        ValueError
            If interventions are not hard.
        """
        experiments.refuse_unless_hard("the criterion 'least-squares'")
        score = NodeColumnsBIC.of_experiments(experiments, penalty=0.0, gamma=0.0)
        return replace(score, noise_variance=2.0 * experiments.n_samples)


register_criterion("least-squares", LeastSquares)
