"""What a report consists of, and how a template writes it as HTML, Markdown or LaTeX."""

import enum
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from causal_dag.benchmarks.report.measures import SHD, counted, listed, p_text

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.environment import TemplateModule


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


def row(header: str, *entries: str | Entry, is_baseline: bool = False) -> Row:
    """Return a row of texts and entries."""
    cells = (entry if isinstance(entry, Entry) else Entry(entry) for entry in entries)
    return Row(header, tuple(cells), is_baseline)


class Block:
    """Anything that stands in a section; ``form`` names it in templates."""

    @property
    def form(self) -> str:
        """Name of the kind of block, lower case."""
        return type(self).__name__.lower()


@dataclass(frozen=True)
class Table(Block):
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
        Whether the entries are texts, and not numbers.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    is_text: bool = False


@dataclass(frozen=True)
class Figure(Block):
    """SVG pictures that belong together, with one caption and a legend of swatches and labels."""

    caption: str
    pictures: tuple[str, ...]
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Paragraph(Block):
    """A few sentences."""

    text: str


@dataclass(frozen=True)
class Points(Block):
    """A list of points: a few words that say what each is about, and a sentence or two."""

    points: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Code(Block):
    """Lines to be typed."""

    text: str


@dataclass(frozen=True)
class Part(Block):
    """Blocks under a heading of their own, which a reader unfolds if it ``is_folded``."""

    title: str
    body: tuple[Block, ...]
    is_folded: bool = False


@dataclass(frozen=True)
class Section:
    """A chapter of the report; ``key`` is where links to it go."""

    key: str
    title: str
    body: tuple[Block, ...]

    def tables(self) -> Iterator[Table]:
        """Yield the tables of all its parts."""
        stack = [*self.body[::-1]]
        while stack:
            block = stack.pop()
            if isinstance(block, Part):
                stack += block.body[::-1]
            elif isinstance(block, Table):
                yield block


@dataclass(frozen=True)
class Document:
    """A report."""

    title: str
    description: str
    sections: tuple[Section, ...]


_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&$@]|:(?=//))")
_LATEX_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        **{character: f"\\{character}" for character in "{}$&#%_"},
        **{character: f"{{{character}}}" for character in "[]*"},
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
        "'": r"\textquotesingle{}",
        "`": r"\textasciigrave{}",
        "\u00a0": "~",
        "±": r"$\pm$",
        "−": "$-$",
        "–": r"\textendash{}",
        "…": r"\dots{}",
        "†": r"$^\dagger$",
        "↓": r"$\downarrow$",
        "↑": r"$\uparrow$",
        "×": r"$\times$",
        "²": "$^2$",
        "λ": r"$\lambda$",
        "“": "``",
        "”": "''",
    }
)


def markdown_escaped(text: str) -> str:
    r"""Return text that Markdown shows as it is.

    Examples
    --------
    >>> from causal_dag.benchmarks.report.document import markdown_escaped
    >>> print(markdown_escaped("a|b <script> _x_"))
    a\|b \<script\> \_x\_
    """
    return _MARKDOWN_SPECIAL.sub(r"\\\1", text)


def latex_escaped(text: str) -> str:
    r"""Return text that LaTeX sets as it is.

    Examples
    --------
    >>> from causal_dag.benchmarks.report.document import latex_escaped
    >>> print(latex_escaped("100%_$x^2 \\input"))
    100\%\_\$x\textasciicircum{}2 \textbackslash{}input
    """
    return text.translate(_LATEX_ESCAPES).replace("--", "-{}-")


def html_page(document: Document) -> str:
    """Return one page without a script or an outside link, which obeys no text it shows."""
    return _rendered(document, "page.html.j2", autoescape=True)


def markdown_page(document: Document) -> str:
    """Return texts and tables as GitHub and pandoc read them; pictures are in the HTML page."""
    return _without_gaps(_rendered(document, "page.md.j2", markdown_escaped))


def latex_tables(document: Document) -> str:
    """Return all tables, to be copied into a paper; long ones may go over several pages."""
    delimiters = {"block": ("<%", "%>"), "variable": ("<<", ">>"), "comment": ("<#", "#>")}
    options: dict[str, Any] = {
        f"{kind}_{end}_string": text
        for kind, pair in delimiters.items()
        for end, text in zip(("start", "end"), pair, strict=True)
    }
    return _without_gaps(_rendered(document, "tables.tex.j2", latex_escaped, **options))


def _rendered(
    document: Document,
    template: str,
    escape: Callable[[str], str] | None = None,
    **options: Any,
) -> str:
    environment = _environment(**options)
    if escape is not None:
        environment.filters["e"] = escape
    return environment.get_template(template).render(document=document)


def sentences(name: str, **values: Any) -> str:
    """Return a paragraph, point or caption of ``texts.j2``, filled in.

    Examples
    --------
    >>> from causal_dag.benchmarks.report.document import sentences
    >>> sentences("few_seeds", n_seeds=1)
    'Some data have only 1 seed: few differences can be detected.'
    """
    return " ".join(str(getattr(_texts(), name)(**values)).split())


def paragraph(name: str, **values: Any) -> Paragraph:
    """Return the paragraph of that name, as ``sentences`` does."""
    return Paragraph(sentences(name, **values))


@cache
def _texts() -> "TemplateModule":
    environment = _environment()
    environment.filters |= {
        "counted": counted,
        "listed": listed,
        "p_text": p_text,
        "shd": SHD.number,
    }
    return environment.get_template("texts.j2").module


def _environment(**options: Any) -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("causal_dag.benchmarks.report", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )


def _without_gaps(text: str) -> str:
    """Return a text whose paragraphs are one empty line apart."""
    return re.sub(r"\n{3,}", "\n\n", text.strip("\n")) + "\n"
