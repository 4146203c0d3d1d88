"""Topological orders that respect prior knowledge: random, perturbed, by priority, from weights."""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Constraints
from causal_dag.graph import project_to_dag, reachability
from causal_dag.moments import Moments
from causal_dag.problem import Problem

# Least number of reversals tried per edge to reach a random member of the equivalence class.
REVERSALS_PER_EDGE = 4
# A restart puts at least and at most so many nodes at random places.
FEWEST_MOVED = 3
MOST_MOVED, MOST_MOVED_SHARE = 70, 0.7


def linear_extension(precedence: BoolArray, priority: ArrayLike) -> IntArray:
    """Return the order that always takes the available node of smallest priority next.

    Parameters
    ----------
    precedence : ndarray of bool, shape (d, d)
        ``precedence[i, j]``: i stands before j. A strict partial order.
    priority : array-like of shape (d,)
        Any finite numbers; equal ones are taken by index.

    Returns
    -------
    ndarray of int, shape (d,)

    Examples
    --------
    >>> import numpy as np
    >>> precedence = np.zeros((3, 3), dtype=bool)
    >>> precedence[2, 0] = True
    >>> linear_extension(precedence, [1, 2, 3]).tolist()
    [1, 2, 0]
    """
    if not precedence.any():
        return np.argsort(priority, kind="stable")
    from causal_dag.solvers.order.search.perturbation_kernels import extend

    d = precedence.shape[0]
    waiting_for, order = np.empty(d, dtype=np.intp), np.empty(d, dtype=np.intp)
    extend(
        np.ascontiguousarray(precedence),
        np.array(priority, dtype=np.float64),
        waiting_for,
        order,
    )
    return order


def canonical_ranks(covariance: FloatArray) -> IntArray:
    """Return a numbering of the columns that moves with them when they are permuted, shape (d,).

    Columns are ranked by the norm of their row of the covariance. Random numbers are handed out by
    rank, so that permuted data gives the permuted answer.
    """
    return np.argsort(np.argsort((covariance**2).sum(axis=1), kind="stable"))


def random_order(problem: Problem) -> IntArray:
    """Draw an order that respects the required edges; uniform where there are none."""
    d = problem.moments.n_features
    ranks = canonical_ranks(problem.moments.covariance)
    priority = problem.random_generator.permutation(d)[ranks]
    return linear_extension(problem.constraints.precedence, priority)


def least_predictable_first(problem: Problem) -> IntArray:
    """Return a pivoted Cholesky order of the correlations, smallest pivot last.

    The order is built from its end: next comes the node that those already there predict best. It
    does not depend on the units of the columns, and searches of sparse scores that start there are
    short and end well.
    """
    from causal_dag.solvers.order.scores.factor_kernels import top_down_order

    covariance = problem.moments.covariance
    order = np.empty(covariance.shape[0], dtype=np.intp)
    top_down_order(covariance, np.ones(order.size), order)
    return linear_extension(problem.constraints.precedence, -np.argsort(order))


def least_variance_first(problem: Problem) -> IntArray:
    """Return the top-down order of equal-variance models."""
    return top_down_order(problem.moments, problem.constraints)


StartName = Literal["cholesky", "eqvar", "random"]

#: Orders to start from where the user names none.
STARTS: dict[StartName, Callable[[Problem], IntArray]] = {
    "cholesky": least_predictable_first,
    "eqvar": least_variance_first,
    "random": random_order,
}


def starting_order(problem: Problem, start: StartName = "random") -> IntArray:
    """Return the user's order, or one of the user's weights, or else that of a rule in ``STARTS``.

    Weights with cycles are projected to a DAG first.
    """
    initial, constraints = problem.initial, problem.constraints
    if initial.order is not None:
        return initial.order
    if initial.weights is None:
        return STARTS[start](problem)
    projection = project_to_dag(
        initial.weights, forbidden=constraints.forbidden, required=constraints.required
    )
    ancestors = reachability((projection.weights != 0) | constraints.required)
    return linear_extension(ancestors, canonical_ranks(problem.moments.covariance))


