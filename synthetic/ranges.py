"""Ranges from which parameters of a model are drawn."""

from typing import Any

import numpy as np

from causal_dag.wording import quoted


def check_range(name: str, value: Any) -> tuple[float, float]:
    """Return ``value`` as a pair of floats; ``ValueError`` unless 0 < low <= high, both finite.

    Examples
    --------
    >>> from causal_dag.synthetic.ranges import check_range
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
