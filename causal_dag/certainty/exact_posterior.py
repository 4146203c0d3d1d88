"""Exact probabilities of edges, for few columns."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from causal_dag.arrays import FloatArray

if TYPE_CHECKING:
    from causal_dag.certainty.parent_set_kernels import Tables

#: With one column more, the sum over DAGs takes four times as long.
MOST_EXACT_COLUMNS = 10


@dataclass(frozen=True, eq=False)
class ExactPosterior:
    """Sums over all graphs.

    Parameters
    ----------
    edge_probability : ndarray of shape (d, d)
        Probability of i → j.
    log_sum : float
        Log of the sum of e^score over all DAGs, each counted once, or once per linear extension.
    """

    edge_probability: FloatArray
    log_sum: float


def exact_posterior(tables: "Tables", has_uniform_dags: bool) -> ExactPosterior:
    """Return the exact probabilities of edges.

    Parameters
    ----------
    tables : Tables
        Local scores; all allowed parents are candidates.
    has_uniform_dags : bool
        Whether all DAGs have equal prior weight, or all orders.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.certainty.exact_posterior import exact_posterior
    >>> from causal_dag.certainty.score_tables import score_tables
    >>> from causal_dag.constraints import Constraints
    >>> def no_preference(node, candidates, others):
    ...     return np.zeros((others.size + 1, 2**candidates.size))
    >>> tables = score_tables([np.array([1]), np.array([0])], no_preference, Constraints.none(2))
    >>> exact_posterior(tables, has_uniform_dags=True).edge_probability.round(3)
    array([[0.   , 0.333],
           [0.333, 0.   ]])
    """
    from causal_dag.certainty import exact_posterior_kernels as kernels

    d = len(tables.bits)
    sums, edges = _sums_over_all_sets(tables), np.empty((d, d))
    n_sets = sums.shape[1]
    if has_uniform_dags:
        onward, reached = np.empty((n_sets, n_sets)), np.empty((n_sets, n_sets))
        total = kernels.edges_of_all_graphs(sums, onward, reached, np.empty((2, d)), edges)
    else:
        total = kernels.edges_of_all_orders(sums, np.empty(n_sets), np.empty(n_sets), edges)
    return ExactPosterior(edges, total)


def _sums_over_all_sets(tables: "Tables") -> FloatArray:
    """Return the log sum over the parent sets of every node within every set of nodes."""
    d = len(tables.bits)
    sets = np.arange(1 << d)
    is_in = sets[:, None] >> np.arange(d) & 1
    return np.array([tables.sums[tables.first_sum[j] + is_in @ tables.bits[j]] for j in range(d)])
