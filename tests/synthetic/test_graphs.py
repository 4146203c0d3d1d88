"""Random graphs: acyclic, of the expected size, and of the stated shape."""

import math

import networkx as nx
import numpy as np
import pytest

from causal_dag.synthetic import GRAPHS, random_dag

SEEDS = range(150)


def edge_counts(graph, d, edges_per_node, seeds=SEEDS):
    return np.array(
        [
            random_dag(d, graph=graph, edges_per_node=edges_per_node, random_state=seed).sum()
            for seed in seeds
        ]
    )


def as_networkx(adjacency):
    return nx.from_numpy_array(adjacency, create_using=nx.DiGraph)


@pytest.mark.parametrize("graph", GRAPHS)
def test_every_family_is_acyclic(graph):
    for seed in range(30):
        adjacency = random_dag(15, graph=graph, edges_per_node=2, random_state=seed)
        assert adjacency.dtype == bool
        assert nx.is_directed_acyclic_graph(as_networkx(adjacency))


@pytest.mark.parametrize("edges_per_node", [0.3, 1, 1.5, 2, 3])
@pytest.mark.parametrize("graph", GRAPHS)
def test_expected_number_of_edges_is_edges_per_node_times_d(graph, edges_per_node):
    counts = edge_counts(graph, 16, edges_per_node)
    standard_error = counts.std() / math.sqrt(len(counts))
    assert abs(counts.mean() - 16 * edges_per_node) <= 4 * standard_error + 1e-12


def test_erdos_renyi_edge_count_is_binomial():
    counts = edge_counts("er", 12, 2)
    n_pairs = 12 * 11 / 2
    probability = 24 / n_pairs
    variance = n_pairs * probability * (1 - probability)
    # The variance of 150 draws varies by √(2/149), about 12 %.
    assert counts.var(ddof=1) == pytest.approx(variance, rel=0.45)


@pytest.mark.parametrize("graph", GRAPHS)
def test_labels_say_nothing_about_the_causal_order(graph):
    forward = backward = 0
    for seed in SEEDS:
        adjacency = random_dag(8, graph=graph, edges_per_node=1, random_state=seed)
        forward += np.triu(adjacency).sum()
        backward += np.tril(adjacency).sum()
    # Edges of one graph share its order, so that their directions are correlated.
    assert forward / (forward + backward) == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("graph", GRAPHS)
def test_every_node_has_edges_equally_often(graph):
    degrees = np.zeros(8)
    for seed in SEEDS:
        adjacency = random_dag(8, graph=graph, edges_per_node=1, random_state=seed)
        degrees += adjacency.sum(axis=0) + adjacency.sum(axis=1)
    assert degrees / degrees.mean() == pytest.approx(np.ones(8), abs=0.2)


@pytest.mark.parametrize(("graph", "largest"), [("er", 3), ("sf", 3), ("small-world", 3)])
def test_largest_number_of_edges_is_the_complete_graph(graph, largest):
    adjacency = random_dag(7, graph=graph, edges_per_node=largest, random_state=0)
    assert adjacency.sum() == 7 * 6 / 2


@pytest.mark.parametrize(
    ("graph", "d", "largest"),
    [
        ("er", 7, "3"),
        ("sf", 7, "3"),
        ("small-world", 8, "3"),
        ("bipartite", 7, "1.71429"),
        ("layered", 7, "2.28571"),
        ("er", 1, "0"),
    ],
)
def test_too_many_edges_name_the_maximum(graph, d, largest):
    with pytest.raises(ValueError, match=f"at most {largest} edges per node"):
        random_dag(d, graph=graph, edges_per_node=3.5)


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("d", [1, 2, 3])
def test_smallest_graphs(graph, d):
    adjacency = random_dag(d, graph=graph, edges_per_node=0, random_state=0)
    assert adjacency.shape == (d, d)
    assert not adjacency.any()


def test_two_nodes_have_either_direction():
    graphs = [random_dag(2, edges_per_node=0.5, random_state=seed) for seed in range(20)]
    assert {(bool(g[0, 1]), bool(g[1, 0])) for g in graphs} == {(True, False), (False, True)}


def test_preferential_attachment_with_one_link_a_node():
    """With 4 nodes and one link each the tree is a star with probability 1/2, not 1/3.

    The third node makes a path whatever it does; its middle has half of the degrees.
    """
    stars = 0
    for seed in range(1000):
        adjacency = random_dag(4, graph="sf", edges_per_node=0.75, random_state=seed)
        stars += (adjacency | adjacency.T).sum(axis=0).max() == 3
    assert stars / 1000 == pytest.approx(0.5, abs=4 * math.sqrt(0.25 / 1000))


def test_scale_free_hubs_have_many_parents_and_few_children():
    adjacency = random_dag(300, graph="sf", edges_per_node=2, random_state=0)
    parents, children = adjacency.sum(axis=0), adjacency.sum(axis=1)
    assert parents.max() > 20
    assert children.max() <= 3
    random = random_dag(300, graph="er", edges_per_node=2, random_state=0)
    assert random.sum(axis=0).max() < 20


def test_small_world_is_clustered_as_no_random_graph_is():
    def clustering(graph):
        adjacency = random_dag(60, graph=graph, edges_per_node=3, random_state=0)
        return nx.average_clustering(as_networkx(adjacency).to_undirected())

    # A ring with 3 neighbours on either side has clustering 0.6; a tenth of it is rewired.
    assert clustering("small-world") > 0.35
    assert clustering("er") < 0.2


def test_small_world_links_are_not_directed_around_the_ring():
    """Directed around the ring of 60, neighbours would make a path through most of the nodes."""
    adjacency = random_dag(60, graph="small-world", edges_per_node=3, random_state=0)
    assert nx.dag_longest_path_length(as_networkx(adjacency)) < 30


def test_bipartite_nodes_are_sources_or_sinks():
    for seed in range(10):
        adjacency = random_dag(11, graph="bipartite", edges_per_node=1.5, random_state=seed)
        assert not (adjacency.any(axis=0) & adjacency.any(axis=1)).any()


@pytest.mark.parametrize(("d", "longest"), [(16, 3), (17, 4), (25, 4)])
def test_paths_in_a_layered_graph_are_shorter_than_its_layers(d, longest):
    lengths = [
        nx.dag_longest_path_length(
            as_networkx(random_dag(d, graph="layered", edges_per_node=4, random_state=seed))
        )
        for seed in range(20)
    ]
    assert max(lengths) == longest


@pytest.mark.parametrize("graph", GRAPHS)
def test_same_seed_same_graph(graph):
    draw = [random_dag(20, graph=graph, random_state=seed) for seed in (3, 3, 4)]
    assert (draw[0] == draw[1]).all()
    assert (draw[0] != draw[2]).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_nodes": 0}, "n_nodes=0 must be an integer >= 1"),
        ({"n_nodes": 2.5}, "n_nodes=2.5"),
        ({"edges_per_node": -1}, "edges_per_node=-1 must be a number >= 0"),
        ({"edges_per_node": float("nan")}, "edges_per_node=nan"),
        ({"graph": "tree"}, "graph='tree' is not known; choose one of 'er', 'sf'"),
        ({"random_state": "seed"}, "random_state='seed' must be None"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        random_dag(**{"n_nodes": 10, **arguments})
