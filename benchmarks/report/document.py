"""What a report consists of, apart from how it is written as HTML, Markdown or LaTeX."""

import enum
from dataclasses import dataclass
from typing import ClassVar, Union


class Emphasis(enum.StrEnum):
    """How an entry of a table stands out."""

    NONE = ""
    BEST = "best"
    TIED = "tied"


@dataclass(frozen=True)
class Entry:
    """One cell of a table."""

    text: str
    emphasis: Emphasis = Emphasis.NONE


@dataclass(frozen=True)
class Row:
    """A line of a table: what it is about, and entries under the other columns."""

    header: str
    entries: tuple[Entry, ...]
    is_baseline: bool = False


@dataclass(frozen=True)
class Table:
    """A table; its first column holds the rows' headers.

    Parameters
    ----------
    caption : str
        What it shows.
    columns : tuple of str
        Headings, the first one above the rows' headers.
    rows : tuple of Row
        Lines.
    is_text : bool
        Whether the entries are texts, and not figures.
    """

    form: ClassVar[str] = "table"
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    is_text: bool = False


@dataclass(frozen=True)
class Picture:
    """An SVG drawing with a description for those who do not see it."""

    svg: str
    description: str


@dataclass(frozen=True)
class LegendEntry:
    """What a line or a marker stands for."""

    swatch: str
    label: str


@dataclass(frozen=True)
class Figure:
    """Pictures that belong together, with one caption and one legend."""

    form: ClassVar[str] = "figure"
    caption: str
    pictures: tuple[Picture, ...]
    legend: tuple[LegendEntry, ...] = ()


@dataclass(frozen=True)
class Paragraph:
    """A few sentences."""

    form: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True)
class Point:
    """A sentence or two, and a few words before them that say what they are about."""

    lead: str
    text: str


@dataclass(frozen=True)
class Points:
    """A list of points."""

    form: ClassVar[str] = "points"
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Code:
    """Lines to be typed."""

    form: ClassVar[str] = "code"
    text: str


@dataclass(frozen=True)
class Part:
    """Blocks under a heading of their own."""

    form: ClassVar[str] = "part"
    title: str
    body: tuple["Block", ...]


@dataclass(frozen=True)
class Fold:
    """Blocks under a heading of their own, which a reader can close."""

    form: ClassVar[str] = "fold"
    title: str
    body: tuple["Block", ...]
    is_open: bool = True


Block = Union[Table, Figure, Paragraph, Points, Code, Part, Fold]  # noqa: UP007


@dataclass(frozen=True)
class Section:
    """A chapter of the report; ``key`` is where links to it go."""

    key: str
    title: str
    body: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A report."""

    title: str
    description: str
    sections: tuple[Section, ...]


def texts(*values: str) -> tuple[Entry, ...]:
    """Return plain entries."""
    return tuple(Entry(value) for value in values)
