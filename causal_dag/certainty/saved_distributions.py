"""Estimators of distributions of graphs as JSON files, and back."""

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from causal_dag.arrays import BoolArray
from causal_dag.certainty.graph_distribution import GraphDistribution
from causal_dag.declared_parameters import checked_parameters
from causal_dag.files.atomic_files import FilePath
from causal_dag.saving.documents import estimator_document, to_document
from causal_dag.saving.fits import further_attributes, of_type
from causal_dag.saving.models import FURTHER_MODELS, loaded_parameters, write_document
from causal_dag.saving.values import LOADERS, loaded_value, other_value, saved_value
from causal_dag.tables.columns import written_names


def save_distribution(model: Any, path: FilePath) -> None:
    """Write a fitted estimator to a JSON file: its consensus, and the rest under its key."""
    check_is_fitted(model)
    names = written_names(model.distribution_.names, model.distribution_.n_variables_)
    own, key = estimator_document(model), model.document_key
    further = vars(model).keys() - own["parameters"].keys()
    own["attributes"] = {name: saved_value(getattr(model, name)) for name in sorted(further)}
    write_document(to_document(model.consensus_, names=names) | {key: own}, [key], path)


def register_distribution(model_class: Any, **attributes: type) -> None:
    """Let ``load_model`` read the files of a class, which must hold attributes of these types."""
    expected = {"distribution_": GraphDistribution, "n_features_in_": int, **attributes}
    load = functools.partial(_loaded_model, model_class, expected)
    FURTHER_MODELS[model_class.document_key] = load


def _loaded_model(
    model_class: Any, expected: Mapping[str, type], document: Mapping[str, Any]
) -> Any:
    key = model_class.document_key
    try:
        own = of_type(document, key, dict)
        parameters = checked_parameters(model_class, loaded_parameters(model_class, own))
        found = further_attributes(model_class, own)
        for name, kind in expected.items():
            of_type(found, name, kind)
        _require_one_size(found)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ValueError(f"{key} is not a {model_class.__name__} ({error})") from error
    model = model_class(**parameters)
    model.__dict__ |= found
    return model


def _require_one_size(found: Mapping[str, Any]) -> None:
    """Raise ``ValueError`` unless all attributes are those of the same variables."""
    graphs, d = found["distribution_"], found["n_features_in_"]
    names = found.get("feature_names_in_")
    if graphs.n_variables_ != d or graphs.names != (None if names is None else tuple(names)):
        raise ValueError(f"distribution_ is not that of {d} variables with the same names")
    masks = (vars(found["estimator_"]) if "estimator_" in found else found)["constraints_"]
    matrices = [found[name] for name in ("r_hat_", "effective_sample_size_") if name in found]
    if any(matrix.shape != (d, d) for matrix in (masks.forbidden, *matrices)):
        raise ValueError(f"a matrix is not one of {d} variables")


@other_value.register
def _saved_distribution(graphs: GraphDistribution) -> dict[str, Any]:
    return {
        "type": "GraphDistribution",
        "n_variables": graphs.n_variables_,
        "n_graphs": graphs.n_graphs_,
        "names": graphs.names,
        "graphs": [bits.hex() for bits in graphs._weight_of],
        "weights": saved_value(np.array(list(graphs._weight_of.values()))),
        # With few columns, it is known more exactly than from the graphs.
        "edge_probability": saved_value(graphs.edge_probability_),
    }


def _loaded_distribution(document: Mapping[str, Any]) -> GraphDistribution:
    d, n_graphs = (of_type(document, key, int) for key in ("n_variables", "n_graphs"))
    written = of_type(document, "graphs", list)
    n_digits = 2 * -(-d * d // 8) if d > 0 else 0
    if not all(isinstance(bits, str) and len(bits) == n_digits for bits in written):
        raise ValueError(f"graphs are not those of {d} variables")
    weights, probability = (
        loaded_value(document.get(key)) for key in ("weights", "edge_probability")
    )
    names = None if document.get("names") is None else of_type(document, "names", list)
    graphs = GraphDistribution((_unpacked(bits, d) for bits in written), weights, names=names)
    if graphs.n_distinct_graphs_ != len(written) or n_graphs < len(written):
        raise ValueError(f"n_graphs={n_graphs} is not the number of the graphs")
    if np.shape(probability) != (d, d) or not ((probability >= 0) & (probability <= 1)).all():
        raise ValueError("edge_probability is not a matrix of probabilities")
    graphs.n_graphs_, graphs.edge_probability_ = n_graphs, probability
    return graphs


def _unpacked(text: str, d: int) -> BoolArray:
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(text), dtype=np.uint8), count=d * d)
    return bits.reshape(d, d).astype(np.bool_)


LOADERS["GraphDistribution"] = _loaded_distribution
