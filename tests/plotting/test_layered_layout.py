"""The layout puts causes above effects, boxes apart, and edges around boxes."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causal_dag.graph import topological_layers
from causal_dag.plotting.layered_layout import NODE_HEIGHT, layered_layout
from causal_dag.plotting.layers import (
    count_crossings,
    layered_graph,
    order_within_layers,
    shortest_edge_layers,
)


def random_dag(n_nodes, density, seed):
    generator = np.random.default_rng(seed)
    adjacency = np.triu(generator.random((n_nodes, n_nodes)) < density, 1)
    relabel = generator.permutation(n_nodes)
    return adjacency[np.ix_(relabel, relabel)]


dags = st.builds(random_dag, st.integers(1, 14), st.floats(0.0, 0.6), st.integers(0, 2**32 - 1))


@settings(deadline=None, max_examples=40)
@given(dags)
def test_every_cause_is_above_its_effects_and_no_layer_is_added(adjacency):
    layer_of = shortest_edge_layers(adjacency)
    causes, effects = np.nonzero(adjacency)
    assert (layer_of[causes] < layer_of[effects]).all()
    assert layer_of.max() == len(topological_layers(adjacency)) - 1 or not adjacency.any()


@settings(deadline=None, max_examples=25)
@given(dags)
def test_edges_are_no_longer_than_in_longest_path_layers(adjacency):
    longest_path = np.zeros(len(adjacency), dtype=int)
    for number, layer in enumerate(topological_layers(adjacency)):
        longest_path[layer] = number
    causes, effects = np.nonzero(adjacency)
    layer_of = shortest_edge_layers(adjacency)
    assert (layer_of[effects] - layer_of[causes]).sum() <= (
        longest_path[effects] - longest_path[causes]
    ).sum()


def test_a_long_edge_passes_every_layer_between():
    chain_and_shortcut = np.array([[0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]])
    graph = layered_graph(chain_and_shortcut.astype(bool))
    assert graph.chains[0, 3] == [0, 4, 5, 3]
    assert graph.layer_of.tolist() == [0, 1, 2, 3, 1, 2]


def crossings_by_definition(layers, segments):
    place = {point: k for layer in layers for k, point in enumerate(layer)}
    layer_of = {point: number for number, layer in enumerate(layers) for point in layer}
    return sum(
        layer_of[a] == layer_of[c] and (place[a] - place[c]) * (place[b] - place[d]) < 0
        for (a, b), (c, d) in itertools.combinations(segments, 2)
    )


@settings(deadline=None, max_examples=40)
@given(dags)
def test_crossings_are_counted_right_and_never_increased(adjacency):
    graph = layered_graph(adjacency)
    below = [[] for _ in graph.layer_of]
    for upper, lower in graph.segments:
        below[upper].append(lower)
    before = crossings_by_definition(graph.members, graph.segments)
    assert count_crossings(graph.members, below) == before
    ordered = order_within_layers(graph.members, graph.segments)
    assert crossings_by_definition(ordered, graph.segments) <= before
    assert [sorted(layer) for layer in ordered] == [sorted(layer) for layer in graph.members]


def test_a_tree_is_drawn_without_crossings():
    tree = np.zeros((15, 15), dtype=bool)
    relabel = np.random.default_rng(0).permutation(15)
    for child in range(1, 15):
        tree[relabel[(child - 1) // 2], relabel[child]] = True
    graph = layered_graph(tree)
    ordered = order_within_layers(graph.members, graph.segments)
    assert crossings_by_definition(ordered, graph.segments) == 0


@settings(deadline=None, max_examples=40)
@given(dags)
def test_boxes_do_not_overlap_and_stay_within_the_size(adjacency):
    widths = np.random.default_rng(len(adjacency)).uniform(0.3, 2.0, len(adjacency))
    layout = layered_layout(adjacency, widths)
    for a, b in itertools.combinations(range(len(adjacency)), 2):
        apart = np.abs(layout.positions[a] - layout.positions[b])
        assert apart[0] >= (widths[a] + widths[b]) / 2 - 1e-9 or apart[1] >= NODE_HEIGHT - 1e-9
    left, right = layout.positions[:, 0] - widths / 2, layout.positions[:, 0] + widths / 2
    assert left.min() >= -1e-9
    assert right.max() <= layout.size[0] + 1e-9
    assert layout.positions[:, 1].min() - NODE_HEIGHT / 2 >= -1e-9
    assert layout.positions[:, 1].max() + NODE_HEIGHT / 2 <= layout.size[1] + 1e-9


@settings(deadline=None, max_examples=40)
@given(dags)
def test_passing_edges_keep_clear_of_boxes(adjacency):
    widths = np.full(len(adjacency), 0.6)
    layout = layered_layout(adjacency, widths)
    for route in layout.routes.values():
        for x, y in route[1:-1]:
            beside = np.abs(layout.positions[:, 1] - y) < NODE_HEIGHT
            assert (np.abs(layout.positions[beside, 0] - x) > 0.3).all()


def test_ports_of_one_node_are_distinct_and_on_its_border():
    star = np.zeros((6, 6), dtype=bool)
    star[:5, 5] = True
    layout = layered_layout(star, np.full(6, 0.5))
    tips = np.array([layout.route(i, 5)[-1] for i in range(5)])
    assert len(set(tips[:, 0].round(6))) == 5
    assert (np.abs(tips[:, 0] - layout.positions[5, 0]) <= 0.25).all()
    assert tips[:, 1] == pytest.approx(layout.positions[5, 1] + NODE_HEIGHT / 2)


def test_a_reversed_edge_runs_along_the_same_route():
    layout = layered_layout(np.array([[False, True], [False, False]]), [0.5, 0.5])
    assert (layout.route(1, 0) == layout.route(0, 1)[::-1]).all()


def test_nodes_without_edges_stand_below_in_rows():
    adjacency = np.zeros((30, 30), dtype=bool)
    adjacency[0, 1] = True
    layout = layered_layout(adjacency, np.full(30, 0.8))
    assert layout.positions[2:, 1].max() < layout.positions[1, 1]
    assert len(set(layout.positions[2:, 1])) > 3
