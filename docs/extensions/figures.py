"""Pictures of the gallery that are drawn without pyplot, as the library's own are."""

from typing import Any
from weakref import WeakSet

from matplotlib.figure import Figure
from sphinx_gallery.scrapers import figure_rst, matplotlib_scraper

# The last expression stays the last one in blocks that end without an expression.
_SAVED: WeakSet[Figure] = WeakSet()


def scraped_figures(block: Any, block_vars: dict, gallery_conf: dict, **options: Any) -> str:
    """Return the pictures of a block: those of pyplot, and a figure that is its last expression."""
    text = matplotlib_scraper(block, block_vars, gallery_conf, **options)
    figure = block_vars["example_globals"].get("___")
    if not isinstance(figure, Figure) or figure in _SAVED:
        return text
    _SAVED.add(figure)
    path = next(block_vars["image_path_iterator"])
    figure.savefig(path, dpi=100)
    return text + figure_rst([path], gallery_conf["src_dir"])
