"""The order of linear non-Gaussian models, found by repeatedly taking an exogenous variable."""

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Constraints
from causal_dag.graph import reachability


def exogenous_first_order(rows: FloatArray, constraints: Constraints) -> IntArray:
    """Repeatedly take the most exogenous variable, and regress the remaining ones on it.

    An exogenous variable is independent of the residuals of all others regressed on it, and these
    residuals again follow a linear non-Gaussian model (DirectLiNGAM [1]_). The evidence against a
    variable being exogenous is the sum of squares of the pairwise likelihood ratios that contradict
    it [2]_. Comparisons that can no longer change which variable is taken are skipped, an idea of
    ParaLiNGAM [3]_; the result is the same as with all comparisons.

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        Data without constant or collinear columns.
    constraints : Constraints
        Forbidden edges and precedence.

    Returns
    -------
    ndarray of int, shape (d,)

    References
    ----------
    .. [1] Shimizu et al., "DirectLiNGAM: a direct method for learning a linear non-Gaussian
       structural equation model", JMLR 12 (2011).
    .. [2] Hyvärinen and Smith, "Pairwise likelihood ratios for estimation of non-Gaussian
       structural equation models", JMLR 14 (2013).
    .. [3] Shahbazinia, Salehkaleybar and Hashemi, "ParaLiNGAM: parallel causal structure learning
       for linear non-Gaussian acyclic models", arXiv 2109.13993 (2021).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.constraints import Constraints
    >>> generator = np.random.default_rng(0)
    >>> cause = generator.uniform(size=500)
    >>> effect = cause + generator.uniform(size=500)
    >>> exogenous_first_order(np.column_stack([effect, cause]), Constraints.none(2)).tolist()
    [1, 0]
    """
    from causal_dag.solvers.order.exogeneity_kernels import most_exogenous, regress_out

    centered = rows - rows.mean(axis=0)
    columns = np.ascontiguousarray((centered / centered.std(axis=0)).T)
    ahead, is_open = ordered_and_open_pairs(constraints)
    waiting_for = ahead.sum(axis=0)
    is_left = np.ones(waiting_for.size, dtype=bool)
    order = np.empty(waiting_for.size, dtype=np.intp)
    for position in range(order.size):
        node = most_exogenous(columns, is_left, is_left & (waiting_for == 0), is_open)
        order[position] = node
        is_left[node] = False
        waiting_for -= ahead[node]
        regress_out(columns, is_left, node)
    return order


def ordered_and_open_pairs(constraints: Constraints) -> tuple[BoolArray, BoolArray]:
    """Return which nodes precede which by prior knowledge, and which pairs are undetermined.

    Tiers, roots and leaves also constrain the order: if allowed edges lead from i to j and none
    leads back, every allowed graph has an order in which i precedes j. If they lead in neither
    direction, the order of the two does not matter.

    Parameters
    ----------
    constraints : Constraints
        Forbidden edges and precedence.

    Returns
    -------
    ahead : ndarray of bool, shape (d, d)
        ``ahead[i, j]``: i precedes j; acyclic.
    is_open : ndarray of bool, shape (d, d)
        Symmetric; False on the diagonal.

    Examples
    --------
    >>> from causal_dag import PriorKnowledge
    >>> ahead, is_open = ordered_and_open_pairs(PriorKnowledge(roots=[2]).resolve(3))
    >>> ahead.astype(int).tolist(), is_open.astype(int).tolist()
    ([[0, 0, 0], [0, 0, 0], [1, 1, 0]], [[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    """
    reaches = reachability(constraints.allowed)
    ahead = constraints.precedence | (reaches & ~reaches.T)
    is_open = reaches & reaches.T & ~ahead & ~ahead.T
    np.fill_diagonal(is_open, False)
    return ahead, is_open
