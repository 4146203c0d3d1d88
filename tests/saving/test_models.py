"""A model that is saved and loaded is the same model, to the last bit."""

import copy
import json
import math
import os
import random
import re

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.utils.validation import check_is_fitted

from causal_dag import (
    DAGMA,
    NOTEARS,
    NOTEARSCV,
    TOPO,
    EmptyDAG,
    EqVar,
    ExactDAG,
    PriorKnowledge,
    load_model,
)
from causal_dag.export import to_document
from causal_dag.files.json_values import json_text
from causal_dag.graph_files import read_graph, write_graph
from causal_dag.moments import Moments
from causal_dag.saving.values import TYPES, loaded_value, saved_value
from causal_dag.selection import StARS
from causal_dag.solvers import compared_solvers, make_solver
from causal_dag.solvers.criteria import BIC, RegressorScore
from causal_dag.structural_equations import LinearEquations

GENERATOR = np.random.default_rng(0)
ROWS = GENERATOR.normal(size=(60, 4)) @ np.array(
    [[1, 0.8, 0, 0.3], [0, 1, -1.1, 0], [0, 0, 1, 0.7], [0, 0, 0, 1]]
)
QUICK = {"max_iter": 300, "n_restarts": 1, "warm_up_iter": 100, "lambda1": 0.02}


def quick(name):
    solver = make_solver(name)
    known = solver.get_params()
    solver.set_params(**{key: value for key, value in QUICK.items() if key in known})
    binary = solver.column_values != "real"
    return solver, (ROWS > 0.0).astype(float) if binary else ROWS


def saved_and_loaded(model, folder):
    model.save(folder / "model.json")
    return load_model(folder / "model.json")


def assert_same_model(loaded, model, rows):
    assert type(loaded) is type(model)
    assert repr(loaded.get_params()) == repr(model.get_params())
    for name in ("weights_", "adjacency_", "order_", "cpdag_", "intercept_", "noise_variance_"):
        assert_same_array(getattr(loaded, name), getattr(model, name))
    assert_same_array(loaded.predict(rows), model.predict(rows))
    assert loaded.score(rows) == model.score(rows)
    for do in (None, {0: 1.0}):
        drawn = [m.sample(7, do=do, member=0, random_state=3) for m in (loaded, model)]
        assert_same_array(*drawn)
    assert set(vars(loaded)) == set(vars(model))
    assert repr(loaded.trace_) == repr(model.trace_)
    for name in ("objective_", "status_", "converged_", "n_iter_", "weight_threshold_"):
        assert getattr(loaded, name) == getattr(model, name)
        assert type(getattr(loaded, name)) is type(getattr(model, name))
    assert loaded.projection_.cut_edges == model.projection_.cut_edges
    assert_same_array(loaded.projection_.weights, model.projection_.weights)
    assert to_document(loaded) == to_document(model)


def assert_same_array(one, other):
    assert one.dtype == other.dtype
    assert one.shape == other.shape
    assert one.tobytes() == other.tobytes()


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", compared_solvers())
def test_every_solver_comes_back_to_the_last_bit(name, tmp_path):
    solver, rows = quick(name)
    model = solver.fit(pd.DataFrame(rows, columns=["a", "b", "°C, at noon", '"d"\n']))
    loaded = saved_and_loaded(model, tmp_path)
    frame = pd.DataFrame(rows, columns=model.feature_names_in_)
    assert_same_model(loaded, model, frame)
    is_linear = isinstance(model._equations_, LinearEquations)
    if is_linear and getattr(model, "loss", "") not in ("logistic", "poisson"):
        assert_same_array(loaded.total_effects(), model.total_effects())


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "solver",
    [
        NOTEARS(nonlinear="mlp", hidden_units=3, max_iter=3),
        NOTEARS(nonlinear="sobolev", n_basis=3, max_iter=3),
        DAGMA(nonlinear="mlp", hidden_units=3, max_iter=200, warm_up_iter=100),
        NOTEARSCV(lambdas=3, criterion=StARS(n_subsamples=3)),
        NOTEARSCV(lambdas=(0.1, 0.2), solver=NOTEARS(max_iter=20), random_state=5),
        TOPO(criterion=BIC(penalty=1.0), n_restarts=2),
        ExactDAG(prior_knowledge=PriorKnowledge(required=[(0, 1)], tiers=[[0], [1, 2]])),
        NOTEARS(polish=TOPO(n_restarts=1), refit=True),
        NOTEARS(polish="topo-bic", time_budget=60.0),
        TOPO(init=np.triu(np.ones((4, 4)), 1), n_restarts=0),
        TOPO(init=[3, 2, 1, 0], n_restarts=0),
        TOPO(init=EqVar().fit(ROWS), n_restarts=0),
    ],
    ids=str,
)
def test_parameters_that_are_objects_come_back(solver, tmp_path):
    model = solver.fit(ROWS)
    loaded = saved_and_loaded(model, tmp_path)
    again = saved_and_loaded(loaded, tmp_path)
    assert loaded.predict(ROWS).tobytes() == model.predict(ROWS).tobytes()
    assert loaded.sample(5, do={1: 2.0}).tobytes() == model.sample(5, do={1: 2.0}).tobytes()
    assert to_document(loaded) == to_document(model) == to_document(again)
    assert loaded.fit(ROWS).weights_.tobytes() == model.weights_.tobytes()


