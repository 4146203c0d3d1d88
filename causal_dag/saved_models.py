"""Fitted models as files: JSON that any program can read, and that this one makes models of."""

import inspect
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

import causal_dag
from causal_dag.arrays import FloatArray
from causal_dag.atomic_files import FilePath, write_whole_text
from causal_dag.estimator import DAGEstimator
from causal_dag.export import DOCUMENT_FORMAT, DOCUMENT_VERSION, to_document
from causal_dag.graph import Projection
from causal_dag.json_values import json_text, read_json
from causal_dag.named_graph import NamedGraph
from causal_dag.problem import StageRecord
from causal_dag.saved_values import first_unsaved, loaded_value
from causal_dag.structural_equations import LinearEquations, NonlinearEquations

ENDING = ".json"
#: Names of further fitted attributes; nothing that Python itself gives a meaning.
_ATTRIBUTE = re.compile(r"_?[a-zA-Z][a-zA-Z0-9_]*[a-zA-Z0-9]_")


def save_model(model: DAGEstimator, path: FilePath) -> None:
    """Write a fitted model to a JSON file, from which ``load_model`` makes the same model again.

    The file is the document of ``causal_dag.export.to_document``. A callback is left out;
    sequences among the parameters come back as tuples, and graphs as ``NamedGraph``.

    Parameters
    ----------
    model : DAGEstimator
        Fitted.
    path : path
        Ends in ``.json``.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the model is not fitted.
    ValueError
        If the ending is another one, a parameter is an object that JSON cannot hold, or the class
        is not registered.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from causal_dag import EqVar, load_model
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(100, 5, random_state=0)
    >>> model = EqVar().fit(X)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "model.json")
    ...     model.save(path)
    ...     loaded = load_model(path)
    >>> loaded.score(X) == model.score(X)
    True
    """
    check_is_fitted(model)
    if not str(path).lower().endswith(ENDING):
        raise ValueError(f"{path}: a model is saved as JSON; end the name with {ENDING}")
    if solver_class(type(model).__name__) is not type(model):
        raise ValueError(
            f"{type(model).__name__} is not a registered solver, so that its file could not be "
            "loaded; register it with causal_dag.solvers.register_solver"
        )
    document = to_document(model)
    objects = ("parameters", "attributes", "functions")
    unsaved = first_unsaved({key: document[key] for key in objects})
    if unsaved is not None:
        place, text = unsaved
        raise ValueError(
            f"{place.removeprefix('parameters.')}={text} cannot be saved as JSON; fit with a name "
            "or number in its place, or pickle the model"
        )
    write_whole_text(path, json_text(document) + "\n")


def load_model(path: FilePath) -> DAGEstimator:
    """Return the fitted model in a file of ``model.save(path)`` or ``causal-dag fit``.

    Predictions, scores and samples are the same, to the last bit. Nothing in the file is run: it
    can come from anywhere.

    Parameters
    ----------
    path : path
        File in JSON.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it holds no fitted model, or one that a newer version has written; the message says
        what is wrong with it.

    See Also
    --------
    save_model : Writes such a file.
    causal_dag.graph_files.read_graph : Reads the graph alone.
    """
    try:
        document = read_json(path)
        check_version(document)
        if "solver" not in document:
            raise ValueError("it holds a graph without a fitted model; read it with read_graph")
        if "weights" not in document:
            raise ValueError("it has no weights")
        return model_of_document(document)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is no saved model: {error}") from error


def check_version(document: Any) -> None:
    """Raise ``ValueError`` if a document has not been written by this version or an older one."""
    if not isinstance(document, dict) or document.get("format") != DOCUMENT_FORMAT:
        raise ValueError(f'it is no object with "format": "{DOCUMENT_FORMAT}"')
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError(f"its version is {version!r} instead of a number")
    if version > DOCUMENT_VERSION:
        raise ValueError(
            f"it is of version {version}, and this package reads versions up to "
            f"{DOCUMENT_VERSION}; upgrade causal-dag"
        )


