"""Selection of a node's parents among its predecessors in an order."""

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Constraints
from causal_dag.moments import Moments
from causal_dag.regression import edge_price
from causal_dag.solvers.order.scores.gaussian_node_scores import GaussianBIC
from causal_dag.solvers.order.scores.limited_parents import limited

# Maximum number of predecessors from which backward elimination starts.
MOST = 100


def bic_parents(
    moments: Moments, order: IntArray, constraints: Constraints, penalty: float
) -> tuple[BoolArray, float]:
    """Choose parents along an order by the Bayesian information criterion.

    The local score of node j with parents P is ``n log σ²_j|P + penalty · |P| · log n``. Two
    searches start from opposite ends, and the lower score is kept for each node: forward selection
    starts from the required parents; backward elimination starts from the predecessors (from the
    hundred of greatest effect if there are more, because the time is cubic in their number). Both
    then add or remove the single parent that lowers the score most, until none does. Forward
    selection alone misses parents whose effects cancel until all of them are included; backward
    elimination alone is unreliable when n is not much larger than d. If a node ends up with more
    parents than allowed, they are chosen by a search that also exchanges parents.

    Parameters
    ----------
    moments : Moments
        Moments of the data, with a covariance of full rank.
    order : ndarray of int, shape (d,)
        Topological order that respects the constraints.
    constraints : Constraints
        Forbidden edges are never candidates, and required ones are never removed.
    penalty : float
        Penalty per edge in units of log n.

    Returns
    -------
    adjacency : ndarray of bool, shape (d, d)
        True where i is a parent of j.
    score : float
        Sum of the local scores.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.constraints import Constraints
    >>> covariance = np.array([[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 1.0]])
    >>> moments = Moments(100, np.zeros(3), covariance)
    >>> bic_parents(moments, np.arange(3), Constraints.none(3), 2.0)[0].astype(int)
    array([[0, 1, 0],
           [0, 0, 0],
           [0, 0, 0]])
    """
    from causal_dag.solvers.order.scores.factor_kernels import eliminate_parents, factorise

    along_order = np.ix_(order, order)
    correlation = np.ascontiguousarray(moments.standardized().covariance[along_order])
    candidates = np.triu(constraints.allowed[along_order], k=1)
    required = np.ascontiguousarray(constraints.required[along_order])
    price = edge_price(moments, penalty)
    factor, shrunk = np.empty_like(correlation), np.empty_like(required)
    factorise(correlation, factor)
    problem = (correlation, candidates, required, moments.n_samples, price)
    eliminate_parents(
        correlation, factor, candidates, required, moments.n_samples, price, MOST, shrunk
    )
    grown, grown_scores = _grow_shrink(required, *problem)
    shrunk, shrunk_scores = _grow_shrink(shrunk, *problem)
    adjacency, scores = np.zeros_like(required), np.empty(len(order))
    adjacency[along_order] = np.where(grown_scores <= shrunk_scores, grown, shrunk)
    scores[order] = np.minimum(grown_scores, shrunk_scores)
    # The kernels work on correlations, so n log var(x_j) has to be added.
    scores += moments.n_samples * np.log(moments.variance)
    if constraints.max_parents is not None:
        _choose_fewer(moments, order, constraints, penalty, adjacency, scores)
    return adjacency, float(scores[constraints.explained].sum())


def _choose_fewer(
    moments: Moments,
    order: IntArray,
    constraints: Constraints,
    penalty: float,
    adjacency: BoolArray,
    scores: FloatArray,
) -> None:
    """Choose parents again for nodes that exceed the limit on their number."""
    node_score = limited(GaussianBIC(moments, penalty), constraints)
    position = np.argsort(order)
    candidates = constraints.allowed & (position[:, None] < position)
    for node in np.flatnonzero(adjacency.sum(axis=0) > constraints.max_parents).tolist():
        required = constraints.required[:, node]
        fit = node_score.best(node, candidates[:, node], required, start=required)
        adjacency[:, node], scores[node] = (fit.weights != 0) | required, fit.value


def _grow_shrink(
    start: BoolArray,
    correlation: FloatArray,
    candidates: BoolArray,
    required: BoolArray,
    n_samples: int,
    price: float,
) -> tuple[BoolArray, FloatArray]:
    from causal_dag.solvers.order.scores.regression_kernels import grow_shrink_parents

    adjacency, scores = start.copy(), np.empty(start.shape[0])
    grow_shrink_parents(correlation, candidates, required, n_samples, price, adjacency, scores)
    return adjacency, scores
