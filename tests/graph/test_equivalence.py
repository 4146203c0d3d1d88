"""CPDAGs and extensions, checked on every DAG with up to four nodes and on random larger ones."""

import itertools
from collections import defaultdict

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from causal_dag.graph import (
    consistent_extension,
    cpdag,
    is_dag,
    skeleton,
    v_structures,
)


def all_dags(d):
    pairs = list(itertools.combinations(range(d), 2))
    for choice in itertools.product((None, False, True), repeat=len(pairs)):
        adjacency = np.zeros((d, d), dtype=bool)
        for (i, j), is_forward in zip(pairs, choice, strict=True):
            if is_forward is not None:
                adjacency[(i, j) if is_forward else (j, i)] = True
        if nx.is_directed_acyclic_graph(nx.from_numpy_array(adjacency, create_using=nx.DiGraph)):
            yield adjacency


def colliders(adjacency):
    """The v-structures by their definition."""
    d = len(adjacency)
    return {
        (i, k, j)
        for i, k, j in itertools.permutations(range(d), 3)
        if i < j and adjacency[i, k] and adjacency[j, k]
        and not adjacency[i, j] and not adjacency[j, i]
        and not adjacency[k, i] and not adjacency[k, j]
    }  # fmt: skip


def markov_equivalence_classes(d):
    """DAGs by skeleton and v-structures (Verma and Pearl 1990)."""
    classes = defaultdict(list)
    for adjacency in all_dags(d):
        bones = (adjacency | adjacency.T).tobytes()
        classes[bones, frozenset(colliders(adjacency))].append(adjacency)
    return list(classes.values())


@pytest.mark.parametrize(
    ("d", "n_dags", "n_classes"), [(1, 1, 1), (2, 3, 2), (3, 25, 11), (4, 543, 185)]
)
def test_the_cpdag_is_the_union_of_the_whole_markov_equivalence_class(d, n_dags, n_classes):
    classes = markov_equivalence_classes(d)
    assert len(classes) == n_classes
    assert sum(map(len, classes)) == n_dags
    for members in classes:
        # An edge is undirected in the CPDAG if members of the class disagree about it.
        union = np.logical_or.reduce(members)
        for adjacency in members:
            np.testing.assert_array_equal(cpdag(adjacency), union)


@pytest.mark.slow
def test_the_cpdag_is_the_union_of_the_class_for_every_dag_on_five_nodes():
    for members in markov_equivalence_classes(5):
        union = np.logical_or.reduce(members)
        for adjacency in members:
            np.testing.assert_array_equal(cpdag(adjacency), union)


def test_v_structures_follow_their_definition_on_every_dag_with_four_nodes():
    for adjacency in all_dags(4):
        found = v_structures(adjacency)
        assert found == sorted(colliders(adjacency))
        assert v_structures(cpdag(adjacency)) == found


def random_dag(d, n_edges, seed):
    rng = np.random.default_rng(seed)
    order = rng.permutation(d)
    adjacency = np.zeros((d, d), dtype=bool)
    probability = min(1.0, 2 * n_edges / max(1, d * (d - 1)))
    adjacency[np.ix_(order, order)] = np.triu(rng.random((d, d)) < probability, 1)
    return adjacency


@given(st.integers(1, 30), st.floats(0, 6), st.integers(0, 10**6))
def test_an_extension_of_a_cpdag_is_in_its_class(d, degree, seed):
    adjacency = random_dag(d, degree * d / 2, seed)
    pattern = cpdag(adjacency)
    extension = consistent_extension(pattern)
    assert is_dag(extension)
    np.testing.assert_array_equal(skeleton(extension), skeleton(adjacency))
    assert v_structures(extension) == v_structures(adjacency)
    np.testing.assert_array_equal(cpdag(extension), pattern)
    # Directed edges of the pattern keep their direction.
    assert extension[pattern & ~pattern.T].all()


@given(st.integers(0, 4).flatmap(lambda d: arrays(np.bool_, (d, d))))
def test_an_extension_is_found_exactly_where_one_exists(graph):
    np.fill_diagonal(graph, False)
    directed = graph & ~graph.T
    extensions = [
        dag
        for dag in all_dags(len(graph))
        if (skeleton(dag) == skeleton(graph)).all()
        and dag[directed].all()
        and colliders(dag) == colliders(graph)
    ]
    if not extensions:
        with pytest.raises(ValueError, match=r"no DAG has .* nodes \["):
            consistent_extension(graph)
    else:
        found = consistent_extension(graph)
        assert any((found == dag).all() for dag in extensions)


@given(st.integers(1, 12), st.integers(0, 10**6))
def test_renaming_the_nodes_renames_the_cpdag(d, seed):
    adjacency = random_dag(d, 1.5 * d, seed)
    renamed = np.random.default_rng(seed).permutation(d)
    block = np.ix_(renamed, renamed)
    np.testing.assert_array_equal(cpdag(adjacency[block]), cpdag(adjacency)[block])


def test_cycles_have_no_cpdag_and_loops_no_extension():
    with pytest.raises(ValueError, match="cycle 0 -> 1 -> 0"):
        cpdag([[0, 1], [1, 0]])
    with pytest.raises(ValueError, match="node 1 has an edge to itself"):
        consistent_extension([[0, 0], [0, 1]])


def test_no_nodes_are_their_own_equivalence_class():
    nothing = np.zeros((0, 0))
    assert cpdag(nothing).shape == (0, 0)
    assert consistent_extension(nothing).shape == (0, 0)
    assert v_structures(nothing) == []
