"""The heaviest acyclic subgraph: exact by integer programming if small, else greedy."""

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph.cycle_cover import CycleCover, Relaxation, SolverStoppedError
from causal_dag.graph.greedy_subgraph import (
    greedy_acyclic_subgraph,
    heaviest_edges_first,
    improved_by_moves,
)

# Up to these sizes a component took less than a second, on hundreds of random graphs with 5 to 300
# nodes. Counts, not a clock, decide, so that the same graph is always cut in the same way.
MAX_EDGES = 400
MAX_UNDECIDED_EDGES = 140

# The heaviest edge has weight 1; a cut that costs no more than this above the bound is exact.
TOLERANCE = 1e-6


def maximum_acyclic_subgraph(
    strength: FloatArray, edges: BoolArray, required: BoolArray
) -> tuple[BoolArray, bool]:
    """Return an acyclic subgraph of the greatest weight, or one near it if the graph is large.

    The optimum of the linear relaxation bounds the weight that has to be cut. Where a greedy cut
    does not reach the bound, the integer programme decides over the edges whose reduced costs
    leave them open.

    Parameters
    ----------
    strength : ndarray of shape (d, d)
        Non-negative weights of the edges.
    edges : ndarray of bool, shape (d, d)
        Edges to choose from, without loops.
    required : ndarray of bool, shape (d, d)
        Edges that are kept; a DAG within ``edges``.

    Returns
    -------
    kept : ndarray of bool, shape (d, d)
        A DAG within ``edges`` to which no edge can be added.
    is_exact : bool
        Whether no acyclic subgraph is heavier, by more than a millionth of the heaviest edge.

    Examples
    --------
    >>> edges = np.array([[False, True], [True, False]])
    >>> strength = np.array([[0.0, 1.0], [3.0, 0.0]])
    >>> kept, is_exact = maximum_acyclic_subgraph(strength, edges, np.zeros_like(edges))
    >>> kept.tolist(), is_exact
    ([[False, False], [True, False]], True)
    """
    heaviest = float(strength[edges].max(initial=0.0)) or 1.0
    weights = np.where(edges, strength / heaviest, 0.0)
    greedy = greedy_acyclic_subgraph(weights, edges, required)
    if edges.sum() > MAX_EDGES:
        return greedy, False
    cover = CycleCover(weights, edges, required)
    try:
        return _branch_and_cut(cover, greedy, weights, required)
    except SolverStoppedError:
        return greedy, False


def _branch_and_cut(
    cover: CycleCover, best: BoolArray, weights: FloatArray, required: BoolArray
) -> tuple[BoolArray, bool]:
    relaxation, best = _relax(cover, best, weights, required)
    gap = cover.cut_weight(best) - relaxation.bound
    if gap <= TOLERANCE:
        return best, True
    # An edge with a reduced cost above the gap is decided: the other choice costs more than `best`.
    costs = relaxation.reduced_costs
    uncut, cut = costs > gap + TOLERANCE, costs < -gap - TOLERANCE
    if (~uncut & ~cut).sum() > MAX_UNDECIDED_EDGES:
        return best, False
    optimum = cover.edges & (cover.on_matrix(_integer_optimum(cover, uncut, cut)) == 0)
    completed = heaviest_edges_first(weights, cover.edges, optimum)
    return min(best, completed, key=cover.cut_weight), True


def _relax(
    cover: CycleCover, best: BoolArray, weights: FloatArray, required: BoolArray
) -> tuple[Relaxation, BoolArray]:
    """Solve the relaxation over all cycles, rounding its optima on the way to better cuts."""
    relaxation = Relaxation(np.zeros_like(cover.costs), 0.0, cover.costs)
    while cover.add_missed_cycles(relaxation.cut):
        relaxation = cover.relax()
        share_kept = 1.0 - cover.on_matrix(relaxation.cut)
        rounded = heaviest_edges_first(share_kept, cover.edges, required)
        improved = improved_by_moves(rounded, weights, cover.edges, required)
        best = min(best, improved, key=cover.cut_weight)
    return relaxation, best


def _integer_optimum(cover: CycleCover, uncut: BoolArray, cut: BoolArray) -> FloatArray:
    chosen = cover.best_cut(uncut, cut)
    while cover.add_missed_cycles(chosen):
        chosen = cover.best_cut(uncut, cut)
    return chosen
