"""Connections to a store's file: durable, wary of what the file holds, errors in one line."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from causal_dag.benchmarks.store.schema import migrate, refuse_other_versions

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
        If the file is not a store, is damaged, is of a newer version, or cannot be written.
    """
    with _opened(path, str(path), uri=False) as connection:
        _said_of(path, migrate, connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a store's file without changing it; it may lie in a folder that nobody can write to.

    Raises
    ------
    ValueError
        If the file is not a store, is damaged, or is of another version.
    """
    # Where nothing can be written, there is no log either, and nobody who writes one.
    mode = "mode=ro" if os.access(path.parent, os.W_OK) else "mode=ro&immutable=1"
    address = f"file:{quote(str(path.absolute()))}?{mode}"
    with _opened(path, address, uri=True) as connection:
        _said_of(path, refuse_other_versions, connection)
    return connection


@contextlib.contextmanager
def _opened(path: Path, address: str, *, uri: bool) -> Iterator[sqlite3.Connection]:
    """Yield a connection, wary of the file, and close it if it turns out to be of no use."""
    with one_line_errors(path):
        connection = sqlite3.connect(
            address, timeout=PATIENCE_SECONDS, isolation_level=None, uri=uri
        )
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.execute("PRAGMA foreign_keys = ON")
            yield connection
            _refuse_damage(path, connection)
        except BaseException:
            connection.close()
            raise


def _said_of(
    path: Path, check: Callable[[sqlite3.Connection], None], connection: sqlite3.Connection
) -> None:
    """Call ``check``, and have its complaints name the file."""
    try:
        check(connection)
    except ValueError as error:
        raise ValueError(f"{path} cannot be used as a store: {error}") from error


def _refuse_damage(path: Path, connection: sqlite3.Connection) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise ValueError(
            f"{path} is damaged ({' '.join(str(verdict).split())}); "
            "restore a copy, or start a new store"
        )
