"""One runner a store: a lock that the operating system releases when its holder dies."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def only_runner(path: Path) -> Iterator[None]:
    """Hold the store at ``path`` for one runner; readers are not kept away.

    The lock is SQLite's own, on a file beside the store, so that it works on every system and
    vanishes with the process, even after ``kill -9``.

    Raises
    ------
    ValueError
        If another runner holds it.
    """
    lock = path.with_name(path.name + ".lock")
    connection = sqlite3.connect(lock, timeout=0.5, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        connection.close()
        raise ValueError(
            f"another 'causal-dag bench run' is using {path} ({error}); wait for it, or name "
            "another --store"
        ) from error
    try:
        yield
    finally:
        connection.close()
