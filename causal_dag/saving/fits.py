"""What a fit sets, read from a document and checked, so that a loaded model can be relied on."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args

import numpy as np
from scipy.sparse import csr_array

from causal_dag.arrays import BoolArray, FloatArray, IntArray, WeightMatrix
from causal_dag.conditional_models import ConditionalModels
from causal_dag.conditional_tables import ConditionalTables
from causal_dag.constraints import Constraints
from causal_dag.graph import Projection
from causal_dag.graph.matrices import dense, edges_of, usual_form, values_at
from causal_dag.graph.named_graph import NamedGraph
from causal_dag.identification import Identified
from causal_dag.incomplete.missing_cells import MissingCells
from causal_dag.level_equations import CategoricalEquations, MixedEquations
from causal_dag.moments import Moments
from causal_dag.problem import StageRecord
from causal_dag.saving.values import loaded_value
from causal_dag.structural_equations import LinearEquations, NonlinearEquations
from causal_dag.tables.column_groups import graph_of_columns
from causal_dag.wording import quoted

EquationsOfLabels = TypeVar("EquationsOfLabels", CategoricalEquations, MixedEquations)

#: Names of further fitted attributes; special names of Python are excluded.
_ATTRIBUTE = re.compile(r"_?[a-zA-Z][a-zA-Z0-9_]*[a-zA-Z0-9]_")
#: Types of those that summaries and effects rely on.
_KINDS = {"moments_": Moments | None, "warnings_": tuple, "missing_cells_": MissingCells}


def fitted_attributes(cls: type, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return all attributes that a fit sets, from a document of ``to_document``.

    Raises
    ------
    ValueError
        If something is missing, of another kind or shape, or contradicts something else.
    """
    graph = NamedGraph(matrix(document, "weights"), _names(document))
    graph.require_dag()
    d, labels = graph.n_nodes, graph.labels
    weights = graph.weights.copy()
    if document.get("has_names") not in (True, False):
        raise ValueError("has_names is neither true nor false")
    names = np.array(labels, dtype=object)
    further = further_attributes(cls, document)
    equations = _equations(document, weights, further.get("column_kinds_"))
    if isinstance(equations, CategoricalEquations | MixedEquations) or "column_kinds_" in further:
        _require_kinds(further.get("column_kinds_"), equations)
    return {
        "weights_": weights,
        "adjacency_": weights != 0,
        "order_": _order(document, graph),
        "intercept_": equations.intercept,
        "noise_variance_": equations.noise_variance,
        "noise_scale_": optional(document, "noise_scale", vector, d),
        "objective_": number(document, "objective"),
        "status_": of_type(document, "status", str),
        "converged_": of_type(document, "converged", bool),
        "n_iter_": of_type(document, "n_iter", int),
        "weight_threshold_": number(document, "weight_threshold"),
        "projection_": _projection(document, weights, labels),
        "raw_weights_": matrix(document, "raw_weights", d),
        "unpolished_weights_": optional(document, "unpolished_weights", matrix, d),
        "trace_": _trace(document),
        "n_features_in_": d,
        **({"feature_names_in_": names} if document["has_names"] else {}),
        "_equations_": equations,
        "_likelihood_variance_": positive(document, "likelihood_variance", d),
        "_standard_deviation_": positive(document, "standard_deviation", d),
        "identified_": _identified(document),
        "undecided_": _undecided(document, d),
        "constraints_": _constraints(document, weights),
        "targets_": _targets(document, d),
        **further,
    }


def _names(document: Mapping[str, Any]) -> tuple[str, ...]:
    names = document.get("names")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("names are not a list of strings")
    return tuple(names)


def _order(document: Mapping[str, Any], graph: NamedGraph) -> Any:
    position = {label: node for node, label in enumerate(graph.labels)}
    order = document.get("order")
    if not isinstance(order, list) or sorted(map(str, order)) != sorted(position):
        raise ValueError("order does not hold every name once")
    nodes = np.array([position[str(label)] for label in order], dtype=np.intp)
    place, (causes, effects) = np.argsort(nodes), edges_of(graph.adjacency)
    if (place[causes] >= place[effects]).any():
        raise ValueError("order has an effect before its cause")
    return nodes


def _equations(
    document: Mapping[str, Any], weights: WeightMatrix, kinds: Any
) -> LinearEquations | NonlinearEquations | CategoricalEquations | MixedEquations:
    d = weights.shape[0]
    functions = named("functions", loaded_value, document.get("functions"))
    if isinstance(functions, ConditionalTables):
        return _of_labels(CategoricalEquations(functions), dense(weights) != 0)
    if isinstance(functions, ConditionalModels):
        nodes = _nodes_of_columns(kinds, d)
        of_columns = graph_of_columns(dense(weights) != 0, nodes)
        return _of_labels(MixedEquations(functions, nodes), of_columns)
    intercept, variance = vector(document, "intercept", d), vector(document, "noise_variance", d)
    if (variance < 0).any():
        raise ValueError("noise_variance is negative")
    if functions is None:
        return LinearEquations(weights, intercept, variance)
    try:
        values = functions.predict(np.zeros((1, d)))
    except Exception as error:  # arrays that do not fit together can raise anything
        raise ValueError(f"functions cannot be evaluated ({error})") from error
    if values.shape != (1, d) or not np.isfinite(values).all():
        raise ValueError(f"functions are not those of {d} variables")
    return NonlinearEquations(functions, weights != 0, intercept, variance)


