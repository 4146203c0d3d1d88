"""Numbers from a caller, and square matrices of them read as graphs."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import issparse

from causal_dag.arrays import BoolArray, FloatArray


def real_numbers(values: ArrayLike, name: str) -> FloatArray:
    """Return ``values`` as a new float array of any shape.

    Parameters
    ----------
    values : array-like
        Numbers or booleans.
    name : str
        Name of the argument, for the message.

    Raises
    ------
    ValueError
        If the values are sparse, or not real numbers.

    Examples
    --------
    >>> real_numbers([True, 2], "values")
    array([1., 2.])
    """
    if issparse(values):
        raise ValueError(f"{name} is a sparse matrix; pass {name}.toarray()")
    try:
        given = np.asarray(values)
        if given.dtype.kind not in "biufO":
            raise TypeError(f"values of type {given.dtype}")
        return given.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name}: these are not real numbers ({error})") from error


def square_matrix(values: ArrayLike, name: str = "weights") -> FloatArray:
    """Return ``values`` as a new, finite, square float matrix.

    Parameters
    ----------
    values : array-like of shape (d, d)
        Numbers or booleans.
    name : str
        Name of the argument, for the message.

    Raises
    ------
    ValueError
        If the values are not real numbers, not finite, or not a square matrix.

    Examples
    --------
    >>> square_matrix([[False, True], [False, False]])
    array([[0., 1.],
           [0., 0.]])
    """
    matrix = real_numbers(values, name)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"{name} of shape {matrix.shape} is not a square matrix (d, d)")
    if not np.isfinite(matrix).all():
        i, j = np.argwhere(~np.isfinite(matrix))[0].tolist()
        raise ValueError(f"{name}[{i}, {j}] = {matrix[i, j]} is not finite; write 0 for no edge")
    return matrix


def adjacency_of(W: ArrayLike) -> BoolArray:
    """Return the pattern of non-zero entries of a square matrix.

    Parameters
    ----------
    W : array-like of shape (d, d)
        Weights or adjacency; ``W[i, j] != 0`` means i → j.

    Returns
    -------
    ndarray of bool, shape (d, d)
        A new array.

    Raises
    ------
    ValueError
        If ``W`` is not a finite, real, square matrix.

    Examples
    --------
    >>> adjacency_of([[0.0, -1.5], [0.0, 0.0]])
    array([[False,  True],
           [False, False]])
    """
    if isinstance(W, np.ndarray) and W.dtype == np.bool_ and W.shape == 2 * W.shape[:1]:
        return W.copy()
    pattern: BoolArray = square_matrix(W) != 0
    return pattern


def as_bitsets(rows: BoolArray) -> list[int]:
    """Return one integer per row; bit j of integer i is ``rows[i, j]``."""
    packed = np.packbits(rows, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def from_bitsets(sets: list[int], size: int) -> BoolArray:
    """Return the bool matrix with ``size`` columns whose rows are the sets."""
    n_bytes = (size + 7) // 8
    packed = b"".join(members.to_bytes(n_bytes, "little") for members in sets)
    rows = np.frombuffer(packed, dtype=np.uint8).reshape(len(sets), n_bytes)
    return np.unpackbits(rows, axis=1, count=size, bitorder="little").astype(np.bool_)


def members(nodes: int) -> list[int]:
    """Return the nodes of a set, ascending."""
    found = []
    while nodes:
        lowest = nodes & -nodes
        found.append(lowest.bit_length() - 1)
        nodes ^= lowest
    return found
