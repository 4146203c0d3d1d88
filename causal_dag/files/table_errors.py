"""Errors of files that are not usable tables, with the option of the reader that would help."""

from collections.abc import Sequence
from typing import Any

from causal_dag.wording import shortened_list

MOST_LISTED = 10


class TableError(ValueError):
    """A file is not a table of numbers.

    Parameters
    ----------
    seen : str
        What was found, and where.
    remedy : str
        What to do outside this program.
    **options
        Parameters of ``read_table`` that would help.

    Attributes
    ----------
    seen, remedy, options
        As passed, so that a command can name its own options.

    Examples
    --------
    >>> from causal_dag.files.table_errors import TableError
    >>> str(TableError("t.csv is not in UTF-8", encoding="latin-1"))
    "t.csv is not in UTF-8; pass encoding='latin-1'"
    """

    def __init__(self, seen: str, remedy: str = "", **options: Any) -> None:
        self.seen = seen
        self.remedy = remedy
        self.options = options
        assignments = ", ".join(f"{name}={value!r}" for name, value in options.items())
        super().__init__(self.advising(f"pass {assignments}" if options else ""))

    def advising(self, options: str) -> str:
        """Return the message with the options described in these words.

        Examples
        --------
        >>> from causal_dag.files.table_errors import TableError
        >>> TableError("a cell holds text", "correct it", drop=["a"]).advising("add --drop a")
        'a cell holds text; correct it, or add --drop a'
        """
        remedies = ", or ".join(part for part in (self.remedy, options) if part)
        return f"{self.seen}; {remedies}" if remedies else self.seen


def listed(texts: Sequence[str], total: int | None = None) -> str:
    """Return texts in a row, with no more than ten written out of a total (by default all)."""
    return shortened_list(texts, MOST_LISTED, total)


class UnknownColumnError(TableError):
    """A column was asked for that the table does not have."""
