"""Saved distributions of graphs come back to the last bit, or are refused with the reason."""

import copy
import json

import numpy as np
import pandas as pd
import pytest

from causal_dag import TOPO, BootstrapDAG, EqVar, PosteriorDAG, PriorKnowledge, load_model
from causal_dag.graph_files import read_graph
from causal_dag.synthetic import make_linear_sem

NAMES = ["rain", "wet", "slip", "fall"]


@pytest.fixture(scope="module")
def table():
    X, _ = make_linear_sem(60, 4, graph="er", edges_per_node=1, random_state=1)
    return pd.DataFrame(X, columns=NAMES)


@pytest.fixture(scope="module")
def bootstrap(table):
    known = PriorKnowledge(forbidden=[("fall", "rain")])
    solver = TOPO(n_restarts=0, prior_knowledge=known)
    return BootstrapDAG(solver, n_resamples=12, callback=lambda done, of: False).fit(table)


@pytest.fixture(scope="module")
def posterior(table):
    return PosteriorDAG(n_samples=32, n_chains=2, prior="orders").fit(table)


@pytest.fixture(params=["bootstrap", "posterior"])
def model(request):
    return request.getfixturevalue(request.param)


def saved_and_loaded(model, tmp_path):
    model.save(tmp_path / "model.json")
    return load_model(tmp_path / "model.json")


def test_all_that_is_said_of_edges_comes_back_to_the_last_bit(model, tmp_path):
    loaded = saved_and_loaded(model, tmp_path)
    assert type(loaded) is type(model)
    for name in ("edge_probability_", "ancestor_probability_", "direction_probability_"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(model, name))
    assert (loaded.consensus_ == model.consensus_).all()
    pairs = zip(loaded.distribution_, model.distribution_, strict=True)
    assert all((one == other).all() and p == q for (one, p), (other, q) in pairs)
    for one, other in zip(loaded.typical_graphs_, model.typical_graphs_, strict=True):
        assert (one.graph == other.graph).all()
        assert (one.share, one.mean_distance) == (other.share, other.mean_distance)
    pd.testing.assert_frame_equal(loaded.edge_table(), model.edge_table(), check_exact=True)
    assert loaded.path_probability("rain", "wet") == model.path_probability("rain", "wet")
    assert list(loaded.feature_names_in_) == NAMES
    assert loaded.distribution_.n_graphs_ == model.distribution_.n_graphs_


def test_a_bootstrap_comes_back_with_its_solver_and_its_bound(bootstrap, table, tmp_path):
    loaded = saved_and_loaded(bootstrap, tmp_path)
    assert loaded.estimator_.score(table) == bootstrap.estimator_.score(table)
    assert loaded.stability_bound(0.9) == bootstrap.stability_bound(0.9)
    assert (loaded.n_resamples_, loaded.callback) == (12, None)
    assert loaded.estimator.get_params() == bootstrap.estimator.get_params()


def test_a_posterior_comes_back_with_its_diagnostics_and_parameters(posterior, tmp_path):
    loaded = saved_and_loaded(posterior, tmp_path)
    np.testing.assert_array_equal(loaded.r_hat_, posterior.r_hat_)
    np.testing.assert_array_equal(loaded.effective_sample_size_, posterior.effective_sample_size_)
    assert loaded.get_params() == posterior.get_params()
    assert loaded.is_exact_
    assert loaded.status_ == posterior.status_


def test_a_model_without_names_stays_without(table, tmp_path):
    model = BootstrapDAG(EqVar(), n_resamples=2).fit(table.to_numpy())
    loaded = saved_and_loaded(model, tmp_path)
    assert not hasattr(loaded, "feature_names_in_")
    assert loaded.distribution_.names is None


def test_to_what_reads_graphs_the_file_is_the_consensus(model, tmp_path):
    model.save(tmp_path / "model.json")
    graph = read_graph(tmp_path / "model.json")
    assert list(graph.labels) == NAMES
    assert (graph.adjacency == model.consensus_).all()


def test_the_file_obeys_the_schema_that_comes_with_the_package(model, repository, tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    schema = (repository / "causal_dag" / "saving" / "saved_model.schema.json").read_text()
    model.save(tmp_path / "model.json")
    document = json.loads((tmp_path / "model.json").read_text())
    jsonschema.validate(document, json.loads(schema))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document | {model.document_key: {"attributes": 3}}, json.loads(schema))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"distribution_": 3}, "distribution_ is no GraphDistribution"),
        ({"n_features_in_": 5}, "distribution_ is not that of 5 variables"),
        ({"feature_names_in_": ["a", "b", "c", "d"]}, "not that of 4 variables with the same"),
        ({"save": 1}, "'save' is not an attribute that a fit sets"),
        ({"consensus_": 1}, "'consensus_' is not an attribute that a fit sets"),
    ],
)
def test_attributes_that_contradict_each_other_are_refused(model, tmp_path, changes, message):
    with pytest.raises(ValueError, match=rf"{type(model).__name__} \(.*{message}"):
        changed(model, tmp_path, lambda own: own["attributes"].update(changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"graphs": ["00"]}, "graphs are not those of 4 variables"),
        ({"graphs": ["zzzz"]}, "non-hexadecimal"),
        ({"weights": [1.0]}, ""),
        ({"n_graphs": 0}, "n_graphs=0 is not the number"),
        ({"edge_probability": [2.0]}, "edge_probability is not a matrix of probabilities"),
    ],
)
def test_damaged_graphs_are_refused(model, tmp_path, changes, message):
    with pytest.raises(ValueError, match=rf"model.json is not a saved model: .*{message}"):
        changed(model, tmp_path, lambda own: own["attributes"]["distribution_"].update(changes))


def changed(model, tmp_path, change):
    path = tmp_path / "model.json"
    model.save(path)
    document = json.loads(path.read_text())
    change(document[model.document_key])
    path.write_text(json.dumps(document))
    return load_model(path)


def test_a_file_that_is_cut_or_lacks_an_attribute_is_refused_by_name(model, tmp_path):
    path = tmp_path / "model.json"
    model.save(path)
    text = path.read_text()
    path.write_text(text[: len(text) // 2])
    with pytest.raises(ValueError, match=r"model\.json"):
        load_model(path)
    for name in json.loads(text)[model.document_key]["attributes"]:
        with pytest.raises(ValueError, match=r"model\.json is not a saved model"):
            changed(model, tmp_path, lambda own, name=name: own["attributes"].pop(name))


def test_a_random_generator_cannot_be_saved(bootstrap, tmp_path):
    model = copy.copy(bootstrap)
    model.random_state = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"^random_state=Generator.* cannot be saved as JSON"):
        model.save(tmp_path / "model.json")
    assert list(tmp_path.iterdir()) == []
