"""The tables of a store, and how an older one becomes the present one.

``PRAGMA user_version`` counts the migrations that a file has seen. A change of the tables is one
more entry of ``MIGRATIONS``; entries that were released are never edited.
"""

import sqlite3

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


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an empty or older database to the present version, all or nothing.

    Raises
    ------
    ValueError
        If the database is of a newer version, of another program, or was tampered with.
    """
    version = _known_version(connection)
    if version == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have migrated it while this one waited.
        for statements in MIGRATIONS[_version(connection) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def refuse_other_versions(connection: sqlite3.Connection) -> None:
    """Raise ``ValueError`` if a database is of another version, or is not a store at all."""
    version = _known_version(connection)
    if version == 0:
        raise ValueError("it is empty; 'causal-dag bench run' fills it")
    if version < len(MIGRATIONS):
        raise ValueError(
            f"it has version {version} of {len(MIGRATIONS)}; 'causal-dag bench run' with it brings "
            "it up to date"
        )


def _known_version(connection: sqlite3.Connection) -> int:
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise ValueError(
            f"it has version {version}, and this program knows versions up to {len(MIGRATIONS)}; "
            "upgrade causal-dag"
        )
    _refuse_other_tables(connection, version)
    return version


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _refuse_other_tables(connection: sqlite3.Connection, version: int) -> None:
    """Refuse a file whose tables are not exactly ours: views and triggers are code, too."""
    if _tables(connection) != _expected_tables(version):
        raise ValueError("it is not a store of causal-dag; name another file")


def _tables(connection: sqlite3.Connection) -> set[tuple[str, str | None]]:
    rows = connection.execute("SELECT name, sql FROM sqlite_master")
    return {(str(name), sql) for name, sql in rows}


def _expected_tables(version: int) -> set[tuple[str, str | None]]:
    model = sqlite3.connect(":memory:")
    try:
        for statements in MIGRATIONS[:version]:
            for statement in statements:
                model.execute(statement)
        return _tables(model)
    finally:
        model.close()
