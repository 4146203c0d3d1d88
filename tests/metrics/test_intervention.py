import itertools

import gadjid
import networkx as nx
import numpy as np
import pytest

from causal_dag.graph import cpdag, is_dag, mpdag
from causal_dag.metrics import structural_intervention_distance


def random_dag(generator, d):
    order = generator.permutation(d)
    upper = np.triu(generator.random((d, d)) < generator.random(), 1)
    return upper[np.ix_(order, order)]


def published(true, estimate):
    return gadjid.sid(
        true.astype(np.int8), estimate.astype(np.int8), edge_direction="from row to column"
    )[1]


def test_the_oracle_reads_rows_as_causes():
    chain = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    assert published(chain, np.zeros((3, 3))) == structural_intervention_distance(
        chain, np.zeros((3, 3))
    )
    assert published(chain, chain.T) != published(chain, chain)


@pytest.mark.parametrize("d", [2, 3, 5, 8, 13, 30])
def test_the_distance_is_that_of_an_independent_implementation(d):
    generator = np.random.default_rng(d)
    for _ in range(100):
        true, estimate = random_dag(generator, d), random_dag(generator, d)
        assert structural_intervention_distance(true, estimate) == published(true, estimate)


def is_valid_adjustment(graph, i, j, Z):
    """Shpitser, VanderWeele and Robins 2010, by listing paths."""
    causal = {node for path in nx.all_simple_paths(graph, i, j) for node in path if node != i}
    below = causal.union(*(nx.descendants(graph, node) for node in causal), set())
    if Z & below:
        return False
    # Without the first edge of every directed path, only the other paths are left.
    pruned = graph.copy()
    pruned.remove_edges_from((i, node) for node in causal if graph.has_edge(i, node))
    return nx.is_d_separator(pruned, {i}, {j}, Z)


def by_definition(true, estimate):
    graph = nx.from_numpy_array(true, create_using=nx.DiGraph)
    wrong = 0
    for i, j in itertools.permutations(range(len(true)), 2):
        Z = set(np.flatnonzero(estimate[:, i]).tolist())
        if j in Z:
            wrong += j in nx.descendants(graph, i)
        else:
            wrong += not is_valid_adjustment(graph, i, j, Z)
    return wrong


def test_the_distance_counts_invalid_adjustments():
    generator = np.random.default_rng(0)
    for _ in range(150):
        d = int(generator.integers(2, 6))
        true, estimate = random_dag(generator, d), random_dag(generator, d)
        assert structural_intervention_distance(true, estimate) == by_definition(true, estimate)


def test_all_pairs_of_graphs_on_three_nodes():
    pairs = list(itertools.permutations(range(3), 2))
    dags = []
    for bits in itertools.product([False, True], repeat=6):
        A = np.zeros((3, 3), dtype=bool)
        A[tuple(np.array(pairs).T)] = bits
        if is_dag(A):
            dags.append(A)
    for true, estimate in itertools.product(dags, repeat=2):
        assert structural_intervention_distance(true, estimate) == by_definition(true, estimate)


def test_a_supergraph_in_the_same_order_gets_every_effect_right():
    generator = np.random.default_rng(1)
    order = generator.permutation(7)
    complete = np.triu(np.ones((7, 7), dtype=bool), 1)[np.ix_(order, order)]
    sparse = complete & (generator.random((7, 7)) < 0.3)
    assert structural_intervention_distance(sparse, complete) == 0
    assert structural_intervention_distance(complete, sparse) > 0


def with_undirected_marks(partly_directed):
    marks = (partly_directed & ~partly_directed.T).astype(np.int8)
    marks[np.triu(partly_directed & partly_directed.T)] = 2
    return marks


@pytest.mark.parametrize("d", [2, 3, 5, 8, 13])
def test_the_distance_to_a_class_is_that_of_an_independent_implementation(d):
    generator = np.random.default_rng(d)
    for _ in range(100):
        true, estimate = random_dag(generator, d), cpdag(random_dag(generator, d))
        expected = gadjid.parent_aid(
            true.astype(np.int8),
            with_undirected_marks(estimate),
            edge_direction="from row to column",
        )[1]
        assert structural_intervention_distance(true, estimate) == expected


def test_directions_from_prior_knowledge_make_effects_known():
    true = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=bool)
    chain = true | true.T
    known = mpdag(true, forbidden=[[0, 0, 0], [1, 0, 0], [0, 0, 0]])
    assert structural_intervention_distance(true, chain) == 6
    assert structural_intervention_distance(true, known) == 0


def test_cycles_are_refused():
    ring = np.roll(np.eye(3), 1, axis=1)
    for true, estimate in ((ring, ring.T), (np.zeros((3, 3)), ring)):
        with pytest.raises(ValueError, match="cycle x0 -> "):
            structural_intervention_distance(true, estimate)


def test_the_true_graph_has_all_its_directions():
    with pytest.raises(ValueError, match="x0 -> x1 -> x0, or an undirected edge"):
        structural_intervention_distance([[0, 1], [1, 0]], [[0, 1], [0, 0]])
