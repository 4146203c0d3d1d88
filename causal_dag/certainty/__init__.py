"""How certain a graph is: distributions of graphs, and what they say of edges and paths."""

from causal_dag.certainty.graph_distribution import GraphDistribution, TypicalGraph

__all__ = ["GraphDistribution", "TypicalGraph"]
