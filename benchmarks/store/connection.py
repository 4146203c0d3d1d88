"""Connections to a store's file: durable, wary of what the file holds, errors in one line."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from causal_dag.benchmarks.store.schema import migrate

#: How long one process waits for another's commit.
PATIENCE_SECONDS = 30.0


@contextlib.contextmanager
def one_line_errors(path: Path) -> Iterator[None]:
    """Turn whatever SQLite or a broken cell says into ``ValueError`` that names the file."""
    try:
        yield
    except (sqlite3.Error, UnicodeError) as error:
        text = " ".join(str(error).split())
        raise ValueError(f"{path} cannot be used as a store: {text}; name another file") from error


def connect(path: Path) -> sqlite3.Connection:
    """Open a store's file, make it if it is not there, and bring it to the present version.

    Every commit is on the disk when it returns (write-ahead log, ``synchronous=FULL``), so that a
    power cut loses no row. Schema objects of the file cannot call functions.

    Raises
    ------
    ValueError
        If the file is no store, is damaged, or is of a newer version.
    """
    with one_line_errors(path):
        connection = sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.execute("PRAGMA foreign_keys = ON")
            try:
                migrate(connection)
            except ValueError as error:
                raise ValueError(f"{path} cannot be used as a store: {error}") from error
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            _refuse_damage(path, connection)
        except BaseException:
            connection.close()
            raise
    return connection


def _refuse_damage(path: Path, connection: sqlite3.Connection) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise ValueError(
            f"{path} is damaged ({' '.join(str(verdict).split())}); "
            "restore a copy, or start a new store"
        )
