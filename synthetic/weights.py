"""Edge weights bounded away from zero."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from causal_dag.arrays import FloatArray
from causal_dag.graph import adjacency_of
from causal_dag.synthetic.random_streams import RandomState, stream
from causal_dag.wording import quoted


def random_weights(
    adjacency: ArrayLike,
    *,
    weight_range: tuple[float, float] = (0.5, 2.0),
    random_state: RandomState = 0,
) -> FloatArray:
    """Draw a weight for every edge, uniformly on ±[low, high].

    Parameters
    ----------
    adjacency : array-like of shape (d, d)
        Nonzero where i → j.
    weight_range : (float, float)
        Bounds of ``|weight|``, 0 < low <= high; either sign is equally likely.
    random_state : int, SeedSequence, Generator or None, default 0
        Source of randomness.

    Returns
    -------
    weights : ndarray of shape (d, d)
        Zero where there is no edge.

    Raises
    ------
    ValueError
        If ``adjacency`` is not square, or ``weight_range`` is not a pair 0 < low <= high.

    Examples
    --------
    >>> from causal_dag.synthetic import random_weights
    >>> weights = random_weights([[0, 1], [0, 0]], weight_range=(0.5, 2.0), random_state=0)
    >>> bool(0.5 <= abs(weights[0, 1]) <= 2.0), weights[1, 0].item()
    (True, 0.0)
    """
    edges = adjacency_of(adjacency)
    bounds = check_range("weight_range", weight_range)
    weights = np.zeros(edges.shape)
    n_edges = int(np.count_nonzero(edges))
    weights[edges] = signed_uniform(bounds, n_edges, stream(random_state, "weights"))
    return weights


def signed_uniform(
    bounds: tuple[float, float], shape: int | tuple[int, ...], generator: np.random.Generator
) -> FloatArray:
    """Draw numbers uniformly on [−high, −low] ∪ [low, high].

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.synthetic.weights import signed_uniform
    >>> numbers = signed_uniform((0.5, 2.0), 100, np.random.default_rng(0))
    >>> bool((abs(numbers) >= 0.5).all() and numbers.min() < 0 < numbers.max())
    True
    """
    size = generator.uniform(*bounds, shape)
    sign = generator.choice([-1.0, 1.0], shape)
    signed: FloatArray = size * sign
    return signed


def check_range(name: str, value: Any) -> tuple[float, float]:
    """Return ``value`` as a pair of floats; ``ValueError`` unless 0 < low <= high, both finite.

    Examples
    --------
    >>> from causal_dag.synthetic.weights import check_range
    >>> check_range("noise_variance", (0.5, 10))
    (0.5, 10.0)
    """
    try:
        low, high = (float(bound) for bound in value)
    except (TypeError, ValueError):
        raise ValueError(f"{name}={quoted(value)} must be a pair (low, high) of numbers") from None
    if not 0 < low <= high < np.inf:
        raise ValueError(f"{name}={quoted(value)} must satisfy 0 < low <= high < inf")
    return low, high
