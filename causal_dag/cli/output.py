"""What commands print: tables and JSON on stdout, notes on stderr."""

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import click

from causal_dag.cli.terminal_text import printable, terminal_width, wrapped

LONGEST_CELL = 300
# What a column of text is squeezed to before a table is split, and the space between columns.
NARROWEST_TEXT, GAP = 24, 2


def print_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    from causal_dag.files.json_values import json_text

    print_line(json_text(document))


def print_line(text: str = "") -> None:
    """Print a line on stdout as it is, however long: paths and commands are copied from there."""
    click.echo(printable(text))


def print_paragraph(text: str, *, indent: str = "", hanging: str | None = None) -> None:
    """Print a text on stdout in lines that fit the terminal."""
    print_line(wrapped(text, indent=indent, hanging=hanging))


def note(message: str) -> None:
    """Print a line on stderr."""
    click.echo(printable(message), err=True)


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str | None = None
) -> None:
    """Print a table whose first column is text; the others are right-aligned.

    Texts are folded to fit the terminal. Columns that do not fit even so stand in a second table
    below, under the same first column: no figure is lost.

    Parameters
    ----------
    columns : sequence of str
        Headers; one that ends in a space marks a column of text.
    rows : sequence of sequences
        Cells: texts, integers, floats (shown with sensible digits), or None (shown as a dash).
    title : str, optional
        Line above the table.
    """
    if title:
        print_paragraph(title)
    texts = [[_one_line(cell_text(cell)) for cell in row] for row in rows]
    blocks = _blocks(columns, texts)
    for block in blocks:
        if block is not blocks[0]:
            print_line()
        _print_block(
            [columns[place] for place in block], [[row[p] for p in block] for row in texts]
        )


def _one_line(text: str) -> str:
    text = printable(text).replace("\n", "\\n")
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def _blocks(columns: Sequence[str], texts: Sequence[Sequence[str]]) -> list[list[int]]:
    """Return the places of the columns that stand side by side; the first one in every block."""
    from rich.cells import cell_len

    widths = [
        max(cell_len(text) for text in (column.strip(), *(row[place] for row in texts)))
        for place, column in enumerate(columns)
    ]
    for place, column in enumerate(columns):
        if _is_text(place, column):
            widths[place] = min(widths[place], NARROWEST_TEXT)
    blocks = [[0]]
    for place in range(1, len(columns)):
        width = sum(widths[p] + GAP for p in blocks[-1]) + widths[place]
        if width > terminal_width() and len(blocks[-1]) > 1:
            blocks.append([0])
        blocks[-1].append(place)
    return blocks


def _is_text(place: int, column: str) -> bool:
    return place == 0 or column.endswith(" ")


def _print_block(columns: Sequence[str], texts: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0))
    for place, column in enumerate(columns):
        is_text = _is_text(place, column)
        table.add_column(
            Text(column.strip()),
            justify="left" if is_text else "right",
            no_wrap=not is_text,
            overflow="fold",
        )
    for row in texts:
        table.add_row(*map(Text, row))
    console = Console(highlight=False, color_system=None, width=terminal_width())
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        print_line(line.rstrip())


def cell_text(value: object) -> str:
    """Return a cell as text, with digits that fit its size.

    Examples
    --------
    >>> from causal_dag.cli.output import cell_text
    >>> [cell_text(value) for value in (None, 3, 0.12345, 1234.5, 0.000012, "empty")]
    ['–', '3', '0.123', '1234.5', '1.2e-05', 'empty']
    """
    if value is None or value != value:
        return "–"
    if isinstance(value, float):
        if 0 < abs(value) < 0.01:  # an effect in other units may be small and real
            return f"{value:.3g}"
        return f"{value:.3f}" if abs(value) < 100 else f"{value:.1f}"
    return str(value)


def open_closed_streams() -> None:
    """Give a process that was started with closed streams (``>&-``) ones that lead nowhere.

    Otherwise printing fails, and the next file that is opened is taken for standard output by
    whatever writes to its number.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def never_fail_on_odd_characters() -> None:
    """Replace what the terminal's encoding lacks, instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@contextlib.contextmanager
def collected_warnings() -> Iterator[list[str]]:
    """Yield a list that holds the warnings as texts, once the block is left.

    What solvers print goes to stderr meanwhile, so that stdout holds results alone.
    """
    texts: list[str] = []
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("always")
        yield texts
    # Deprecations concern developers of libraries, not users who fit a table.
    relevant = [
        entry for entry in caught if issubclass(entry.category, UserWarning | RuntimeWarning)
    ]
    texts.extend(dict.fromkeys(str(entry.message) for entry in relevant))
