"""One JSON document of all that is known of a graph, or of a fitted estimator."""

from collections.abc import Mapping, Sequence
from typing import Any

from causal_dag.files.json_values import json_value
from causal_dag.graph import Projection, is_dag, topological_order
from causal_dag.graph.edges import Edge, edge_list, edge_records
from causal_dag.graph.named_graph import NamedGraph, is_estimator, named_graph
from causal_dag.saving.values import saved_value
from causal_dag.version import __version__
from causal_dag.wording import quoted

DOCUMENT_FORMAT = "causal-dag"
DOCUMENT_VERSION = 1


def to_document(model: Any, *, names: Sequence[str] | None = None) -> dict[str, Any]:
    """Return one JSON-ready dictionary with all that is known of a graph.

    It is what ``model.save(path)`` writes and ``load_model`` reads; ``saved_model.schema.json`` in
    this package describes it.

    Parameters
    ----------
    model : fitted estimator, or any graph
        A graph that no solver has fitted has only the keys up to ``order``.
    names : sequence of str, optional
        Node names, in place of the graph's own.

    Returns
    -------
    dict
        ``format`` and ``version`` (of the document), ``package_version``, ``names``, ``weights``
        (``weights[i][j]``: effect of i on j), ``edges`` (records of source, target and weight;
        of a fitted estimator also of ``standardized`` and ``decided_by``, see ``edges_``),
        ``order`` (names, causes first; null where the graph has cycles); of a fitted estimator
        also what decided each edge, ``cpdag`` (``cpdag[i][j]`` and ``cpdag[j][i]`` are 1 where an
        edge is undirected), ``intercept``, ``noise_variance``, ``solver``, ``parameters``,
        ``objective``, ``status``, ``converged``, ``n_iter``, ``trace``, ``projection``, and what
        else prediction and scoring need. Parameters that JSON cannot hold are described, of the
        type ``"unsaved"``.

    Examples
    --------
    >>> from causal_dag.export import to_document
    >>> to_document([[0, 2], [0, 0]], names=["rain", "wet"])["order"]
    ['rain', 'wet']
    """
    graph = named_graph(model, names)
    document = _graph_part(graph)
    if is_estimator(model):
        labels = graph.labels
        document["order"] = [labels[node] for node in model.order_]
        document["edges"] = edge_records(model, names=names)
        document |= _fit_part(model, graph) | estimator_document(model)
    checked: dict[str, Any] = json_value(document)
    return checked


def check_document_version(document: Mapping[str, Any]) -> None:
    """Raise ``ValueError`` if a document is not of this version or an older one."""
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError(f"its version is {quoted(version)} instead of a number")
    if version > DOCUMENT_VERSION:
        raise ValueError(
            f"it is of version {quoted(version)}, and this package reads versions up to "
            f"{DOCUMENT_VERSION}; upgrade causal-dag"
        )


def estimator_document(model: Any) -> dict[str, Any]:
    """Return class and parameters of an estimator, fitted or not.

    A callback is left out: it observes a fit and is not part of the result.
    """
    return {
        "solver": type(model).__name__,
        "parameters": {
            name: saved_value(None if name == "callback" else value)
            for name, value in model.get_params(deep=False).items()
        },
    }


def _graph_part(graph: NamedGraph) -> dict[str, Any]:
    labels, acyclic = graph.labels, is_dag(graph.weights)
    order = [labels[node] for node in topological_order(graph.weights)] if acyclic else None
    return {
        "format": DOCUMENT_FORMAT,
        "version": DOCUMENT_VERSION,
        "package_version": __version__,
        "names": labels,
        "weights": graph.weights,
        "edges": [edge._asdict() for edge in edge_list(graph)],
        "order": order,
    }


# Attributes that the document has under a name of its own, that follow from others, or that are
# those of a session.
_DESCRIBED = {
    "weights_", "adjacency_", "order_", "intercept_", "noise_variance_", "noise_scale_",
    "objective_", "status_", "converged_", "n_iter_", "weight_threshold_", "projection_", "trace_",
    "raw_weights_", "unpolished_weights_", "n_features_in_", "feature_names_in_", "_equations_",
    "_likelihood_variance_", "_standard_deviation_", "identified_", "constraints_",
    "targets_", "undecided_", "_sklearn_output_config",
}  # fmt: skip


def _fit_part(model: Any, graph: NamedGraph) -> dict[str, Any]:
    others = set(vars(model)) - set(model.get_params(deep=False)) - _DESCRIBED
    return {
        "has_names": hasattr(model, "feature_names_in_"),
        "cpdag": model.cpdag_.astype(int),
        "intercept": model.intercept_,
        "noise_variance": model.noise_variance_,
        "noise_scale": model.noise_scale_,
        "likelihood_variance": model._likelihood_variance_,
        "standard_deviation": model._standard_deviation_,
        "identified": model.identified_,
        "undecided": None if model.undecided_ is None else model.undecided_.astype(int),
        "constraints": saved_value(model.constraints_),
        "targets": model.targets_,
        "functions": saved_value(getattr(model._equations_, "functions", None)),
        "objective": model.objective_,
        "status": model.status_,
        "converged": model.converged_,
        "n_iter": model.n_iter_,
        "weight_threshold": model.weight_threshold_,
        "projection": _projection_part(model.projection_, graph),
        "raw_weights": model.raw_weights_,
        "unpolished_weights": model.unpolished_weights_,
        "trace": model.trace_,
        "attributes": {name: saved_value(getattr(model, name)) for name in sorted(others)},
    }


def _projection_part(projection: Projection, graph: NamedGraph) -> dict[str, Any]:
    labels = graph.labels
    cut = [Edge(labels[i], labels[j], weight)._asdict() for i, j, weight in projection.cut_edges]
    is_final = not (projection.weights != graph.weights).sum()
    return {
        "method": projection.method,
        "n_below_threshold": projection.n_below_threshold,
        "n_beyond_limit": projection.n_beyond_limit,
        "retained_weight": projection.retained_weight,
        "cut_edges": cut,
        # Refitted weights differ from those that the projection kept.
        "weights": None if is_final else projection.weights,
    }
