"""Linear structural equation models, with their population moments and interventions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph import (
    adjacency_of,
    propagate_noise,
    require_dag,
    topological_order,
    total_effects,
)
from causal_dag.graph.interventions import Interventions, intervened_columns
from causal_dag.graph.matrices import dense
from causal_dag.synthetic.noise import Noise, centred_noise, checked_noise
from causal_dag.synthetic.random_streams import RandomState, stream
from causal_dag.tables.columns import Columns
from causal_dag.validation import check_number
from causal_dag.wording import quoted


@dataclass(frozen=True, eq=False, init=False)
class LinearSEM:
    """The linear model X = c + X W + E with independent noise E and an acyclic W.

    Parameters
    ----------
    weights : array-like or sparse matrix of shape (d, d)
        ``weights[i, j]`` is the effect of variable i on variable j; the non-zeros form a DAG.
    noise : str, callable, or sequence of d of them
        Distribution of the centred noise of all variables, or one per variable: ``"gaussian"``,
        ``"laplace"``, ``"exponential"``, ``"gumbel"``, ``"uniform"``, ``"student-t"``, or a
        function of a ``numpy.random.Generator`` and a shape (n, number of variables) that returns
        numbers of mean 0 and variance 1.
    noise_variance : float or array-like of shape (d,)
        Noise variances, > 0, in squared units of the variables; kept as an array of shape (d,).
    intercept : float or array-like of shape (d,)
        Intercepts c, in the units of the variables; kept as an array of shape (d,).
    feature_names : sequence of str, optional
        Names of the variables.
    heteroscedasticity : float
        Share h in [0, 1] of the noise variance that depends on the parents: given its parents, the
        noise of j has variance σ_j² (1 − h + h·m_j), where m_j is the mean of their squared
        standard scores, (x_i − mean)² / variance. With 0, the noise is independent of the parents.

    Raises
    ------
    ValueError
        If W is not square, not finite or has a cycle (the message names it), the noise is unknown,
        a variance is not positive, or a shape does not fit.

    Notes
    -----
    Rows x have mean c (I − W)⁻¹ and covariance (I − W)⁻ᵀ D (I − W)⁻¹ with D the diagonal matrix
    of noise variances. Heteroscedasticity changes neither, since m_j has mean 1 and the noise stays
    uncorrelated with the parents; under an intervention on a parent, it does change variances.

    Examples
    --------
    >>> from causal_dag.synthetic import LinearSEM
    >>> sem = LinearSEM([[0, 2], [0, 0]], noise_variance=[1.0, 3.0])
    >>> sem.covariance()
    array([[1., 2.],
           [2., 7.]])
    >>> sem.mean(do={0: 5.0})
    array([ 5., 10.])
    """

    weights: FloatArray
    noise: Noise
    noise_variance: FloatArray
    intercept: FloatArray
    feature_names: tuple[str, ...] | None
    heteroscedasticity: float

    def __init__(
        self,
        weights: Any,
        noise: Noise = "gaussian",
        noise_variance: ArrayLike = 1.0,
        intercept: ArrayLike = 0.0,
        feature_names: Sequence[str] | None = None,
        heteroscedasticity: float = 0.0,
    ) -> None:
        weights = dense(weights)
        d = len(require_dag(weights, "weights"))
        variance = one_per_variable("noise_variance", noise_variance, d)
        if not (variance > 0).all():
            raise ValueError(f"noise_variance={quoted(noise_variance)} must be > 0 everywhere")
        share = check_number("heteroscedasticity", heteroscedasticity, low=0, high=1)
        fields = {
            "weights": _read_only(finite_array("weights", weights)),
            "noise": checked_noise(noise, d),
            "noise_variance": _read_only(variance),
            "intercept": _read_only(one_per_variable("intercept", intercept, d)),
            "feature_names": _names(feature_names, d),
            "heteroscedasticity": share,
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    @property
    def n_features(self) -> int:
        """Number of variables d."""
        return len(self.weights)

    @property
    def adjacency(self) -> BoolArray:
        """The graph, shape (d, d): True where i → j."""
        return adjacency_of(self.weights)

    def mean(self, do: Interventions | None = None) -> FloatArray:
        """Return the population mean, shape (d,), under the interventions ``do``.

        Parameters
        ----------
        do : mapping from node (number or name) to a number, optional
            Variables that are set, regardless of their parents.
        """
        weights, _, intercept = self._mutilated(do)
        mean: FloatArray = intercept + intercept @ total_effects(weights)
        return mean

    def covariance(self, do: Interventions | None = None) -> FloatArray:
        """Return the population covariance, shape (d, d), under the interventions ``do``.

        Parameters
        ----------
        do : mapping from node (number or name) to a number, optional
            Variables that are set, regardless of their parents; their variance is 0.
        """
        weights, variance, _ = self._mutilated(do)
        noise_effects = np.eye(self.n_features) + total_effects(weights)
        covariance: FloatArray = (noise_effects.T * variance) @ noise_effects
        return covariance

    def sample(
        self,
        n: int,
        random_state: RandomState = 0,
        do: Interventions | None = None,
        shift: Interventions | None = None,
        scale: Interventions | None = None,
    ) -> FloatArray:
        """Draw rows, without or with interventions.

        Parameters
        ----------
        n : int
            Number of rows n.
        random_state : int, SeedSequence, Generator or None, default 0
            Source of randomness. Two calls with the same seed use the same noise, so rows drawn
            with and without ``do`` are counterfactuals of each other.
        do : mapping from node (number or name) to a number or array of shape (n,), optional
            Variables that are set, regardless of their parents.
        shift : mapping from node (number or name) to a number or array of shape (n,), optional
            What is added to variables besides what their parents and noise give.
        scale : mapping from node (number or name) to a number or array of shape (n,), optional
            What the noise of variables is multiplied by.

        Returns
        -------
        ndarray of shape (n, d)

        Examples
        --------
        >>> from causal_dag.synthetic import LinearSEM
        >>> sem = LinearSEM([[0, 2], [0, 0]], feature_names=["dose", "effect"])
        >>> seen = sem.sample(4, random_state=0)
        >>> done = sem.sample(4, random_state=0, do={"effect": 1.0})
        >>> (seen[:, 0] == done[:, 0]).all().item(), done[:, 1].tolist()
        (True, [1.0, 1.0, 1.0, 1.0])
        """
        n = check_number("n", n, low=1, integer=True)
        columns = intervened_columns(do, self._columns, n)
        generator = stream(random_state, "noise")
        noise = centred_noise(self.noise, self.noise_variance, n, generator)
        for column, factor in intervened_columns(scale, self._columns, n, "scale").items():
            noise[:, column] *= factor
        intercepts = self.intercept
        for column, size in intervened_columns(shift, self._columns, n, "shift").items():
            intercepts = np.broadcast_to(intercepts, noise.shape).copy()
            intercepts[:, column] += size
        if self.heteroscedasticity:
            return self._propagate_scaled(noise, intercepts, columns)
        return propagate_noise(self.weights, noise + intercepts, columns)

    def rescaled(self, scale: ArrayLike) -> "LinearSEM":
        """Return the model of the variables measured in other units and from their means.

        Parameters
        ----------
        scale : array-like of shape (d,)
            Positive numbers s; variable j of the new model is (x_j − mean of x_j) / s_j, so its
            weights are w_ij s_i / s_j and its noise variances σ_j² / s_j².

        Examples
        --------
        >>> from causal_dag.synthetic import LinearSEM
        >>> LinearSEM([[0, 2], [0, 0]]).rescaled([1, 4]).weights[0, 1].item()
        0.5
        """
        s = one_per_variable("scale", scale, self.n_features)
        if not (s > 0).all():
            raise ValueError(f"scale={quoted(scale)} must be > 0 everywhere")
        return replace(
            self,
            weights=self.weights * s[:, None] / s,
            noise_variance=self.noise_variance / s**2,
            intercept=np.zeros(self.n_features),
        )

    @property
    def _columns(self) -> Columns:
        return Columns(self.n_features, self.feature_names)

    def _mutilated(self, do: Interventions | None) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Weights, noise variances and intercepts of the model in which ``do`` has been done."""
        weights, variance = self.weights.copy(), self.noise_variance.copy()
        intercept = self.intercept.copy()
        for column, value in intervened_columns(do, self._columns, 1).items():
            weights[:, column] = 0.0
            variance[column] = 0.0
            intercept[column] = value[0]
        if do and self.heteroscedasticity:
            self._rescale_by_parents(weights, variance, intercept)
        return weights, variance, intercept

    def _propagate_scaled(
        self, noise: FloatArray, intercepts: FloatArray, columns: Mapping[int, FloatArray]
    ) -> FloatArray:
        """Return the rows that follow from noise whose scale depends on the parents."""
        X = np.empty_like(noise)
        mean, deviation = self.mean(), np.sqrt(self.covariance().diagonal())
        for j in topological_order(self.weights).tolist():
            if j in columns:
                X[:, j] = columns[j]
                continue
            parents = np.flatnonzero(self.weights[:, j])
            scores = (X[:, parents] - mean[parents]) / deviation[parents]
            scale = np.sqrt(self._variance_factor(scores**2))
            X[:, j] = intercepts[..., j] + X[:, parents] @ self.weights[parents, j]
            X[:, j] += noise[:, j] * scale
        return X

    def _rescale_by_parents(
        self, weights: FloatArray, variance: FloatArray, intercept: FloatArray
    ) -> None:
        """Turn noise variances into those under interventions, from sources to sinks."""
        effects = np.eye(self.n_features) + total_effects(weights)
        usual_mean, usual_variance = self.mean(), self.covariance().diagonal()
        shift = intercept @ effects - usual_mean
        for j in topological_order(weights).tolist():
            parents = np.flatnonzero(weights[:, j])
            squares = variance @ effects[:, parents] ** 2 + shift[parents] ** 2
            variance[j] *= self._variance_factor(squares / usual_variance[parents])

    def _variance_factor(self, squared_scores: FloatArray) -> Any:
        """Return 1 − h + h·m, with m the mean over parents (the last axis); 1 without parents."""
        if not squared_scores.shape[-1]:
            return 1.0
        h = self.heteroscedasticity
        return 1.0 - h + h * squared_scores.mean(axis=-1)


def finite_array(name: str, values: Any) -> FloatArray:
    """Return values as an array of numbers; ``ValueError`` if one of them is none, or infinite."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of numbers, not {quoted(values)}") from None
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or an infinite value; replace it by a number")
    return array


def _read_only(array: FloatArray) -> FloatArray:
    array.flags.writeable = False
    return array


def one_per_variable(name: str, values: Any, d: int) -> FloatArray:
    """Return one finite number, or d of them, as an array of shape (d,)."""
    array = finite_array(name, values)
    if array.shape not in {(), (d,)}:
        raise ValueError(
            f"{name} has shape {array.shape}; use one number, or one for each of the {d} variables"
        )
    return np.broadcast_to(array, (d,)).copy()


def _names(names: Sequence[str] | None, d: int) -> tuple[str, ...] | None:
    if names is None:
        return None
    texts = tuple(names)
    if len(texts) != d or len(set(texts)) != d or not all(isinstance(text, str) for text in texts):
        raise ValueError(
            f"feature_names={quoted(names)} must be {d} different strings, one per variable"
        )
    return texts
