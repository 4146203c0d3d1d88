"""The picture of a path shows weights, edges and criterion over the same axis."""

from dataclasses import replace

import numpy as np
import pytest

from causal_dag import DAGMA, DAGMACV, TOPO, TOPOCV
from causal_dag.plotting import plot_path
from causal_dag.selection import regularization_path
from causal_dag.synthetic import make_linear_sem


@pytest.fixture(scope="module")
def model():
    X, _ = make_linear_sem(200, 4, graph="er", edges_per_node=1, random_state=0)
    solver = DAGMA(warm_up_iter=2000, max_iter=20000, learning_rate=3e-3, tol=1e-2)
    return DAGMACV(lambdas=5, solver=solver).fit(X)


def test_every_edge_has_a_line_and_the_choice_a_mark(model):
    figure = plot_path(model)
    weights, edges, criterion = figure.axes
    lines = {line.get_gid(): line for line in weights.lines}
    for i, j in np.argwhere(model.adjacency_).tolist():
        np.testing.assert_array_equal(
            lines[f"{i}->{j}"].get_ydata(), [point.weights[i, j] for point in model.path_]
        )
    np.testing.assert_array_equal(
        edges.lines[0].get_ydata(), [point.n_edges for point in model.path_]
    )
    assert criterion.lines[0].get_ydata().min() == 0
    for ax in figure.axes:
        (mark,) = [line for line in ax.lines if line.get_gid() == "chosen"]
        assert mark.get_xdata()[0] == model.lambda1_
        assert ax.get_xscale() == "log"


def test_the_axis_says_what_varies(model):
    X, _ = make_linear_sem(200, 4, random_state=0, edges_per_node=1)
    prices = TOPOCV(lambdas=3, solver=TOPO(n_restarts=0)).fit(X)
    assert [plot_path(m).axes[-1].get_xlabel() for m in (model, prices)] == ["λ", "penalty"]


def test_texts_are_inside_the_figure(model):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = plot_path(model)
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    width, height = figure.get_size_inches() * figure.dpi
    labels = [ax.yaxis.label for ax in figure.axes] + [figure.axes[-1].xaxis.label]
    boxes = [label.get_window_extent(renderer) for label in labels]
    for number, box in enumerate(boxes):
        assert 0 <= box.x0 <= box.x1 <= width
        assert 0 <= box.y0 <= box.y1 <= height
        assert not any(box.overlaps(other) for other in boxes[:number])


def test_a_path_without_a_choice_has_no_mark_and_no_criterion(model):
    points = [replace(point, criterion=np.nan) for point in model.path_]
    figure = plot_path(points)
    assert len(figure.axes) == 2
    assert not any(line.get_gid() == "chosen" for ax in figure.axes for line in ax.lines)


def test_one_point_without_edges_can_be_drawn(tmp_path):
    X = np.random.default_rng(0).normal(size=(50, 2))
    plot_path(regularization_path(DAGMA(), X, lambdas=[100.0])).savefig(tmp_path / "path.png")
    assert (tmp_path / "path.png").stat().st_size > 0


@pytest.mark.parametrize("nothing", [DAGMA(), [], [1.0], np.zeros((2, 2))])
def test_what_has_no_path_is_refused(nothing):
    with pytest.raises(ValueError, match="plot_path"):
        plot_path(nothing)
