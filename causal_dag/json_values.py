"""Turns results into plain JSON values, in which there is no NaN, no array and no tuple."""

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np


def json_value(value: Any) -> Any:
    """Return ``value`` as something JSON can hold.

    Parameters
    ----------
    value : object
        Numbers, texts, arrays, mappings, lists, tuples and dataclasses, nested as you like. A
        number that is not finite becomes None; any other object becomes its ``repr``.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.json_values import json_value
    >>> json_value({"weights": np.eye(2), "objective": float("nan")})
    {'weights': [[1.0, 0.0], [0.0, 1.0]], 'objective': None}
    """
    if isinstance(value, np.ndarray | np.generic):
        return json_value(value.tolist())
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): json_value(entry) for key, entry in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        return {name: json_value(getattr(value, name)) for name in names}
    if isinstance(value, list | tuple | range):
        return [json_value(entry) for entry in value]
    return repr(value)


# JSON escapes the lower control characters itself; these steer some terminals, or fit no encoding.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def json_text(value: Any) -> str:
    r"""Return ``value`` as a JSON text that every parser reads and every terminal can show.

    Examples
    --------
    >>> from causal_dag.json_values import json_text
    >>> print(json_text("dose \x1b \x9b °C"))
    "dose \u001b \u009b °C"
    """
    text = json.dumps(json_value(value), indent=1, ensure_ascii=False, allow_nan=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
