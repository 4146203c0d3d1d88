"""What half-samples say of false edges, and how far they agree on the graph."""

from typing import Literal

import numpy as np

from causal_dag.certainty.graph_distribution import GraphDistribution
from causal_dag.parameters import Choice, Number

#: What is assumed of the number of complementary pairs of halves in which both have an edge.
Shape = Literal["any", "unimodal"]
SHAPE = Choice(("any", "unimodal"))
THRESHOLD = Number(low=0.5, high=1, strict=True)
#: Beyond this probability of selection, there is no bound for a unimodal shape.
LARGEST_MEAN_PROBABILITY = 3**-0.5


def false_edge_bound(
    n_selected: float, n_pairs: int, n_halves: int, threshold: float, shape: Shape = "any"
) -> float:
    """Return a bound on the expected number of false edges among stable ones.

    Let q pairs of variables be joined on average in a half-sample, of p in all, and let θ = q / p.
    Of pairs that a half-sample joins with probability θ or less, the number that is joined in more
    than a share π of the half-samples has an expectation of at most q²/((2π − 1)p): [1]_ for
    exchangeable false edges and a method that is better than chance, [2]_ for complementary pairs
    of halves without these assumptions. For a unimodal distribution of the number of pairs of
    halves that agree on the edge it is C q²/p, with the smaller C of [2]_, equation (8).

    Parameters
    ----------
    n_selected : float
        Mean number q of pairs of variables that a half-sample joins.
    n_pairs : int
        Number p of pairs that it could join.
    n_halves : int
        Number of half-samples, 2B.
    threshold : float
        The share π, above 0.5.
    shape : {"any", "unimodal"}
        What is assumed of the distribution.

    Raises
    ------
    ValueError
        If the threshold is at most 0.5, or the shape is unimodal and θ is above 1/√3.

    References
    ----------
    .. [1] Meinshausen and Bühlmann, "Stability selection", JRSS B 72 (2010), theorem 1.
    .. [2] Shah and Samworth, "Variable selection with error control: another look at stability
       selection", JRSS B 75 (2013), theorems 1 and 2.

    Examples
    --------
    >>> from causal_dag.certainty.stability import false_edge_bound
    >>> false_edge_bound(10, 100, 200, 0.75)
    2.0
    >>> round(false_edge_bound(10, 100, 200, 0.75, "unimodal"), 2)
    1.01
    """
    threshold = THRESHOLD.check("threshold", threshold)
    shape = SHAPE.check("shape", shape)
    if n_pairs == 0 or n_selected == 0:
        return 0.0
    theta, halves = n_selected / n_pairs, max(n_halves // 2, 1)
    worst = n_selected * theta / (2 * threshold - 1)
    if shape == "any":
        return worst
    if theta > LARGEST_MEAN_PROBABILITY:
        raise ValueError(
            f"shape={shape!r}: half-samples join {theta:.2f} of all pairs, and the bound holds up "
            f"to {LARGEST_MEAN_PROBABILITY:.2f}; use shape='any'"
        )
    least = min(0.5 + theta**2, 0.5 + 1 / (2 * halves) + 0.75 * theta**2)
    if threshold <= least:
        return worst
    if threshold <= 0.75:
        constant = 1 / (2 * (2 * threshold - 1 - 1 / (2 * halves)))
    else:
        constant = 4 * (1 - threshold + 1 / (2 * halves)) / (1 + 1 / halves)
    return min(worst, constant * n_selected * theta)


def graph_stability(graphs: GraphDistribution) -> float:
    """Return how far graphs agree on their edges, corrected for chance [1]_.

    It is 1 − s² / (q (1 − q)), with the mean s² over ordered pairs of variables of the unbiased
    variance of "the graph has i → j", and the share q of ordered pairs that are edges. Equal graphs
    have 1, and graphs with independent random edges of the same number 0 in expectation.

    Parameters
    ----------
    graphs : GraphDistribution
        Graphs of equal weight, at least two; undirected edges have both directions set.

    Returns
    -------
    float
        At most 1; NaN where all graphs are empty or all are complete, so that chance alone makes
        them agree.

    References
    ----------
    .. [1] Nogueira, Sechidis and Brown, "On the stability of feature selection algorithms", JMLR 18
       (2018), definition 4.

    Examples
    --------
    >>> from causal_dag.certainty import GraphDistribution, graph_stability
    >>> chain, fork = [[0, 1, 0], [0, 0, 1], [0, 0, 0]], [[0, 1, 1], [0, 0, 0], [0, 0, 0]]
    >>> graph_stability(GraphDistribution([chain, chain]))
    1.0
    >>> round(graph_stability(GraphDistribution([chain, fork])), 2)
    0.25
    """
    d, m = graphs.n_variables_, graphs.n_graphs_
    share = graphs.expectation(lambda graph: graph.astype(np.float64))[~np.eye(d, dtype=bool)]
    density = share.mean() if share.size else 0.0
    if not 0 < density < 1:
        return float("nan")
    variance = m / (m - 1) * (share * (1 - share)).mean()
    return float(1 - variance / (density * (1 - density)))
