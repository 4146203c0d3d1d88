"""What is exported says the same as the fitted estimator."""

import json

import numpy as np
import pandas as pd
import pytest

import causal_dag
from causal_dag import EqVar, PriorKnowledge
from causal_dag.export import edge_list, edge_records, to_document, to_networkx
from causal_dag.files.json_values import json_text, json_value


@pytest.fixture(scope="module")
def model():
    generator = np.random.default_rng(0)
    rain = generator.normal(size=500)
    sprinkler = generator.normal(size=500)
    wet = rain - 0.8 * sprinkler + generator.normal(size=500)
    data = pd.DataFrame({"wet": wet, "rain": rain, "sprinkler": sprinkler})
    return EqVar(prior_knowledge=PriorKnowledge(forbidden=[("wet", "rain")])).fit(data)


def test_edges_are_sorted_by_size_and_carry_names(model):
    edges = edge_list(model)
    assert [(edge.source, edge.target) for edge in edges] == [("rain", "wet"), ("sprinkler", "wet")]
    assert edges[0].weight == model.weights_[1, 0] > -edges[1].weight > 0


def test_networkx_keeps_nodes_edges_and_weights(model):
    graph = to_networkx(model)
    assert list(graph.nodes) == ["wet", "rain", "sprinkler"]
    assert graph["rain"]["wet"]["weight"] == model.weights_[1, 0]
    assert list(to_networkx(model.weights_).nodes) == [0, 1, 2]
    assert to_networkx(np.zeros((2, 2))).number_of_nodes() == 2


def test_the_document_holds_the_whole_fit_and_survives_json(model):
    document = json.loads(json_text(to_document(model)))
    assert document["names"] == ["wet", "rain", "sprinkler"]
    assert document["weights"] == model.weights_.tolist()
    assert document["intercept"] == model.intercept_.tolist()
    assert document["noise_variance"] == model.noise_variance_.tolist()
    assert document["order"] == [document["names"][node] for node in model.order_]
    assert document["edges"] == edge_records(model)
    assert document["edges"][0]["decided_by"] == model.edges_["decided_by"][0] == "data"
    assert document["solver"] == "EqVar"
    assert set(document["parameters"]) == set(model.get_params())
    assert document["parameters"]["prior_knowledge"]["forbidden"] == [["wet", "rain"]]
    assert document["status"] == model.status_
    assert document["projection"]["cut_edges"] == []
    assert (document["format"], document["version"]) == ("causal-dag", 1)
    assert document["package_version"] == causal_dag.__version__
    assert document["cpdag"] == model.cpdag_.astype(int).tolist()


def test_a_graph_without_a_fit_has_no_fitted_keys():
    document = to_document([[0, 1], [0, 0]])
    assert document["order"] == ["x0", "x1"]
    assert "solver" not in document
    assert to_document([[0, 1], [1, 0]])["order"] is None


def test_numbers_that_json_lacks_become_null():
    values = {"a": np.float64("nan"), "b": [np.inf, np.int64(3)], "c": np.bool_(True), "d": (None,)}
    assert json_value(values) == {"a": None, "b": [None, 3], "c": True, "d": [None]}
    assert json.loads(json_text(values)) == json_value(values)


def test_objects_that_json_lacks_become_their_representation():
    assert json_value({"callback": len}) == {"callback": "<built-in function len>"}
