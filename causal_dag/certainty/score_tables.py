"""Tables of local scores over the candidate parents of every node, and which nodes these are."""

from typing import TYPE_CHECKING, Protocol

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.certainty.marginal_likelihood import DeterminantScore
from causal_dag.constraints import Constraints
from causal_dag.solvers.order.scores.gaussian_node_scores import set_sizes
from causal_dag.solvers.order.scores.level_counts import LevelCounts

if TYPE_CHECKING:
    from causal_dag.certainty.parent_set_kernels import Tables

# Numbers in the largest table; there are about three tables of this size.
MOST_ENTRIES = 1 << 24
MOST_CANDIDATES = 14
# What another node adds to a sum is cut here, far beyond all but unfinished chains.
LARGEST_LOG_RATIO = 600.0
# Sets that are counted per call, so that Ctrl-C is heard.
SETS_TOGETHER = 64


class ScoreOfSets(Protocol):
    """Fills the log scores of a node given all sets of candidates and at most one other node."""

    def __call__(self, node: int, candidates: IntArray, others: IntArray) -> FloatArray:
        """Return the scores, shape (m + 1, 2^k); sets alone come first."""


def gaussian_scores(score: DeterminantScore) -> ScoreOfSets:
    """Return the scores of a Gaussian model."""
    from causal_dag.certainty.score_table_kernels import score_gaussian

    def fill(node: int, candidates: IntArray, others: IntArray) -> FloatArray:
        k, m = candidates.size, others.size
        scores = np.empty((m + 1, 1 << k))
        rows, targets = np.empty((k + 1, k, k + m + 1)), np.empty((k + 1, 3, m + 1))
        score_gaussian(
            score.matrix, node, candidates, others, score.constants, score.halves,
            score.log_determinant_share, rows, targets, scores,
        )  # fmt: skip
        return scores

    return fill


def category_scores(score: LevelCounts) -> ScoreOfSets:
    """Return the scores of a model of categories."""
    from causal_dag.certainty.score_table_kernels import score_by_kernel

    model = score.compiled(score.most_parents).model

    def fill(node: int, candidates: IntArray, others: IntArray) -> FloatArray:
        scores = np.empty((others.size + 1, 1 << candidates.size))
        parents = np.empty(candidates.size + 1, dtype=np.intp)
        for first in range(0, scores.shape[1], SETS_TOGETHER):
            last = min(first + SETS_TOGETHER, scores.shape[1])
            score_by_kernel(model, node, candidates, others, parents, scores, first, last)
        return scores

    return fill


def most_candidates(n_nodes: int) -> int:
    """Return how many candidates per node keep the tables small.

    Examples
    --------
    >>> from causal_dag.certainty.score_tables import most_candidates
    >>> most_candidates(8), most_candidates(50), most_candidates(200)
    (7, 12, 7)
    """
    return next(
        k
        for k in range(min(MOST_CANDIDATES, n_nodes - 1), -1, -1)
        if n_nodes * (n_nodes - k) << k <= MOST_ENTRIES >> 1
    )


def choose_candidates(
    found: BoolArray, score_of_sets: ScoreOfSets, constraints: Constraints, most: int
) -> list[IntArray]:
    """Return candidate parents of every node, sorted.

    Required parents come first, then neighbors in graphs that a search has found, then the nodes
    that most improve the score beside these neighbors and alone, in turn.

    Parameters
    ----------
    found : ndarray of bool, shape (d, d)
        Edges that a graph of a search has.
    score_of_sets : callable
        Scores of a node.
    constraints : Constraints
        Forbidden edges are no candidates.
    most : int
        Candidates per node; required parents and neighbors may be more.
    """
    d = len(found)
    adjacent = found | found.T
    chosen = []
    for j in range(d):
        allowed, required = constraints.allowed[:, j], constraints.required[:, j]
        near = np.flatnonzero(adjacent[:, j] & allowed)[:MOST_CANDIDATES]
        others = np.flatnonzero(allowed)
        alone = score_of_sets(j, others[:0], others)[1:, 0]
        beside = score_of_sets(j, near, others)[1:, -1]
        rank = np.minimum(_ranks(alone), _ranks(beside)).astype(np.float64)
        rank[np.isin(others, near)] = -1
        rank[required[others]] = -2
        size = max(most, near.size, int(required.sum()))
        chosen.append(np.sort(others[np.argsort(rank, kind="stable")[:size]]))
    return chosen