def _nodes_of_columns(kinds: Any, d: int) -> IntArray:
    try:
        nodes: IntArray = kinds.nodes.astype(np.intp)
        is_known = nodes.ndim == 1 and np.array_equal(np.unique(nodes), np.arange(d))
    except Exception as error:  # fields that do not fit together can raise anything
        raise ValueError(f"column_kinds_ name no nodes ({error})") from error
    if not is_known:
        raise ValueError(f"column_kinds_ are not those of {d} nodes")
    return nodes


def _of_labels(equations: EquationsOfLabels, adjacency: BoolArray) -> EquationsOfLabels:
    d = adjacency.shape[0]
    try:
        equations.sample(1, np.random.default_rng(0), {}, {})
        equations.log_likelihood(np.zeros((1, d)), np.ones(d))
        is_same = np.array_equal(equations.functions.adjacency, adjacency)
    except Exception as error:  # arrays that do not fit together can raise anything
        raise ValueError(f"functions cannot be evaluated ({error})") from error
    if not is_same:
        raise ValueError("functions are those of another graph")
    return equations


def _require_kinds(
    kinds: Any,
    equations: LinearEquations | NonlinearEquations | CategoricalEquations | MixedEquations,
) -> None:
    """Raise ``ValueError`` unless every level of every column has a label of its own."""
    try:
        n_levels = kinds.n_levels
        codes = np.arange(max(*n_levels, 1))[:, None] % np.maximum(n_levels, 1)
        fits = np.array_equal(kinds.encode(kinds.decode(codes)), codes)
    except Exception as error:  # fields that do not fit together can raise anything
        raise ValueError(f"column_kinds_ has no labels for all levels ({error})") from error
    if isinstance(equations, CategoricalEquations):
        fits &= n_levels.tolist() == [len(table.otherwise) for table in equations.functions.tables]
    if isinstance(equations, MixedEquations):
        models = equations.functions
        fits &= np.array_equal(n_levels, models.n_levels)
        fits &= np.array_equal(kinds.widths, models.widths)
        fits &= np.array_equal(kinds.is_count, models.is_count)
        sizes = [model.intercept.size for model in models.models]
        fits &= sizes == np.maximum(n_levels, 1).tolist()
    if not fits:
        raise ValueError("column_kinds_ are those of other columns")


def _identified(document: Mapping[str, Any]) -> str:
    identified: str = of_type(document, "identified", str)
    if identified not in get_args(Identified):
        raise ValueError(f"identified is {quoted(identified)}")
    return identified


def _undecided(document: Mapping[str, Any], d: int) -> BoolArray | None:
    undecided = optional(document, "undecided", matrix, d)
    return None if undecided is None else undecided != 0


def _constraints(document: Mapping[str, Any], weights: WeightMatrix) -> Constraints:
    found = named("constraints", loaded_value, document.get("constraints"))
    if not isinstance(found, Constraints):
        raise ValueError("constraints are of another kind")
    masks = (found.forbidden, found.required, found.precedence)
    is_of_columns = found.given is None or _is_mask(found.given, weights.shape[:1])
    if not is_of_columns or not all(_is_mask(mask, weights.shape) for mask in masks):
        raise ValueError(f"constraints are not those of {weights.shape[0]} variables")
    lacking = values_at(weights, *edges_of(found.required)) == 0
    if values_at(found.forbidden, *edges_of(weights)).any() or lacking.any():
        raise ValueError("the graph does not obey the constraints")
    return found


def _targets(document: Mapping[str, Any], d: int) -> tuple[tuple[int, ...], ...]:
    # Files written before version 0.3 have none.
    sets = of_type(document, "targets", list) if "targets" in document else []
    for found in sets:
        if not isinstance(found, list) or not all(type(j) is int and 0 <= j < d for j in found):
            raise ValueError(f"targets are not sets of columns of {d}")
    return tuple(map(tuple, sets))


def _is_mask(value: Any, shape: tuple[int, ...]) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == bool and value.shape == shape


def _projection(
    document: Mapping[str, Any], weights: WeightMatrix, labels: tuple[str, ...]
) -> Projection:
    entry = of_type(document, "projection", dict)
    position = {label: node for node, label in enumerate(labels)}
    kept = optional(entry, "weights", matrix, len(labels))
    try:
        cut = tuple(
            (position[edge["source"]], position[edge["target"]], number(edge, "weight"))
            for edge in of_type(entry, "cut_edges", list)
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"projection has a cut edge without {error}") from error
    return Projection(
        weights if kept is None else kept,
        cut,
        of_type(entry, "n_below_threshold", int),
        number(entry, "retained_weight"),
        of_type(entry, "method", str),
        of_type(entry, "n_beyond_limit", int),
    )


