"""A store's file: one SQLite database, durable, and wary of what a foreign file may hold.

``PRAGMA user_version`` counts the migrations that a file has seen. A change of the tables is one
more entry of ``MIGRATIONS``; entries that were released are never edited, not even in their white
space, for a file's tables are compared with them.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

#: How long one process waits for another's commit.
PATIENCE_SECONDS = 30.0
#: Marks the file as ours: "cDAG" in ASCII.
APPLICATION_ID = 0x63444147

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE suites (
            name TEXT PRIMARY KEY,
            description TEXT NOT NULL,
            document TEXT NOT NULL
        ) STRICT
        """,
        # The cell as the suite labels it; two suites may call the same run by other names.
        """
        CREATE TABLE cells (
            suite TEXT NOT NULL REFERENCES suites (name) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            key TEXT NOT NULL,
            cell TEXT NOT NULL,
            PRIMARY KEY (suite, position)
        ) STRICT
        """,
        "CREATE INDEX cells_by_key ON cells (key)",
        """
        CREATE TABLE environments (
            id INTEGER PRIMARY KEY,
            document TEXT NOT NULL UNIQUE
        ) STRICT
        """,
        """
        CREATE TABLE runs (
            key TEXT PRIMARY KEY,
            cell TEXT NOT NULL,
            status TEXT NOT NULL,
            message TEXT NOT NULL,
            measures TEXT NOT NULL,
            wall_seconds REAL,
            cpu_seconds REAL,
            peak_memory_mb REAL,
            start_memory_mb REAL,
            limit_seconds REAL NOT NULL,
            limit_memory_mb REAL NOT NULL,
            started TEXT NOT NULL,
            environment INTEGER NOT NULL REFERENCES environments (id)
        ) STRICT
        """,
    ),
)


@contextlib.contextmanager
def one_line_errors(path: Path) -> Iterator[None]:
    """Turn errors of SQLite, and of texts that are not UTF-8, into one ``ValueError``."""
    try:
        yield
    except (sqlite3.Error, UnicodeError) as error:
        raise _unusable(path, f"{' '.join(str(error).split())}; name another file") from error


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
        if _known_version(path, connection) < len(MIGRATIONS):
            _migrate(path, connection)
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
    # Where nothing can be written, there is no write-ahead log either.
    mode = "mode=ro" if os.access(path.parent, os.W_OK) else "mode=ro&immutable=1"
    address = f"file:{quote(str(path.absolute()))}?{mode}"
    with _opened(path, address, uri=True) as connection:
        version = _known_version(path, connection)
        if version == 0:
            raise _unusable(path, "it is empty; 'causal-dag bench run' fills it")
        if version < len(MIGRATIONS):
            raise _unusable(
                path,
                f"it has version {version} of {len(MIGRATIONS)}; 'causal-dag bench run' with it "
                "brings it up to date",
            )
    return connection


@contextlib.contextmanager
def only_runner(path: Path) -> Iterator[None]:
    """Hold the store at ``path`` for one runner; others may read it meanwhile.

    The lock is SQLite's own, on a file beside the store, so that it works on every system, and
    the system releases it when the process dies, even after ``kill -9``.

    Raises
    ------
    ValueError
        If another runner holds it.
    """
    path = path.resolve()
    lock = path.with_name(path.name + ".lock")
    with contextlib.closing(_locked(path, lock)):
        yield


def _locked(path: Path, lock: Path) -> sqlite3.Connection:
    with one_line_errors(lock):
        connection = sqlite3.connect(lock, timeout=0.5, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise ValueError(
                f"another 'causal-dag bench run' is using {path}; wait for it, or name another "
                "--store"
            ) from error
        except sqlite3.Error:
            connection.close()
            raise
    return connection


@contextlib.contextmanager
def _opened(path: Path, address: str, *, uri: bool) -> Iterator[sqlite3.Connection]:
    """Yield a connection that trusts nothing in the file; close it if it cannot be used."""
    with one_line_errors(path):
        connection = sqlite3.connect(
            address, timeout=PATIENCE_SECONDS, isolation_level=None, uri=uri
        )
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.execute("PRAGMA foreign_keys = ON")
            yield connection
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise ValueError(
                    f"{path} is damaged ({' '.join(str(verdict).split())}); "
                    "restore a copy, or start a new store"
                )
        except BaseException:
            connection.close()
            raise


def _unusable(path: Path, reason: str) -> ValueError:
    return ValueError(f"{path} cannot be used as a store: {reason}")


def _migrate(path: Path, connection: sqlite3.Connection) -> None:
    """Bring an empty or older database to the present version, all or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have migrated it while this one waited.
        for statements in MIGRATIONS[_known_version(path, connection) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _known_version(path: Path, connection: sqlite3.Connection) -> int:
    """Return the version of a file whose tables are exactly those of that version.

    Anything else is refused, as views and triggers are code, too.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise _unusable(
            path,
            f"it has version {version}, and this program knows versions up to {len(MIGRATIONS)}; "
            "upgrade causal-dag",
        )
    with contextlib.closing(sqlite3.connect(":memory:")) as model:
        for statements in MIGRATIONS[: max(version, 0)]:
            for statement in statements:
                model.execute(statement)
        if _tables(connection) != _tables(model):
            raise _unusable(path, "it is not a store of causal-dag; name another file")
    return int(version)


def _tables(connection: sqlite3.Connection) -> set[tuple[str, str | None]]:
    return set(connection.execute("SELECT name, sql FROM sqlite_master"))
