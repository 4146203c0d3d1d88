"""Kernels that draw members of an equivalence class and orders, beside plain twins."""

import itertools

import numpy as np
import pytest

from causal_dag.graph import cpdag, is_dag
from causal_dag.solvers.order.search.linear_extensions import linear_extension
from causal_dag.solvers.order.search.perturbation_kernels import reverse_covered_edges


def random_dag(d, generator, share=0.4):
    graph = np.triu(generator.random((d, d)) < share, 1)
    shuffled = generator.permutation(d)
    return graph[np.ix_(shuffled, shuffled)]


def twin_of_extend(precedence, priority):
    remaining, order = set(range(len(priority))), []
    while remaining:
        available = [v for v in sorted(remaining) if not precedence[list(remaining), v].any()]
        order.append(min(available, key=lambda v: priority[v]))
        remaining.remove(order[-1])
    return order


def twin_of_reversals(graph, reversible, draws):
    graph, edges = graph.copy(), np.argwhere(graph)
    for e in draws:
        x, y = edges[e]
        parents_of_x, parents_of_y = (
            set(np.flatnonzero(graph[:, x])),
            set(np.flatnonzero(graph[:, y])),
        )
        if parents_of_x | {x} == parents_of_y and reversible[y, x]:
            graph[x, y], graph[y, x] = False, True
            edges[e] = y, x
    return graph


def after_reversals(graph, reversible, draws):
    parents = np.ascontiguousarray(graph.T)
    reverse_covered_edges(parents, reversible, np.argwhere(graph), draws)
    return parents.T


@pytest.mark.parametrize("d", [1, 2, 5, 12])
@pytest.mark.parametrize("seed", range(5))
def test_an_extension_is_that_of_the_plain_rule(d, seed):
    generator = np.random.default_rng(seed)
    graph, priority = random_dag(d, generator), generator.integers(4, size=d)
    assert linear_extension(graph, priority).tolist() == twin_of_extend(graph, priority)


@pytest.mark.parametrize("d", [2, 4, 9])
@pytest.mark.parametrize("seed", range(10))
def test_reversals_are_those_of_the_plain_rule(d, seed):
    generator = np.random.default_rng(seed)
    graph, reversible = random_dag(d, generator, 0.7), generator.random((d, d)) < 0.7
    draws = generator.integers(max(1, graph.sum()), size=30 if graph.any() else 0)
    np.testing.assert_array_equal(
        after_reversals(graph, reversible, draws), twin_of_reversals(graph, reversible, draws)
    )


def all_dags(d):
    pairs = list(itertools.combinations(range(d), 2))
    for kinds in itertools.product(range(3), repeat=len(pairs)):
        graph = np.zeros((d, d), dtype=bool)
        for (i, j), kind in zip(pairs, kinds, strict=True):
            graph[i, j], graph[j, i] = kind == 1, kind == 2
        if is_dag(graph):
            yield graph


def test_reversals_reach_all_graphs_of_the_class_and_no_other():
    classes = {}
    for graph in all_dags(4):
        classes.setdefault(cpdag(graph).tobytes(), set()).add(graph.tobytes())
    assert len(classes) == 185  # Published: Gillispie and Perlman, 2001.
    everywhere, generator = np.ones((4, 4), dtype=bool), np.random.default_rng(0)
    for members in classes.values():
        graph = np.frombuffer(next(iter(members)), dtype=bool).reshape(4, 4)
        reached = set()
        for _ in range(20 * len(members)):
            n_draws = generator.integers(4, 12) if graph.any() else 0
            draws = generator.integers(max(1, graph.sum()), size=n_draws)
            graph = np.ascontiguousarray(after_reversals(graph, everywhere, draws))
            reached.add(graph.tobytes())
        assert reached == members
