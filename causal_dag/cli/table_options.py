"""Options that say how to read a table, shared by all commands that take one."""

import codecs
import contextlib
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.completion import complete_column, complete_columns
from causal_dag.cli.options import Command
from causal_dag.wording import counted

if TYPE_CHECKING:
    import pandas as pd

    from causal_dag.estimator import DAGEstimator
    from causal_dag.files.table_files import Cells
    from causal_dag.moments import Moments

STANDARD_INPUT = "-"
FIRST_COLUMN = "0"


@dataclass(frozen=True)
class TableSource:
    """A table named on the command line, and how it is to be read.

    Parameters
    ----------
    path : Path or None
        The file, ``-`` for standard input; None if the command was not given one.
    columns, drop, missing, decimal, encoding, index_column
        As for ``causal_dag.files.table_files.read_table``.
    covariance : bool
        The file holds a covariance matrix.
    rows : int or None
        Number of rows that the covariance was computed from.
    """

    path: Path | None
    columns: tuple[str, ...] | None = None
    drop: tuple[str, ...] = ()
    missing: str = "refuse"
    decimal: str = "."
    encoding: str | None = None
    index_column: str | None = None
    covariance: bool = False
    rows: int | None = None

    @property
    def name(self) -> str:
        """What to call the table."""
        return "standard input" if str(self.path) == STANDARD_INPUT else str(self.path)

    @property
    def options_given(self) -> list[str]:
        """Names of the options that are not left at their defaults."""
        given = [f.name for f in fields(self)[1:] if getattr(self, f.name) != f.default]
        return [f"--{name.replace('_', '-')}" for name in given]

    def cells(self) -> "Cells":
        """Return the table, whatever its cells hold."""
        from causal_dag.files.table_files import read_cells

        assert self.path is not None
        with remedies_as_options():
            return read_cells(
                self.path,
                columns=self.columns,
                drop=self.drop,
                decimal=self.decimal,
                encoding=self.encoding,
                index_column=self.index_column,
            )

    def variables(self) -> "LoadedTable":
        """Return what solvers are given: rows, or moments where the file holds a covariance."""
        if self.covariance:
            return LoadedTable(self._moments(), left_out=self.drop)
        cells = self.cells()
        with remedies_as_options():
            table = cells.variables(self.missing)
        n_rows, lost = len(cells.frame), len(cells.frame) - len(table)
        left_out = (
            f"{lost} of {counted(n_rows, 'row')} left out because of missing or infinite cells"
        )
        notes = (left_out,) if lost else ()
        return LoadedTable(table, cells.left_out, notes)

    def _moments(self) -> "Moments":
        from causal_dag.files.table_files import read_covariance

        assert self.path is not None
        assert self.rows is not None
        with remedies_as_options():
            return read_covariance(
                self.path,
                self.rows,
                columns=self.columns,
                drop=self.drop,
                decimal=self.decimal,
                encoding=self.encoding,
            )


@dataclass(frozen=True)
class LoadedTable:
    """What solvers are given, and what was left out of it.

    Parameters
    ----------
    data : DataFrame or Moments
        Numbers.
    left_out : tuple of str
        Columns of the file that were not asked for.
    notes : tuple of str
        What became of the rows.
    """

    data: "pd.DataFrame | Moments"
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Column names."""
        from causal_dag.comparison.rows_or_moments import names_of

        return names_of(self.data)


def table_options(command: Command) -> Command:
    """Add the options of reading; the command's ``table`` becomes a ``TableSource``."""

    @functools.wraps(command)
    def with_source(*args: Any, table: Path | None, **options: Any) -> Any:
        reading = {
            f.name: options.pop(f.name) for f in fields(TableSource)[1:] if f.name in options
        }
        reading["columns"] = split_names(reading["columns"])
        return command(*args, table=TableSource(table, **reading), **options)

    for option in reversed(_OPTIONS):
        with_source = option(with_source)
    return with_source