def _ranks(values: FloatArray) -> IntArray:
    """Return 0 for the largest value, and so on."""
    return np.argsort(np.argsort(-values, kind="stable"), kind="stable")


def score_tables(
    candidates: list[IntArray],
    score_of_sets: ScoreOfSets,
    constraints: Constraints,
) -> "Tables":
    """Return the tables that chains use.

    Sets that lack required parents, or exceed the limit on parents, have no weight.

    Parameters
    ----------
    candidates : list of ndarray of int
        Candidate parents of every node, sorted.
    score_of_sets : callable
        Scores of a node.
    constraints : Constraints
        Required edges, forbidden ones, and the limit on parents.
    """
    from causal_dag.certainty.parent_set_kernels import Tables
    from causal_dag.certainty.score_table_kernels import find_best_subsets, sum_over_subsets

    d = len(candidates)
    others = [
        np.setdiff1d(np.flatnonzero(constraints.allowed[:, j]), candidates[j]) for j in range(d)
    ]
    k, m = (np.array([own.size for own in lists]) for lists in (candidates, others))
    first_score, first_sum, first_ratio = (
        np.concatenate([[0], np.cumsum(sizes << k)]) for sizes in (m + 1, np.ones_like(m), m)
    )
    bits, places = np.zeros((2, d, d), dtype=np.intp)
    scores, sums = np.empty(first_score[-1]), np.empty(first_sum[-1])
    ranked, best_ranks = np.empty((2, first_score[-1]), dtype=np.int16)
    ratios = np.empty(first_ratio[-1])
    for j, (inside, outside) in enumerate(zip(candidates, others, strict=True)):
        bits[j, inside] = 1 << np.arange(inside.size)
        places[j, outside] = 1 + np.arange(outside.size)
        own = score_of_sets(j, inside, outside)
        _exclude(own, j, inside, constraints)
        of_node = slice(first_score[j], first_score[j + 1])
        scores[of_node] = own.ravel()
        ranked[of_node] = np.argsort(-own, axis=1, kind="stable").ravel()
        find_best_subsets(*(row[of_node].reshape(own.shape) for row in (ranked, best_ranks)))
        sum_over_subsets(own)
        sums[first_sum[j] : first_sum[j + 1]] = own[0]
        with np.errstate(invalid="ignore"):
            added = np.exp(np.minimum(own[1:] - own[0], LARGEST_LOG_RATIO))
        added[:, ~np.isfinite(own[0])] = 0.0
        ratios[first_ratio[j] : first_ratio[j + 1]] = added.T.ravel()
    return Tables(
        _padded(candidates), _padded(others), k, m, bits, places,
        first_score[:-1], first_sum[:-1], first_ratio[:-1], scores, ranked, best_ranks,
        sums, ratios,
    )  # fmt: skip


def _padded(lists: list[IntArray]) -> IntArray:
    padded = np.full((len(lists), max(own.size for own in lists)), -1, dtype=np.intp)
    for row, entries in zip(padded, lists, strict=True):
        row[: entries.size] = entries
    return padded


def _exclude(scores: FloatArray, node: int, candidates: IntArray, constraints: Constraints) -> None:
    """Give sets that the prior knowledge excludes no weight."""
    sizes, sets = set_sizes(candidates.size), np.arange(1 << candidates.size)
    if constraints.max_parents is not None:
        scores[0, sizes > constraints.max_parents] = -np.inf
        scores[1:, sizes + 1 > constraints.max_parents] = -np.inf
    required = int((constraints.required[candidates, node] << np.arange(candidates.size)).sum())
    scores[:, sets & required != required] = -np.inf
