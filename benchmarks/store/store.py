"""The store: which runs a suite consists of, and what came of each. One SQLite file."""

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from string import hexdigits
from typing import TYPE_CHECKING, Any, Self

from causal_dag.benchmarks.plan.cell import Cell
from causal_dag.benchmarks.plan.suite import Limits
from causal_dag.benchmarks.store.database import connect, connect_to_read, one_line_errors
from causal_dag.benchmarks.store.outcome import TIME_AND_MEMORY, Outcome, Status, plain_line
from causal_dag.benchmarks.store.records import UNREADABLE, records_frame

if TYPE_CHECKING:
    import pandas as pd

#: A run that need not be repeated under limits of ``:seconds`` and ``:memory_mb``: its process did
#: not just die, its package was there, and what stopped it would stop it again.
_IS_SETTLED = (
    "status IN ('done', 'failed') OR (status = 'time limit' AND limit_seconds >= :seconds) "
    "OR (status = 'memory limit' AND limit_memory_mb >= :memory_mb)"
)


@dataclass(frozen=True)
class StoredRun:
    """A run as the store holds it.

    Parameters
    ----------
    cell : Cell
        What was run.
    outcome : Outcome
        What came of it.
    started : str
        When, ISO 8601 in UTC.
    environment : mapping
        Versions, processor, threads.
    limits : Limits
        Those it ran under.
    """

    cell: Cell
    outcome: Outcome
    started: str
    environment: Mapping[str, Any]
    limits: Limits


class Store(contextlib.AbstractContextManager["Store"]):
    """A file of runs; a context manager.

    Parameters
    ----------
    path : Path
        The file.
    connection : sqlite3.Connection
        An open connection to it, as ``connect`` makes them.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from causal_dag.benchmarks.store.store import Store
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Store.open(pathlib.Path(folder, "runs.sqlite"), create=True) as store:
    ...         len(store.records())
    0
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Self:
        """Open a store to read it; with ``create``, to write, and make it where there is none.

        Raises
        ------
        FileNotFoundError
            If there is no such file and ``create`` is false.
        ValueError
            If the file is not a store, is damaged, or is of a newer version; of any other version
            where it is only read.
        """
        path = Path(path)
        if path.name == ":memory:":
            raise ValueError(f"{path} keeps nothing; name a file for the runs, such as runs.sqlite")
        if not create and not path.exists():
            raise FileNotFoundError(2, "no such file", str(path))
        return cls(path, connect(path) if create else connect_to_read(path))

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def plan(self, name: str, description: str, document: str, cells: Sequence[Cell]) -> None:
        """Write down what a suite consists of, in place of what was known of that name.

        Runs are kept: those of cells that the suite no longer has do not appear in its records.
        """
        rows = [(name, i, cell.key, _text(cell.document())) for i, cell in enumerate(cells)]
        with self._transaction() as connection:
            connection.execute("DELETE FROM suites WHERE name = ?", (name,))
            connection.execute("INSERT INTO suites VALUES (?, ?, ?)", (name, description, document))
            connection.executemany("INSERT INTO cells VALUES (?, ?, ?, ?)", rows)

    def unsettled(
        self, cells: Iterable[Cell], limits: Limits, *, retry: bool = False
    ) -> list[Cell]:
        """Return the cells that are still to be run, each key once.

        Parameters
        ----------
        cells : iterable of Cell
            Those wanted.
        limits : Limits
            Today's: what was stopped by a smaller one is run again.
        retry : bool
            Run again all that is not done.
        """
        wanted = "status = 'done'" if retry else _IS_SETTLED
        with one_line_errors(self.path):
            query = f"SELECT key FROM runs WHERE {wanted}"
            found = self._connection.execute(query, asdict(limits))
            settled = {key for (key,) in found}
        return list({cell.key: cell for cell in cells if cell.key not in settled}.values())

    def record(self, run: StoredRun) -> None:
        """Keep a run, in place of an earlier one of its cell; on the disk when this returns."""
        outcome = run.outcome
        values = {
            "key": run.cell.key,
            "cell": _text(run.cell.document()),
            "status": str(outcome.status),
            "message": outcome.message,
            "measures": json.dumps(outcome.measures, allow_nan=False),
            **{name: getattr(outcome, name) for name in TIME_AND_MEMORY},
            "limit_seconds": run.limits.seconds,
            "limit_memory_mb": run.limits.memory_mb,
            "started": run.started,
        }
        environment = _text(run.environment)
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO environments (document) VALUES (?) ON CONFLICT DO NOTHING",
                (environment,),
            )
            connection.execute(
                f"INSERT OR REPLACE INTO runs ({', '.join(values)}, environment) VALUES "
                f"({'?, ' * len(values)}(SELECT id FROM environments WHERE document = ?))",
                (*values.values(), environment),
            )

    def suites(self) -> dict[str, str]:
        """Return the descriptions of the suites in this store, by name."""
        with one_line_errors(self.path):
            rows = self._connection.execute("SELECT name, description FROM suites ORDER BY name")
            return dict(rows)

    def records(self, suite: str | None = None) -> "pd.DataFrame":
        """Return one row per run, with what was run, what was measured, and where.

        Parameters
        ----------
        suite : str, optional
            Only the runs of this suite, in its order; by default all that any suite has.

        Raises
        ------
        ValueError
            If the store has no such suite, or holds something unreadable.
        """
        if suite is not None and suite not in self.suites():
            known = ", ".join(self.suites()) or "none"
            raise ValueError(f"{self.path} has no suite {suite!r}; it has: {known}")
        rows = self._rows(
            "SELECT runs.*, suite, cells.cell, document AS environment FROM cells "
            "JOIN runs USING (key) JOIN environments ON runs.environment = environments.id "
            "WHERE suite = coalesce(?, suite) ORDER BY suite, position",
            suite,
        )
        return records_frame(rows, self.path)

    def run(self, key: str) -> StoredRun:
        """Return the run whose key begins with ``key``.

        Raises
        ------
        ValueError
            If no run's key does, or several do.
        """
        pattern = f"{key}%" if key and set(key) <= set(hexdigits) else ""
        rows = self._rows(
            "SELECT runs.*, document AS environment FROM runs "
            "JOIN environments ON runs.environment = environments.id WHERE key LIKE ? LIMIT 2",
            pattern,
        )
        if len(rows) != 1:
            which = "several runs" if rows else "no run"
            raise ValueError(
                f"{self.path} has {which} whose key begins with {key!r}; 'causal-dag bench export' "
                "lists the keys"
            )
        return _stored_run(rows[0], self.path)

    def _rows(self, query: str, argument: str | None) -> list[dict[str, Any]]:
        """Return rows by the names of their columns; of two of one name, the later one counts."""
        with one_line_errors(self.path):
            found = self._connection.execute(query, (argument,))
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found]

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Take the write lock at once, so that no transaction has to be given up half-way."""
        with one_line_errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, allow_nan=False)


def _stored_run(row: Mapping[str, Any], path: Path) -> StoredRun:
    figures = {name: row[name] for name in TIME_AND_MEMORY}
    try:
        return StoredRun(
            Cell.from_document(json.loads(row["cell"])),
            Outcome(Status(row["status"]), row["message"], json.loads(row["measures"]), **figures),
            row["started"],
            json.loads(row["environment"]),
            Limits(row["limit_seconds"], row["limit_memory_mb"]),
        )
    except UNREADABLE as error:
        text = plain_line(str(error))
        raise ValueError(f"{path}: a run cannot be read ({text}); the file is damaged") from error
