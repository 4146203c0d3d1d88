"""What commands print: tables and JSON on stdout, notes on stderr, all of it printable."""

import contextlib
import os
import re
import shutil
import sys
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click

from causal_dag.wording import counted

DEFAULT_WIDTH, NARROWEST = 80, 40
LONGEST_CELL = 300
# Minimum width of a text column before the table is split, and the gap between columns.
NARROWEST_TEXT, GAP = 24, 2
# Control characters (escape sequences among them), lone surrogates, line separators, and marks that
# reverse the direction of what follows. Line feeds are kept.
_UNPRINTABLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    r"""Return text with the characters that would control the terminal escaped.

    Names of columns and files are untrusted input; an escape sequence in one must not reach the
    terminal.

    Examples
    --------
    >>> from causal_dag.cli.terminal.output import printable
    >>> print(printable("dose\x1b[2J"))
    dose\u001b[2J
    """
    # These escapes are valid in JSON, too.
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def terminal_width() -> int:
    """Return the width of the terminal in characters, or 80 without a terminal."""
    return max(shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns, NARROWEST)


def print_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    from causal_dag.files.json_values import json_text

    print_line(json_text(document))


def print_line(text: str = "") -> None:
    """Print a line on stdout without wrapping, so that paths and commands can be copied."""
    click.echo(printable(text))


def print_paragraph(text: str, *, indent: str = "", hanging: str | None = None) -> None:
    """Print text on stdout, wrapped to the width of the terminal.

    Parameters
    ----------
    text : str
        One paragraph.
    indent, hanging : str
        Prefix of the first line, and of the following lines (by default the same).
    """
    # A number is not separated from its percent sign.
    wrapped = textwrap.fill(
        text.replace(" %", "\N{NO-BREAK SPACE}%"),
        terminal_width(),
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_on_hyphens=False,
    )
    print_line(wrapped)


def print_heading(text: str) -> None:
    """Print a heading, underlined, below an empty line."""
    print_line()
    print_paragraph(text)
    print_line("─" * min(len(text), terminal_width()))


def note(message: str) -> None:
    """Print a line on stderr."""
    click.echo(printable(message), err=True)


def print_warnings(messages: Iterable[str]) -> None:
    """Note warnings on standard error."""
    for message in messages:
        note(f"warning: {message}")


def print_files_and_warnings(document: Mapping[str, Any]) -> None:
    """Name the files that a command wrote, and note its warnings."""
    for path in document["files"]:
        print_line(f"wrote {path}")
    print_warnings(document["warnings"])


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    title: str | None = None,
    most: int | None = None,
    rest: str = "",
) -> None:
    """Print a table whose first column is text; the others are right-aligned.

    Text cells are folded to fit the terminal. Columns that still do not fit are printed in another
    table below, which repeats the first column.

    Parameters
    ----------
    columns : sequence of str
        Headers; one that ends in a space marks a column of text.
    rows : sequence of sequences
        Cells: strings, integers, floats (rounded for display), or None (shown as a dash).
    title : str, optional
        Title printed above the table.
    most : int, optional
        Maximum number of rows to print; by default all.
    rest : str, optional
        Description of the omitted rows and where to find them: ``"more (--json has all)"``.
    """
    if title:
        print_paragraph(title)
    texts = [[_one_line(cell_text(cell)) for cell in row] for row in rows[:most]]
    for number, block in enumerate(_blocks(columns, texts)):
        if number > 0:
            print_line()
        _print_block(
            [columns[place] for place in block], [[row[p] for p in block] for row in texts]
        )
    if len(rows) > len(texts):
        print_line(f"... and {len(rows) - len(texts)} {rest}")


def _one_line(text: str) -> str:
    text = printable(text).replace("\n", "\\n")
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def _blocks(columns: Sequence[str], texts: Sequence[Sequence[str]]) -> list[list[int]]:
    """Return the indices of the columns in each block; every block starts with column 0."""
    from rich.cells import cell_len

    blocks: list[list[int]] = [[0]]
    widths = []
    for place, column in enumerate(columns):
        width = max(map(cell_len, (column.strip(), *(row[place] for row in texts))))
        widths.append(min(width, NARROWEST_TEXT) if _is_text(place, column) else width)
        taken = sum(widths[p] + GAP for p in blocks[-1])
        if place > 0:
            if taken + widths[place] > terminal_width() and len(blocks[-1]) > 1:
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
    """Return a cell as text, with precision suited to its magnitude.

    Examples
    --------
    >>> from causal_dag.cli.terminal.output import cell_text
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


def percent(share: float) -> str:
    """Return a share as a whole percentage.

    Examples
    --------
    >>> from causal_dag.cli.terminal.output import percent
    >>> percent(0.953)
    '95 %'
    """
    return f"{100 * share:.0f} %"


def table_size(n_samples: int, n_features: int) -> str:
    """Return the size of a table in words.

    Examples
    --------
    >>> from causal_dag.cli.terminal.output import table_size
    >>> table_size(100, 1)
    '100 rows, 1 column'
    """
    return f"{counted(n_samples, 'row')}, {counted(n_features, 'column')}"


def assignments(parameters: Mapping[str, Any]) -> str:
    """Return parameters formatted as keyword arguments of a Python call.

    Examples
    --------
    >>> from causal_dag.cli.terminal.output import assignments
    >>> assignments({"lambda1": 0.1, "loss": "l2"})
    "lambda1=0.1, loss='l2'"
    """
    return ", ".join(f"{name}={value!r}" for name, value in parameters.items())


def open_closed_streams() -> None:
    """Replace standard streams that were closed at startup (``>&-``) with the null device.

    Otherwise printing fails, and the next file to be opened may reuse the descriptor of standard
    output and receive output that is not meant for it.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def never_fail_on_odd_characters() -> None:
    """Replace characters that the terminal's encoding lacks instead of raising an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@contextlib.contextmanager
def collected_warnings() -> Iterator[list[str]]:
    """Yield a list that holds the warning messages once the block is left.

    Meanwhile, the output of solvers is redirected to stderr, to reserve stdout for results.
    """
    texts: list[str] = []
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("always")
        yield texts
    # Deprecation warnings concern library developers, not users who fit a table.
    relevant = [w for w in caught if issubclass(w.category, UserWarning | RuntimeWarning)]
    texts.extend(dict.fromkeys(str(entry.message) for entry in relevant))
