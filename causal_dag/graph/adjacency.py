"""Numbers from a caller, and square matrices of them read as graphs."""

from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array, issparse

from causal_dag.arrays import AdjacencyMatrix, FloatArray, WeightMatrix
from causal_dag.graph.matrices import edges_of, entries_of, matrix_like, values_at


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


def square_matrix(values: Any, name: str = "weights") -> WeightMatrix:
    """Return ``values`` as a new, finite, square float matrix; sparse if they are.

    Parameters
    ----------
    values : array-like or sparse matrix of shape (d, d)
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
    matrix = _sparse_numbers(values, name) if issparse(values) else real_numbers(values, name)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"{name} of shape {matrix.shape} is not a square matrix (d, d)")
    if not np.isfinite(entries_of(matrix)).all():
        causes, effects = edges_of(matrix)
        first = int(np.argmin(np.isfinite(values_at(matrix, causes, effects))))
        i, j = int(causes[first]), int(effects[first])
        raise ValueError(f"{name}[{i}, {j}] = {matrix[i, j]} is not finite; write 0 for no edge")
    return matrix


def _sparse_numbers(values: Any, name: str) -> Any:
    if values.dtype.kind not in "biuf":
        raise ValueError(f"{name}: these are not real numbers (values of type {values.dtype})")
    matrix = csr_array(values, dtype=np.float64, copy=True)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix


def mask_over(values: Any, name: str, d: int) -> AdjacencyMatrix:
    """Return a bool matrix over d nodes, not copied if it is one; all False for None.

    Raises
    ------
    ValueError
        If the values are not a finite, real matrix of shape (d, d).

    Examples
    --------
    >>> mask_over([[0, 1], [0, 0]], "required", 2)
    array([[False,  True],
           [False, False]])
    """
    if values is None:
        return np.broadcast_to(False, (d, d))
    is_mask = isinstance(values, np.ndarray) and values.dtype == np.bool_
    mask = values if is_mask else square_matrix(values, name) != 0
    if mask.shape != (d, d):
        raise ValueError(f"{name} of shape {mask.shape} does not fit {d} nodes")
    return mask


def adjacency_of(W: Any) -> AdjacencyMatrix:
    """Return the pattern of non-zero entries of a square matrix.

    Parameters
    ----------
    W : array-like or sparse matrix of shape (d, d)
        Weights or adjacency; ``W[i, j] != 0`` means i → j.

    Returns
    -------
    ndarray of bool or csr_array of bool, shape (d, d)
        A new array, sparse if ``W`` is.

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
    return square_matrix(W) != 0


def as_bitsets(rows: AdjacencyMatrix) -> list[int]:
    """Return one integer per row; bit j of integer i is ``rows[i, j]``."""
    if issparse(rows):
        sets = [0] * rows.shape[0]
        for i, j in zip(*map(np.ndarray.tolist, edges_of(rows)), strict=True):
            sets[i] |= 1 << j
        return sets
    packed = np.packbits(rows, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def from_bitsets(sets: list[int], like: AdjacencyMatrix) -> AdjacencyMatrix:
    """Return the bool matrix whose rows are the sets, dense or sparse like another."""
    size = like.shape[1]
    if issparse(like):
        lists = [members(nodes) for nodes in sets]
        causes = np.repeat(np.arange(len(lists)), list(map(len, lists)))
        return matrix_like(like, causes, np.fromiter(chain(*lists), dtype=np.intp))
    n_bytes = (size + 7) // 8
    packed = b"".join(nodes.to_bytes(n_bytes, "little") for nodes in sets)
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
