"""Every name can be drawn: any script, any length, any character; legends stay whole."""

import io
import sys
import threading
import time

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from causal_dag.plotting import plot_comparison, plot_graph, plot_weights
from causal_dag.plotting.lettering import LONGEST_NAME, MissingGlyphWarning, _families, lettering
from causal_dag.synthetic import LinearSEM

TWO = np.array([[0.0, 0.5], [0.0, 0.0]])


def saved(figure, kind, **options):
    file = io.BytesIO()
    figure.savefig(file, format=kind, **options)
    return file.getvalue()


def legend_box(figure):
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    return figure.legends[0].get_window_extent(renderer)


@pytest.mark.parametrize("n_nodes", [2, 3])
def test_the_legend_of_a_narrow_picture_is_whole(n_nodes):
    chain = 0.5 * np.eye(n_nodes, k=1)
    for figure in (plot_graph(chain), plot_comparison(chain, chain.T)):
        box = legend_box(figure)
        width, height = figure.get_size_inches() * figure.dpi
        assert box.x0 >= 0
        assert box.x1 <= width
        assert box.y0 >= 0
        lowest_panel = min(ax.get_position().y0 for ax in figure.axes) * height
        assert box.y1 <= lowest_panel + 1


def test_control_characters_and_newlines_stay_in_one_line():
    names = lettering(["two\nlines", "tab\there", "bell\x07", "\x1b[31mred", "plain"])
    assert names.texts == ("two\\nlines", "tab\\there", "bell\\x07", "\\x1b[31mred", "plain")


def test_a_name_of_a_hundred_thousand_characters_is_shortened_and_drawn_at_once():
    started = time.process_time()
    figure = plot_graph(TWO, names=["x" * 100_000, "y"])
    saved(figure, "png")
    assert max(len(text.get_text()) for text in figure.axes[0].texts) <= LONGEST_NAME
    assert time.process_time() - started < 20


@pytest.fixture
def only_the_default_font(monkeypatch):
    monkeypatch.setattr("causal_dag.plotting.lettering._other_fonts", lambda: iter(()))
    _families.cache_clear()
    yield
    _families.cache_clear()


@pytest.mark.usefixtures("only_the_default_font")
def test_characters_without_a_font_are_boxes_and_named_in_one_warning():
    with pytest.warns(MissingGlyphWarning, match="'温'.*install a font") as caught:
        figure = plot_graph(TWO, names=["温 °C", "雨 温"])
    assert len(caught) == 1
    assert figure.axes[0].texts[0].get_text() == "□ °C"
    saved(figure, "png")


def test_text_is_text_in_files():
    figure = plot_graph(TWO, names=["rain & wind", "wet"])
    assert b">rain &amp; wind</text>" in saved(figure, "svg")
    pdf = saved(figure, "pdf")
    assert b"/Type3" not in pdf
    assert b"/TrueType" in pdf or b"/Type0" in pdf


def test_saving_leaves_matplotlib_s_settings_alone_in_threads_too():
    settings = dict(matplotlib.rcParams)
    threads = [threading.Thread(target=lambda: saved(plot_graph(TWO), "svg")) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert dict(matplotlib.rcParams) == settings
    if "matplotlib.pyplot" in sys.modules:
        assert sys.modules["matplotlib.pyplot"].get_fignums() == []


def sparse_weights(n_nodes):
    generator = np.random.default_rng(0)
    mask = np.triu(generator.random((n_nodes, n_nodes)) < 3 / n_nodes, 1)
    return mask * generator.normal(size=mask.shape)


def test_a_heat_map_of_three_hundred_long_names_has_a_bounded_size():
    names = [f"a rather long name of the column number {k}, in words" for k in range(300)]
    figure = plot_weights(sparse_weights(300), names=names)
    assert max(figure.get_size_inches()) < 30
    labels = figure.axes[0].get_yticklabels()
    assert 100 < len(labels) < 300
    assert labels[1].get_fontsize() >= 4


def test_a_wide_graph_has_a_bounded_size():
    names = [f"a rather long name, number {k}" for k in range(400)]
    star = np.zeros((400, 400))
    star[0, 1:] = 1
    assert max(plot_graph(star, names=names).get_size_inches()) < 42


def test_widths_and_labels_do_not_depend_on_units():
    weights = np.array([[0, 2.0, 0], [0, 0, -0.5], [0, 0, 0]])
    units = np.array([1.0, 1000.0, 1e-3])
    metres = LinearSEM(weights, noise_variance=1.0)
    mixed = LinearSEM(weights / units[:, None] * units, noise_variance=units**2)
    shown = [
        {t.get_gid(): t.get_text() for t in plot_graph(sem).axes[0].texts if t.get_gid()}
        for sem in (metres, mixed)
    ]
    assert shown[0] == shown[1]
    raw = plot_graph(mixed, standardized=False)
    assert {t.get_text() for t in raw.axes[0].texts if t.get_gid()} == {"2000", "−5e−07"}
    maps = [np.asarray(plot_weights(sem).axes[0].images[0].get_array()) for sem in (metres, mixed)]
    assert np.allclose(*maps)


def test_weights_stand_on_their_edges_and_cover_no_node():
    figure = plot_graph(sparse_weights(12))
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    texts = figure.axes[0].texts
    labels = [t.get_window_extent(renderer) for t in texts if t.get_gid()]
    nodes = [t.get_window_extent(renderer) for t in texts if not t.get_gid()]
    assert labels
    assert not any(label.overlaps(node) for label in labels for node in nodes)


def test_many_edges_carry_no_weights_unless_asked_to():
    weights = sparse_weights(40)
    assert not any(t.get_gid() for t in plot_graph(weights).axes[0].texts)
    assert any(t.get_gid() for t in plot_graph(weights, edge_labels=True).axes[0].texts)
