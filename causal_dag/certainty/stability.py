"""How many edges that are frequent among half-samples can be expected to be false."""

from typing import Literal

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