def covariance_options(command: Command) -> Command:
    """Add ``--covariance`` and ``--rows``; they stand outside ``table_options``."""

    @functools.wraps(command)
    def checked(*args: Any, covariance: bool, rows: int | None, **options: Any) -> Any:
        if covariance and rows is None:
            raise click.UsageError("--covariance needs the number of rows it stands for: --rows N")
        if rows is not None and not covariance:
            raise click.UsageError("--rows belongs to --covariance; leave it out")
        if covariance and (options["missing"] != "refuse" or options["index_column"]):
            raise click.UsageError(
                "a covariance matrix has neither gaps nor row labels to leave out; leave out "
                "--missing and --index-column"
            )
        return command(*args, covariance=covariance, rows=rows, **options)

    checked = click.option(
        "--rows", type=click.IntRange(min=2), metavar="N", help="Rows behind the covariance."
    )(checked)
    return click.option(
        "--covariance", is_flag=True, help="TABLE is a covariance matrix with column names."
    )(checked)


def refuse_solver_of_rows(name: str, estimator: "DAGEstimator") -> None:
    """Raise a usage error if a solver looks at rows, of which a covariance has none."""
    from causal_dag.solvers import available_solvers, make_solver

    if estimator.needs_rows:
        others = [other for other in available_solvers() if not make_solver(other).needs_rows]
        raise click.UsageError(
            f"solver {name} looks at rows, and --covariance gives none; use one of "
            f"{', '.join(others)}"
        )


def split_names(text: str | None) -> tuple[str, ...] | None:
    """Return the names in a comma-separated list (quoted names may hold commas)."""
    import csv

    if text is None:
        return None
    return tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True)))


@contextlib.contextmanager
def remedies_as_options() -> Iterator[None]:
    """Say errors of the reader with options of the command line; an unknown column is misuse."""
    from causal_dag.files.table_columns import TableError, UnknownColumnError

    try:
        yield
    except UnknownColumnError as error:
        raise click.UsageError(str(error)) from error
    except TableError as error:
        options = " ".join(as_options(error.options))
        raise ValueError(error.advising(f"add {options}" if options else "")) from error


def as_options(parameters: "Mapping[str, Any]") -> list[str]:
    """Return parameters of the reader as a shell reads them, each with its value.

    Examples
    --------
    >>> from causal_dag.cli.table_options import as_options
    >>> as_options({"drop": ["id", "first name"], "missing": "drop"})
    ['--drop id', "--drop 'first name'", '--missing drop']
    """
    import shlex

    options: list[str] = []
    for name, value in parameters.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            options.append(option)
            continue
        for single in value if isinstance(value, list | tuple) else [value]:
            options.append(f"{option} {shlex.quote(str(single))}")
    return options


def _known_encoding(context: click.Context, option: click.Parameter, value: str | None) -> Any:
    try:
        return value if value is None else codecs.lookup(value).name
    except LookupError as error:
        raise click.BadParameter(f"{value!r} is unknown; try latin-1", context, option) from error


_OPTIONS = (
    click.option(
        "--columns",
        metavar="A,B,C",
        shell_complete=complete_columns,
        help="Use only these columns, in this order.",
    ),
    click.option(
        "--drop",
        multiple=True,
        metavar="NAME",
        shell_complete=complete_column,
        help="Leave out a column (repeatable).",
    ),
    click.option(
        "--missing",
        type=click.Choice(["refuse", "drop"]),
        default="refuse",
        show_default=True,
        help="What to do with rows in which a number is missing or infinite.",
    ),
    click.option(
        "--decimal",
        type=click.Choice([".", ","]),
        default=".",
        show_default=True,
        help="Decimal mark of a CSV file.",
    ),
    click.option(
        "--encoding",
        metavar="NAME",
        callback=_known_encoding,
        help="Encoding of a CSV file, such as latin-1.  [default: UTF-8]",
    ),
    click.option(
        "--index-column",
        metavar="[NAME|NUMBER]",
        is_flag=False,
        flag_value=FIRST_COLUMN,
        help="Column of row labels, by name or by number from 0; the first, if none is named.",
    ),
)
