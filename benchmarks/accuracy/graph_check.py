"""How often a check refutes a true graph, and one that differs from it by one edge.

Run ``python -m causal_dag.benchmarks.accuracy.graph_check``. Two edges per node, noise variances of
0.5 to 2, weights of 0.3 to 1. In the true graph one edge is left out, added along the order, or
reversed where that gives an acyclic graph of another equivalence class. ``refuted`` counts graphs
of which an implied independence fails, ``named`` those in which the changed edge is among what is
reported: a missing one among the refuted pairs, an added one among the edges to drop.
"""

from collections import defaultdict
from collections.abc import Sequence
from statistics import mean
from typing import Any

import numpy as np

from causal_dag.advice.graph_check import GraphCheck, check_graph
from causal_dag.arrays import BoolArray
from causal_dag.benchmarks.studies import Study
from causal_dag.graph import cpdag, is_dag, topological_order
from causal_dag.synthetic import make_linear_sem
from causal_dag.synthetic.noise import NoiseName

# Kinds of change in which the changed edge itself can be reported.
NAMED = ("one edge missing", "one edge added")


def measure(
    sizes: Sequence[int], samples: Sequence[int], noise: NoiseName, seeds: Sequence[int]
) -> list[dict[str, Any]]:
    """Return one record per size, number of rows and kind of change."""
    return [record for d in sizes for n in samples for record in _records(d, n, noise, seeds)]


def _records(d: int, n: int, noise: NoiseName, seeds: Sequence[int]) -> list[dict[str, Any]]:
    found = defaultdict(list)
    for seed in seeds:
        X, sem = make_linear_sem(
            n, d, edges_per_node=2, noise=noise, noise_variance=(0.5, 2.0), weight_range=(0.3, 1.0),
            random_state=seed,
        )  # fmt: skip
        for kind, (graph, edge) in _changed(sem.weights != 0, seed).items():
            check = check_graph(graph, X, n_permutations=19)
            verdict = check.is_refuted, _is_named(check, edge), check.is_better_than_chance
            found[kind].append(verdict)
    return [_record(kind, d, n, cases) for kind, cases in found.items()]


def _record(kind: str, d: int, n: int, cases: Sequence[tuple[bool, ...]]) -> dict[str, Any]:
    refuted, named, better = (100 * mean(found) for found in zip(*cases, strict=True))
    return {
        "graph": kind,
        "d": d,
        "n": n,
        "cases": len(cases),
        "refuted": f"{refuted:.1f} %",
        "named": f"{named:.1f} %" if kind in NAMED else "",
        "better than permuted": f"{better:.0f} %",
    }


def _changed(true: BoolArray, seed: int) -> dict[str, tuple[BoolArray, tuple[int, int]]]:
    """Return the true graph, and those with one change, with the edge that changed."""
    generator = np.random.default_rng(seed)
    order, edges = topological_order(true), np.argwhere(true)
    graphs = {"true": (true, (-1, -1))}
    place = np.argsort(order)
    absent = np.argwhere(~true & ~true.T & (place[:, None] < place))
    for kind, pairs in zip(NAMED, (edges, absent), strict=True):
        i, j = generator.choice(pairs).tolist()
        changed = true.copy()
        changed[i, j] = not true[i, j]
        graphs[kind] = changed, (i, j)
    for i, j in generator.permutation(edges).tolist():
        turned = true.copy()
        turned[i, j], turned[j, i] = False, True
        if is_dag(turned) and not np.array_equal(cpdag(turned), cpdag(true)):
            graphs["one edge reversed"] = turned, (j, i)
            break
    return graphs


def _is_named(check: GraphCheck, edge: tuple[int, int]) -> bool:
    names = {f"x{node}" for node in edge}
    frame = check.removals if check.graph.adjacency[edge] else check.failures
    return any(set(row[:2]) == names for row in frame.itertuples(index=False))


if __name__ == "__main__":
    study = Study("Graphs refuted at level 0.05", __doc__, seeds=500, first_seed=81000)
    study.sizes(10, 20)
    study.option("--samples", type=int, nargs="+", default=[200, 1000], help="rows per table")
    study.option("--noise", default="gaussian", help="distribution of the noise")
    study.run(measure)
