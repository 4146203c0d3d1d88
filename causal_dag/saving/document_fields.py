"""Entries of an untrusted document, checked for type, shape and range.

Every function raises ``ValueError``, with a message that begins with the key.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from causal_dag.arrays import FloatArray


def named(name: str, function: Callable[[Any], Any], value: Any) -> Any:
    """Return what a function makes of a value; its errors begin with the name."""
    try:
        return function(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def of_type(document: Mapping[str, Any], key: str, kind: type) -> Any:
    """Return a value of a type; ``true`` does not count as an integer."""
    value = document.get(key)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{key} is no {kind.__name__}")
    return value


def number(document: Mapping[str, Any], key: str) -> float:
    """Return a number; null stands for one that is not defined."""
    value = document.get(key)
    if value is None and key in document:
        return math.nan
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"{key} is not a number")
    try:
        converted = float(value)
    except OverflowError:  # an integer of hundreds of digits
        converted = math.inf
    if not math.isfinite(converted):
        raise ValueError(f"{key} is not a finite number")
    return converted


def optional(
    document: Mapping[str, Any],
    key: str,
    read: Callable[[Mapping[str, Any], str, int], FloatArray],
    d: int,
) -> FloatArray | None:
    """Return what another function reads, or None for null."""
    return None if document.get(key) is None else read(document, key, d)


def vector(document: Mapping[str, Any], key: str, d: int) -> FloatArray:
    """Return d finite numbers."""
    return array(document, key, (d,))


def positive(document: Mapping[str, Any], key: str, d: int) -> FloatArray:
    """Return d finite numbers above 0."""
    values = vector(document, key, d)
    if (values <= 0).any():
        raise ValueError(f"{key} is not positive")
    return values


def matrix(document: Mapping[str, Any], key: str, d: int | None = None) -> FloatArray:
    """Return finite numbers of shape (d, d)."""
    if d is None:
        d = len(of_type(document, key, list))
    return array(document, key, (d, d))


def array(document: Mapping[str, Any], key: str, shape: tuple[int, ...]) -> FloatArray:
    """Return finite numbers of a shape."""
    values = of_type(document, key, list)
    try:
        found = np.array(values) if values else np.zeros(shape)
    except (ValueError, OverflowError) as error:  # ragged, or too large
        raise ValueError(f"{key} is not an array of shape {shape}") from error
    if found.shape != shape or found.dtype.kind not in "if" or not np.isfinite(found).all():
        raise ValueError(f"{key} is not an array of finite numbers of shape {shape}")
    return found.astype(np.float64)
