"""Probabilities of edges and paths against counting, on graphs that are written out."""

from itertools import product

import numpy as np
import pytest

from causal_dag.certainty.graph_distribution import GraphDistribution
from causal_dag.certainty.medoids import weighted_medoids
from causal_dag.certainty.relations import ancestor_shares
from causal_dag.graph import cpdag, is_dag, mpdag, reachability


def graph(d, *edges):
    adjacency = np.zeros((d, d), dtype=bool)
    for i, j in edges:
        adjacency[i, j] = True
    return adjacency


def random_dag(generator, d, density=0.4):
    upper = np.triu(generator.random((d, d)) < density, 1)
    order = generator.permutation(d)
    return upper[np.ix_(order, order)]


def dags_of_class(partly_directed, member):
    """Return all DAGs of the class of a DAG that direct its undirected edges."""
    directed = partly_directed & ~partly_directed.T
    pairs = np.argwhere(np.triu(partly_directed & partly_directed.T)).tolist()
    found = []
    for directions in product([False, True], repeat=len(pairs)):
        dag = directed.copy()
        for (i, j), is_turned in zip(pairs, directions, strict=True):
            dag[(j, i) if is_turned else (i, j)] = True
        if is_dag(dag) and (cpdag(dag) == cpdag(member)).all():
            found.append(dag)
    return found


def some_and_all(relations):
    return np.mean([np.any(relations, axis=0), np.all(relations, axis=0)], axis=0)


def test_probabilities_are_weighted_counts():
    first, second = graph(3, (0, 1), (1, 2)), graph(3, (1, 0), (0, 2))
    found = GraphDistribution([first, second, first], [1.0, 2.0, 1.0])
    assert found.edge_probability_.tolist() == [[0, 0.5, 0.5], [0.5, 0, 0.5], [0, 0, 0]]
    assert found.adjacency_probability_[0].tolist() == [0, 1, 0.5]
    assert found.direction_probability_[:, 2].tolist()[:2] == [1, 1]
    assert np.isnan(found.direction_probability_[2, 2])
    assert found.ancestor_probability_.tolist() == [[0, 0.5, 1], [0.5, 0, 1], [0, 0, 0]]
    assert (found.n_graphs_, found.n_distinct_graphs_) == (3, 2)


def test_dags_count_as_they_are():
    rng = np.random.default_rng(0)
    dags = [random_dag(rng, 6) for _ in range(30)]
    found = GraphDistribution(dags)
    np.testing.assert_allclose(found.edge_probability_, np.mean(dags, axis=0))
    reached = np.mean([reachability(dag) for dag in dags], axis=0)
    np.testing.assert_allclose(found.ancestor_probability_, reached)


@pytest.mark.parametrize("seed", range(40))
def test_what_only_some_dags_of_a_class_have_counts_half(seed):
    generator = np.random.default_rng(seed)
    dag = random_dag(generator, 5)
    known = dag & (generator.random((5, 5)) < 0.2) if seed % 2 else np.zeros((5, 5), dtype=bool)
    partly_directed = mpdag(dag, required=known)
    members = dags_of_class(partly_directed, dag)
    edges = GraphDistribution([partly_directed]).edge_probability_
    np.testing.assert_array_equal(edges, some_and_all(members))
    reached = [reachability(member) for member in members]
    np.testing.assert_array_equal(ancestor_shares(partly_directed), some_and_all(reached))


def test_what_all_graphs_have_is_certain_whatever_the_weights():
    dags = [graph(3, (0, 1)), graph(3, (0, 1), (1, 2)), graph(3, (0, 1), (2, 1))]
    found = GraphDistribution(dags, [0.1, 0.2, 0.3])
    assert found.edge_probability_[0, 1] == 1.0
    assert found.edge_probability_[1, 0] == 0.0


def test_the_consensus_is_the_heaviest_acyclic_graph_of_frequent_edges():
    cycle = [(0, 1), (1, 2), (2, 0)]
    dags = [graph(4, *(edge for edge in cycle if edge != left_out)) for left_out in cycle]
    found = GraphDistribution(dags, [1.0, 2.0, 4.0])
    assert found.consensus_.tolist() == graph(4, (0, 1), (1, 2)).tolist()
    assert found.consensus(threshold=0.9).sum() == 0


def test_an_edge_that_is_always_undirected_is_in_the_consensus_once():
    found = GraphDistribution([graph(2, (0, 1), (1, 0))])
    assert found.consensus_.sum() == 1
    assert found.direction_probability_[0, 1] == 0.5


def test_typical_graphs_are_the_centers_of_their_groups():
    near_empty = [graph(4), graph(4, (0, 1)), graph(4, (2, 3))]
    full = graph(4, *[(i, j) for i in range(4) for j in range(i)])
    found = GraphDistribution([*near_empty, full, full]).typical_graphs_
    assert [typical.share for typical in found] == pytest.approx([0.4, 0.4, 0.2])
    two = weighted_medoids([*near_empty, full], np.array([1.0, 1.0, 1.0, 2.0]), 2)
    assert two == [(0, pytest.approx(0.6), pytest.approx(2 / 3)), (3, pytest.approx(0.4), 0.0)]


def test_many_graphs_are_compared_by_a_systematic_sample():
    rng = np.random.default_rng(1)
    common = random_dag(rng, 12)
    others = [random_dag(rng, 12) for _ in range(1500)]
    found = GraphDistribution([common, *others], [1500.0, *[1.0] * 1500]).typical_graphs_
    assert (found[0].graph == common).all()
    assert 0.5 <= found[0].share <= 1
    assert sum(typical.share for typical in found) == pytest.approx(1)


def test_typical_graphs_of_dags_with_classes_are_classes():
    chains = [graph(3, (0, 1), (1, 2)), graph(3, (2, 1), (1, 0))]
    found = GraphDistribution(chains, classes=map(cpdag, chains))
    assert found.edge_probability_[0, 1] == 0.5
    (typical,) = found.typical_graphs_
    assert (typical.graph == cpdag(chains[0])).all()
    assert typical.share == 1


def test_tables_name_the_variables():
    found = GraphDistribution([graph(2, (0, 1)), graph(2)], names=["rain", "wet"])
    assert found.to_frame().to_dict("records") == [
        {"cause": "rain", "effect": "wet", "probability": 0.5, "direction_probability": 1.0}
    ]
    assert found.edge_table(least_probability=0.6).empty
    assert found.path_probability("rain", 1) == 0.5
    with pytest.raises(ValueError, match="cause"):
        found.path_probability("snow", "wet")


@pytest.mark.parametrize(
    ("graphs", "weights", "message"),
    [
        ([], None, "at least one graph"),
        ([graph(2), graph(3)], None, "not one of 2 variables"),
        ([graph(2)], [0.0], "must be positive"),
        ([graph(2)], [1.0, 1.0], "zip"),
    ],
)
def test_unusable_samples_are_refused(graphs, weights, message):
    with pytest.raises(ValueError, match=message):
        GraphDistribution(graphs, weights)
