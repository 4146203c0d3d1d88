"""Pictures of graphs of time series show every edge once."""

import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch

from causal_dag import LaggedDAG
from causal_dag.plotting import plot_graph, plot_summary_graph, plot_unrolled_graph
from causal_dag.synthetic import LaggedSEM, make_time_series


def arrows(figure):
    found = figure.axes[0].findobj(FancyArrowPatch)
    return {arrow.get_gid(): arrow for arrow in found}


@pytest.fixture(scope="module")
def model():
    return LaggedDAG(n_lags=2).fit(make_time_series(300, 4, n_lags=2, random_state=2)[0])


def test_an_unrolled_graph_has_an_arrow_per_edge(model):
    drawn = arrows(plot_unrolled_graph(model))
    n_edges = model.adjacency_.sum() + model.lagged_adjacency_.sum()
    assert len(drawn) == n_edges == len(model.edges_)


def test_a_summary_has_an_arrow_per_pair_with_its_lags(model):
    figure = plot_summary_graph(model)
    acts = model.adjacency_ | model.lagged_adjacency_.any(axis=0)
    assert len(arrows(figure)) == acts.sum()
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert {"x0", "x1", "x2", "x3"} < texts


def test_open_edges_have_no_head():
    X = LaggedSEM(np.array([[0, 0.8], [0, 0]]), np.zeros((1, 2, 2))).sample(300)
    (arrow,) = arrows(plot_unrolled_graph(LaggedDAG().fit(X))).values()
    assert type(arrow.get_arrowstyle()).__name__ == "Curve"


def test_what_has_no_lags_is_refused():
    with pytest.raises(ValueError, match="a list has no lagged edges; pass a fitted LaggedDAG"):
        plot_summary_graph([[0, 1], [0, 0]])
    with pytest.raises(ValueError, match="1 names for 2 variables"):
        plot_unrolled_graph(LaggedSEM(np.zeros((2, 2)), np.zeros((1, 2, 2))), names=["a"])


def test_a_figure_s_axes_can_be_given(model):
    figure = plot_graph([[0, 1], [0, 0]])
    assert plot_unrolled_graph(model, ax=figure.add_axes((0, 0, 1, 1))) is figure
