"""The commands that ``causal-dag advise`` suggests; they run as printed."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from causal_dag.cli.knowledge_options import Statements
from causal_dag.cli.table_options import TableSource, as_options
from causal_dag.cli.terminal_text import terminal_width

if TYPE_CHECKING:
    from causal_dag.advice import Advice
    from causal_dag.advice.table_audit import TableAudit

INDENT = "  "


def suggested_commands(
    advice: "Advice", table: TableSource, statements: Statements
) -> tuple[str, str]:
    """Return a fit by the solver to start with, and a comparison, as a shell reads them.

    They read the table as ``advise`` did, without the columns and rows that a solver would refuse.

    Parameters
    ----------
    advice : Advice
        With a solver to start with.
    table : TableSource
        What was looked at.
    statements : Statements
        What is known beforehand; statements about columns that are dropped are left out.
    """
    assert advice.first is not None
    dropped = columns_to_drop(advice.audit)
    reading = {
        "columns": None if table.columns is None else _csv_line(table.columns),
        "drop": [*table.drop, *dropped],
        "missing": "drop" if advice.audit.n_complete < advice.audit.n_samples else None,
        "decimal": None if table.decimal == "." else table.decimal,
        "encoding": table.encoding,
        "index_column": table.index_column,
    }
    knowledge = statements.without(dropped).options()
    # A limit of 0 is said; an empty list and a flag that is off are not.
    options = {
        name: value
        for name, value in (reading | knowledge).items()
        if value is not False and (value or value == 0)
    }
    path = str(table.path)
    path = f"./{path}" if path.startswith("-") and path != "-" else path
    shared = [shlex.quote(path), *as_options(options)]
    settings = [f"-p {shlex.quote(f'{k}={v}')}" for k, v in advice.first.parameters.items()]
    solver = [f"--solver {advice.first.solvers[0]}", *settings]
    return _command(["fit", *shared, *solver]), _command(["compare", *shared])


def columns_to_drop(audit: "TableAudit") -> list[str]:
    """Return the columns that a solver would refuse, or that others determine."""
    unusable = [report.name for report in audit.columns if not report.is_usable]
    return unusable + [column.name for column in audit.determined]


def _csv_line(names: Sequence[str]) -> str:
    import csv
    import io

    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(names)
    return line.getvalue()


def _command(words: Sequence[str]) -> str:
    """Return a command in lines that fit the terminal, joined as a shell joins them."""
    lines = [f"{INDENT}causal-dag"]
    for word in words:
        # Two places are for the backslash.
        if len(lines[-1]) + 1 + len(word) + 2 > terminal_width():
            lines[-1] += " \\"
            lines.append(f"{INDENT}{INDENT}{word}")
        else:
            lines[-1] += f" {word}"
    return "\n".join(lines)
