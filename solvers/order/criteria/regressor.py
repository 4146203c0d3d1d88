"""Order scores based on any scikit-learn regressor: trees, splines, kernels, neural networks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.declared_parameters import CheckedFields
from causal_dag.parameters import NonNegative, Number, PositiveInteger, Rule
from causal_dag.problem import Problem
from causal_dag.regression import SMALLEST_VARIANCE_SHARE, edge_price, least_squares_weights
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.local_score import NodeFit, RememberedScore, grow_shrink
from causal_dag.solvers.order.scores.order_score import OrderScore
from causal_dag.validation import refuse_constant_moments

RELATIVE_IMPROVEMENT = 1e-9
N_BINS = 8


@dataclass(frozen=True)
class ScikitLearnRegressor(Rule):
    """An instance of a regressor."""

    demand = "is not a scikit-learn regressor; pass an instance, such as RandomForestRegressor()"

    def convert(self, value: Any) -> Any:
        """Return the regressor itself."""
        from sklearn.base import is_regressor

        if isinstance(value, type) or not (hasattr(value, "fit") and is_regressor(value)):
            raise TypeError
        return value


@dataclass(frozen=True)
class RegressorScore(CheckedFields):
    """Variables that are functions of their parents, learned by a regressor, plus Gaussian noise.

    The local score of node j with parents P is n log MSE + penalty · ``|P|`` · log n, that is, −2
    times the Gaussian log-likelihood up to a constant. The mean squared error is that of
    predictions for held-out rows (cross-validation) or, with ``cv=None``, for the rows that the
    regressor was fitted to. Nonlinear additive models identify their order in this way [1]_, [2]_.

    The result is the graph. The weights are only its linear part: the least-squares coefficients of
    the chosen parents, or the smallest positive number if a coefficient is exactly 0, which keeps
    the edge. Set ``weight_threshold=0``, because a strong nonlinear effect can have a linear part
    near 0.

    Parameters
    ----------
    estimator : scikit-learn regressor
        Cloned for every fit and never modified. It is fitted to standardized columns. Its
        parameters named ``random_state`` that are None are set, which makes fits reproducible.
    cv : int or None
        Number of folds (rows drawn at random, the same for all nodes), or None for the training
        error.
    penalty : float
        Price of a parent in units of log n, at least 0. Held-out error already penalizes
        flexibility, and the price accounts for the choice among candidates. With ``cv=None`` it has
        to account for all degrees of freedom that a parent adds: for the Bayesian information
        criterion, their number.
    max_parents : int or None
        Maximum number of parents of a node, raised where prior knowledge requires more.
    max_candidates : int or None
        Maximum number of candidates to regress on at a time: those on which the residual of the
        current fit depends most, measured by the correlation ratio, the fraction of its variance
        between bins of the candidate. This heuristic misses parents without a marginal effect. None
        tries all candidates.
    random_state : int or None
        Seed of folds and fits; None draws a seed from the generator of the search.

    Raises
    ------
    ValueError
        If a parameter is out of range, or ``estimator`` is not a regressor. In ``order_score``: if
        there are fewer rows than folds. When evaluating the score: if a regressor predicts NaN or
        infinity.

    Notes
    -----
    A local search over 10 variables tries about 1000 sets of parents, each of which requires a
    cross-validation. This takes seconds with trees and splines, and minutes with forests. A small
    ``max_candidates`` reduces the time by a third.

    References
    ----------
    .. [1] Hoyer et al., "Nonlinear causal discovery with additive noise models", NeurIPS 2008.
    .. [2] Bühlmann, Peters and Ernest, "CAM: Causal additive models, high-dimensional order search
       and penalized regression", Annals of Statistics 42 (2014).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> from causal_dag import Moments
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.problem import Problem
    >>> generator = np.random.default_rng(0)
    >>> cause = generator.normal(size=300)
    >>> X = np.column_stack([cause**2 + 0.1 * generator.normal(size=300), cause])
    >>> problem = Problem(Moments.from_rows(X), Constraints.none(2), rows=X)
    >>> score = RegressorScore(DecisionTreeRegressor(min_samples_leaf=10)).order_score(problem)
    >>> score.loss(np.array([1, 0])) < score.loss(np.array([0, 1]))
    True
    """

    estimator: Annotated[Any, ScikitLearnRegressor()]
    cv: Annotated[int, Number(low=2, integer=True)] | None = 5
    penalty: NonNegative = 2.0
    max_parents: PositiveInteger | None = None
    max_candidates: PositiveInteger | None = None
    random_state: Annotated[int, Number(low=0, high=2**32 - 1, integer=True)] | None = None

    needs_rows = True
    needs_full_rank = False
    identifies = "directions"

    def order_score(self, problem: Problem) -> OrderScore:
        """Return the score of the problem's orders."""
        rows = problem.rows
        assert rows is not None
        refuse_constant_moments(problem.moments)
        if self.cv is not None:
            Number(low=2, high=rows.shape[0], integer=True).check("cv", self.cv)
        seed = self.random_state
        if seed is None:
            seed = int(problem.random_generator.integers(2**31))
        nodes = RegressorNodes(
            estimator=_seeded(self.estimator, seed),
            rows=rows,
            folds=_folds(rows.shape[0], self.cv, seed),
            price=edge_price(problem.moments, self.penalty),
            max_parents=rows.shape[1] if self.max_parents is None else self.max_parents,
            max_candidates=rows.shape[1] if self.max_candidates is None else self.max_candidates,
        )
        return DecomposableScore.within(nodes, problem.constraints)


