"""Rows of a store as one flat table."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from causal_dag.benchmarks.store.outcome import Status, plain_line
from causal_dag.metrics import available_metrics

if TYPE_CHECKING:
    import pandas as pd

#: Figures of a finished run, see ``runner/measures.py``.
MEASURES = (
    *available_metrics(), "edges", "true_edges", "score", "true_score", "bic", "true_bic",
    "varsortability", "r2_sortability", "cut_edges",
)  # fmt: skip
#: What a run says of itself in words.
REMARKS = ("converged", "solver_status")
PROVENANCE = (
    "causal_dag_version", "git_revision", "python", "platform", "cpu", "cores", "threads",
)  # fmt: skip
#: Of the fit alone, see ``Outcome``.
TIME_AND_MEMORY = ("wall_seconds", "cpu_seconds", "peak_memory_mb", "start_memory_mb")
COLUMNS = (
    "suite", "key", "data", "kind", "data_settings", "n_samples", "n_features", "scale", "seed",
    "solver", "method", "origin", "version", "parameters", "baseline", "status", "message",
    *TIME_AND_MEMORY, *MEASURES, *REMARKS, "started", *PROVENANCE, "packages",
)  # fmt: skip
#: Errors raised by rows that no run can have written.
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
_LARGEST_WHOLE = 2**63


def records_frame(rows: Iterable[Sequence[Any]], path: Path) -> "pd.DataFrame":
    """Return a data frame with ``COLUMNS``, one row a run.

    Parameters
    ----------
    rows : iterable of sequences
        Suite, key, the cell as the suite labels it, status, message, measures, the four figures of
        time and memory, start, environment.
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


def _record(row: Sequence[Any]) -> dict[str, Any]:
    suite, key, cell_text, status, message, measures_text, *figures, started, environment_text = row
    cell, measures, environment = map(_mapping, (cell_text, measures_text, environment_text))
    data, method = _mapping(cell["data"]), _mapping(cell["method"])
    return {
        "suite": suite,
        "key": key,
        "data": _word(data["label"]),
        "kind": _word(data["kind"]),
        "data_settings": _json_text(_mapping(data["settings"])),
        "n_samples": _whole(data["n_samples"]),
        "n_features": _whole(data["n_features"]),
        "scale": _word(data["scale"]),
        "seed": _whole(cell["seed"]),
        "solver": _word(method["label"]),
        "method": _word(method["name"]),
        "origin": _word(method["origin"]),
        "version": _word(method["version"]),
        "parameters": _json_text(_mapping(method["parameters"])),
        "baseline": bool(method["is_baseline"]),
        "status": str(Status(status)),
        "message": plain_line(message),
        **{name: _number(value) for name, value in zip(TIME_AND_MEMORY, figures, strict=True)},
        **{name: _number(measures.get(name)) for name in MEASURES},
        **{name: _scalar(measures.get(name)) for name in REMARKS},
        "started": started,
        **{name: _scalar(environment.get(name)) for name in PROVENANCE},
        "packages": _json_text(environment.get("packages", {})),
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    found = json.loads(value) if isinstance(value, str) else value
    if not isinstance(found, dict):
        raise TypeError(f"{_beginning(found)} stands where an object should")
    return found


def _word(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{_beginning(value)} stands where a text should")
    if value is not None:
        value.encode()  # lone surrogates are in no text
    return value


def _json_text(value: Any) -> str:
    """Return JSON for people: only what no file can hold (in names of files) is escaped."""
    return json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace").decode()


def _whole(value: Any) -> int:
    if not isinstance(value, int) or not -_LARGEST_WHOLE <= value < _LARGEST_WHOLE:
        raise TypeError(f"{_beginning(value)} stands where a whole number should")
    return value


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or not abs(value) < math.inf:
        raise TypeError(f"{_beginning(value)} stands where a finite number should")
    return float(value)


def _beginning(value: Any) -> str:
    return "a huge number" if isinstance(value, int) else repr(str(value)[:40])


def _scalar(value: Any) -> str | float | bool | None:
    if isinstance(value, str):
        return plain_line(value)
    _number(value)
    return value  # type: ignore[no-any-return]