def _trace(document: Mapping[str, Any]) -> tuple[StageRecord, ...]:
    records = []
    for entry in of_type(document, "trace", list):
        if not isinstance(entry, dict):
            raise ValueError("trace holds something other than records")
        counts = {name: of_type(entry, name, int) for name in ("stage", "non_zeros")}
        figures: dict[str, Any] = {
            name: number(entry, name) for name in entry if name not in counts
        }
        try:
            records.append(StageRecord(**counts, **figures))
        except TypeError as error:
            raise ValueError(f"trace has another kind of record ({error})") from error
    return tuple(records)


def further_attributes(cls: type, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the class alone has, such as the λ that a ...CV estimator chose."""
    attributes = of_type(document, "attributes", dict)
    for name in attributes:
        if not _ATTRIBUTE.fullmatch(name) or hasattr(cls, name):
            raise ValueError(f"{quoted(name)} is not an attribute that a fit sets")
    found = {name: named(name, loaded_value, value) for name, value in attributes.items()}
    for name in found.keys() & _KINDS.keys():
        if not isinstance(found[name], _KINDS[name]):
            raise ValueError(f"{name}: {quoted(found[name])} is of another type than a fit sets")
    return found


def named(name: str, function: Callable[[Any], Any], value: Any) -> Any:
    """Return what a function makes of a value; its errors begin with the name."""
    try:
        return function(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def of_type(document: Mapping[str, Any], key: str, kind: type) -> Any:
    """Return a value of a type; ``true`` does not count as an integer."""
    value = document.get(key)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{key} is no {kind.__name__}")
    return value


def number(document: Mapping[str, Any], key: str) -> float:
    """Return a number; null stands for one that is not defined."""
    value = document.get(key)
    if value is None and key in document:
        return math.nan
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"{key} is not a number")
    try:
        converted = float(value)
    except OverflowError:  # an integer of hundreds of digits
        converted = math.inf
    if not math.isfinite(converted):
        raise ValueError(f"{key} is not a finite number")
    return converted


def optional(
    document: Mapping[str, Any],
    key: str,
    read: Callable[[Mapping[str, Any], str, int], WeightMatrix],
    d: int,
) -> WeightMatrix | None:
    """Return what another function reads, or None for null."""
    return None if document.get(key) is None else read(document, key, d)


def vector(document: Mapping[str, Any], key: str, d: int) -> FloatArray:
    """Return d finite numbers."""
    return array(document, key, (d,))


def positive(document: Mapping[str, Any], key: str, d: int) -> FloatArray:
    """Return d finite numbers above 0."""
    values = vector(document, key, d)
    if (values <= 0).any():
        raise ValueError(f"{key} is not positive")
    return values


def matrix(document: Mapping[str, Any], key: str, d: int | None = None) -> WeightMatrix:
    """Return finite numbers of shape (d, d), as rows or as the entries of a sparse matrix."""
    value = document.get(key)
    if isinstance(value, dict):
        found = named(key, sparse_matrix, value)
        if d not in (None, found.shape[0]):
            raise ValueError(f"{key} is of the shape {found.shape}")
        return usual_form(found)
    if d is None:
        d = len(of_type(document, key, list))
    return array(document, key, (d, d))


def sparse_matrix(document: Mapping[str, Any]) -> Any:
    """Return the square matrix of which a document lists the entries.

    Examples
    --------
    >>> from causal_dag.saving.fits import sparse_matrix
    >>> entries = {"rows": [0], "columns": [1], "values": [2.5]}
    >>> sparse_matrix({"shape": [2, 2], **entries}).toarray().tolist()
    [[0.0, 2.5], [0.0, 0.0]]
    """
    shape, entries = document.get("shape"), document.get("values")
    if not isinstance(shape, list) or len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"the matrix has the shape {quoted(shape)}")
    if not isinstance(entries, list):
        raise ValueError("the matrix has no list of values")
    size = (len(entries),)
    values, rows, columns = (array(document, name, size) for name in ("values", "rows", "columns"))
    try:
        return csr_array((values, (rows.astype(np.intp), columns.astype(np.intp))), shape=shape)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the matrix has entries outside its shape ({error})") from error


def array(document: Mapping[str, Any], key: str, shape: tuple[int, ...]) -> FloatArray:
    """Return finite numbers of a shape."""
    values = of_type(document, key, list)
    try:
        found = np.array(values) if values else np.zeros(shape)
    except (ValueError, OverflowError) as error:  # ragged, or too large
        raise ValueError(f"{key} is not an array of shape {shape}") from error
    if found.shape != shape or found.dtype.kind not in "if" or not np.isfinite(found).all():
        raise ValueError(f"{key} is not an array of finite numbers of shape {shape}")
    return found.astype(np.float64)
