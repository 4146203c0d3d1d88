"""Drawings as SVG that can stand in a page many times: no ids, no links, no style sheet."""

import contextlib
import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from causal_dag.benchmarks.report.document import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
KEPT = ("d", "style", "transform", "x", "y", "width", "height", "viewBox", "points")

#: ``$`` in a label is a dollar, and text stays text, so that it can be read out and searched.
SETTINGS: Any = {
    "text.parse_math": False,
    "svg.fonttype": "none",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#333333",
    "axes.labelcolor": "#333333",
    "axes.titlesize": 9.0,
    "text.color": "#333333",
    "xtick.color": "#333333",
    "ytick.color": "#333333",
}


@contextlib.contextmanager
def drawing() -> Iterator[None]:
    """Have what is drawn inside look like a picture of a report."""
    from matplotlib import rc_context

    with rc_context(SETTINGS), warnings.catch_warnings():
        # The reader's browser draws the text, with fonts that this machine may lack.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def svg_picture(figure: "Figure", description: str) -> Picture:
    """Return a drawn figure as a picture; call it inside ``drawing()``."""
    return Picture(svg_text(figure, description), description)


def svg_text(figure: "Figure", description: str = "") -> str:
    """Return an ``<svg>`` element; without a description it is a mere ornament."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    root = ElementTree.fromstring(buffer.getvalue())
    shapes = {e.get("id", ""): e for e in root.iter(f"{SVG}path") if e.get("id")}
    plain = _plain(root, shapes)
    if description:
        plain.set("role", "img")
        plain.set("aria-label", description)
    else:
        plain.set("aria-hidden", "true")
    return ElementTree.tostring(plain, encoding="unicode")


def _plain(
    element: ElementTree.Element, shapes: dict[str, ElementTree.Element]
) -> ElementTree.Element:
    """Return a copy without metadata and names, in which every reference is resolved."""
    if element.tag == f"{SVG}use":
        return _resolved(element, shapes)
    copy = ElementTree.Element(element.tag.removeprefix(SVG), _kept(element))
    copy.text = element.text if element.tag == f"{SVG}text" else None
    left_out = (f"{SVG}defs", f"{SVG}metadata")
    copy.extend(
        _plain(child, shapes)
        for child in element
        if isinstance(child.tag, str) and child.tag not in left_out
    )
    return copy


def _resolved(
    use: ElementTree.Element, shapes: dict[str, ElementTree.Element]
) -> ElementTree.Element:
    shape = shapes[use.get(f"{XLINK}href", "").removeprefix("#")]
    style = "; ".join(part for part in (use.get("style"), shape.get("style")) if part)
    place = f"translate({use.get('x', '0')} {use.get('y', '0')})"
    return ElementTree.Element(
        "path", {"d": shape.get("d", ""), "transform": place, "style": style}
    )


def _kept(element: ElementTree.Element) -> dict[str, str]:
    attributes = {name: value for name, value in element.items() if name in KEPT}
    if element.tag == f"{SVG}svg":
        # The page's style sheet sets the size; the shape of the box stays.
        del attributes["width"], attributes["height"]
    return attributes
