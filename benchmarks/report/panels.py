"""Which settings go into one panel of a picture, and how its axes look."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from causal_dag.benchmarks.report.plain_text import shortened
from causal_dag.benchmarks.report.study import Setting, Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL = (3.7, 2.7)
LONGEST_LABEL = 34
# Sizes that grow by more than this factor stand on a logarithmic axis.
WIDEST_LINEAR = 5.0
NARROWEST_LOGARITHMIC = 3.0

SIZE_NAMES = {"n_features": "number of columns d", "n_samples": "number of rows n"}
SIZE_LETTERS = {"n_features": "d", "n_samples": "n"}
OTHER_SIZE = {"n_features": "n_samples", "n_samples": "n_features"}


def size_panels(study: Study, size: str) -> list[tuple[Setting, ...]]:
    """Return the settings of every panel: one data set and scale, of at least two sizes.

    The other size is held at the value with the most sizes; the largest of those.
    """
    found: dict[tuple[str, str], dict[int, list[Setting]]] = defaultdict(lambda: defaultdict(list))
    for setting in study.settings:
        found[setting.data, setting.scale][getattr(setting, OTHER_SIZE[size])].append(setting)
    chosen = [
        max(held.items(), key=lambda item: (len(item[1]), item[0]))[1] for held in found.values()
    ]
    return [
        tuple(sorted(settings, key=lambda setting: int(getattr(setting, size))))
        for settings in chosen
        if len(settings) > 1
    ]


def largest(settings: Iterable[Setting]) -> list[Setting]:
    """Return the setting with most columns, then most rows, of every data set and scale."""
    found: dict[tuple[str, str], Setting] = {}
    for setting in sorted(settings, key=lambda s: (s.n_features, s.n_samples)):
        found[setting.data, setting.scale] = setting
    return [setting for setting in settings if found[setting.data, setting.scale] == setting]


def panel(title: str) -> "tuple[Figure, Axes]":
    """Return a figure with one titled pair of axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=PANEL)
    # Fixed margins: fitting them to the text would draw every panel twice.
    ax = figure.add_axes((0.17, 0.17, 0.80, 0.72))
    ax.set_title(shortened(title, 60), loc="left")
    return figure, ax


def labelled_panel(title: str, size: tuple[float, float]) -> "tuple[Figure, Axes]":
    """Return a figure with one pair of axes, whose margins make room for labels of any width."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    ax = figure.add_subplot()
    ax.set_title(shortened(title, 60), loc="left")
    return figure, ax


def size_axis(ax: "Axes", sizes: Sequence[int], name: str) -> None:
    """Label the horizontal axis with the sizes that occur."""
    from matplotlib.ticker import NullLocator

    if max(sizes) > WIDEST_LINEAR * min(sizes):
        ax.set_xscale("log")
    ax.set_xticks(list(sizes), [str(size) for size in sizes])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel(SIZE_NAMES[name])


def positive(ax: "Axes", which: str) -> None:
    """Make an axis of positive figures logarithmic where they differ much, else start it at 0."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axis = ax.xaxis if which == "x" else ax.yaxis
    low, high = ax.dataLim.intervalx if which == "x" else ax.dataLim.intervaly
    if low <= 0.0 or high < NARROWEST_LOGARITHMIC * low:
        ax.set(**{f"{which}lim": (0.0, 1.1 * high or 1.0)})
        return
    ax.set(**{f"{which}scale": "log"})
    if high < 30.0 * low:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())
