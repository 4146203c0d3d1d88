"""Runs of a store as one flat table, and the table as files that other programs read."""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from causal_dag.benchmarks.store.outcome import TIME_AND_MEMORY, Status, plain_line
from causal_dag.files.atomic_files import write_whole_text
from causal_dag.files.json_values import json_text
from causal_dag.files.table_files import write_table
from causal_dag.metrics import available_metrics

if TYPE_CHECKING:
    import pandas as pd

#: Figures of a finished run, see ``runner/measures.py``.
MEASURES = (
    *available_metrics(), "edges", "true_edges", "score", "true_score", "bic", "true_bic",
    "varsortability", "r2_sortability", "cut_edges",
)  # fmt: skip
#: What a run reports about itself in words.
REMARKS = ("converged", "solver_status")
PROVENANCE = (
    "causal_dag_version", "git_revision", "python", "platform", "cpu", "cores", "threads",
)  # fmt: skip
EXPORT_ENDINGS = (".csv", ".csv.gz", ".parquet", ".json")
#: Errors raised by rows that no run can have written.
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
_LARGEST_WHOLE = 2**63


def records_frame(rows: Iterable[Mapping[str, Any]], path: Path) -> "pd.DataFrame":
    """Return a data frame with ``COLUMNS``, one row per run.

    Parameters
    ----------
    rows : iterable of mappings
        Suite, key, the cell as the suite labels it, status, message, measures, the four figures of
        time and memory, start, environment; cell, measures and environment as JSON texts.
    path : Path
        The store, for messages.

    Raises
    ------
    ValueError
        If a row holds something that no run can have written.
    """
    import pandas as pd

    try:
        records = [_record(row) for row in rows]
    except UNREADABLE as error:
        text = plain_line(str(error))
        raise ValueError(f"{path}: a run cannot be read ({text}); the file is damaged") from error
    frame = pd.DataFrame(records, columns=pd.Index(COLUMNS))
    figures = [*TIME_AND_MEMORY, *MEASURES]
    frame[figures] = frame[figures].astype("float64")
    return frame


def write_records(records: "pd.DataFrame", path: Path) -> None:
    """Write records as CSV, Parquet or JSON (a list of objects), by the file's ending.

    Raises
    ------
    ValueError
        If the ending is none of these, the folder is not there, or pyarrow is missing.
    """
    if not path.name.lower().endswith(EXPORT_ENDINGS):
        known = ", ".join(EXPORT_ENDINGS)
        raise ValueError(f"{path} is of an unknown kind; end it with one of {known}")
    if not path.parent.is_dir():
        raise ValueError(f"{path}: there is no folder {path.parent}; make it first")
    if path.suffix.lower() == ".json":
        write_whole_text(path, json_text(records.to_dict(orient="records")) + "\n")
    else:
        write_table(records, path, names=list(records.columns))


def _record(row: Mapping[str, Any]) -> dict[str, Any]:
    cell = _mapping(row["cell"])
    parts = {
        "run": row,
        "cell": cell,
        "data": _mapping(cell["data"]),
        "method": _mapping(cell["method"]),
        # What a run did not measure, and what an older version did not note down, is missing.
        "measures": dict.fromkeys((*MEASURES, *REMARKS)) | _mapping(row["measures"]),
        "environment": dict.fromkeys(PROVENANCE) | {"packages": {}} | _mapping(row["environment"]),
    }
    return {name: read(parts[part][key]) for name, (part, key, read) in _COLUMNS.items()}


def _mapping(value: Any) -> dict[str, Any]:
    found = json.loads(value) if isinstance(value, str) else value
    if not isinstance(found, dict):
        raise TypeError(f"{_beginning(found)} is not an object")
    return found


def _word(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{_beginning(value)} is not a text")
    if value is not None:
        value.encode()  # lone surrogates are in no text
    return value


def _json_text(value: Any) -> str:
    """Return JSON for people: only what no file can hold (in names of files) is escaped."""
    return json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace").decode()


def _json_object(value: Any) -> str:
    return _json_text(_mapping(value))


def _whole(value: Any) -> int:
    if not isinstance(value, int) or not -_LARGEST_WHOLE <= value < _LARGEST_WHOLE:
        raise TypeError(f"{_beginning(value)} is not a whole number of 64 bits")
    return value


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or not abs(value) < math.inf:
        raise TypeError(f"{_beginning(value)} is not a finite number")
    return float(value)


def _scalar(value: Any) -> str | float | bool | None:
    if isinstance(value, str):
        return plain_line(value)
    _number(value)
    return value  # type: ignore[no-any-return]


def _beginning(value: Any) -> str:
    return "a huge number" if isinstance(value, int) else repr(str(value)[:40])


#: Of every column: in which part of a run it is found, under which name, and how it is read.
_COLUMNS: Mapping[str, tuple[str, str, Callable[[Any], Any]]] = {
    "suite": ("run", "suite", str),
    "key": ("run", "key", str),
    "data": ("data", "label", _word),
    "kind": ("data", "kind", _word),
    "data_settings": ("data", "settings", _json_object),
    "n_samples": ("data", "n_samples", _whole),
    "n_features": ("data", "n_features", _whole),
    "scale": ("data", "scale", _word),
    "seed": ("cell", "seed", _whole),
    "solver": ("method", "label", _word),
    "method": ("method", "name", _word),
    "origin": ("method", "origin", _word),
    "version": ("method", "version", _word),
    "parameters": ("method", "parameters", _json_object),
    "baseline": ("method", "is_baseline", bool),
    "status": ("run", "status", lambda text: str(Status(text))),
    "message": ("run", "message", plain_line),
    **{name: ("run", name, _number) for name in TIME_AND_MEMORY},
    **{name: ("measures", name, _number) for name in MEASURES},
    **{name: ("measures", name, _scalar) for name in REMARKS},
    "started": ("run", "started", str),
    **{name: ("environment", name, _scalar) for name in PROVENANCE},
    "packages": ("environment", "packages", _json_text),
}
#: The columns of the table, in their order.
COLUMNS = tuple(_COLUMNS)