def random_member(
    graph: BoolArray, reversible: BoolArray, generator: np.random.Generator
) -> BoolArray:
    """Draw a DAG that is Markov equivalent to a given one.

    Parameters
    ----------
    graph : ndarray of bool, shape (d, d)
        True where i is a parent of j.
    reversible : ndarray of bool, shape (d, d)
        ``reversible[j, i]``: an edge i → j may become j → i.
    generator : Generator
        Says which edges are reversed if they can be.

    Returns
    -------
    ndarray of bool, shape (d, d)

    Examples
    --------
    >>> import numpy as np
    >>> chain = np.eye(3, k=1, dtype=bool)
    >>> members = [random_member(chain, ~np.eye(3, dtype=bool), np.random.default_rng(seed))
    ...            for seed in range(20)]
    >>> len(np.unique(members, axis=0))  # 0 → 1 → 2, 0 ← 1 → 2 and 0 ← 1 ← 2
    3
    """
    from causal_dag.solvers.order.search.perturbation_kernels import reverse_covered_edges

    edges = np.argwhere(graph)
    # A random number of draws, as an even number would leave a single edge as it is.
    least = REVERSALS_PER_EDGE * len(edges)
    n_draws = generator.integers(least, 2 * least, endpoint=True)
    draws = generator.integers(max(1, len(edges)), size=n_draws)
    parents = np.ascontiguousarray(graph.T)
    reverse_covered_edges(parents, np.ascontiguousarray(reversible), edges, draws)
    return parents.T


def scattered(position: IntArray, generator: np.random.Generator) -> FloatArray:
    """Return the positions of nodes, some of them drawn anew, shape (d,).

    From three to seventy nodes, but not more than 70 % of all, are put at random places. Few are as
    likely as many, since their number is log-uniform: what few lead to costs less, and many lead
    out of traps to which few return again and again.
    """
    d = position.size
    fewest = min(FEWEST_MOVED, d)
    most = max(fewest, min(MOST_MOVED_SHARE * d, MOST_MOVED))
    number = round(np.exp(generator.uniform(np.log(fewest), np.log(most))))
    moved = generator.permutation(d)[:number]
    places = position.astype(np.float64)
    places[moved] = generator.uniform(-0.5, d - 0.5, number)
    return places


def perturbed_equal(
    graph: BoolArray,
    order: IntArray,
    constraints: Constraints,
    generator: np.random.Generator,
    *,
    is_score_equivalent: bool,
    separated: BoolArray | None = None,
) -> tuple[BoolArray, IntArray]:
    """Draw a graph with the same score, and an order of it with some nodes put elsewhere.

    Parameters
    ----------
    graph : ndarray of bool, shape (d, d)
        True where i is a parent of j.
    order : ndarray of int, shape (d,)
        A topological order of it.
    constraints : Constraints
        Which edges may be reversed, and what has to stand before what.
    generator : Generator
        Source of randomness.
    is_score_equivalent : bool
        Whether all Markov equivalent graphs have the same score; otherwise the graph is kept.
    separated : ndarray of bool, shape (d, d), optional
        Pairs of nodes whose order experiments reveal: edges between them are not reversed.

    Returns
    -------
    graph : ndarray of bool, shape (d, d)
        The graph.
    order : ndarray of int, shape (d,)
        Not in general an order of the graph.
    """
    # Along the order, so that permuted columns give the permuted answer.
    along = np.ix_(order, order)
    precedence, member = constraints.precedence[along], graph[along]
    if is_score_equivalent:
        fixed = (constraints.required | constraints.precedence).T
        if separated is not None:
            fixed = fixed | separated
        member = random_member(member, (constraints.allowed & ~fixed)[along], generator)
    position = np.argsort(linear_extension(member | precedence, generator.random(order.size)))
    elsewhere = order[linear_extension(precedence, scattered(position, generator))]
    drawn = np.empty_like(graph)
    drawn[along] = member
    return drawn, elsewhere


def perturbed_order(
    order: IntArray, precedence: BoolArray, generator: np.random.Generator, n_swaps: int
) -> IntArray:
    """Swap random pairs of positions, keeping what has to stand before what."""
    position = np.argsort(order)
    for _ in range(n_swaps):
        first, second = order[generator.integers(order.size, size=2)]
        position[[first, second]] = position[[second, first]]
    return linear_extension(precedence, position)


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
    if constraints.is_trivial:
        factor_kernels.top_down_order(moments.covariance, moments.variance, order)
    else:
        regression_kernels.constrained_top_down_order(
            moments.standardized().covariance,
            moments.variance,
            constraints.allowed,
            constraints.precedence,
            order,
        )
    return order
