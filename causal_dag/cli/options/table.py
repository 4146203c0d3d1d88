"""The table that a command reads, and the options for reading it."""

import contextlib
import csv
import io
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.options.command import WORDS
from causal_dag.cli.options.files import STANDARD_INPUT
from causal_dag.wording import counted, listed, quoted

if TYPE_CHECKING:
    import pandas as pd
    from click.shell_completion import CompletionItem

    from causal_dag.arrays import IntArray
    from causal_dag.files.table_files import Cells
    from causal_dag.moments import Moments


class ColumnText(click.types.StringParamType):
    """Column names, completed on Tab if a readable table precedes them.

    Parameters
    ----------
    name : str
        Placeholder for the value in the help.
    separator : str, optional
        Separator between names.
    ending : str, optional
        Text that completion appends to the first name.
    """

    def __init__(self, name: str, separator: str | None = None, ending: str = "") -> None:
        self.name, self.separator, self.ending = name, separator, ending

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """Complete the column name after the last separator."""
        from click.shell_completion import CompletionItem

        before, separator, last = incomplete.rpartition(self.separator or "\0")
        ending = "" if separator else self.ending
        return [
            CompletionItem(before + separator + name + ending)
            for name in _columns_of_table(ctx)
            if name.startswith(last)
        ]


def refuse_labels_among(columns: Sequence[str] | None, labels: Mapping[str, str]) -> None:
    """Raise ``UsageError`` if a column of labels, by the name of its option, is a variable too."""
    for option, column in labels.items():
        if column in (columns or ()):
            raise click.UsageError(
                f"--{option}: column {quoted(column)} says something of the rows and is no "
                "variable; omit it in --columns"
            )


def weights_in(source: str, column: str, values: Any) -> "IntArray":
    """Return how often each row occurs; a ``ValueError`` names the file and the column."""
    from causal_dag.tables.row_weights import row_weights

    try:
        return row_weights(values, len(values))
    except ValueError as error:
        raise ValueError(f"{source}, column {quoted(column)}: {error}") from None


COLUMN, COLUMNS, EDGE = ColumnText("name"), ColumnText("a,b,c", ","), ColumnText("a:b", ":", ":")


def _columns_of_table(context: click.Context) -> list[str]:
    from causal_dag.files.table_files import read_cells

    typed = [context.params.get("path"), *context.meta.get(WORDS, ())]
    path = next((word for word in typed if word is not None and Path(word).is_file()), None)
    names = ("decimal", "encoding", "index_column")
    given: dict[str, Any] = {n: context.params[n] for n in names if context.params.get(n)}
    try:
        return [] if path is None else list(map(str, read_cells(path, **given).frame.columns))
    except (ValueError, OSError):
        return []


