"""The order of linear non-Gaussian models: an exogenous variable first, then one of the rest."""

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Constraints
from causal_dag.graph import reachability


def exogenous_first_order(rows: FloatArray, constraints: Constraints) -> IntArray:
    """Take next, again and again, the variable that looks exogenous, and regress the others on it.

    An exogenous variable is independent of the residuals of all others on it, and what these
    residuals follow is again a linear non-Gaussian model (DirectLiNGAM [1]_). How much a variable
    lacks of it is the sum of the squares of those pairwise likelihood ratios that speak against it
    [2]_. Comparisons that can no longer change which variable is taken are left out, an idea of
    ParaLiNGAM [3]_; the answer is that of all comparisons.

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

    centred = rows - rows.mean(axis=0)
    columns = np.ascontiguousarray((centred / centred.std(axis=0)).T)
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
    """Say which nodes stand before which by prior knowledge, and of which pairs that is open.

    Tiers, roots and leaves speak of the order too: where allowed edges lead from i to j and none
    leads back, every graph that is allowed has an order in which i stands before j. Where they lead
    neither way, the order of the two does not matter.

    Parameters
    ----------
    constraints : Constraints
        Forbidden edges and precedence.

    Returns
    -------
    ahead : ndarray of bool, shape (d, d)
        ``ahead[i, j]``: i stands before j. Without cycles.
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
