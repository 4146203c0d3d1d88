"""What fitted models show: the same facts in text, in a table, in a picture and in a notebook."""

from html.parser import HTMLParser

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn import config_context
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_html_repr

from causal_dag import (
    TOPO,
    BootstrapDAG,
    DAGSelector,
    EmptyDAG,
    EqVar,
    LaggedDAG,
    PosteriorDAG,
    PriorKnowledge,
    load_model,
)
from causal_dag.certainty.graph_distribution import GraphDistribution
from causal_dag.fit_warnings import FewRowsWarning
from causal_dag.fitting import presentation
from causal_dag.synthetic import make_linear_sem

HOSTILE = ["<script>alert(1)</script>", "$a_1$ & co", '"--><b>', "x" * 200, "a\nb\u202e"]
MODELS = {
    "order search": TOPO(),
    "assumption": EqVar(),
    "no edge": EmptyDAG(),
    "time series": LaggedDAG(EqVar()),
    "bootstrap": BootstrapDAG(EqVar(), n_resamples=2),
    "posterior": PosteriorDAG(n_samples=200),
}


class Page(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.words = [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        assert not any(name.startswith("on") for name, _ in attributes)

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def rows():
    return make_linear_sem(300, 5, edges_per_node=1, random_state=2)[0]


@pytest.fixture(scope="module", params=MODELS)
def model(request, rows):
    return MODELS[request.param].fit(pd.DataFrame(rows, columns=HOSTILE))


def result_of(html):
    """Return what stands above scikit-learn's own diagram."""
    result, diagram = html.split("</details></div>")
    assert "sk-top-container" in diagram
    return Page(result)


def test_every_edge_is_listed_with_printable_names(model):
    text = str(model.summary())
    assert all(line.isprintable() and len(line) < 200 for line in text.splitlines())
    listed = [line for line in text.splitlines() if line.lstrip().startswith(HOSTILE[0])]
    frame = model.to_frame()
    probable = frame[frame["probability"] >= 0.01] if "probability" in frame else frame
    assert len(listed) == (probable["cause"] == HOSTILE[0]).sum()
    assert repr(model.summary()) == text


def test_a_notebook_shows_a_picture_and_hostile_names_as_text(model):
    settings = dict(matplotlib.rcParams)
    page = result_of(model._repr_mimebundle_()["text/html"])
    assert page.elements.count("svg") == 1
    assert not {"script", "style", "b", "use", "image"} & set(page.elements)
    assert all(name in page.words for name in HOSTILE[:3])
    assert dict(matplotlib.rcParams) == settings
    assert plt.get_fignums() == []


@pytest.mark.parametrize("kind", MODELS)
def test_scikit_learn_shows_unfitted_estimators_and_pipelines(kind, rows):
    unfitted = type(MODELS[kind])()
    for method in (unfitted.summary, unfitted.to_frame, unfitted.plot):
        with pytest.raises(NotFittedError):
            method()
    pipeline = make_pipeline(StandardScaler(), EmptyDAG()).fit(rows)
    for estimator in (unfitted, pipeline):
        shown = estimator._repr_mimebundle_()["text/html"]
        assert "causal-dag-result" not in shown + estimator._repr_html_()
        assert len(shown) == pytest.approx(len(estimator_html_repr(estimator)), abs=50)


def test_notebooks_show_text_where_scikit_learn_is_told_to(rows):
    model = EmptyDAG().fit(rows)
    with config_context(display="text"):
        assert not hasattr(model, "_repr_html_")
        assert model._repr_mimebundle_() == {"text/plain": "EmptyDAG()"}


def test_the_verdict_counts_edges_by_what_decided_their_directions(rows):
    model = EqVar(prior_knowledge=PriorKnowledge(required=[(0, 1)])).fit(rows)
    by = model.to_frame()["decided_by"].value_counts()
    assert set(by.index) == {"knowledge", "assumption"}
    verdict = (
        f"300 rows, 5 variables: {by.sum()} edges; directions: {by['knowledge']} by prior "
        f"knowledge, {by['assumption']} by the assumption of equal noise variances"
    )
    assert model.summary().splitlines()[1] == verdict
    assert verdict in result_of(model._repr_html_()).words
    chosen = DAGSelector({"only": EqVar()}, cv=2).fit(rows).summary()
    assert "by the assumption of equal noise variances" in chosen
    assert "chosen: EqVar()" in chosen.splitlines()
    assert isinstance(model.plot(edge_labels=False), Figure)
    polished = EqVar(polish=TOPO()).fit(rows)
    assert "assumption" not in polished.summary()


def test_a_notebook_does_not_draw_graphs_too_large_to_be_read(rows, monkeypatch):
    wide = EmptyDAG().fit(np.random.default_rng(0).normal(size=(4, 61)))
    assert "svg" not in result_of(wide._repr_html_()).elements
    model = EqVar().fit(rows)
    monkeypatch.setattr(presentation, "MOST_EDGES_DRAWN", len(model.edges_) - 1)
    assert "svg" not in result_of(model._repr_html_()).elements


def test_the_strongest_of_many_edges_are_listed():
    X = make_linear_sem(400, 60, edges_per_node=1, random_state=0)[0]
    model = EqVar().fit(X)
    n = len(model.to_frame())
    lines = model.summary().splitlines()
    assert f"... and {n - 40} weaker ones (to_frame() has all)" in lines
    assert sum("→" in line for line in lines) == 40


def test_edges_that_are_hardly_ever_there_are_counted(rows):
    model = BootstrapDAG(EmptyDAG(), n_resamples=2).fit(rows[:, :3])
    graphs = [[[0, 1, 0], [0, 0, 0], [0, 0, 0]]] * 199 + [[[0, 1, 1], [0, 0, 1], [0, 0, 0]]]
    model.distribution_ = GraphDistribution(np.array(graphs, dtype=bool))
    lines = model.summary().splitlines()
    assert [line.split()[:2] for line in lines if line.startswith("   x")] == [["x0", "x1"]]
    assert "... and 2 with probabilities of at most 0.005 (to_frame() has all)" in lines
    page = result_of(model._repr_html_())
    assert "... and 2 with probabilities of at most 0.005 (to_frame() has all)" in page.words
    assert "0.005" not in page.words


def test_open_directions_are_marked_in_text_and_in_notebooks():
    X = np.random.default_rng(0).normal(size=(300, 2)) @ [[1, 1], [0, 1]]
    model = TOPO().fit(X)
    assert any(line.split()[:3] == ["x0", "—", "x1"] for line in model.summary().splitlines())
    assert "—" in result_of(model._repr_html_()).words


def test_missing_cells_are_told_if_there_are_some(rows):
    model = EqVar(missing="drop").fit(rows)
    assert "missing" not in "".join(model.summary().splitlines()[1:])
    incomplete = np.where(np.arange(rows.size).reshape(rows.shape) == 7, np.nan, rows)
    assert model.fit(incomplete).missing_cells_.sentence in model.summary().splitlines()


def test_the_warnings_of_a_fit_are_kept_with_it(rows, tmp_path):
    with pytest.warns(FewRowsWarning) as caught:
        model = TOPO().fit(rows[:8])
    assert model.warnings_ == tuple(str(entry.message) for entry in caught)
    assert model.warnings_[0] in " ".join(model.summary().split())
    assert f"warning: {model.warnings_[0]}" in result_of(model._repr_html_()).words
    model.save(tmp_path / "model.json")
    assert load_model(tmp_path / "model.json").summary() == model.summary()
    assert model.fit(rows).warnings_ == ()