#: Indices of the rows to fit on, and of the rows to predict.
Fold = tuple[IntArray, IntArray]


@dataclass(frozen=True)
class RegressorFit(NodeFit):
    """Local score given some parents, and the dependence of the residual on every column."""

    dependence: FloatArray


@dataclass(frozen=True)
class RegressorNodes(RememberedScore):
    """Local scores of nodes by a regressor.

    Parameters
    ----------
    estimator : scikit-learn regressor
        Deterministic; cloned for every fit.
    rows : ndarray of shape (n, d)
        Data.
    folds : sequence of (ndarray, ndarray)
        Rows to fit on and rows to predict; the latter together contain every row once.
    price : float
        Price of a parent.
    max_parents, max_candidates : int
        As in ``RegressorScore``.
    """

    estimator: Any
    rows: FloatArray
    folds: Sequence[Fold]
    price: float
    max_parents: int
    max_candidates: int

    def fit(self, node: int, parents: BoolArray) -> RegressorFit:
        """Fit a node to exactly these parents, with their linear weights."""
        adjacency = np.zeros((parents.size, parents.size), dtype=bool)
        adjacency[:, node] = parents
        weights = least_squares_weights(self._covariance, adjacency)[:, node]
        weights[parents & (weights == 0)] = np.finfo(np.float64).tiny
        residual = self._residual(node, parents)
        n, variance = residual.size, float(self._covariance[node, node])
        error = max(float(residual @ residual) / n, SMALLEST_VARIANCE_SHARE)
        value = n * np.log(error * variance) + self.price * float(parents.sum())
        dependence = np.array([correlation_ratio(residual, bins) for bins in self._bins])
        return RegressorFit(float(value), weights, dependence)

    def best(
        self, node: int, candidates: BoolArray, required: BoolArray, start: BoolArray
    ) -> NodeFit:
        """Choose parents by ``grow_shrink`` among the candidates that the residual depends on most.

        The candidates are selected again whenever the parents, and thus the residual, change.
        """
        most = max(self.max_parents, int(required.sum()))

        def given(node: int, parents: BoolArray) -> NodeFit:
            if parents.sum() > most:
                return NodeFit(np.inf, np.zeros(parents.size))
            return self.given(node, parents)

        parents = (start & candidates) | required
        if parents.sum() > most:
            parents = required
        fit = given(node, parents)
        while True:
            screened = self._screened(node, parents, candidates)
            grown = grow_shrink(given, node, screened, required, parents, RELATIVE_IMPROVEMENT)
            if not grown.value < fit.value - RELATIVE_IMPROVEMENT * abs(fit.value):
                return fit
            fit, parents = grown, grown.weights != 0

    def _screened(self, node: int, parents: BoolArray, candidates: BoolArray) -> BoolArray:
        """Return the parents, and the candidates on which the residual depends most."""
        outside = candidates & ~parents
        if outside.sum() <= self.max_candidates:
            return candidates
        fit = self.given(node, parents)
        assert isinstance(fit, RegressorFit)
        dependence = np.where(outside, fit.dependence, -np.inf)
        screened = parents.copy()
        screened[np.argsort(-dependence, kind="stable")[: self.max_candidates]] = True
        return screened

    def _residual(self, node: int, parents: BoolArray) -> FloatArray:
        """Return the standardized node minus its predictions, shape (n,)."""
        from sklearn.base import clone

        outcome, inputs = self._standardized[:, node], self._standardized[:, parents]
        residual = np.empty_like(outcome)
        for fitted, predicted in self.folds:
            if parents.any():
                model = clone(self.estimator).fit(inputs[fitted], outcome[fitted])
                prediction = model.predict(inputs[predicted]).reshape(-1)
            else:
                prediction = np.full(predicted.size, outcome[fitted].mean())
            residual[predicted] = outcome[predicted] - prediction
        if not np.isfinite(residual).all():
            raise ValueError(
                f"{type(self.estimator).__name__} predicts values that are not finite for column "
                f"{node}; make it more robust (regularize it, or scale its inputs)"
            )
        return residual

    @cached_property
    def _standardized(self) -> FloatArray:
        scale = np.sqrt(np.diagonal(self._covariance))
        standardized: FloatArray = (self.rows - self.rows.mean(axis=0)) / scale
        return standardized

    @cached_property
    def _covariance(self) -> FloatArray:
        centered = self.rows - self.rows.mean(axis=0)
        covariance: FloatArray = centered.T @ centered / len(centered)
        return covariance

    @cached_property
    def _bins(self) -> list[IntArray]:
        return [quantile_bins(column, N_BINS) for column in self.rows.T]


