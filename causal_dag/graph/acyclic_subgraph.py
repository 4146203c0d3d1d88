"""The heaviest acyclic subgraph of one strongly connected component."""

from causal_dag.graph.greedy_subgraph import greedy_acyclic_subgraph
from causal_dag.problem import BoolArray, FloatArray


def maximum_acyclic_subgraph(
    strength: FloatArray, edges: BoolArray, required: BoolArray
) -> tuple[BoolArray, bool]:
    """Return the subgraph, and whether no heavier one exists."""
    return greedy_acyclic_subgraph(strength, edges, required), False
