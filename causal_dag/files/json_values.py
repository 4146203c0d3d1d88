"""Turns results into plain JSON values, in which there is no NaN, no array and no tuple."""

import dataclasses
import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import issparse

from causal_dag.files.atomic_files import FilePath


def json_value(value: Any) -> Any:
    """Return ``value`` as something JSON can hold.

    Parameters
    ----------
    value : object
        Numbers, strings, arrays, mappings, lists, tuples and dataclasses, nested as you like. A
        number that is not finite becomes None, a sparse matrix its shape and entries; any other
        object becomes its ``repr``.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.files.json_values import json_value
    >>> json_value({"weights": np.eye(2), "objective": float("nan")})
    {'weights': [[1.0, 0.0], [0.0, 1.0]], 'objective': None}
    """
    if isinstance(value, np.ndarray) and value.dtype.kind in "bif" and np.isfinite(value).all():
        return value.tolist()
    if isinstance(value, np.ndarray | np.generic):
        return json_value(value.tolist())
    if issparse(value):
        found = value.tocoo()
        entries = {"rows": found.row, "columns": found.col, "values": found.data}
        return {"shape": list(found.shape), **json_value(entries)}
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): json_value(entry) for key, entry in value.items()}
    is_record = dataclasses.is_dataclass(value) and not isinstance(value, type)
    # Estimators are dataclasses, too, but their repr names the parameters that differ.
    if is_record and not hasattr(value, "get_params"):
        names = [field.name for field in dataclasses.fields(value)]
        return {name: json_value(getattr(value, name)) for name in names}
    if isinstance(value, list | tuple | range):
        return list(value) if _is_plain(value) else [json_value(entry) for entry in value]
    return repr(value)


def _is_plain(values: Sequence[Any]) -> bool:
    """Whether JSON holds all entries as they are; for rows of numbers much faster than a look."""
    kinds = set(map(type, values))
    return kinds <= _PLAIN or (kinds == {float} and all(map(math.isfinite, values)))


_PLAIN = {int, bool, str, type(None)}
# JSON escapes the lower control characters itself; these control some terminals, or cannot be
# encoded.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def json_text(value: Any) -> str:
    r"""Return ``value`` as a JSON text that every parser reads and every terminal can show.

    Examples
    --------
    >>> from causal_dag.files.json_values import json_text
    >>> print(json_text("dose \x1b \x9b °C"))
    "dose \u001b \u009b °C"
    """
    text = "\n".join(_lines(json_value(value), is_outermost=True))
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def read_json(path: FilePath) -> Any:
    """Return the value in a JSON file.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is not JSON in UTF-8, or nested too deeply.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8-sig"), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise ValueError("not a text file in UTF-8") from error
    except RecursionError as error:
        raise ValueError("not JSON that can be read (it is nested too deeply)") from error
    except ValueError as error:
        raise ValueError(f"not JSON ({error})") from error


def _lines(value: Any, *, is_outermost: bool = False) -> list[str]:
    """Return the lines of a value: a row of a matrix, or an edge, is one line."""
    entries = value.values() if isinstance(value, dict) else value
    is_nested = isinstance(value, dict | list) and (
        is_outermost or not {dict, list}.isdisjoint(map(type, entries))
    )
    if not (is_nested and value):
        return [_one_line(value)]
    is_object = isinstance(value, dict)
    heads = [f"{_one_line(key)}: " if is_object else "" for key in value]
    lines = []
    for head, entry in zip(heads, entries, strict=True):
        first, *others = _lines(entry)
        lines += [f" {head}{first}", *(f" {line}" for line in others)]
        lines[-1] += ","
    lines[-1] = lines[-1][:-1]
    opening, closing = "{}" if is_object else "[]"
    return [opening, *lines, closing]


def _one_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _refuse(constant: str) -> None:
    raise ValueError(f"it holds {constant}, which JSON lacks")
