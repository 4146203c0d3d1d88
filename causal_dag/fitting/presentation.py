"""How fitted estimators show what they found: as text, as a table, as a picture, in notebooks."""

import re
import textwrap
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils import estimator_html_repr
from sklearn.utils.validation import check_is_fitted

from causal_dag.wording import escaped

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

#: Most edges that a summary lists.
MOST_EDGES_SHOWN = 40
# Largest graph that notebooks draw: beyond, a picture takes seconds and cannot be read.
MOST_NODES_DRAWN, MOST_EDGES_DRAWN = 60, 120
LINE_LENGTH, LONGEST_REPR = 88, 240
PIXELS_PER_INCH = 96


class PrintedText(str):
    r"""Text that an interactive session shows as ``print`` does.

    Examples
    --------
    >>> from causal_dag.fitting.presentation import PrintedText
    >>> PrintedText("two\nlines")
    two
    lines
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Return the text itself."""
        return str(self)


class Presentation:
    """The methods by which fitted estimators show what was found.

    A class says what stands above its table of edges, and what below, in ``_overview`` and
    ``_remarks``.
    """

    warnings_: tuple[str, ...]
    #: Probability of the edges that summaries leave out, where edges have one.
    _least_shown: float = 0.0

    def summary(self: Any) -> PrintedText:
        """Return what was fitted as text: solver, size, verdict on directions, edges, warnings.

        An edge whose direction nothing has decided has the mark —.

        Returns
        -------
        str
            Interactive sessions show it as ``print`` does.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If the model is not fitted.
        """
        check_is_fitted(self)
        parts = [
            self._overview(),
            _edge_lines(self.to_frame(), self._least_shown),
            [_wrapped(line) for line in [*self._remarks(), *_warnings(self)]],
        ]
        return PrintedText("\n\n".join("\n".join(lines) for lines in parts if lines))

    def to_frame(self: Any) -> "DataFrame":
        """Return the edges as a data frame, the same as ``edges_``.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If the model is not fitted.
        """
        frame: DataFrame = self.edges_
        return frame

    def plot(self: Any, **options: Any) -> "Figure":
        """Draw the graph.

        Parameters
        ----------
        **options
            Of :func:`causal_dag.plotting.plot_graph`: ``names``, ``ax``, ``standardized`` and
            ``edge_labels``.

        Returns
        -------
        matplotlib.figure.Figure
            Save it with ``figure.savefig("graph.png")``.
        """
        from causal_dag.plotting import plot_graph

        check_is_fitted(self)
        return plot_graph(self, **options)

    # scikit-learn's own hook of ``_repr_html_``, which ``set_config(display="text")`` switches off.
    def _repr_html_inner(self: Any) -> str:
        diagram: str = estimator_html_repr(self)
        return _result_html(self) + diagram if hasattr(self, "n_features_in_") else diagram

    def _repr_mimebundle_(self: Any, **options: Any) -> dict[str, str]:
        bundle: dict[str, str] = super()._repr_mimebundle_(**options)  # type: ignore[misc]
        if "text/html" in bundle:
            bundle["text/html"] = self._repr_html_inner()
        return bundle


def one_line(estimator: Any) -> str:
    """Return an estimator with its parameters, as scikit-learn writes it, on one line.

    Objects without a representation of their own, such as graphs, are named by their class, and
    long lines, such as those with a table of weights, are cut.

    Examples
    --------
    >>> from causal_dag import TOPO
    >>> from causal_dag.fitting.presentation import one_line
    >>> one_line(TOPO(penalty=3.0))
    'TOPO(penalty=3.0)'
    """
    line = re.sub(r"<[\w.]*?(\w+) object at 0x\w+>", r"<\1>", " ".join(repr(estimator).split()))
    return line if len(line) <= LONGEST_REPR else f"{line[:LONGEST_REPR]}…"


def _warnings(model: Any) -> list[str]:
    fitted = getattr(model, "estimator_", model)
    return [f"warning: {message}" for message in getattr(fitted, "warnings_", ())]


def _wrapped(line: str) -> str:
    return textwrap.fill(line, LINE_LENGTH, subsequent_indent="  ", break_on_hyphens=False)


def _edge_lines(edges: "DataFrame", least: float) -> list[str]:
    """Return the first edges of a table as lines of text."""
    shown = _readable(edges, least)
    table = shown.to_string(index=False, float_format="{:.3g}".format, na_rep="–")
    return [*([] if shown.empty else [table]), *_rest(edges, shown)]


def _readable(edges: "DataFrame", least: float) -> "DataFrame":
    """Return the first edges, with printable names of some length, and marks between the names."""
    probable = edges[edges["probability"] >= least] if least else edges
    shown = probable.head(MOST_EDGES_SHOWN).copy()
    for end in ("cause", "effect"):
        shown[end] = [escaped(name) for name in shown[end]]
    if "decided_by" in shown:
        shown.insert(1, " ", np.where(shown["decided_by"] == "open", "—", "→"))
    return shown


def _rest(edges: "DataFrame", shown: "DataFrame") -> list[str]:
    n_left_out = len(edges) - len(shown)
    if not n_left_out:
        return []
    what = f"weaker {'one' if n_left_out == 1 else 'ones'}"
    if "probability" in edges:
        what = f"with probabilities of at most {edges['probability'].iloc[len(shown)]:.2g}"
    return [f"... and {n_left_out} {what} (to_frame() has all)"]


def _result_html(model: Any) -> str:
    """Return the verdict in words, the picture, the edges, and what else there is to know."""
    overview, edges = model._overview(), model.to_frame()
    shown = _readable(edges, model._least_shown)
    table = shown.to_html(index=False, float_format="{:.3g}".format, na_rep="–")
    return "".join(
        [
            '<div class="causal-dag-result">',
            _paragraphs(overview),
            _picture(model, " ".join(overview), len(edges)),
            _paragraphs(_warnings(model)),
            f"<details><summary>Edges</summary>{table}{_paragraphs(_rest(edges, shown))}</details>",
            f"<details><summary>About the fit</summary>{_paragraphs(model._remarks())}</details>",
            "</div>",
        ]
    )


def _paragraphs(lines: list[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _picture(model: Any, description: str, n_edges: int) -> str:
    from causal_dag.plotting.svg import svg_text

    if model.n_features_in_ > MOST_NODES_DRAWN or n_edges > MOST_EDGES_DRAWN:
        return _paragraphs(["The graph is too large to be drawn here; plot() draws it."])
    figure = model.plot()
    width = round(figure.get_figwidth() * PIXELS_PER_INCH)
    picture = svg_text(figure, description)
    return f'<div style="background: white; max-width: {width}px">{picture}</div>'
