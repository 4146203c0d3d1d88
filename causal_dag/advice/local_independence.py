"""Tests of the independences that a graph implies, and of its edges, from correlations."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from causal_dag.advice.local_independence_kernels import fill_edges, fill_independences
from causal_dag.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class PairTests:
    """One test per pair of nodes: of an implied independence, or of an edge.

    A node is independent of those before it in a topological order, given its parents. By this
    ordered Markov property all other independences of the graph follow (Lauritzen, Dawid, Larsen
    and Leimer 1990), for Gaussian rows also from those of single pairs.

    Parameters
    ----------
    first, second : ndarray of int, shape (m,)
        Nodes; ``first`` is earlier in the order.
    correlation : ndarray of shape (m,)
        Partial correlation given the other parents of ``second``; NaN if these determine one of
        the two.
    degrees_of_freedom : ndarray of shape (m,)
        Of the t-test of ``correlation``.
    """

    first: IntArray
    second: IntArray
    correlation: FloatArray
    degrees_of_freedom: FloatArray

    def p_values(self) -> FloatArray:
        """Return the two-sided p-values of t-tests, exact for Gaussian rows; NaN where none is."""
        p_values: FloatArray = 2 * stats.t.sf(np.abs(self._t()), self.degrees_of_freedom)
        return p_values

    def n_dependent(self, level: float) -> int:
        """Return how many pairs are dependent at a level, without correction."""
        degrees, of_pair = np.unique(self.degrees_of_freedom, return_inverse=True)
        of_test = stats.t.isf(level / 2, degrees)[of_pair]
        return int((np.abs(self._t()) > of_test).sum())

    def _t(self) -> FloatArray:
        left, degrees = (
            np.maximum(1 - self.correlation**2, np.finfo(float).eps),
            self.degrees_of_freedom,
        )
        t: FloatArray = self.correlation * np.sqrt(np.where(degrees > 0, degrees, np.nan) / left)
        return t


def independence_tests(
    correlation: FloatArray, n_samples: int, adjacency: BoolArray, order: IntArray
) -> PairTests:
    """Test every pair of nodes without an edge, given the parents of the later one.

    Parameters
    ----------
    correlation : ndarray of shape (d, d)
        Correlation matrix.
    n_samples : int
        Number of rows.
    adjacency : ndarray of bool, shape (d, d)
        A DAG.
    order : ndarray of int, shape (d,)
        A topological order of it.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.advice.local_independence import independence_tests
    >>> r = np.array([[1, 0.6, 0.3], [0.6, 1, 0.5], [0.3, 0.5, 1]])
    >>> chain = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=bool)
    >>> tests = independence_tests(r, 100, chain, np.arange(3))
    >>> tests.first, tests.second, tests.correlation.round(3)
    (array([0]), array([2]), array([0.]))
    """
    partial = np.full(adjacency.shape, np.nan)
    fill_independences(correlation, adjacency, order, *_work_space(len(order)), partial)
    earlier, later = np.triu_indices(len(order), 1)
    first, second = order[earlier], order[later]
    is_tested = ~adjacency[first, second]
    return _tests(partial, n_samples, adjacency, first[is_tested], second[is_tested], 0)


def edge_tests(correlation: FloatArray, n_samples: int, adjacency: BoolArray) -> PairTests:
    """Test every edge, given the other parents of its effect; parameters as above.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.advice.local_independence import edge_tests
    >>> r = np.array([[1, 0.6, 0.3], [0.6, 1, 0.5], [0.3, 0.5, 1]])
    >>> chain = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=bool)
    >>> edge_tests(r, 100, chain).correlation.round(3)
    array([0.6, 0.5])
    """
    partial = np.full(adjacency.shape, np.nan)
    fill_edges(correlation, adjacency, *_work_space(len(adjacency)), partial)
    causes, effects = np.nonzero(adjacency)
    return _tests(partial, n_samples, adjacency, causes, effects, 1)


def _tests(
    partial: FloatArray,
    n_samples: int,
    adjacency: BoolArray,
    first: IntArray,
    second: IntArray,
    n_tested_parents: int,
) -> PairTests:
    n_conditions = adjacency.sum(axis=0)[second] - n_tested_parents
    return PairTests(first, second, partial[first, second], n_samples - 2.0 - n_conditions)


def _work_space(d: int) -> tuple[FloatArray, FloatArray, IntArray]:
    return np.empty((d, d)), np.empty((2, d)), np.empty((2, d), dtype=np.intp)
