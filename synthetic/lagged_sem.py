"""Linear models of stationary time series, and series drawn from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph import require_dag
from causal_dag.graph.interventions import Interventions, intervened_columns
from causal_dag.graph.lagged import burn_in_length, propagate_lagged_noise, spectral_radius
from causal_dag.synthetic.graphs import GraphName, random_dag
from causal_dag.synthetic.linear_sem import finite_array, one_per_variable
from causal_dag.synthetic.noise import Noise, centred_noise, checked_noise, random_variances
from causal_dag.synthetic.random_streams import RandomState, seed_sequence, stream
from causal_dag.synthetic.weights import check_range, random_weights, signed_uniform
from causal_dag.tables.columns import Columns
from causal_dag.validation import check_number
from causal_dag.wording import quoted


@dataclass(frozen=True, eq=False)
class LaggedSEM:
    """The linear model x_t = x_t W + Σ_k x_(t−k) W_k + e_t with independent noise e_t.

    Parameters
    ----------
    weights : ndarray of shape (d, d)
        ``weights[i, j]``: effect of variable i on variable j in the same row; a DAG.
    lagged_weights : ndarray of shape (n_lags, d, d)
        ``lagged_weights[k - 1, i, j]``: effect of variable i, k rows earlier, on variable j.
    noise : str, callable, or sequence of d of them
        Distribution of the noise, as in :class:`LinearSEM`.
    noise_variance : ndarray of shape (d,)
        Variances of the noise.

    Raises
    ------
    ValueError
        If the weights within a row have a cycle, shapes do not fit, or the series would not be
        stationary.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.synthetic import LaggedSEM
    >>> process = LaggedSEM(np.zeros((1, 1)), np.array([[[0.8]]]))
    >>> bool(0.75 < np.corrcoef(process.sample(5000)[:-1, 0], process.sample(5000)[1:, 0])[0, 1])
    True
    """

    weights: FloatArray
    lagged_weights: FloatArray
    noise: Noise = "gaussian"
    noise_variance: FloatArray | float = 1.0

    def __post_init__(self) -> None:
        d = len(require_dag(self.weights, "weights"))
        if not d:
            raise ValueError("weights of shape (0, 0) have no variable; add one")
        lagged = finite_array("lagged_weights", self.lagged_weights)
        if lagged.ndim != 3 or lagged.shape[1:] != (d, d) or not len(lagged):
            raise ValueError(
                f"lagged_weights of shape {lagged.shape} must be of shape (n_lags, {d}, {d})"
            )
        variance = one_per_variable("noise_variance", self.noise_variance, d)
        if not (variance > 0).all():
            raise ValueError(f"noise_variance={quoted(self.noise_variance)} must be > 0 everywhere")
        object.__setattr__(self, "weights", np.array(self.weights, dtype=np.float64))
        object.__setattr__(self, "lagged_weights", lagged)
        object.__setattr__(self, "noise", checked_noise(self.noise, d))
        object.__setattr__(self, "noise_variance", variance)
        if self.spectral_radius >= 1:
            raise ValueError(
                f"the series would not be stationary: the spectral radius is "
                f"{self.spectral_radius:.3f}, and must be < 1; reduce lagged_weights"
            )

    @property
    def n_features(self) -> int:
        """Number of variables d."""
        return len(self.weights)

    @property
    def n_lags(self) -> int:
        """Number of earlier rows that act on a row."""
        return len(self.lagged_weights)

    @property
    def adjacency(self) -> BoolArray:
        """The graph within a row, shape (d, d)."""
        return np.asarray(self.weights != 0)

    @property
    def lagged_adjacency(self) -> BoolArray:
        """Edges from earlier rows, shape (n_lags, d, d)."""
        return np.asarray(self.lagged_weights != 0)

    @property
    def spectral_radius(self) -> float:
        """Largest absolute eigenvalue of the companion matrix: how slowly the past is forgotten."""
        return spectral_radius(self.weights, self.lagged_weights)

    def sample(
        self, n: int, random_state: RandomState = 0, do: Interventions | None = None
    ) -> FloatArray:
        """Draw a series from the stationary distribution.

        Parameters
        ----------
        n : int
            Number of rows.
        random_state : int, SeedSequence, Generator or None, default 0
            Source of randomness.
        do : mapping from column number to a number or array of shape (n,), optional
            Columns that are set from the first row on, regardless of their causes.

        Returns
        -------
        ndarray of shape (n, d)
        """
        n = check_number("n", n, low=1, integer=True)
        columns = intervened_columns(do, Columns(self.n_features), n)
        first = burn_in_length(self.spectral_radius) + self.n_lags
        seed, variance = seed_sequence(random_state), np.asarray(self.noise_variance)
        before = centred_noise(self.noise, variance, first, stream(seed, "burn-in"))
        noise = centred_noise(self.noise, variance, n, stream(seed, "noise"))
        zeros = np.zeros((self.n_lags, self.n_features))
        start = propagate_lagged_noise(self.weights, self.lagged_weights, before, zeros)
        start = start[-self.n_lags :]
        return propagate_lagged_noise(self.weights, self.lagged_weights, noise, start, columns)


def make_time_series(
    n_samples: int | Sequence[int],
    n_features: int,
    *,
    n_lags: int = 1,
    graph: GraphName = "er",
    edges_per_node: float = 1.0,
    lagged_edges_per_node: float = 1.0,
    own_effect: bool = True,
    noise: Noise = "gaussian",
    noise_variance: float | tuple[float, float] | FloatArray = 1.0,
    weight_range: tuple[float, float] = (0.3, 0.8),
    largest_radius: float = 0.9,
    random_state: RandomState = 0,
) -> tuple[Any, LaggedSEM]:
    """Draw a stationary linear model of time series, and series from it.

    Parameters
    ----------
    n_samples : int or sequence of int
        Number of rows of the series, or of each of several.
    n_features : int
        Number of variables d.
    n_lags : int
        How many earlier rows act on a row.
    graph : str
        Family of the graph within a row, see :func:`random_dag`.
    edges_per_node : float
        Expected number of edges within a row, divided by d.
    lagged_edges_per_node : float
        Expected number of edges from earlier rows, all lags together, divided by d, not counting
        those of ``own_effect``. Every possible one is equally likely.
    own_effect : bool
        Whether every variable acts on itself one row later.
    noise : str, callable, or sequence of d of them
        Distribution of the noise, as in :class:`LinearSEM`.
    noise_variance : float, (float, float) or ndarray of shape (d,)
        One variance, a range to draw each variable's from, or one per variable.
    weight_range : (float, float)
        Bounds of ``|weight|``; weights are uniform on ±[low, high].
    largest_radius : float
        Where the spectral radius ρ of the companion matrix is larger, the weights of lag k are
        multiplied by (largest_radius / ρ)^k, which makes it this number; in (0, 1).
    random_state : int, SeedSequence, Generator or None, default 0
        Source of randomness.

    Returns
    -------
    X : ndarray of shape (n_samples, d), or a list of them
        The series; a list if ``n_samples`` is a sequence.
    process : LaggedSEM
        The model that they were drawn from.

    Raises
    ------
    ValueError
        If a setting is unknown or out of range.

    Examples
    --------
    >>> from causal_dag.synthetic import make_time_series
    >>> series, process = make_time_series([100, 50], 3, n_lags=2, random_state=0)
    >>> [X.shape for X in series], process.lagged_weights.shape
    ([(100, 3), (50, 3)], (2, 3, 3))
    >>> process.spectral_radius < 0.9 + 1e-9
    True
    """
    n_lags = check_number("n_lags", n_lags, low=1, integer=True)
    n_features = check_number("n_features", n_features, low=1, integer=True)
    radius = check_number("largest_radius", largest_radius, low=0, high=1, strict=True)
    per_node = check_number("lagged_edges_per_node", lagged_edges_per_node, low=0)
    seed = seed_sequence(random_state)
    adjacency = random_dag(
        n_features, graph=graph, edges_per_node=edges_per_node, random_state=seed
    )
    weights = random_weights(adjacency, weight_range=weight_range, random_state=seed)
    shape = (n_lags, n_features, n_features)
    generator = stream(seed, "lagged edges")
    edges = generator.random(shape) < per_node / (n_lags * n_features)
    if own_effect:
        edges[0] |= np.eye(n_features, dtype=bool)
    lagged = edges * signed_uniform(check_range("weight_range", weight_range), shape, generator)
    factor = min(1.0, radius / max(spectral_radius(weights, lagged), radius))
    lagged *= factor ** np.arange(1, n_lags + 1)[:, None, None]
    variance = random_variances(noise_variance, n_features, random_state=seed)
    process = LaggedSEM(weights, lagged, noise, variance)
    if isinstance(n_samples, int | np.integer):
        return process.sample(int(n_samples), seed), process
    seeds = stream(seed, "series").integers(2**32, size=len(n_samples)).tolist()
    return [process.sample(n, s) for n, s in zip(n_samples, seeds, strict=True)], process
