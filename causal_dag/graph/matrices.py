"""Dense and sparse matrices over pairs of nodes, handled alike.

Both kinds have ``+`` and ``*`` (of bool matrices: or, and), ``>`` (and not), ``!=``, ``.T``,
and ``.sum``. What they do not share is here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, issparse

from causal_dag.arrays import FloatArray, IntArray

#: With more nodes, matrices of fitted and named graphs are sparse.
MOST_NODES_OF_DENSE = 2000


def edges_of(matrix: Any) -> tuple[IntArray, IntArray]:
    """Return the rows and columns of the non-zero entries, row by row.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> from causal_dag.graph.matrices import edges_of
    >>> causes, effects = edges_of(csr_array(np.array([[0, 2], [3, 0]])))
    >>> causes.tolist(), effects.tolist()
    ([0, 1], [1, 0])
    """
    if not issparse(matrix):
        causes, effects = matrix.nonzero()
        return causes, effects
    rows = csr_array(matrix)
    rows.sort_indices()
    causes, effects = rows.nonzero()
    return causes.astype(np.intp), effects.astype(np.intp)


def values_at(matrix: Any, rows: IntArray, columns: IntArray) -> NDArray[Any]:
    """Return some entries as a vector."""
    # Of no entry of a sparse matrix, scipy makes a sparse vector, or a matrix of one empty row.
    indexable = matrix.tocsr() if issparse(matrix) else matrix
    values: NDArray[Any] = np.ravel(dense(indexable[rows, columns]))
    return values


def edge_pairs(matrix: Any) -> list[tuple[int, int]]:
    """Return the edges as pairs of numbers, row by row."""
    causes, effects = edges_of(matrix)
    return list(zip(causes.tolist(), effects.tolist(), strict=True))


def weighted_edges(matrix: Any) -> list[tuple[int, int, float]]:
    """Return the edges as pairs of numbers with their entries, row by row."""
    causes, effects = edges_of(matrix)
    values = values_at(matrix, causes, effects)
    return list(zip(causes.tolist(), effects.tolist(), values.tolist(), strict=True))


def matrix_like(matrix: Any, causes: IntArray, effects: IntArray, values: Any = True) -> Any:
    """Return the matrix with these entries that is dense or sparse as the given one is.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.graph.matrices import matrix_like
    >>> matrix_like(np.eye(2), np.array([0]), np.array([1]), 2.5)
    array([[0. , 2.5],
           [0. , 0. ]])
    """
    if issparse(matrix):
        entries = np.broadcast_to(values, causes.shape)
        result = csr_array((entries, (causes, effects)), shape=matrix.shape)
        result.eliminate_zeros()
        return result
    result = np.zeros(matrix.shape, dtype=np.asarray(values).dtype)
    result[causes, effects] = values
    return result


def matrix_of_edges(n_nodes: int, causes: IntArray, effects: IntArray, values: Any = True) -> Any:
    """Return the matrix of a graph: sparse if it has many nodes.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.graph.matrices import matrix_of_edges
    >>> matrix_of_edges(2, np.array([0]), np.array([1])).tolist()
    [[False, True], [False, False]]
    >>> matrix_of_edges(3000, np.array([0]), np.array([1])).format
    'csr'
    """
    shape = (n_nodes, n_nodes)
    is_large = n_nodes > MOST_NODES_OF_DENSE
    empty = csr_array(shape) if is_large else np.broadcast_to(0.0, shape)
    return matrix_like(empty, causes, effects, values)


def matrix_of_pairs(n_nodes: int, weights: Mapping[tuple[int, int], float]) -> Any:
    """Return the matrix of a graph from the weights of its edges, by their ends."""
    ends = np.array(list(weights), dtype=np.intp).reshape(-1, 2)
    return matrix_of_edges(n_nodes, ends[:, 0], ends[:, 1], np.array(list(weights.values()), float))


def usual_form(matrix: Any) -> Any:
    """Return a matrix as it is stored in graphs: sparse if it has many nodes, otherwise dense.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from causal_dag.graph.matrices import usual_form
    >>> usual_form(csr_array((2, 2))).tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """
    is_large = matrix.shape[0] > MOST_NODES_OF_DENSE
    if is_large == issparse(matrix):
        return matrix
    return csr_array(matrix) if is_large else matrix.toarray()


def dense(matrix: Any) -> Any:
    """Return a matrix as an array, for what is dense by nature."""
    return matrix.toarray() if issparse(matrix) else matrix


def transposed(matrix: Any) -> Any:
    """Return the transpose, stored row by row."""
    return matrix.T.tocsr() if issparse(matrix) else np.ascontiguousarray(matrix.T)


def entries_of(matrix: Any) -> FloatArray:
    """Return all entries of a dense matrix, and the stored ones of a sparse matrix."""
    entries: FloatArray = matrix.data if issparse(matrix) else matrix
    return entries


def families(matrix: Any) -> Iterator[tuple[int, IntArray, NDArray[Any]]]:
    """Yield every node that has parents, with its parents, ascending, and their entries.

    Examples
    --------
    >>> from causal_dag.graph.matrices import families
    >>> import numpy as np
    >>> for node, parents, weights in families(np.array([[0.0, 2.0], [0.0, 0.0]])):
    ...     print(node, parents, weights)
    1 [0] [2.]
    """
    causes, effects = edges_of(matrix)
    by_effect = np.argsort(effects, kind="stable")
    nodes, first = np.unique(effects[by_effect], return_index=True)
    causes, values = causes[by_effect], values_at(matrix, causes, effects)[by_effect]
    groups = np.split(causes, first[1:]), np.split(values, first[1:])
    return zip(nodes.tolist(), *groups, strict=False)
