"""Criterion of additive curves: every variable is a sum of smooth functions of its parents."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.declared_parameters import CheckedFields
from causal_dag.moments import Moments
from causal_dag.parameters import NonNegative
from causal_dag.problem import Problem
from causal_dag.saving.values import saveable
from causal_dag.solvers.order.criteria.criterion import register_criterion
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.equal_variance_columns import EqualVarianceColumns
from causal_dag.solvers.order.scores.node_columns import NodeColumns, NodeColumnsBIC
from causal_dag.solvers.order.scores.spline_basis import SplineBasis
from causal_dag.solvers.order.search.local_score_search import LocalScoreSearcher
from causal_dag.solvers.order.search.tangent_search import TangentSearcher
from causal_dag.spline_moments import SplineMoments


@saveable("AdditiveCurves")
@dataclass(frozen=True)
class AdditiveCurves(CheckedFields):
    """Variables that are sums of smooth functions of their parents, plus Gaussian noise.

    With curved functions the graph is identified, all directions included [1]_, [2]_. Between
    variables in linear Gaussian relations it is not, and a direction is only shown as decided if
    the opposite one costs at least ``least_evidence`` more.

    The local score of node j is the lower of two: that of a linear regression on the parents,
    n log σ² + penalty · log n for each, and that of a sum of smooth functions, the marginal
    likelihood of a Gaussian process plus half that price for each parent, which pays for the
    linear part only. So linear data gives the graph of ``"bic"``.

    Parameters
    ----------
    penalty : float
        Price of a linear edge in units of log n, at least 0.
    least_evidence : float
        Difference of scores, on the scale of −2 log-likelihood, from which on a direction that the
        equivalence class leaves open counts as decided by the curves.

    References
    ----------
    .. [1] Hoyer, Janzing, Mooij, Peters and Schölkopf, "Nonlinear causal discovery with additive
       noise models", NeurIPS 2008.
    .. [2] Bühlmann, Peters and Ernest, "CAM: Causal additive models, high-dimensional order search
       and penalized regression", Annals of Statistics 42 (2014).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import TOPO
    >>> cause, noise = np.random.default_rng(0).normal(size=(2, 300))
    >>> effect = np.tanh(2 * cause) + 0.3 * noise
    >>> model = TOPO(criterion="curves").fit(np.column_stack([effect, cause]))
    >>> np.argwhere(model.adjacency_).tolist(), model.edges_["decided_by"].tolist()
    ([[1, 0]], ['assumption'])
    """

    penalty: NonNegative = 2.0
    least_evidence: NonNegative = 10.0

    needs_rows = True
    takes_splines = True
    needs_full_rank = False
    identifies = "directions"
    column_scale = "any"

    def order_score(self, problem: Problem) -> DecomposableScore:
        """Return the score of orders, a sum of local scores."""
        node_score = _Curves.of(problem, self.penalty).score
        return DecomposableScore.within(node_score, problem.constraints)

    def insertion_searcher(
        self, problem: Problem, first: IntArray, parents: BoolArray | None, tolerance: float
    ) -> LocalScoreSearcher:
        """Return the search that chooses parents as it moves nodes."""
        score = _Curves.of(problem, self.penalty).score
        return LocalScoreSearcher(problem, score, first, parents, tolerance)

    def functions(self, problem: Problem, adjacency: BoolArray) -> "CurveFunctions":
        """Return the functions of the parents in a graph, shape (d, d)."""
        return _Curves.of(problem, self.penalty).functions(adjacency)


@saveable("EqualVarianceCurves")
@dataclass(frozen=True)
class EqualVarianceCurves(CheckedFields):
    """Sums of smooth functions of the parents, plus Gaussian noise of the same variance everywhere.

    n d log(Σ_j σ²_j / d) takes the place of Σ_j n log σ²_j in ``AdditiveCurves``, at the same
    prices. Equal variances direct edges, linear ones too. The criterion **assumes** equality, and
    depends on the units of the columns: never standardize them.

    The logarithm of a sum is not a sum of local scores, but its tangents are: with the noise
    variance fixed at σ², Σ_j n σ²_j / σ² is an upper bound, up to a constant. The search minimizes
    it, sets σ² to the mean of the σ²_j it finds, and goes on, until the score no longer falls.

    Parameters
    ----------
    penalty : float
        Price of a linear edge in units of log n, at least 0.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import TOPO
    >>> cause, noise = np.random.default_rng(0).normal(size=(2, 300))
    >>> effect = cause**2 + noise
    >>> model = TOPO(criterion="curves-ev").fit(np.column_stack([effect, cause]))
    >>> np.argwhere(model.adjacency_).tolist()
    [[1, 0]]
    """

    penalty: NonNegative = 2.0

    needs_rows = True
    takes_splines = True
    needs_full_rank = False
    identifies = "directions"
    assumed_noise = "equal"

    def order_score(self, problem: Problem) -> EqualVarianceColumns:
        """Return the score of orders."""
        columns = _Curves.of(problem, self.penalty).score
        moments, constraints = problem.moments, problem.constraints
        return EqualVarianceColumns(moments, constraints, self.penalty, 0.0, columns)

    def insertion_searcher(
        self, problem: Problem, first: IntArray, parents: BoolArray | None, tolerance: float
    ) -> TangentSearcher:
        """Return the search that chooses parents as it moves nodes."""
        return TangentSearcher(problem, self.order_score(problem), first, parents, tolerance)

    def functions(self, problem: Problem, adjacency: BoolArray) -> "CurveFunctions":
        """Return the functions of the parents in a graph, shape (d, d)."""
        score = self.order_score(problem)
        tangent = score.with_noise(score.of_graph(adjacency)[1])
        return replace(_Curves.of(problem, self.penalty), score=tangent).functions(adjacency)


@saveable("CurveFunctions")
@dataclass(frozen=True, eq=False)
class CurveFunctions:
    """f_j(x) = Σ_i f_ij(x_i), each f_ij with mean 0 over the rows of the fit.

    Parameters
    ----------
    bases : tuple of SplineBasis
        The columns of every variable.
    coefficients : ndarray of shape (d, n_columns, d)
        ``coefficients[i, k, j]``: of the k-th column of variable i in the function of j, in units
        of j.
    """

    bases: tuple[SplineBasis, ...]
    coefficients: FloatArray

    def predict(self, rows: FloatArray) -> FloatArray:
        """Return all f_j at the rows, shape (n, d)."""
        values = np.zeros_like(rows, dtype=np.float64)
        for basis, column, own in zip(self.bases, rows.T, self.coefficients, strict=True):
            if own.any():
                columns = basis.columns(column)
                values += columns @ own[: columns.shape[1]]
        return values

    def residual_variance(self, moments: SplineMoments) -> FloatArray:
        """Return the variances of x_j − f_j(x) over the rows behind moments, shape (d,)."""
        residual = np.eye(moments.designs.n_features, len(self.bases))
        for i, (basis, own) in enumerate(zip(self.bases, self.coefficients, strict=True)):
            expansion = basis.expansion
            residual[moments.places(i)] -= expansion @ own[: expansion.shape[1]]
        variances: FloatArray = (residual * (moments.designs.covariance @ residual)).sum(axis=0)
        return variances

    def restricted_to(self, adjacency: BoolArray) -> Self:
        """Return the functions without the terms of all other variables."""
        return replace(self, coefficients=np.where(adjacency[:, None, :], self.coefficients, 0.0))


@dataclass(frozen=True)
class _Curves:
    """The score of a table, and what its functions are made of."""

    bases: tuple[SplineBasis, ...]
    score: NodeColumnsBIC
    scale: FloatArray

    @classmethod
    def of(cls, problem: Problem, penalty: float) -> Self:
        """Return those of a problem's rows, which searches and functions ask for in turn."""
        rows, splines = problem.rows, problem.splines
        if splines is None:
            assert rows is not None  # needs_rows
            splines = problem.remembered(cls, lambda: SplineMoments.from_batches([rows], rows))
        return problem.remembered((cls, penalty), lambda: cls._fitted(splines, penalty))

    @classmethod
    def _fitted(cls, splines: SplineMoments, penalty: float) -> Self:
        n, d = splines.designs.n_samples, splines.low.size
        bases = tuple(SplineBasis.fitted(splines, j) for j in range(d))
        ends = d + np.cumsum([basis.roughness.size for basis in bases])
        starts = np.append(d, ends[:-1]).tolist()
        expansion = np.eye(splines.designs.n_features, ends[-1])
        expansion[:, d:] = 0.0
        for j, (basis, start, end) in enumerate(zip(bases, starts, ends.tolist(), strict=True)):
            expansion[splines.places(j), start:end] = basis.expansion
        covariance = expansion.T @ splines.designs.covariance @ expansion
        covariance = (covariance + covariance.T) / 2
        moments = (Moments(n, np.zeros(len(covariance)), covariance),)
        nodes = [
            NodeColumns((j,), tuple(range(start, end)), moments, ((start,),))
            for j, (start, end) in enumerate(zip(starts, ends.tolist(), strict=True))
        ]
        prices = np.array([[0.5 * penalty * np.log(n)], [penalty * np.log(n)]])
        ridge = np.concatenate([np.zeros(d), *[basis.penalties(n) for basis in bases]])
        ridge[starts] = 0.0
        score = NodeColumnsBIC(nodes, np.repeat(prices, d, axis=1), ridge)
        return cls(bases, score, np.sqrt(moments[0].variance[:d]))

    def functions(self, adjacency: BoolArray) -> CurveFunctions:
        widest, d = max(len(node.design) for node in self.score.nodes), len(adjacency)
        coefficients = np.zeros((d, widest, d))
        for j in range(d):
            designs, found, _ = self.score.regression(j, adjacency[:, j])
            row = 0
            for i, design in designs.items():
                block = found[row : row + len(design), 0]
                coefficients[i, : len(design), j] = self.scale[j] * block
                row += len(design)
        return CurveFunctions(self.bases, coefficients)


register_criterion("curves", AdditiveCurves)
register_criterion("curves-ev", EqualVarianceCurves)