def test_a_model_without_names_stays_without(tmp_path):
    loaded = saved_and_loaded(EqVar().fit(ROWS), tmp_path)
    assert not hasattr(loaded, "feature_names_in_")
    loaded.predict(ROWS)


def test_a_model_of_moments_can_be_saved(tmp_path):
    names = ["a", "b", "c", "d"]
    model = EqVar().fit_moments(Moments.from_rows(ROWS, names))
    rows = pd.DataFrame(model.sample(9), columns=names)
    assert_same_model(saved_and_loaded(model, tmp_path), model, rows)


def test_a_saved_model_is_a_graph_file_and_the_other_way_round(tmp_path):
    model = EqVar().fit(ROWS)
    model.save(tmp_path / "saved.json")
    write_graph(model, tmp_path / "written.json")
    assert (tmp_path / "saved.json").read_text() == (tmp_path / "written.json").read_text()
    graph = read_graph(tmp_path / "saved.json")
    assert graph.weights.tobytes() == model.weights_.tobytes()
    assert graph.names == ("x0", "x1", "x2", "x3")


def test_a_callback_is_left_out(tmp_path):
    model = EqVar(callback=print).fit(ROWS)
    assert saved_and_loaded(model, tmp_path).callback is None
    assert model.callback is print


def test_graphs_among_the_parameters_come_back_as_named_graphs(tmp_path):
    start = nx.DiGraph([("a", "b")])
    start.add_nodes_from("abcd")
    for init in (start, nx.to_pandas_adjacency(start)):
        value = loaded_value(saved_value(init))
        assert value.names == ("a", "b", "c", "d")
        assert value.weights[0, 1] == 1


def test_what_json_cannot_hold_is_refused_by_name(tmp_path):
    models = {
        r"criterion=RegressorScore\(.*cannot be saved": TOPO(
            criterion=RegressorScore(LinearRegression()), n_restarts=0
        ),
        r"random_state=Generator\(PCG64\)": make_solver(
            "random", random_state=np.random.default_rng(0)
        ),
    }
    for message, solver in models.items():
        model = solver.fit(ROWS)
        with pytest.raises(ValueError, match=message):
            model.save(tmp_path / "model.json")
        assert to_document(model)["weights"] == model.weights_.tolist()
    assert not list(tmp_path.iterdir())


