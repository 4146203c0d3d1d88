"""A report as Markdown: its texts and tables; pictures are in the page."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from causal_dag.benchmarks.report.document import (
    Block,
    Code,
    Document,
    Emphasis,
    Entry,
    Figure,
    Fold,
    Paragraph,
    Part,
    Points,
    Table,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$:@])")
_FRAMES = {Emphasis.NONE: "{}", Emphasis.BEST: "**{}**", Emphasis.TIED: "*{}*"}


def escaped(text: str) -> str:
    r"""Return text that Markdown shows as it is.

    Examples
    --------
    >>> from causal_dag.benchmarks.report.markdown import escaped
    >>> print(escaped("a|b <script> _x_"))
    a\|b \<script\> \_x\_
    """
    return _SPECIAL.sub(r"\\\1", text)


def markdown_page(document: Document) -> str:
    """Return the page as Markdown with tables as GitHub and pandoc read them."""
    parts = [f"# {escaped(document.title)}"]
    parts += [escaped(document.description)] if document.description else []
    for section in document.sections:
        parts.append(f"## {escaped(section.title)}")
        parts += _blocks(section.body, level=3)
    return "\n\n".join(parts) + "\n"


def _blocks(body: Iterable[Block], level: int) -> list[str]:
    parts: list[str] = []
    for block in body:
        if isinstance(block, Part | Fold):
            parts.append(f"{'#' * level} {escaped(block.title)}")
            parts += _blocks(block.body, level + 1)
        else:
            parts.append(_WRITERS[type(block)](block))
    return parts


def _table(table: Table) -> str:
    alignment = ["---"] + ["---" if table.is_text else "--:"] * (len(table.columns) - 1)
    lines = [_line(map(escaped, table.columns)), _line(alignment)]
    for row in table.rows:
        header = escaped(row.header) + (" (baseline)" if row.is_baseline else "")
        lines.append(_line([header, *map(_entry, row.entries)]))
    return f"**{escaped(table.caption)}**\n\n" + "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _entry(entry: Entry) -> str:
    return _FRAMES[entry.emphasis].format(escaped(entry.text))


def _code(code: Code) -> str:
    return "\n".join(f"    {line}" for line in code.text.splitlines())


def _points(points: Points) -> str:
    return "\n".join(
        f"- **{escaped(point.lead)}.** {escaped(point.text)}" for point in points.points
    )


_WRITERS: dict[type, Callable[[Any], str]] = {
    Table: _table,
    Code: _code,
    Points: _points,
    Paragraph: lambda paragraph: escaped(paragraph.text),
    Figure: lambda figure: f"*Pictures in the page: {escaped(figure.caption)}*",
}
