"""Distances between graphs, and what a data set gives away about its order.

All functions take weights, adjacency, data frames, networkx graphs, linear SEMs or fitted
estimators, and align by name where both sides have names.
"""

from causal_dag.metrics.intervention import structural_intervention_distance
from causal_dag.metrics.registry import available_metrics, register_metric
from causal_dag.metrics.sortability import r2_sortability, varsortability
from causal_dag.metrics.structural import (
    EdgeScores,
    cpdag_distance,
    edge_scores,
    structural_hamming_distance,
)

__all__ = [
    "EdgeScores",
    "available_metrics",
    "cpdag_distance",
    "edge_scores",
    "r2_sortability",
    "register_metric",
    "structural_hamming_distance",
    "structural_intervention_distance",
    "varsortability",
]
