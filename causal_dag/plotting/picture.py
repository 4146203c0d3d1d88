"""The figure class of all plots: bounded size, and text that stays text in files."""

import threading
from typing import Any

import matplotlib
from matplotlib.figure import Figure

# At 150 dots per inch, 6000 pixels a side: more than a screen shows, little enough for memory.
LARGEST_SIDE = 40.0
# Text can be searched, copied and edited: TrueType in PDF, text elements in SVG.
TEXT_AS_TEXT: Any = {"pdf.fonttype": 42, "ps.fonttype": 42, "svg.fonttype": "none"}

_settings_lock = threading.Lock()


class Picture(Figure):
    """A figure that writes its text as text.

    Examples
    --------
    >>> import io
    >>> from causal_dag.plotting.picture import Picture
    >>> picture, file = Picture(figsize=(2, 1)), io.StringIO()
    >>> _ = picture.text(0.5, 0.5, "rain")
    >>> picture.savefig(file, format="svg")
    >>> ">rain</text>" in file.getvalue()
    True
    """

    def savefig(self, *args: Any, **kwargs: Any) -> None:
        """Save the picture; see ``matplotlib.figure.Figure.savefig``."""
        # matplotlib knows these as global settings only, so two pictures take turns.
        with _settings_lock, matplotlib.rc_context(TEXT_AS_TEXT):
            super().savefig(*args, **kwargs)


def shrink_to_fit(width: float, height: float) -> float:
    """Return the factor, at most 1, that brings a size in inches down to ``LARGEST_SIDE``.

    Examples
    --------
    >>> from causal_dag.plotting.picture import shrink_to_fit
    >>> shrink_to_fit(80.0, 10.0), shrink_to_fit(4.0, 3.0)
    (0.5, 1.0)
    """
    return min(1.0, LARGEST_SIDE / width, LARGEST_SIDE / height)
