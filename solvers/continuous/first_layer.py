"""First layers of nonlinear models: their size says how strongly a variable depends on others."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.solvers.continuous.differentiable import Acyclicity


@dataclass(frozen=True)
class FirstLayer:
    """Parameters V, with ``V[j, k, i]`` leading from variable i to unit k of target j.

    The function of j does not depend on i if and only if V[j, :, i] is 0, so that
    A_ij = Σ_k V_jki² takes the place of W∘W (Zheng et al. 2020, section 4).

    Parameters
    ----------
    free : ndarray of bool, shape (d, d)
        ``free[i, j]``: i may be a parent of j. All else is no parameter, and exactly 0.
    n_units : int
        Number of units m of every target.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.first_layer import FirstLayer
    >>> layer = FirstLayer(np.array([[False, True], [False, False]]), n_units=2)
    >>> layer.strengths(layer.unpack(np.array([3.0, 4.0]))).tolist()
    [[0.0, 5.0], [0.0, 0.0]]
    """

    free: BoolArray
    n_units: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape (d, m, d) of V."""
        d = self.free.shape[0]
        return d, self.n_units, d

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self._places.size

    @cached_property
    def _places(self) -> IntArray:
        return np.flatnonzero(np.broadcast_to(self.free.T[:, None, :], self.shape))

    def unpack(self, parameters: FloatArray) -> FloatArray:
        """Return V, shape (d, m, d)."""
        V = np.zeros(self.shape)
        V.ravel()[self._places] = parameters
        return V

    def pack(self, V: FloatArray) -> FloatArray:
        """Return the parameters among the entries of V, or of a gradient of its shape."""
        return V.ravel()[self._places]

    def strengths(self, V: FloatArray) -> FloatArray:
        """Return √A, shape (d, d)."""
        return np.ascontiguousarray(np.sqrt((V * V).sum(axis=1).T))

    def acyclicity(self, h: Acyclicity, V: FloatArray) -> tuple[float, FloatArray]:
        """Return h(A) and its gradient with respect to the parameters."""
        value, slope = h.value_and_slope(np.ascontiguousarray((V * V).sum(axis=1).T))
        return value, self.pack(2.0 * V * slope.T[:, None, :])
