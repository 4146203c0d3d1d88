"""Read and write tables of numbers: CSV and Parquet."""

import csv
import difflib
import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from causal_dag.atomic_files import FilePath, whole_file

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = ",;\t"
CSV_ENDINGS = (".csv", ".csv.gz", ".tsv", ".txt")
PARQUET_ENDINGS = (".parquet", ".pq")


def read_table(
    path: FilePath, *, columns: Sequence[str] | None = None, drop: Sequence[str] = ()
) -> "pd.DataFrame":
    r"""Read a table with named columns.

    Parameters
    ----------
    path : path
        ``.csv``, ``.csv.gz``, ``.tsv`` or ``.txt`` with a header row, separated by commas,
        semicolons or tabs; or ``.parquet`` (needs pyarrow).
    columns : sequence of str, optional
        Columns to keep, in this order; all by default.
    drop : sequence of str
        Columns to leave out.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not such a table, or lacks a column; the message says what to do.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from causal_dag.table_files import read_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "data.csv")
    ...     _ = path.write_text("rain,wet,day\n0,1,5\n1,1,6\n")
    ...     read_table(path, drop=["day"]).columns.tolist()
    ['rain', 'wet']
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"no such file: {path}")
    if path.is_dir():
        raise ValueError(f"{path} is a folder; name a file")
    name = path.name.lower()
    if name.endswith(PARQUET_ENDINGS):
        table = _read_parquet(path)
    elif name.endswith(CSV_ENDINGS):
        table = _read_csv(path)
    else:
        endings = ", ".join((*CSV_ENDINGS, *PARQUET_ENDINGS))
        raise ValueError(f"{path} is of an unknown kind; save the table as one of {endings}")
    return _choose_columns(table, columns, drop, path)


def write_table(rows: Any, path: FilePath, *, names: Sequence[str]) -> None:
    """Write rows, shape (n, d), under column names, as CSV or Parquet by the file's ending.

    Raises ``ValueError`` if the ending is neither, or pyarrow is missing.
    """
    import pandas as pd

    path = Path(path)
    table = pd.DataFrame(rows, columns=pd.Index(names))
    if path.name.lower().endswith(PARQUET_ENDINGS):
        try:
            with whole_file(path) as temporary:
                table.to_parquet(temporary, index=False)
        except ImportError as error:
            raise _missing_pyarrow(path) from error
    elif path.name.lower().endswith((".csv", ".csv.gz")):
        with whole_file(path) as temporary:
            table.to_csv(temporary, index=False, lineterminator="\n")
    else:
        raise ValueError(f"{path} is of an unknown kind; end it with .csv, .csv.gz or .parquet")


def _read_parquet(path: Path) -> "pd.DataFrame":
    import pandas as pd

    try:
        return pd.read_parquet(path)
    except ImportError as error:
        raise _missing_pyarrow(path) from error
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} is not a Parquet file ({_first_line(error)})") from error


def _missing_pyarrow(path: Path) -> ValueError:
    return ValueError(
        f"{path}: Parquet needs pyarrow; install it (pip install pyarrow) or use a CSV file"
    )


def _read_csv(path: Path) -> "pd.DataFrame":
    import pandas as pd

    try:
        separator = _checked_separator(path)
        table = pd.read_csv(path, sep=separator, encoding="utf-8-sig", skipinitialspace=True)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not a text file in UTF-8; save it as CSV") from error
    except (pd.errors.ParserError, gzip.BadGzipFile, EOFError, csv.Error) as error:
        raise ValueError(f"{path} is not a CSV table ({_first_line(error)})") from error
    # pandas takes a first column that the header does not name for row names, and drops it.
    if not isinstance(table.index, pd.RangeIndex):
        raise ValueError(f"the lines of {path} hold more values than its header names; name all")
    return table


def _checked_separator(path: Path) -> str:
    """Return the separator, after a look at the header that pandas would not complain about."""
    opener: Any = gzip.open if path.name.lower().endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        first = file.readline()
    if not first.strip():
        raise ValueError(f"{path} has no header row; write the column names in the first line")
    separator = max(SEPARATORS, key=first.count)
    names = [name.strip() for name in next(csv.reader([first], delimiter=separator))]
    if all(_is_number(name) for name in names):
        raise ValueError(
            f"the first line of {path} holds numbers, not column names; add a header row"
        )
    for place, name in enumerate(names, start=1):
        if not name:
            raise ValueError(
                f"column {place} of {path} has no name; name it, or leave row numbers out "
                "(DataFrame.to_csv(..., index=False))"
            )
        if names.count(name) > 1:
            raise ValueError(f"column name {name!r} occurs more than once in {path}; rename one")
    return separator


def _choose_columns(
    table: "pd.DataFrame", columns: Sequence[str] | None, drop: Sequence[str], path: Path
) -> "pd.DataFrame":
    table.columns = table.columns.astype(str).str.strip()
    known = list(table.columns)
    for name in (*(columns or ()), *drop):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise ValueError(f"{path} has no column {name!r}; {hint}columns: {', '.join(known)}")
    kept = [name for name in (columns or known) if name not in drop]
    if not kept:
        raise ValueError(f"no column of {path} is left; drop fewer")
    return table[kept]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
