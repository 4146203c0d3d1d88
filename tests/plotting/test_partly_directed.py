"""Pictures show which directions are open, and what decided the others."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import PathPatch, Polygon

from causal_dag import TOPO, FixedDAG, PriorKnowledge
from causal_dag.plotting import plot_comparison, plot_graph, plot_weights
from causal_dag.plotting.comparison_plot import edge_kinds
from causal_dag.solvers import make_solver

# a — b → c ← d
PARTLY_DIRECTED = np.array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0], [0, 0, 1, 0]])


def heads(ax):
    return {patch.get_gid() for patch in ax.patches if isinstance(patch, Polygon)}


def headless(ax):
    curves = [patch for patch in ax.patches if isinstance(patch, PathPatch)]
    return {curve.get_gid() for curve in curves if curve.get_gid()}


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_an_undirected_edge_is_one_line_without_a_head():
    figure = plot_graph(PARTLY_DIRECTED)
    assert heads(figure.axes[0]) == {"1->2", "3->2"}
    assert headless(figure.axes[0]) == {"0--1"}
    assert legend(figure) == ["direction from the data", "no head: direction open"]


def test_a_directed_graph_needs_no_explanation_of_heads():
    assert not plot_graph([[0, 1], [0, 0]]).legends
    assert legend(plot_graph([[0, 2], [0, 0]])) == ["positive effect", "negative effect"]


def test_the_heat_map_shows_an_undirected_edge_once():
    shown = np.asarray(plot_weights(PARTLY_DIRECTED).axes[0].images[0].get_array())
    assert (shown != 0).sum() == 3
    assert np.allclose(np.tril(shown), 0)


def test_a_class_of_size_two_to_the_d_is_laid_out_without_choosing_a_member():
    chain = np.eye(8, k=1) + np.eye(8, k=-1)
    assert len(headless(plot_graph(chain).axes[0])) == 7


def kinds_by_label(true, estimate):
    kinds = edge_kinds(np.array(true, dtype=bool), np.array(estimate, dtype=bool))
    return {style.label.split(" ")[0]: edges for style, edges in kinds}


def test_an_open_direction_is_neither_correct_nor_reversed():
    directed, opposite, undirected = [[0, 1], [0, 0]], [[0, 0], [1, 0]], [[0, 1], [1, 0]]
    assert kinds_by_label(directed, undirected)["direction"] == [(0, 1)]
    assert kinds_by_label(undirected, opposite)["direction"] == [(1, 0)]
    assert kinds_by_label(undirected, undirected)["correct"] == [(0, 1)]
    assert kinds_by_label(directed, opposite)["reversed"] == [(1, 0)]
    assert kinds_by_label(np.zeros((2, 2)), undirected)["extra"] == [(0, 1)]
    assert kinds_by_label(undirected, np.zeros((2, 2)))["missing"] == [(0, 1)]


@pytest.mark.parametrize("seed", range(20))
def test_every_pair_of_adjacent_nodes_is_of_one_kind(seed):
    generator = np.random.default_rng(seed)
    true, estimate = generator.random((2, 6, 6)) < 0.4
    for graph in (true, estimate):
        np.fill_diagonal(graph, False)
    pairs = [tuple(sorted(edge)) for _, edges in edge_kinds(true, estimate) for edge in edges]
    adjacent = np.argwhere(np.triu(true | true.T | estimate | estimate.T))
    assert sorted(pairs) == [tuple(edge) for edge in adjacent.tolist()]


def test_a_comparison_with_a_class_counts_open_directions():
    figure = plot_comparison([[0, 1], [0, 0]], [[0, 1], [1, 0]])
    assert figure.axes[1].get_title() == "estimate (1 edge)"
    assert legend(figure)[-1] == "direction open in one graph only: 1"


@pytest.fixture(scope="module")
def mixed_units():
    """A chain price — promo — sales, in units that differ by factors of a thousand."""
    noise = np.random.default_rng(0).normal(size=(3, 400))
    price = noise[0]
    promo = -price + noise[1]
    sales = promo + noise[2]
    return pd.DataFrame({"price": 1000 * price, "promo": promo, "sales": sales / 1000})


def decided(model):
    ax = plot_graph(model).axes[0]
    faces = {p.get_gid(): p.get_facecolor() for p in ax.patches if isinstance(p, Polygon)}
    hollow = {gid for gid, face in faces.items() if face == (1, 1, 1, 1)}
    return len(faces) - len(hollow), len(hollow), len(headless(ax))


def test_a_fitted_model_shows_what_decided_each_direction(mixed_units):
    assert decided(TOPO().fit(mixed_units)) == (0, 0, 2)
    assert decided(TOPO(criterion="bic-ev").fit(mixed_units / mixed_units.std())) == (0, 2, 0)
    knowledge = PriorKnowledge(roots=["price"])
    assert decided(TOPO(prior_knowledge=knowledge).fit(mixed_units)) == (2, 0, 0)


def test_a_fitted_model_is_drawn_in_standard_deviations(mixed_units):
    model = TOPO().fit(mixed_units)
    standardized = TOPO().fit((mixed_units - mixed_units.mean()) / mixed_units.std(ddof=0))
    shown = {text.get_text() for text in plot_graph(model).axes[0].texts}
    assert shown == {text.get_text() for text in plot_graph(standardized).axes[0].texts}
    assert np.isclose(
        np.abs(np.asarray(plot_weights(model).axes[0].images[0].get_array())).max(),
        model.edges_["standardized"].abs().max(),
    )


def test_edges_of_levels_without_an_order_have_no_sign():
    g = np.random.default_rng(0)
    soil = g.choice(["clay", "loam", "sand"], size=300)
    water = g.normal(size=300) - 2.0 * (soil == "sand")
    X = pd.DataFrame({"soil": soil, "water": water, "height": water + g.normal(size=300)})
    figure = plot_graph(make_solver("topo-mixed").fit(X))
    assert legend(figure)[:3] == [
        "positive effect", "negative effect", "dependence without a sign",
    ]  # fmt: skip
    only_levels = plot_graph(make_solver("topo-mixed").fit(X[["soil", "water"]]))
    assert legend(only_levels)[0] == "dependence without a sign"


def test_edges_of_curves_have_no_sign():
    g = np.random.default_rng(0)
    price = g.normal(size=100)
    X = pd.DataFrame({"price": price, "sales": -2 * price + g.normal(size=100)})
    model = FixedDAG([[0, 1], [0, 0]], solver="topo-curves").fit(X)
    assert legend(plot_graph(model)) == ["dependence without a sign"]
