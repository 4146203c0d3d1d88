"""The top-down order of equal-variance models."""

import numpy as np

from causal_dag.arrays import IntArray
from causal_dag.constraints import Constraints
from causal_dag.moments import Moments


def top_down_order(moments: Moments, constraints: Constraints) -> IntArray:
    """Take next, again and again, the node with the least variance given those already taken.

    With equal noise variances, a node whose parents are all taken has residual variance σ², and
    every other node has more [1]_. Without constraints this is Cholesky's decomposition with the
    smallest pivot first, O(d³). With constraints a node is regressed on the allowed ones only, and
    waits for those that must come before it, O(d⁵).

    Parameters
    ----------
    moments : Moments
        Moments of the data, with a covariance of full rank.
    constraints : Constraints
        Forbidden edges and precedence.

    Returns
    -------
    ndarray of int, shape (d,)

    References
    ----------
    .. [1] Chen, Drton and Wang, "On causal discovery with an equal-variance assumption",
       Biometrika 106 (2019).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.constraints import Constraints
    >>> moments = Moments(9, np.zeros(2), np.array([[5.0, 2.0], [2.0, 1.0]]))
    >>> top_down_order(moments, Constraints.none(2)).tolist()
    [1, 0]
    """
    from causal_dag.solvers.order.scores import factor_kernels, regression_kernels

    order = np.empty(moments.n_features, dtype=np.intp)
    correlation, variance = moments.standardized().covariance, moments.variance
    if constraints.is_trivial:
        factor_kernels.top_down_order(correlation, variance, order)
    else:
        regression_kernels.constrained_top_down_order(
            correlation, variance, constraints.allowed, constraints.precedence, order
        )
    return order