def _folds(n_samples: int, cv: int | None, seed: int) -> list[Fold]:
    everything = np.arange(n_samples)
    if cv is None:
        return [(everything, everything)]
    parts = np.array_split(np.random.default_rng(seed).permutation(n_samples), cv)
    return [(np.setdiff1d(everything, part), np.sort(part)) for part in parts]


def _seeded(estimator: Any, seed: int) -> Any:
    """Return a clone in which every random state that was None is replaced by the seed."""
    from sklearn.base import clone

    cloned = clone(estimator)
    parameters: Mapping[str, Any] = cloned.get_params(deep=True)
    unseeded = [
        name
        for name, value in parameters.items()
        if name.split("__")[-1] == "random_state" and value is None
    ]
    return cloned.set_params(**dict.fromkeys(unseeded, seed))


def quantile_bins(values: FloatArray, n_bins: int) -> IntArray:
    """Return the index of the quantile bin of every value; equal values share a bin.

    Examples
    --------
    >>> import numpy as np
    >>> quantile_bins(np.array([5.0, 1.0, 2.0, 1.0]), 2).tolist()
    [1, 0, 1, 0]
    """
    edges = np.quantile(values, np.arange(1, n_bins) / n_bins)
    return np.searchsorted(edges, values, side="left")


def correlation_ratio(values: FloatArray, bins: IntArray) -> float:
    """Return η², the share of the variance that lies between bins (Pearson 1905), 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> correlation_ratio(np.array([1.0, 1.0, 3.0, 3.0]), np.array([0, 0, 1, 1]))
    1.0
    """
    centered = values - values.mean()
    total = float(centered @ centered)
    counts = np.bincount(bins)
    sums = np.bincount(bins, centered)
    between = float((sums**2 / np.maximum(counts, 1)).sum())
    return between / total if total > 0 else 0.0
