"""What commands print: tables and JSON on stdout, notes on stderr."""

import contextlib
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import click

WIDEST_TABLE = 1000


def print_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    from causal_dag.json_values import json_text

    click.echo(json_text(document))


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str | None = None
) -> None:
    """Print a table whose first column is text; the others are right-aligned.

    Parameters
    ----------
    columns : sequence of str
        Headers; one that ends in a space marks a column of text.
    rows : sequence of sequences
        Cells: texts, integers, floats (shown with sensible digits), or None (shown as a dash).
    title : str, optional
        Line above the table.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if title:
        click.echo(title)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for place, column in enumerate(columns):
        is_text = place == 0 or column.endswith(" ")
        justify: Any = "left" if is_text else "right"
        table.add_column(Text(column.strip()), justify=justify, no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell_text(cell)) for cell in row))
    # Never squeezed into the terminal: rather a long line than a lost figure.
    Console(highlight=False, width=WIDEST_TABLE).print(table)


def cell_text(value: object) -> str:
    """Return a cell as text, with digits that fit its size.

    Examples
    --------
    >>> from causal_dag.cli.output import cell_text
    >>> [cell_text(value) for value in (None, 3, 0.12345, 1234.5, "empty")]
    ['–', '3', '0.123', '1234.5', 'empty']
    """
    if value is None or value != value:
        return "–"
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 100 else f"{value:.1f}"
    return str(value)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> from causal_dag.cli.output import counted
    >>> counted(1, "row"), counted(3, "edge")
    ('1 row', '3 edges')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def never_fail_on_odd_characters() -> None:
    """Replace what the terminal's encoding lacks, instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def note(message: str) -> None:
    """Print a line on stderr."""
    click.echo(message, err=True)


@contextlib.contextmanager
def collected_warnings() -> Iterator[list[str]]:
    """Yield a list that holds the warnings as texts, once the block is left.

    What solvers print goes to stderr meanwhile, so that stdout holds results alone.
    """
    texts: list[str] = []
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("always")
        yield texts
    # Deprecations are for developers of libraries, not for who fits a table.
    told = [entry for entry in caught if issubclass(entry.category, UserWarning | RuntimeWarning)]
    texts.extend(dict.fromkeys(str(entry.message) for entry in told))
