"""Pictures show every node and edge; names stay readable; pyplot is left alone."""

import itertools
import sys

import matplotlib
import networkx as nx
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon

from causal_dag import TOPO, EmptyDAG
from causal_dag.plotting import plot_comparison, plot_graph, plot_mechanisms, plot_weights
from causal_dag.plotting.comparison_plot import edge_kinds
from causal_dag.synthetic import make_linear_sem


def random_weights(n_nodes, n_edges, seed):
    generator = np.random.default_rng(seed)
    above = np.column_stack(np.triu_indices(n_nodes, 1))
    chosen = above[generator.permutation(len(above))[:n_edges]]
    weights = np.zeros((n_nodes, n_nodes))
    weights[chosen[:, 0], chosen[:, 1]] = generator.uniform(-2, 2, n_edges)
    relabel = generator.permutation(n_nodes)
    return weights[np.ix_(relabel, relabel)]


def heads(ax):
    return {patch.get_gid() for patch in ax.patches if isinstance(patch, Polygon)}


def node_texts(ax):
    return [text for text in ax.texts if text.get_gid() is None]


def edge_texts(ax):
    return {text.get_gid(): text.get_text() for text in ax.texts if text.get_gid()}


def expected_heads(weights):
    return {f"{i}->{j}" for i, j in np.argwhere(np.asarray(weights) != 0)}


def text_boxes(figure, texts):
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    return [text.get_window_extent(renderer) for text in texts]


def assert_apart_and_inside(figure, texts):
    boxes = text_boxes(figure, texts)
    for a, b in itertools.combinations(boxes, 2):
        assert not a.overlaps(b)
    width, height = figure.get_size_inches() * figure.dpi
    for box in boxes:
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= width
        assert box.y1 <= height


@pytest.mark.parametrize(("n_nodes", "n_edges"), [(1, 0), (2, 1), (11, 17), (20, 40), (50, 100)])
def test_every_node_has_a_name_and_every_edge_an_arrow(n_nodes, n_edges):
    weights = random_weights(n_nodes, n_edges, seed=n_nodes)
    names = [f"name {node}" for node in range(n_nodes)]
    ax = plot_graph(weights, names=names).axes[0]
    assert [text.get_text() for text in node_texts(ax)] == names
    assert heads(ax) == expected_heads(weights)
    curves = [p for p in ax.patches if isinstance(p, PathPatch)]
    assert len(curves) == n_edges


def test_fifty_long_names_do_not_overlap_and_fill_their_boxes():
    figure = plot_graph(
        random_weights(50, 100, seed=1), names=[f"temperature_{node}" for node in range(50)]
    )
    texts = figure.axes[0].texts
    assert_apart_and_inside(figure, [*texts, *figure.legends[0].get_texts()])
    assert min(text.get_fontsize() for text in texts) >= 9


def test_fifty_names_do_not_overlap_on_a_small_axes_of_one_s_own():
    figure = Figure(figsize=(6, 4))
    ax = figure.subplots()
    assert plot_graph(random_weights(50, 100, seed=1), ax=ax) is figure
    assert_apart_and_inside(figure, ax.texts)


def test_axes_in_a_subfigure_belong_to_the_whole_figure():
    figure = Figure(figsize=(6, 4))
    ax = figure.subfigures(1, 2)[0].subplots()
    assert plot_graph([[0, 1], [0, 0]], ax=ax) is figure


def test_line_width_follows_size_and_color_follows_sign():
    weights = np.zeros((4, 4))
    weights[0, 1], weights[0, 2], weights[0, 3] = 0.5, 2.0, -2.0
    curves = [p for p in plot_graph(weights).axes[0].patches if isinstance(p, PathPatch)]
    small, large, negative = curves
    assert small.get_linewidth() < large.get_linewidth() == negative.get_linewidth()
    assert small.get_edgecolor() == large.get_edgecolor() != negative.get_edgecolor()


def test_dollar_signs_in_names_are_not_mathematics():
    figure = plot_graph([[0, 1], [0, 0]], names=["$price", "cost$"])
    text_boxes(figure, figure.axes[0].texts)
    assert figure.axes[0].texts[0].get_text() == "$price"


@pytest.mark.parametrize("plot", [plot_graph, plot_weights])
def test_a_cycle_is_refused_by_name(plot):
    with pytest.raises(ValueError, match="cycle hen -> egg -> chick -> hen"):
        plot([[0, 1, 0], [0, 0, 1], [1, 0, 0]], names=["hen", "egg", "chick"])


def test_networkx_graphs_keep_their_names():
    ax = plot_graph(nx.DiGraph([("rain", "wet"), ("sprinkler", "wet")])).axes[0]
    assert {text.get_text() for text in ax.texts} == {"rain", "wet", "sprinkler"}


def test_the_comparison_tells_four_kinds_of_edges_apart():
    true = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "d")])
    estimate = nx.DiGraph([("a", "b"), ("c", "b"), ("a", "d")])
    figure = plot_comparison(true, estimate)
    truth, guess, difference = figure.axes
    assert (len(heads(truth)), len(heads(guess)), len(heads(difference))) == (3, 3, 4)
    curves = [p for p in difference.patches if isinstance(p, PathPatch)]
    assert len({curve.get_edgecolor() for curve in curves}) == 4
    assert len({str(curve.get_linestyle()) for curve in curves}) == 4
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert [entry.rsplit(": ")[1] for entry in legend] == ["1", "1", "1", "1"]


