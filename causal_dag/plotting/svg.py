"""Figures as SVG elements that can stand within a page beside others."""

import io
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
KEPT = ("d", "style", "transform", "x", "y", "width", "height", "viewBox", "points")


def svg_text(figure: "Figure", description: str = "") -> str:
    """Return a figure as an ``<svg>`` element, without anything that acts on the page around it.

    It has no style sheet, and no names that could be those of another picture. It fills the width
    of the element that holds it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Text stays text if the figure, or the settings of matplotlib, say so.
    description : str
        What the picture shows, for those who cannot see it. Without one it is a mere ornament.

    Examples
    --------
    >>> from causal_dag.plotting import plot_graph
    >>> from causal_dag.plotting.svg import svg_text
    >>> ">rain</text>" in svg_text(plot_graph([[0]], names=["rain"]), "one node")
    True
    """
    file = io.StringIO()
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    root = ElementTree.fromstring(file.getvalue())
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
        # The page sets the size; the shape of the box stays.
        del attributes["width"], attributes["height"]
    return attributes
