"""How the timing commands present their results."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

Records = Sequence[Mapping[str, Any]]


def print_table(title: str, records: Records) -> None:
    """Print records of the same keys as one table; floats with three significant digits."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for number, column in enumerate(records[0]):
        table.add_column(str(column), justify="left" if number == 0 else "right", no_wrap=True)
    for record in records:
        table.add_row(*map(_cell, record.values()))
    # Without a terminal nothing says how wide a line may be; a table must not lose columns.
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def print_report(title: str, records: Records, *, as_json: bool, notes: str = "") -> None:
    """Print a table for readers, with notes below it, or one JSON document for programs."""
    if as_json:
        document = {"title": title, "records": [dict(record) for record in records]}
        print(json.dumps(document | ({"notes": notes} if notes else {})))
        return
    print_table(title, records)
    if notes:
        print(notes)


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Give a command the option ``--json``."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