def test_nodes_stand_at_the_same_places_in_all_panels():
    true, estimate = random_weights(20, 40, seed=0), random_weights(20, 40, seed=1)
    panels = plot_comparison(true, estimate).axes
    places = [{t.get_text(): t.get_position() for t in panel.texts} for panel in panels]
    assert places[0] == places[1] == places[2]
    assert [panel.get_xlim() for panel in panels[1:]] == [panels[0].get_xlim()] * 2


@pytest.mark.parametrize(("n_nodes", "n_edges"), [(2, 1), (11, 17), (50, 100)])
def test_names_and_titles_of_a_comparison_do_not_overlap(n_nodes, n_edges):
    true = random_weights(n_nodes, n_edges, seed=0)
    estimate = random_weights(n_nodes, n_edges, seed=1)
    figure = plot_comparison(true, estimate)
    texts = [text for ax in figure.axes for text in (*ax.texts, ax.title)]
    assert_apart_and_inside(figure, [*texts, *figure.legends[0].get_texts()])


def test_kinds_of_edges_partition_the_union():
    true, estimate = random_weights(12, 30, seed=2) != 0, random_weights(12, 30, seed=3) != 0
    correct, extra, missing, turned = (len(edges) for _, edges in edge_kinds(true, estimate))
    assert correct + extra + turned == estimate.sum()
    assert correct + missing + turned == true.sum()


def test_graphs_of_different_nodes_are_refused():
    with pytest.raises(ValueError, match="3 nodes and the estimate 2"):
        plot_comparison(np.zeros((3, 3)), np.zeros((2, 2)))


def test_the_heat_map_is_upper_triangular_and_symmetric_around_zero():
    weights = random_weights(15, 30, seed=4)
    image = plot_weights(weights).axes[0].images[0]
    shown = np.asarray(image.get_array())
    assert np.allclose(np.tril(shown), 0)
    assert sorted(shown[shown != 0]) == pytest.approx(sorted(weights[weights != 0]))
    low, high = image.get_clim()
    assert low == -high == -np.abs(weights).max()


def test_effects_in_large_units_fit_the_cells_of_the_heat_map():
    figure = plot_weights([[0.0, -3801.6, 0.12], [0.0, 0.0, 99999.0], [0.0, 0.0, 0.0]])
    texts = figure.axes[0].texts
    assert [text.get_text() for text in texts] == ["−3802", "0.12", "99999"]
    cell = figure.axes[0].get_window_extent().width / 3
    assert max(box.width for box in text_boxes(figure, texts)) < cell


@pytest.mark.parametrize("n_nodes", [11, 20, 50])
def test_names_of_the_heat_map_do_not_overlap(n_nodes):
    names = [f"temperature_{node}" for node in range(n_nodes)]
    figure = plot_weights(random_weights(n_nodes, 2 * n_nodes - 3, seed=5), names=names)
    ax = figure.axes[0]
    axis_labels = [ax.xaxis.label, ax.yaxis.label]
    assert_apart_and_inside(figure, [*ax.get_xticklabels(), *axis_labels])
    assert_apart_and_inside(figure, [*ax.get_yticklabels(), *axis_labels])


@pytest.mark.parametrize("plot", [plot_graph, plot_weights])
def test_a_graph_without_edges_can_be_drawn(plot, tmp_path):
    figure = plot(np.zeros((3, 3)))
    figure.savefig(tmp_path / "empty.png")
    assert (tmp_path / "empty.png").stat().st_size > 0


def test_a_graph_without_nodes_is_an_empty_picture(tmp_path):
    plot_graph(np.zeros((0, 0))).savefig(tmp_path / "empty.png")
    plot_comparison(np.zeros((0, 0)), np.zeros((0, 0))).savefig(tmp_path / "both.png")
    plot_weights(np.zeros((0, 0))).savefig(tmp_path / "weights.png")
    assert (tmp_path / "empty.png").stat().st_size > 0


def test_neither_pyplot_nor_settings_are_touched():
    settings = dict(matplotlib.rcParams)
    plot_graph([[0, 1], [0, 0]])
    plot_weights([[0, 1], [0, 0]])
    plot_comparison([[0, 1], [0, 0]], [[0, 0], [1, 0]])
    assert dict(matplotlib.rcParams) == settings
    if "matplotlib.pyplot" in sys.modules:
        assert sys.modules["matplotlib.pyplot"].get_fignums() == []


def test_a_panel_per_edge_shows_the_prediction_and_the_rows_residuals():
    X, _ = make_linear_sem(100, 4, edges_per_node=1, random_state=0)
    model = TOPO().fit(X)
    figure = plot_mechanisms(model, X)
    edges = list(model.edges_.itertuples())
    assert [(p.get_xlabel(), p.get_ylabel()) for p in figure.axes] == [
        (edge.cause, edge.effect) for edge in edges
    ]
    (line,) = figure.axes[0].lines
    slope = np.ptp(line.get_ydata()) / np.ptp(line.get_xdata())
    assert slope == pytest.approx(abs(edges[0].weight))
    assert len(plot_mechanisms(model, X, n_edges=1).axes) == 1


def test_mechanisms_of_an_empty_graph_are_refused():
    X = np.random.default_rng(0).normal(size=(50, 3))
    with pytest.raises(ValueError, match="no edge"):
        plot_mechanisms(EmptyDAG().fit(X), X)
