"""One runner a store: a lock that the operating system releases when its holder dies."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from causal_dag.benchmarks.store.connection import one_line_errors


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