def model_of_document(document: Mapping[str, Any]) -> DAGEstimator:
    """Return the estimator that a document of ``to_document`` describes, fitted if it was.

    Raises
    ------
    ValueError
        If it describes none.
    """
    cls = solver_class(document.get("solver"))
    parameters = document.get("parameters")
    known = list(inspect.signature(cls).parameters)
    if not isinstance(parameters, dict) or not set(parameters) <= set(known):
        known_ones = ", ".join(known)
        raise ValueError(f"its parameters are not those of {cls.__name__}: {known_ones}")
    values = {name: _named(name, loaded_value, value) for name, value in parameters.items()}
    model = cls(**values).checked_copy()
    if "weights" in document:
        model.__dict__.update(_fitted_attributes(cls, document))
    return model


def solver_class(name: object) -> type[DAGEstimator]:
    """Return the class of a registered solver, or of an estimator that chooses another's λ."""
    from causal_dag.solvers import solver_classes

    classes = solver_classes()
    if isinstance(name, str) and name in classes:
        return classes[name]
    found = getattr(causal_dag, name, None) if isinstance(name, str) else None
    if inspect.isclass(found) and issubclass(found, DAGEstimator) and found is not DAGEstimator:
        return found
    raise ValueError(f"its solver {name!r} is unknown here; install the package that brings it")


def _fitted_attributes(cls: type[DAGEstimator], document: Mapping[str, Any]) -> dict[str, Any]:
    """Return all attributes that a fit sets."""
    graph = NamedGraph(_matrix(document, "weights"), _names(document))
    graph.require_acyclic()
    d, labels = graph.n_nodes, graph.labels
    likelihood_variance = _vector(document, "likelihood_variance", d)
    if (likelihood_variance <= 0).any():
        raise ValueError("likelihood_variance is not positive")
    weights = np.array(graph.weights)
    if document.get("has_names") not in (True, False):
        raise ValueError("has_names is neither true nor false")
    names = np.array(labels, dtype=object)
    equations = _equations(document, weights)
    return {
        "weights_": weights,
        "adjacency_": weights != 0,
        "order_": _order(document, graph),
        "intercept_": equations.intercept,
        "noise_variance_": equations.noise_variance,
        "noise_scale_": _optional(document, "noise_scale", _vector, d),
        "objective_": _number(document, "objective"),
        "status_": _of_type(document, "status", str),
        "converged_": _of_type(document, "converged", bool),
        "n_iter_": _of_type(document, "n_iter", int),
        "weight_threshold_": _number(document, "weight_threshold"),
        "projection_": _projection(document, weights, labels),
        "raw_weights_": _matrix(document, "raw_weights", d),
        "unpolished_weights_": _optional(document, "unpolished_weights", _matrix, d),
        "trace_": _trace(document),
        "n_features_in_": d,
        **({"feature_names_in_": names} if document["has_names"] else {}),
        "_equations_": equations,
        "_likelihood_variance_": likelihood_variance,
        **_further_attributes(cls, document),
    }


def _names(document: Mapping[str, Any]) -> tuple[str, ...]:
    names = document.get("names")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("names are no list of texts")
    return tuple(names)


def _order(document: Mapping[str, Any], graph: NamedGraph) -> Any:
    position = {label: node for node, label in enumerate(graph.labels)}
    order = document.get("order")
    if not isinstance(order, list) or sorted(map(str, order)) != sorted(position):
        raise ValueError("order does not hold every name once")
    nodes = np.array([position[str(label)] for label in order], dtype=np.intp)
    if np.tril(graph.adjacency[np.ix_(nodes, nodes)]).any():
        raise ValueError("order has an effect before its cause")
    return nodes


