"""Algebra of directed graphs on plain arrays: ``A[i, j]`` non-zero means i → j.

A partially directed graph (CPDAG, MPDAG) is a bool matrix in which an undirected edge i — j has
both ``A[i, j]`` and ``A[j, i]``.
"""

from causal_dag.graph.adjacency import adjacency_of
from causal_dag.graph.background_knowledge import (
    interventional_cpdag,
    maximal_orientation,
    mpdag,
    separated_edges,
    undecided_effects,
)
from causal_dag.graph.equivalence import consistent_extension, cpdag, skeleton, v_structures
from causal_dag.graph.linear import propagate_noise, total_effects
from causal_dag.graph.order import (
    find_cycle,
    is_dag,
    reachability,
    require_dag,
    topological_layers,
    topological_order,
)
from causal_dag.graph.projection import Projection, project_to_dag, strongest_parents

__all__ = [
    "Projection",
    "adjacency_of",
    "consistent_extension",
    "cpdag",
    "find_cycle",
    "interventional_cpdag",
    "is_dag",
    "maximal_orientation",
    "mpdag",
    "project_to_dag",
    "propagate_noise",
    "reachability",
    "require_dag",
    "separated_edges",
    "skeleton",
    "strongest_parents",
    "topological_layers",
    "topological_order",
    "total_effects",
    "undecided_effects",
    "v_structures",
]
