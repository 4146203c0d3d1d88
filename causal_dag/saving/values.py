"""What a saved model consists of, as plain JSON values from which the same objects are made again.

Numbers, texts and truth values stay what they are, to the last bit; sequences become arrays, and
come back as tuples. Everything else becomes an object with a ``type``, one of a fixed table, so
that a file names no code to run.
"""

import dataclasses
import functools
import importlib
import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

import numpy as np

from causal_dag.wording import quoted

#: The objects that can be saved, by their name in the file: frozen dataclasses and enumerations.
TYPES = {
    "PriorKnowledge": "causal_dag.constraints:PriorKnowledge",
    "Constraints": "causal_dag.constraints:Constraints",
    "Moments": "causal_dag.moments:Moments",
    "NamedGraph": "causal_dag.graph.named_graph:NamedGraph",
    "Status": "causal_dag.problem:Status",
    "StageRecord": "causal_dag.problem:StageRecord",
    "Solution": "causal_dag.problem:Solution",
    "NetworkFunctions": "causal_dag.solvers.continuous.network_model:NetworkFunctions",
    "BasisFunctions": "causal_dag.solvers.continuous.basis_model:BasisFunctions",
    "BIC": "causal_dag.solvers.order.scores.gaussian_criteria:BIC",
    "EqualVarianceBIC": "causal_dag.solvers.order.scores.gaussian_criteria:EqualVarianceBIC",
    "Lasso": "causal_dag.solvers.order.scores.lasso_criteria:Lasso",
    "LeastSquares": "causal_dag.solvers.order.scores.criteria:LeastSquares",
    "Logistic": "causal_dag.solvers.order.scores.generalized_linear:Logistic",
    "Poisson": "causal_dag.solvers.order.scores.generalized_linear:Poisson",
    "ProfiledCoLiDE": "causal_dag.solvers.order.scores.lasso_criteria:ProfiledCoLiDE",
    "Candidate": "causal_dag.selection.criterion:Candidate",
    "PathPoint": "causal_dag.selection.path:PathPoint",
    "selection.BIC": "causal_dag.selection.information_criteria:BIC",
    "selection.ExtendedBIC": "causal_dag.selection.information_criteria:ExtendedBIC",
    "selection.CrossValidatedLikelihood": (
        "causal_dag.selection.cross_validation:CrossValidatedLikelihood"
    ),
    "selection.StARS": "causal_dag.selection.stability:StARS",
}
_NAMES = {place: name for name, place in TYPES.items()}
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_ARRAY_KINDS = {"float64": "fi", "int64": "i", "bool": "b"}


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
    if _name_of(value) is not None:
        fields = dataclasses.fields(value) if dataclasses.is_dataclass(value) else ()
        names = (field.name for field in fields if field.init)
        return _saved_object(value, {name: saved_value(getattr(value, name)) for name in names})
    return _saved_estimator_or_graph(value)


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
    if kind == "estimator":
        from causal_dag.saving.models import model_of_document

        return model_of_document(document)
    if kind == "unsaved":
        raise ValueError(f"{document.get('text')} was not saved, because JSON cannot hold it")
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


def _unsaved(value: Any) -> dict[str, Any]:
    return {"type": "unsaved", "text": " ".join(repr(value).split())[:200]}


def _name_of(value: Any) -> str | None:
    return _NAMES.get(f"{type(value).__module__}:{type(value).__qualname__}")


def _saved_object(value: Any, fields: dict[str, Any]) -> dict[str, Any]:
    name = _name_of(value)
    return _unsaved(value) if name is None else {"type": name, **fields}


def _saved_array(array: Any) -> dict[str, Any]:
    if array.dtype.name not in _ARRAY_KINDS:
        number = {"f": np.float64, "i": np.int64, "u": np.int64}.get(array.dtype.kind)
        if number is None:
            return {"type": "array", "values": [saved_value(entry) for entry in array.tolist()]}
        array = array.astype(number)
    values = array.ravel().tolist()
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        values = [value if math.isfinite(value) else str(value) for value in values]
    shape = list(array.shape)
    return {"type": "array", "dtype": array.dtype.name, "shape": shape, "values": values}


def _loaded_array(document: Mapping[str, Any]) -> Any:
    dtype, shape, values = (document.get(key) for key in ("dtype", "shape", "values"))
    if not isinstance(values, list):
        raise ValueError("an array has no list of values")
    if dtype is None:
        return np.array([loaded_value(value) for value in values], dtype=object)
    if not isinstance(dtype, str) or dtype not in _ARRAY_KINDS:
        raise ValueError(f"an array is of the unknown kind {quoted(dtype)}")
    if not isinstance(shape, list) or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise ValueError(f"an array has the shape {quoted(shape)}")
    if dtype == "float64":
        values = [_NOT_FINITE.get(value, value) if isinstance(value, str) else value
                  for value in values]  # fmt: skip
    array = np.array(values) if values else np.empty(0, dtype)
    if array.dtype.kind not in _ARRAY_KINDS[dtype] or array.ndim != 1:
        raise ValueError(f"an array of {dtype} holds something else")
    if array.size != math.prod(shape):
        raise ValueError(f"an array of shape {shape} has {array.size} values")
    return array.astype(dtype).reshape(shape)


def _saved_estimator_or_graph(value: Any) -> dict[str, Any]:
    from causal_dag.estimator import DAGEstimator
    from causal_dag.export import estimator_document, to_document
    from causal_dag.graph.named_graph import named_graph

    if isinstance(value, DAGEstimator):
        is_fitted = hasattr(value, "weights_")
        return {"type": "estimator", **(to_document if is_fitted else estimator_document)(value)}
    if hasattr(value, "columns") or hasattr(value, "is_directed"):
        saved: dict[str, Any] = saved_value(named_graph(value))
        return saved
    return _unsaved(value)


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
        return _type(kind)(**values)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{kind} cannot be made of what the file says ({error})") from error


@functools.cache
def _type(kind: str) -> Any:
    module, name = TYPES[kind].split(":")
    return getattr(importlib.import_module(module), name)
