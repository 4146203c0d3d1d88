"""Fitted models as JSON files, which ``load_model`` turns back into the same models."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from causal_dag.discovery import import_modules
from causal_dag.files.atomic_files import FilePath, require_file, require_path, write_whole_text
from causal_dag.files.json_values import json_text, read_json
from causal_dag.graph.named_graph import is_estimator
from causal_dag.saving.documents import (
    DOCUMENT_FORMAT,
    check_document_version,
    estimator_document,
    to_document,
)
from causal_dag.saving.fits import fitted_attributes, named
from causal_dag.saving.values import LOADERS, first_unsaved, loaded_value, other_value, unsaved
from causal_dag.wording import quoted

if TYPE_CHECKING:
    from causal_dag.estimator import DAGEstimator
    from causal_dag.fitting.fitted_dag import FittedDAG

ENDING = ".json"


#: Keys of documents of models that are no solvers, and the packages whose modules load them.
PACKAGES = {
    "lagged": "causal_dag.time_series",
    "bootstrap": "causal_dag.certainty",
    "posterior": "causal_dag.certainty",
}
#: Functions from such a document to the model.
FURTHER_MODELS: dict[str, Callable[[Mapping[str, Any]], Any]] = {}


def save_model(model: "FittedDAG", path: FilePath, **further: Any) -> None:
    """Write a fitted model to a JSON file, from which ``load_model`` makes the same model again.

    The file is the document of ``causal_dag.export.to_document``. A callback is left out;
    sequences among the parameters come back as tuples, and graphs as ``NamedGraph``.

    Parameters
    ----------
    model : DAGEstimator
        Fitted.
    path : path
        Ends in ``.json``.
    **further
        Further keys of the document: what a model around this one needs (``FURTHER_MODELS``).

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
    _require_ending(path)
    if solver_class(type(model).__name__) is not type(model):
        raise ValueError(
            f"{type(model).__name__} is not a registered solver, so that its file could not be "
            "loaded; register it with causal_dag.solvers.register_solver"
        )
    write_document(
        to_document(model) | further, ("parameters", "attributes", "functions", *further), path
    )


def write_document(document: Mapping[str, Any], objects: Iterable[str], path: FilePath) -> None:
    """Write a document to a JSON file, whole or not at all.

    Parameters
    ----------
    document : mapping
        Of a fitted model.
    objects : iterable of str
        Keys under which something may not have been saved.
    path : path
        Ends in ``.json``.

    Raises
    ------
    ValueError
        If JSON cannot hold what is under one of the keys, or the ending is another one.
    """
    _require_ending(path)
    unsaved = first_unsaved({key: document[key] for key in objects})
    if unsaved is not None:
        place, text = unsaved
        name = place.partition("parameters.")[2] or place
        raise ValueError(
            f"{name}={text} cannot be saved as JSON; fit with a name or number in its place, or "
            "pickle the model"
        )
    write_whole_text(path, json_text(document) + "\n")


def _require_ending(path: FilePath) -> None:
    require_path(path)
    if not str(path).lower().endswith(ENDING):
        raise ValueError(f"{path}: a model is saved as JSON; end the name with {ENDING}")


def load_model(path: FilePath) -> Any:
    """Return the fitted model in a file of ``model.save(path)`` or ``causal-dag fit``.

    Predictions, scores and samples are the same, to the last bit. Nothing in the file is run: it
    can come from anywhere.

    Parameters
    ----------
    path : path
        File in JSON.

    Returns
    -------
    DAGEstimator, LaggedDAG, BootstrapDAG or PosteriorDAG

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it holds no fitted model, or one that a newer version has written; the message says
        what is wrong with it.

    See Also
    --------
    causal_dag.DAGEstimator.save : Writes such a file.
    causal_dag.graph_files.read_graph : Reads the graph alone.
    """
    require_file(path)
    try:
        document = read_json(path)
        if not isinstance(document, dict) or document.get("format") != DOCUMENT_FORMAT:
            raise ValueError(f'it is not an object with "format": "{DOCUMENT_FORMAT}"')
        check_document_version(document)
        if "weights" not in document:
            raise ValueError("it has no weights")
        for key in PACKAGES.keys() & document.keys():
            import_modules(PACKAGES[key])
            return FURTHER_MODELS[key](document)
        return model_of_document(document)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not a saved model: {error}") from error


def model_of_document(document: Mapping[str, Any]) -> "DAGEstimator":
    """Return the estimator that a document of ``to_document`` describes, fitted if it was.

    Raises
    ------
    ValueError
        If it describes none.
    """
    if "solver" not in document:
        raise ValueError("it holds a graph without a fitted model; read it with read_graph")
    cls = solver_class(document["solver"])
    model = cls(**loaded_parameters(cls, document)).checked_copy()
    if "weights" in document:
        model.__dict__.update(fitted_attributes(cls, document))
    return model


def loaded_parameters(cls: type, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a class that a document of an estimator has.

    Raises
    ------
    ValueError
        If they are not those of the class, or one is of an unknown kind.
    """
    parameters = document.get("parameters")
    known = list(inspect.signature(cls).parameters)
    if not isinstance(parameters, dict) or not set(parameters) <= set(known):
        known_ones = ", ".join(known)
        raise ValueError(f"its parameters are not those of {cls.__name__}: {known_ones}")
    return {name: named(name, loaded_value, value) for name, value in parameters.items()}


@other_value.register
def _estimator_value(model: BaseEstimator) -> dict[str, Any]:
    """Let estimators be parameters of estimators, as the one that polishes is."""
    if not is_estimator(model):
        return unsaved(model)
    is_fitted = hasattr(model, "weights_")
    return {"type": "estimator", **(to_document if is_fitted else estimator_document)(model)}


LOADERS["estimator"] = model_of_document


def solver_class(name: object) -> type["DAGEstimator"]:
    """Return the class of a registered solver."""
    from causal_dag.registry import solver_classes

    classes = solver_classes()
    if isinstance(name, str) and name in classes:
        return classes[name]
    raise ValueError(f"its solver {quoted(name)} is unknown; install the package that brings it")
