"""How certain a graph is: distributions of graphs, and what they say of edges and paths."""

from causal_dag.certainty.graph_distribution import GraphDistribution, TypicalGraph
from causal_dag.certainty.group_comparison import compare_groups
from causal_dag.certainty.stability import false_edge_bound, graph_stability

__all__ = [
    "GraphDistribution",
    "TypicalGraph",
    "compare_groups",
    "false_edge_bound",
    "graph_stability",
]