def test_an_unfitted_or_foreign_model_and_another_ending_are_refused(tmp_path):
    class Own(EmptyDAG):
        pass

    with pytest.raises(NotFittedError):
        EqVar().save(tmp_path / "model.json")
    with pytest.raises(ValueError, match=r"end the name with \.json"):
        EqVar().fit(ROWS).save(tmp_path / "model.pkl")
    with pytest.raises(ValueError, match="Own' is unknown"):
        Own().fit(ROWS).save(tmp_path / "model.json")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 2}, "version 2, and this package reads versions up to 1; upgrade"),
        ({"version": "1"}, "its version is '1' instead of a number"),
        ({"format": "other"}, 'not an object with "format": "causal-dag"'),
        ({"solver": "Unheard"}, "solver 'Unheard' is unknown; install the package"),
        ({"solver": "load_model"}, "is unknown; install"),
        ({"solver": "DAGEstimator"}, "is unknown; install"),
        ({"parameters": {"penlty": 1}}, "its parameters are not those of EqVar: penalty"),
        ({"parameters": {"weight_threshold": -1}}, "weight_threshold=-1"),
        (
            {"parameters": {"penalty": {"type": "os.system"}}},
            "penalty: .* type 'os.system'",
        ),
        ({"weights": [[0, 1], [1, 0]], "names": ["a", "b"]}, "cycle a -> b -> a"),
        ({"weights": [[0, 1]]}, "weights is not an array"),
        ({"order": ["x0", "x0", "x1", "x2"]}, "order does not hold every name once"),
        ({"intercept": [0, 0, 0, None]}, "intercept is not an array of finite numbers"),
        ({"noise_variance": [1, 1, 1, -1]}, "noise_variance is negative"),
        ({"functions": {"type": "BasisFunctions", "V": 1, "centre": 2}}, "functions cannot be"),
        ({"attributes": {"__class__": 1}}, "'__class__' is not an attribute that a fit sets"),
        ({"attributes": {"cpdag_": 1}}, "'cpdag_' is not an attribute that a fit sets"),
        ({"attributes": {"predict": 1}}, "'predict' is not an attribute that a fit sets"),
        ({"attributes": {"warnings_": 1}}, "warnings_: 1 is of another type than a fit sets"),
        ({"attributes": {"moments_": "x"}}, "moments_: 'x' is of another type than a fit sets"),
        ({"trace": [1]}, "trace holds something other"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path, changes, message):
    document = to_document(EqVar().fit(ROWS)) | changes
    (tmp_path / "model.json").write_text(json_text(document))
    with pytest.raises(ValueError, match=message) as caught:
        load_model(tmp_path / "model.json")
    assert str(caught.value).startswith(f"{tmp_path / 'model.json'} is not a saved model: ")


def test_a_graph_without_a_model_is_told_from_a_model(tmp_path):
    write_graph(np.zeros((2, 2)), tmp_path / "graph.json")
    with pytest.raises(ValueError, match="a graph without a fitted model; read it with read_graph"):
        load_model(tmp_path / "graph.json")
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "absent.json")
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(ValueError, match="a device or a pipe; name a file"):
        load_model(tmp_path / "pipe.json")


JUNK = [None, True, -1, 2.5, 10**400, 1e9, "", "x", [], [[]], [1, "a"], {}, {"type": "array"},
        {"type": "estimator"}, {"type": "Status", "value": "?"}, {"type": []}]  # fmt: skip


def damaged(document, generator):
    """Return a copy in which something is replaced, missing or repeated."""
    document = copy.deepcopy(document)
    place = document
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = generator.choice(keys)
        inner = place[key]
        if not (isinstance(inner, dict | list) and inner) or generator.random() < 0.3:
            break
        place = inner
    kind = generator.choice(["replace", "replace", "remove", "repeat"])
    if kind == "replace":
        place[key] = generator.choice(JUNK)
    elif kind == "remove":
        del place[key]
    elif isinstance(place, list):
        place.append(place[key])
    return document


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_damaged_file_is_refused_in_one_line_or_harmless(tmp_path):
    models = [
        EqVar(prior_knowledge=PriorKnowledge(forbidden=[(0, 1)])).fit(ROWS),
        NOTEARS(nonlinear="sobolev", n_basis=2, max_iter=2).fit(ROWS),
        NOTEARSCV(lambdas=2, solver=NOTEARS(max_iter=5)).fit(ROWS),
    ]
    documents = [to_document(model) for model in models]
    generator = random.Random(0)
    path = tmp_path / "model.json"
    refused = 0
    for number in range(400):
        document = documents[number % len(documents)]
        text = json_text(damaged(document, generator))
        if number % 8 == 0:
            text = text[: generator.randrange(len(text) - 2)]
        path.write_text(text)
        loaded, message = loaded_or_message(path)
        if loaded is None:
            refused += 1
            assert "\n" not in message
            assert message.startswith(f"{path} is not a saved model: ")
        else:
            check_is_fitted(loaded)
            assert loaded.predict(ROWS).shape == ROWS.shape
            assert not math.isnan(loaded.score(ROWS))
    assert refused > 200


