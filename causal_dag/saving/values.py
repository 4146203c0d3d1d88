"""Values of saved models as plain JSON, from which the same objects are made again.

Numbers, strings and truth values stay what they are, to the last bit; sequences become arrays, and
come back as tuples. Everything else becomes an object with a ``type``. Only types that the library
has registered are made of it, so a file names no code to run.
"""

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

import numpy as np

from causal_dag.conditional_models import ConditionalModel, ConditionalModels
from causal_dag.conditional_tables import ConditionalTable, ConditionalTables
from causal_dag.constraints import Constraints, PriorKnowledge
from causal_dag.discovery import import_modules
from causal_dag.graph import matrices
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.incomplete.missing_cells import MissingCells
from causal_dag.moments import Moments
from causal_dag.problem import Solution, StageRecord, Status
from causal_dag.tables.column_kinds import ColumnKind, ColumnKinds
from causal_dag.wording import quoted

Class = TypeVar("Class", bound=type)

#: Classes of objects that can be saved, by their name in the file.
TYPES: dict[str, type] = {}
#: Functions from a document to what it describes, by its ``type``.
LOADERS: dict[str, Callable[[Mapping[str, Any]], Any]] = {}
_NAMES: dict[type, str] = {}


def saveable(name: str) -> Callable[[Class], Class]:
    """Return a decorator that lets a frozen dataclass or an enumeration be saved.

    Parameters
    ----------
    name : str
        What files call the class; never changed, so that older files can be read.

    Examples
    --------
    >>> from causal_dag.saving.values import TYPES
    >>> from causal_dag.solvers.criteria import BIC
    >>> TYPES["BIC"] is BIC
    True
    """

    def register(cls: Class) -> Class:
        TYPES[name] = cls
        _NAMES[cls] = name
        return cls

    return register


# A file cannot ask for more memory than this mask needs.
LARGEST_MASK = 10**10
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_ARRAY_KINDS = {"float64": "fi", "int64": "i", "bool": "b"}


for _core in (
    ColumnKind, ColumnKinds, ConditionalModel, ConditionalModels, ConditionalTable,
    ConditionalTables, Constraints, MissingCells, Moments, NamedGraph, PriorKnowledge,
    Solution, StageRecord, Status,
):  # fmt: skip
    saveable(_core.__name__)(_core)