@dataclass(frozen=True)
class TableSource:
    """A table named on the command line, and how it is to be read.

    Parameters
    ----------
    path : Path or None
        The file, ``-`` for standard input; None if the command was not given one.
    columns, drop, decimal, encoding, index_column
        As for ``causal_dag.files.table_files.read_table``.
    missing : {"refuse", "drop", "em"}
        As for ``causal_dag.DAGEstimator``.
    covariance : bool
        The file holds a covariance matrix.
    rows : int or None
        Number of rows that the covariance was computed from.
    targets : str or None
        Column that names what was intervened on in each row.
    lags : tuple of int or None
        Numbers of earlier rows that may act on a row, if rows follow time.
    series : str or None
        Column that says which series each row belongs to.
    row_groups : str or None
        Column that says which group each row belongs to.
    weights : str or None
        Column that says how often each row occurs.
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
    targets: str | None = None
    lags: tuple[int, ...] | None = None
    series: str | None = None
    row_groups: str | None = None
    weights: str | None = None

    def __post_init__(self) -> None:
        if self.holds_moments and self.options_given:
            raise click.UsageError(
                f"{self.name} holds moments, not rows; omit {' '.join(self.options_given)}"
            )
        if self.series is not None and self.lags is None:
            raise click.UsageError("--series requires --lags")
        labels = [f"--{name}" for name in self._columns_of_labels if name != "series"]
        if self.lags and (self.covariance or labels or self.missing != "refuse"):
            raise click.UsageError(
                "--lags needs consecutive rows: omit --covariance, --targets, --groups, --weights "
                "and --missing; fill missing cells, or number the parts between them in a column "
                "and name it in --series"
            )
        if self.covariance and self.rows is None:
            raise click.UsageError("--covariance needs the number of rows behind it: --rows N")
        if labels and self.missing == "em":
            raise click.UsageError(
                f"{labels[0]} needs rows, which --missing em does not provide; use --missing drop"
            )
        if self.rows is not None and not self.covariance:
            raise click.UsageError("--rows requires --covariance; add --covariance or omit --rows")
        if self.covariance and labels:
            raise click.UsageError(f"{labels[0]} requires rows; omit --covariance")
        if self.covariance and (self.missing != "refuse" or self.index_column):
            raise click.UsageError(
                "a covariance matrix has neither missing cells nor row labels; omit --missing and "
                "--index-column"
            )

    @property
    def holds_moments(self) -> bool:
        """Whether the file is one of moments, which ``causal-dag moments`` writes."""
        return self.path is not None and self.path.suffix == ".moments"

    @property
    def gives_moments(self) -> str | None:
        """The option or file by which solvers get moments instead of rows, if there is one."""
        if self.holds_moments:
            return "a file .moments"
        return "--covariance" if self.covariance else {"em": "--missing em"}.get(self.missing)

    @property
    def name(self) -> str:
        """Name of the table in messages."""
        return "standard input" if self.path == STANDARD_INPUT else str(self.path)

    @property
    def options_given(self) -> list[str]:
        """Names of the options that are not left at their defaults."""
        given = [f.name for f in fields(self)[1:] if getattr(self, f.name) != f.default]
        return [f"--{name.removeprefix('row_').replace('_', '-')}" for name in given]

    def cells(self) -> "Cells":
        """Return the table without requiring numeric cells."""
        if self.holds_moments:
            raise click.UsageError(f"{self.name} holds moments; this command needs rows")
        from causal_dag.files.table_files import read_cells

        with remedies_as_options():
            return read_cells(index_column=self.index_column, **self._reading())

    def variables(self) -> "LoadedTable":
        """Return the input of the solvers: rows, or the moments of a covariance or of a file."""
        if self.holds_moments and self.path is not None:
            from causal_dag.files.moments_files import read_moments

            return LoadedTable(read_moments(self.path))
        if self.covariance:
            from causal_dag.files.table_files import read_covariance

            with remedies_as_options():
                moments = read_covariance(n_samples=self.rows or 0, **self._reading())
            return LoadedTable(moments, left_out=self.drop)
        cells, labels = self._without_labels()
        with remedies_as_options():
            table = cells.variables("keep" if self.missing == "em" else self.missing)
        if self.missing == "em":
            return _incomplete_table(table, cells.left_out)
        lost, rows = len(cells.frame) - len(table), counted(len(cells.frame), "row")
        note = f"{lost} of {rows} left out because of missing or infinite cells"
        return _labeled(table, cells.left_out, (note,) if lost else (), labels)

    @property
    def _columns_of_labels(self) -> dict[str, str]:
        """Columns that are no variables, by the name of their option."""
        columns_of = {
            "targets": self.targets,
            "series": self.series,
            "groups": self.row_groups,
            "weights": self.weights,
        }
        return {option: column for option, column in columns_of.items() if column is not None}

    def _without_labels(self) -> "tuple[Cells, dict[str, pd.Series]]":
        """Return the table without columns of labels, and these by the name of their option."""
        named = self._columns_of_labels
        if not named:
            return self.cells(), {}
        refuse_labels_among(self.columns, named)
        columns = None if self.columns is None else (*self.columns, *named.values())
        cells = replace(self, columns=columns).cells()
        for option, column in named.items():
            if column not in cells.frame:
                raise click.UsageError(
                    f"--{option}: there is no column {quoted(column)}; columns: "
                    f"{listed(map(str, cells.frame.columns))}"
                )
        frame, found = cells.frame.reset_index(drop=True), list(dict.fromkeys(named.values()))
        if self.weights is not None:
            weights_in(self.name, self.weights, frame[self.weights])
        without = replace(
            cells, frame=frame.drop(columns=found), left_out=(*cells.left_out, *found)
        )
        return without, {option: frame[column] for option, column in named.items()}

    def levels(self) -> "LoadedTable":
        """Return the input of solvers that read labels: rows with cells of any kind."""
        if self.gives_moments and self.missing == "refuse":
            return self.variables()
        cells, labels = self._without_labels()
        with remedies_as_options(for_incomplete_rows=""):
            return _labeled(cells.levels(self.missing), cells.left_out, (), labels)

    def _reading(self) -> dict[str, Any]:
        names = ("path", "columns", "drop", "decimal", "encoding")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class LoadedTable:
    """Input of the solvers, and the columns and rows left out of it.

    Parameters
    ----------
    data : DataFrame or Moments
        Numeric data, or cells of any kind for a solver that reads labels.
    left_out : tuple of str
        Columns of the file that were not selected.
    notes : tuple of str
        Remarks on rows that were left out.
    targets : list or None
        What was intervened on in each row.
    series : list or None
        Which series each row belongs to.
    groups : list or None
        Which group each row belongs to.
    weights : list or None
        How often each row occurs.
    """

    data: "pd.DataFrame | Moments"
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    targets: list[Any] | None = None
    series: list[Any] | None = None
    groups: list[Any] | None = None
    weights: list[Any] | None = None

    def split(self, data: Any) -> Any:
        """Return the data, or the series that labels tell apart, in order of appearance."""
        if self.series is None:
            return data
        return [part for _, part in data.groupby(self.series, sort=False)]

    def without_weights(self, *, needs_rows: bool) -> "LoadedTable":
        """Return the moments of the weighted rows, or each row as often as it occurs."""
        from causal_dag.moments import Moments
        from causal_dag.tables.row_weights import repeated_rows, row_weights

        assert not isinstance(self.data, Moments)  # a file of moments has no rows to weight
        times = row_weights(self.weights, len(self.data))
        if needs_rows:
            return replace(self, data=repeated_rows(self.data, times), weights=None)
        return replace(self, data=Moments.from_rows(self.data, sample_weight=times), weights=None)

    @property
    def names(self) -> list[str]:
        """Column names."""
        from causal_dag.comparison.figures import names_of

        return names_of(self.data)


def _labeled(
    table: "pd.DataFrame",
    left_out: tuple[str, ...],
    notes: tuple[str, ...],
    labels: "Mapping[str, pd.Series]",
) -> LoadedTable:
    """Return a table with the labels of those rows that it still has."""
    kept = {option: column.loc[table.index] for option, column in labels.items()}
    return LoadedTable(
        table, left_out, notes, **{option: cells.tolist() for option, cells in kept.items()}
    )


def _incomplete_table(table: "pd.DataFrame", left_out: tuple[str, ...]) -> LoadedTable:
    from causal_dag.incomplete.missing_cells import MissingCells
    from causal_dag.moments import Moments

    moments = Moments.from_incomplete_rows(table)
    cells = MissingCells.of(table.to_numpy(), "em", moments.n_samples)
    return LoadedTable(moments, left_out, (cells.sentence,) if cells.n_cells else ())


def split_names(text: str | None) -> tuple[str, ...] | None:
    """Return the names in a comma-separated list (quoted names may contain commas)."""
    if text is None:
        return None
    return tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True)))


def csv_line(names: Sequence[str]) -> str:
    """Return names as a comma-separated list, as :func:`split_names` reads it."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(names)
    return line.getvalue()


@contextlib.contextmanager
def remedies_as_options(
    for_incomplete_rows: str = " (complete rows) or --missing em (incomplete ones)",
) -> Iterator[None]:
    """Rephrase the remedies of reader errors as options; an unknown column is a usage error."""
    from causal_dag.files.table_columns import TableError, UnknownColumnError

    try:
        yield
    except UnknownColumnError as error:
        raise click.UsageError(str(error)) from error
    except TableError as error:
        options = " ".join(as_options(error.options))
        if options.endswith("--missing drop"):
            options += for_incomplete_rows
        raise ValueError(error.advising(f"add {options}" if options else "")) from error


def as_options(parameters: "Mapping[str, Any]") -> list[str]:
    """Return parameters as quoted shell options, without those that are not set.

    Examples
    --------
    >>> from causal_dag.cli.options.table import as_options
    >>> as_options({"drop": ["id", "first name"], "missing": "drop", "encoding": None})
    ['--drop id', "--drop 'first name'", '--missing drop']
    """
    options: list[str] = []
    for name, value in parameters.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            options.append(option)
        elif value is not None and value is not False:
            values = value if isinstance(value, list | tuple) else [value]
            options += [f"{option} {shlex.quote(str(single))}" for single in values]
    return options
