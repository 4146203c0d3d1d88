"""Penalties on the size of the weights."""

from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import FloatArray


@dataclass(frozen=True)
class L1:
    """λ Σ |W_ij|, the ℓ1 norm.

    Parameters
    ----------
    lambda1 : float
        Weight λ of the norm, >= 0.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.penalties import L1
    >>> L1(0.5).value(np.array([[0.0, -3.0], [1.0, 0.0]]))
    2.0
    """

    lambda1: float

    def value(self, W: FloatArray) -> float:
        """Return the penalty."""
        return self.lambda1 * float(np.abs(W).sum())