def saved_value(value: Any) -> Any:
    """Return a value as JSON can hold it; ``loaded_value`` returns the value again.

    Parameters
    ----------
    value : object
        None, a number, text, array, sequence, mapping, one of ``TYPES``, or an estimator of this
        package, fitted or not. Graphs (data frames, networkx graphs) come back as ``NamedGraph``.
        What cannot be saved becomes an object of the type ``"unsaved"``, with its ``repr``.

    Examples
    --------
    >>> from causal_dag import PriorKnowledge
    >>> from causal_dag.saving.values import loaded_value, saved_value
    >>> document = saved_value(PriorKnowledge(required=[("rain", "wet")]))
    >>> document["type"], document["required"]
    ('PriorKnowledge', [['rain', 'wet']])
    >>> loaded_value(document).required
    (('rain', 'wet'),)
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Enum):
        return _saved_object(value, {"value": value.value})
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"type": "float", "value": str(value)}
    if isinstance(value, list | tuple):
        return [saved_value(entry) for entry in value]
    if isinstance(value, np.ndarray):
        return _saved_array(value)
    if isinstance(value, Mapping):
        items = [[saved_value(key), saved_value(entry)] for key, entry in value.items()]
        return {"type": "mapping", "items": items}
    if type(value) in _NAMES:
        fields = dataclasses.fields(value) if dataclasses.is_dataclass(value) else ()
        names = (field.name for field in fields if field.init)
        return _saved_object(value, {name: saved_value(getattr(value, name)) for name in names})
    return other_value(value)


def loaded_value(document: Any) -> Any:
    """Return the value that ``saved_value`` has turned into JSON.

    Raises
    ------
    ValueError
        If the document holds no such value.
    """
    if document is None or isinstance(document, bool | int | float | str):
        return document
    if isinstance(document, list):
        return tuple(loaded_value(entry) for entry in document)
    kind = document.get("type")
    if kind == "float" and str(document.get("value")) in _NOT_FINITE:
        return _NOT_FINITE[str(document["value"])]
    if kind == "array":
        return _loaded_array(document)
    if kind == "mapping":
        return dict(_pairs(document.get("items")))
    if kind == "unsaved":
        raise ValueError(f"{document.get('text')} was not saved, because JSON cannot hold it")
    if isinstance(kind, str) and kind in LOADERS:
        return LOADERS[kind](document)
    # Criteria and functions register themselves when the solvers that use them are imported.
    import_modules("causal_dag.solvers")
    if not isinstance(kind, str) or kind not in TYPES:
        raise ValueError(f"there is an object of the unknown type {quoted(kind)}")
    return _loaded_object(kind, {key: document[key] for key in document if key != "type"})


def first_unsaved(document: Any, place: str = "") -> tuple[str, str] | None:
    """Return where in a document something was not saved, and what; None if all was.

    Examples
    --------
    >>> from causal_dag.saving.values import first_unsaved, saved_value
    >>> first_unsaved({"criterion": saved_value(len)})
    ('criterion', '<built-in function len>')
    """
    if isinstance(document, Mapping):
        if document.get("type") == "unsaved":
            return place, document["text"]
        if document.get("type") == "array":
            return None
        entries = [(f"{place}.{key}" if place else str(key), document[key]) for key in document]
    elif isinstance(document, list):
        entries = [(place, entry) for entry in document]
    else:
        return None
    found = (first_unsaved(entry, inner) for inner, entry in entries)
    return next((unsaved for unsaved in found if unsaved is not None), None)


@functools.singledispatch
def other_value(value: Any) -> dict[str, Any]:
    """Return a value that is none of the above as JSON; further types register themselves."""
    if hasattr(value, "columns") or hasattr(value, "is_directed"):
        graph: dict[str, Any] = saved_value(named_graph(value))
        return graph
    return unsaved(value)


def unsaved(value: Any) -> dict[str, Any]:
    """Return the description of a value that JSON cannot hold."""
    return {"type": "unsaved", "text": " ".join(repr(value).split())[:200]}


def _saved_object(value: Any, fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": _NAMES[type(value)], **fields} if type(value) in _NAMES else unsaved(value)


def _saved_array(array: Any) -> dict[str, Any]:
    if array.dtype.name not in _ARRAY_KINDS:
        number = {"f": np.float64, "i": np.int64, "u": np.int64}.get(array.dtype.kind)
        if number is None:
            return {"type": "array", "values": [saved_value(entry) for entry in array.tolist()]}
        array = array.astype(number)
    shape = list(array.shape)
    # Masks of the edges among very many columns are true in few places.
    if array.dtype.kind == "b" and array.size > matrices.MOST_NODES_OF_DENSE**2:
        positions = np.flatnonzero(array).tolist()
        return {"type": "array", "dtype": "bool", "shape": shape, "true_at": positions}
    values = array.ravel().tolist()
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        values = [value if math.isfinite(value) else str(value) for value in values]
    return {"type": "array", "dtype": array.dtype.name, "shape": shape, "values": values}


def _loaded_array(document: Mapping[str, Any]) -> Any:
    if "true_at" in document:
        return _loaded_mask(document)
    dtype, shape, values = (document.get(key) for key in ("dtype", "shape", "values"))
    if not isinstance(values, list):
        raise ValueError("an array has no list of values")
    if dtype is None:
        return np.array([loaded_value(value) for value in values], dtype=object)
    if not isinstance(dtype, str) or dtype not in _ARRAY_KINDS:
        raise ValueError(f"an array is of the unknown kind {quoted(dtype)}")
    shape = _sizes(shape)
    if dtype == "float64":
        values = [_NOT_FINITE.get(value, value) if isinstance(value, str) else value
                  for value in values]  # fmt: skip
    array = np.array(values) if values else np.empty(0, dtype)
    if array.dtype.kind not in _ARRAY_KINDS[dtype] or array.ndim != 1:
        raise ValueError(f"an array of {dtype} holds something else")
    if array.size != math.prod(shape):
        raise ValueError(f"an array of shape {shape} has {array.size} values")
    return array.astype(dtype).reshape(shape)


def _loaded_mask(document: Mapping[str, Any]) -> Any:
    shape, positions = _sizes(document.get("shape")), document["true_at"]
    size = math.prod(shape)
    if size > LARGEST_MASK or not isinstance(positions, list):
        raise ValueError(f"an array has the shape {quoted(shape)} and no list of positions")
    if not all(type(place) is int and 0 <= place < size for place in positions):
        raise ValueError(f"an array of shape {shape} has a position outside it")
    mask = np.zeros(size, dtype=bool)
    mask[positions] = True
    return mask.reshape(shape)


def _sizes(shape: Any) -> list[int]:
    if not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError(f"an array has the shape {quoted(shape)}")
    return shape


def _pairs(items: Any) -> list[tuple[Any, Any]]:
    if not isinstance(items, list):
        raise ValueError("a mapping has no list of items")
    pairs = [loaded_value(item) for item in items]
    if not all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
        raise ValueError("a mapping has an item that is not a pair")
    return pairs


def _loaded_object(kind: str, fields: Mapping[str, Any]) -> Any:
    values = {key: loaded_value(fields[key]) for key in fields}
    try:
        return TYPES[kind](**values)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{kind} cannot be made of what the file says ({error})") from error
