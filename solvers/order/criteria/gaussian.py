"""Sparse Gaussian criteria: BIC with unequal or equal noise variances."""

from dataclasses import dataclass

from causal_dag.arrays import BoolArray, IntArray
from causal_dag.declared_parameters import CheckedFields
from causal_dag.experiments import Experiments
from causal_dag.parameters import NonNegative, NonNegativeOrAuto
from causal_dag.problem import Problem
from causal_dag.regression import parent_prices
from causal_dag.saving.values import saveable
from causal_dag.solvers.order.criteria.criterion import register_criterion
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.equal_variance_columns import EqualVarianceColumns
from causal_dag.solvers.order.scores.equal_variance_score import EqualVarianceScore
from causal_dag.solvers.order.scores.gaussian_node_scores import GaussianBIC
from causal_dag.solvers.order.scores.local_score import LocalScore
from causal_dag.solvers.order.scores.node_columns import NodeColumnsBIC
from causal_dag.solvers.order.search.likelihood_search import GaussianTerms, LikelihoodSearcher
from causal_dag.solvers.order.search.local_score_search import LocalScoreSearcher
from causal_dag.solvers.order.search.tangent_search import TangentSearcher


@saveable("BIC")
@dataclass(frozen=True)
class BIC(CheckedFields):
    """``Σ_j n log σ²_j + (penalty · log n + 4 gamma · log d) · |edges|``: unequal variances.

    A change of units adds a constant, so the graph does not depend on the units. Graphs of the same
    Markov equivalence class have the same likelihood: **the direction of an edge that is undirected
    in the class is not identified**, and is arbitrary.

    Parameters
    ----------
    penalty : float or "auto"
        Penalty per edge in units of log n, at least 0. 1 is the textbook criterion [1]_, 2 gives
        sparser graphs. With ``"auto"`` the k-th parent of a column costs log n + 2 log((d − k) / k)
        and at least 0.5 log n; all edges together, Σ_j k_j log n + 2 log C(d − 1, k_j) [3]_. All
        graphs of a class have the same price: reversing a covered edge, one whose ends have all
        other parents in common, swaps the numbers of parents of its ends, and such reversals lead
        from each graph of a class to every other [4]_.
    gamma : float
        Weight of the extended criterion [2]_, at least 0; up to 1 in the literature.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    References
    ----------
    .. [1] Schwarz, "Estimating the dimension of a model", Annals of Statistics 6 (1978).
    .. [2] Foygel and Drton, "Extended Bayesian information criteria for Gaussian graphical models",
       NeurIPS 2010.
    .. [3] Chen and Chen, "Extended Bayesian information criteria for model selection with large
       model spaces", Biometrika 95 (2008).
    .. [4] Chickering, "A transformational characterization of equivalent Bayesian network
       structures", UAI 1995.

    Examples
    --------
    >>> from causal_dag.solvers.order.criteria.gaussian import BIC
    >>> BIC(penalty=1.0)
    BIC(penalty=1.0, gamma=0.0)
    """

    penalty: NonNegativeOrAuto = "auto"
    gamma: NonNegative = 0.0

    needs_rows = False
    needs_full_rank = False
    identifies = "class"
    accepts_targets = True

    def order_score(self, problem: Problem) -> DecomposableScore:
        """Return the score of orders, a sum of local scores."""
        node_score: LocalScore = GaussianBIC(problem.moments, self.penalty, self.gamma)
        if problem.experiments is not None:
            node_score = self.score_of_experiments(problem.experiments)
        return DecomposableScore.within(node_score, problem.constraints)

    def insertion_searcher(
        self, problem: Problem, first: IntArray, parents: BoolArray | None, tolerance: float
    ) -> LikelihoodSearcher | LocalScoreSearcher:
        """Return the search that chooses parents as it moves nodes."""
        if problem.experiments is not None:
            score = self.score_of_experiments(problem.experiments)
            return LocalScoreSearcher(problem, score, first, parents, tolerance)
        prices = parent_prices(problem.moments, self.penalty, self.gamma)
        terms = GaussianTerms(float(problem.moments.n_samples), 0.0, prices)
        return LikelihoodSearcher(problem, terms, first, parents, tolerance)

    def score_of_experiments(self, experiments: Experiments) -> NodeColumnsBIC:
        """Return the local scores, of each column with the rows in which its equation holds."""
        return NodeColumnsBIC.of_experiments(experiments, self.penalty, self.gamma)


@saveable("EqualVarianceBIC")
@dataclass(frozen=True)
class EqualVarianceBIC(CheckedFields):
    """``n d log(Σ_j σ²_j / d) + (penalty · log n + 4 gamma · log d) · |edges|``: equal variances.

    If all noise variances are equal, the directions of all edges are identified [1]_. The
    criterion **assumes** equality, and depends on the units of the columns: never standardize them.

    Parameters
    ----------
    penalty : float or "auto"
        Penalty per edge in units of log n, at least 0; ``"auto"`` as for ``BIC``.
    gamma : float
        Weight of the extended criterion, at least 0.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    References
    ----------
    .. [1] Peters and Bühlmann, "Identifiability of Gaussian structural equation models with equal
       error variances", Biometrika 101 (2014).

    Examples
    --------
    >>> from causal_dag.solvers.order.criteria.gaussian import EqualVarianceBIC
    >>> EqualVarianceBIC()
    EqualVarianceBIC(penalty='auto', gamma=0.0)
    """

    penalty: NonNegativeOrAuto = "auto"
    gamma: NonNegative = 0.0

    needs_rows = False
    needs_full_rank = False
    identifies = "directions"
    assumed_noise = "equal"
    accepts_targets = True

    def order_score(self, problem: Problem) -> EqualVarianceScore:
        """Return the score of orders."""
        if problem.experiments is not None:
            return self.score_of_experiments(problem, problem.experiments)
        return EqualVarianceScore(problem.moments, problem.constraints, self.penalty, self.gamma)

    def score_of_experiments(
        self, problem: Problem, experiments: Experiments
    ) -> EqualVarianceColumns:
        """Return the score that pools each column's residuals in the rows where it is no target.

        Raises
        ------
        ValueError
            If interventions are not hard, or the price of an edge depends on the number of parents.
        """
        experiments.refuse_unless_hard("the criterion 'bic-ev'")
        columns = NodeColumnsBIC.of_experiments(experiments, self.penalty, self.gamma)
        moments, constraints = problem.moments, problem.constraints
        return EqualVarianceColumns(moments, constraints, self.penalty, self.gamma, columns)

    def insertion_searcher(
        self, problem: Problem, first: IntArray, parents: BoolArray | None, tolerance: float
    ) -> LikelihoodSearcher | TangentSearcher:
        """Return the search that chooses parents as it moves nodes."""
        if problem.experiments is not None:
            score = self.score_of_experiments(problem, problem.experiments)
            return TangentSearcher(problem, score, first, parents, tolerance)
        moments = problem.moments
        prices = parent_prices(moments, self.penalty, self.gamma)
        n_terms = moments.n_samples * problem.constraints.explained.sum()
        terms = GaussianTerms(0.0, float(n_terms), prices)
        return LikelihoodSearcher(problem, terms, first, parents, tolerance)


register_criterion("bic", BIC)
register_criterion("bic-ev", EqualVarianceBIC)