@pytest.mark.parametrize(
    "damage",
    [
        lambda attributes, tables: attributes.pop("column_kinds_"),
        lambda attributes, tables: attributes.update(column_kinds_=3.5),
        lambda attributes, tables: attributes["column_kinds_"]["columns"].pop(),
        lambda attributes, tables: attributes["column_kinds_"]["columns"].append("x"),
        lambda attributes, tables: attributes["column_kinds_"]["columns"][0].update(dtype="x"),
        lambda attributes, tables: attributes["column_kinds_"]["columns"][0]["levels"].pop(),
        lambda attributes, tables: attributes["column_kinds_"]["columns"][0].update(levels=[1, 1]),
        lambda attributes, tables: tables[0]["otherwise"].pop("dtype"),
        lambda attributes, tables: tables[0]["otherwise"].update(shape=[True]),
    ],
)
def test_labels_that_do_not_stand_for_the_levels_of_the_tables_are_refused(tmp_path, damage):
    document = json.loads(json_text(to_document(TOPO(criterion="bdeu").fit(ROWS > 0))))
    damage(document["attributes"], document["functions"]["tables"])
    (tmp_path / "model.json").write_text(json.dumps(document))
    with pytest.raises(ValueError, match=r"model.json is not a saved model: (column_kinds_|func)"):
        load_model(tmp_path / "model.json")


@pytest.mark.parametrize(
    "damage",
    [
        lambda attributes, functions: attributes.pop("column_kinds_"),
        lambda attributes, functions: attributes["column_kinds_"]["columns"][0]["levels"].pop(),
        lambda attributes, functions: attributes["column_kinds_"]["columns"][0].update(
            kind="ordered"
        ),
        lambda attributes, functions: functions["widths"].update(values=[1, 1]),
        lambda attributes, functions: functions["n_levels"].update(values=[3, 2]),
        lambda attributes, functions: functions["models"].pop(),
        lambda attributes, functions: functions["models"][0].update(
            functions["models"][0] | {"intercept": functions["models"][1]["intercept"]}
        ),
    ],
)
def test_models_of_mixed_columns_that_do_not_fit_together_are_refused(tmp_path, damage):
    frame = pd.DataFrame({"a": ["x", "y", "z", "x"] * 10, "b": np.arange(40.0)})
    document = json.loads(json_text(to_document(TOPO(criterion="mixed").fit(frame))))
    damage(document["attributes"], document["functions"])
    (tmp_path / "model.json").write_text(json.dumps(document))
    with pytest.raises(ValueError, match=r"model.json is not a saved model: (column_kinds_|func)"):
        load_model(tmp_path / "model.json")


def loaded_or_message(path):
    try:
        return load_model(path), None
    except ValueError as error:
        return None, str(error)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"format": "causal-dag", "version": 1' + b"0" * 5000 + b"}",
        b'{"format": "causal-dag", "version": NaN}',
        b"null",
        b"\x80\x04\x95",
    ],
)
def test_what_is_no_document_at_all_is_refused(tmp_path, text):
    (tmp_path / "model.json").write_bytes(text)
    with pytest.raises(ValueError, match=r"is not a saved model: .*") as caught:
        load_model(tmp_path / "model.json")
    assert len(str(caught.value)) < 400


def test_files_call_the_saveable_types_by_names_that_never_change():
    make_solver("empty")
    assert set(TYPES) >= {
        "PriorKnowledge", "Constraints", "Moments", "NamedGraph", "Status", "StageRecord",
        "Solution", "NetworkFunctions", "BasisFunctions", "BIC", "EqualVarianceBIC", "Lasso",
        "LeastSquares", "Logistic", "Poisson", "ProfiledCoLiDE", "Candidate", "PathPoint",
        "selection.BIC", "selection.ExtendedBIC", "selection.CrossValidatedLikelihood",
        "selection.StARS",
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_documents_obey_the_schema_that_comes_with_the_package(repository):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(
        (repository / "causal_dag" / "saving" / "saved_model.schema.json").read_text()
    )
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    for model in (
        [[0, 2], [2, 0]],
        EqVar(prior_knowledge=PriorKnowledge(required=[(0, 1)])).fit(ROWS),
        NOTEARS(nonlinear="mlp", hidden_units=2, max_iter=2).fit(ROWS),
        NOTEARSCV(lambdas=2, solver=NOTEARS(max_iter=5)).fit(ROWS),
        TOPO(criterion="bdeu").fit(ROWS > 0),
    ):
        document = json.loads(json_text(to_document(model)))
        validator(schema).validate(document)
        with pytest.raises(jsonschema.ValidationError):
            validator(schema).validate(document | {"weights": [["x"]]})


def test_the_example_on_the_page_runs(repository, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (repository / "docs" / "guide" / "files.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    *lines, claim = example.strip().splitlines()
    names = {}
    exec("\n".join(lines), names)
    assert eval(claim, names)
