"""Criterion of linear relations whose noise is not Gaussian."""

from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import BoolArray, IntArray
from causal_dag.declared_parameters import CheckedFields
from causal_dag.parameters import NonNegative
from causal_dag.problem import Problem
from causal_dag.saving.values import saveable
from causal_dag.solvers.order.criteria.criterion import register_criterion
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.residual_entropy import ResidualEntropy
from causal_dag.solvers.order.search.local_score_search import LocalScoreSearcher


@saveable("NonGaussianNoise")
@dataclass(frozen=True)
class NonGaussianNoise(CheckedFields):
    """Linear relations between variables whose independent noise has any distribution.

    The criterion is 2n times the sum of the entropies of the residuals, as estimated by kernel
    densities, and a price per edge. With Gaussian noise entropies are ½ log(2πe σ²), and the
    criterion is that of ``"bic"``. If the noise of at most one variable is Gaussian, the true graph
    has the least entropy, and all directions are identified [1]_, [2]_. Relations have to be
    linear, and there must be no hidden common causes: both look like non-Gaussian noise.

    Between variables with Gaussian noise no direction is identified. So a direction that the
    equivalence class leaves open is only shown as decided if the opposite one costs at least
    ``least_evidence`` more. A direction of the class itself is not tested: it stands in ``cpdag_``.

    Coefficients are those of least squares.

    Parameters
    ----------
    penalty : float
        Price of an edge in units of log n, at least 0.
    least_evidence : float
        Difference of scores, on the scale of −2 log-likelihood, from which on a direction that the
        equivalence class leaves open counts as decided by the noise.

    References
    ----------
    .. [1] Shimizu, Hoyer, Hyvärinen and Kerminen, "A linear non-Gaussian acyclic model for causal
       discovery", Journal of Machine Learning Research 7 (2006).
    .. [2] Hyvärinen and Smith, "Pairwise likelihood ratios for estimation of non-Gaussian
       structural equation models", Journal of Machine Learning Research 14 (2013): the likelihood
       is a sum of entropies of residuals.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import TOPO
    >>> cause, noise = np.random.default_rng(0).laplace(size=(2, 300))
    >>> model = TOPO(criterion="non-gaussian").fit(np.column_stack([cause + noise, cause]))
    >>> np.argwhere(model.adjacency_).tolist(), model.edges_["decided_by"].tolist()
    ([[1, 0]], ['assumption'])
    """

    penalty: NonNegative = 2.0
    least_evidence: NonNegative = 20.0

    needs_rows = True
    needs_full_rank = False
    identifies = "directions"
    column_scale = "any"
    assumed_noise = "non-Gaussian"

    def order_score(self, problem: Problem) -> DecomposableScore:
        """Return the score of orders, a sum of local scores."""
        return DecomposableScore.within(self.node_score(problem), problem.constraints)

    def insertion_searcher(
        self, problem: Problem, first: IntArray, parents: BoolArray | None, tolerance: float
    ) -> LocalScoreSearcher:
        """Return the search that chooses parents as it moves nodes."""
        return LocalScoreSearcher(problem, self.node_score(problem), first, parents, tolerance)

    def node_score(self, problem: Problem) -> ResidualEntropy:
        """Return the local scores of a problem's columns."""
        assert problem.rows is not None  # needs_rows
        price = self.penalty * float(np.log(len(problem.rows)))
        return ResidualEntropy(problem.rows, problem.moments, price)


register_criterion("non-gaussian", NonGaussianNoise)