def _equations(
    document: Mapping[str, Any], weights: FloatArray
) -> LinearEquations | NonlinearEquations:
    d = len(weights)
    intercept, variance = _vector(document, "intercept", d), _vector(document, "noise_variance", d)
    if (variance < 0).any():
        raise ValueError("noise_variance is negative")
    functions = _named("functions", loaded_value, document.get("functions"))
    if functions is None:
        return LinearEquations(weights, intercept, variance)
    try:
        values = functions.predict(np.zeros((1, d)))
    except Exception as error:  # whatever comes of arrays that do not fit together
        raise ValueError(f"functions cannot be evaluated ({error})") from error
    if values.shape != (1, d) or not np.isfinite(values).all():
        raise ValueError(f"functions are not those of {d} variables")
    return NonlinearEquations(functions, weights != 0, intercept, variance)


def _projection(
    document: Mapping[str, Any], weights: FloatArray, labels: tuple[str, ...]
) -> Projection:
    entry = _of_type(document, "projection", dict)
    position = {label: node for node, label in enumerate(labels)}
    kept = _optional(entry, "weights", _matrix, len(labels))
    try:
        cut = tuple(
            (position[edge["source"]], position[edge["target"]], _number(edge, "weight"))
            for edge in _of_type(entry, "cut_edges", list)
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"projection has a cut edge without {error}") from error
    return Projection(
        weights if kept is None else kept,
        cut,
        _of_type(entry, "n_below_threshold", int),
        _number(entry, "retained_weight"),
        _of_type(entry, "method", str),
    )


def _trace(document: Mapping[str, Any]) -> tuple[StageRecord, ...]:
    records = []
    for entry in _of_type(document, "trace", list):
        if not isinstance(entry, dict):
            raise ValueError("trace holds something else than records")
        counts = {name: _of_type(entry, name, int) for name in ("stage", "non_zeros")}
        figures: dict[str, Any] = {
            name: _number(entry, name) for name in entry if name not in counts
        }
        try:
            records.append(StageRecord(**counts, **figures))
        except TypeError as error:
            raise ValueError(f"trace has another kind of record ({error})") from error
    return tuple(records)


def _further_attributes(cls: type[DAGEstimator], document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the class alone has, such as the λ that a ...CV estimator chose."""
    attributes = _of_type(document, "attributes", dict)
    for name in attributes:
        if not _ATTRIBUTE.fullmatch(name) or hasattr(cls, name):
            raise ValueError(f"{name!r} is no attribute that a fit sets")
    return {name: _named(name, loaded_value, value) for name, value in attributes.items()}


def _named(name: str, function: Any, value: Any) -> Any:
    """Return what a function makes of a value; its errors begin with the name."""
    try:
        return function(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _of_type(document: Mapping[str, Any], key: str, kind: type) -> Any:
    value = document.get(key)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{key} is no {kind.__name__}")
    return value


def _number(document: Mapping[str, Any], key: str) -> float:
    """Return a number; null stands for one that is not defined."""
    value = document.get(key)
    if value is None and key in document:
        return math.nan
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"{key} is no number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{key} is no finite number")
    return number


def _optional(document: Mapping[str, Any], key: str, read: Any, d: int) -> Any:
    return None if document.get(key) is None else read(document, key, d)


def _vector(document: Mapping[str, Any], key: str, d: int) -> FloatArray:
    return _array(document, key, (d,))


def _matrix(document: Mapping[str, Any], key: str, d: int | None = None) -> FloatArray:
    if d is None:
        d = len(_of_type(document, key, list))
    return _array(document, key, (d, d))


def _array(document: Mapping[str, Any], key: str, shape: tuple[int, ...]) -> FloatArray:
    values = _of_type(document, key, list)
    try:
        array = np.array(values) if values else np.zeros(shape)
    except (ValueError, OverflowError) as error:  # ragged, or too large
        raise ValueError(f"{key} is no array of shape {shape}") from error
    if array.shape != shape or array.dtype.kind not in "if" or not np.isfinite(array).all():
        raise ValueError(f"{key} is no array of finite numbers of shape {shape}")
    return array.astype(np.float64)
