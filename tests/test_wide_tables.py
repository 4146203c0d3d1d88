"""Above a number of columns fitted matrices are sparse, and all else is as with dense ones."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array, issparse
from sklearn.base import clone

from causal_dag import TOPO, PriorKnowledge, kkt_report, load_model
from causal_dag.comparison.compare import compare_solvers
from causal_dag.export import edge_records, to_document, to_networkx
from causal_dag.files.json_values import json_text
from causal_dag.graph import matrices
from causal_dag.graph_files import read_graph, write_graph
from causal_dag.metrics import cpdag_distance, structural_hamming_distance, varsortability
from causal_dag.plotting import plot_graph
from causal_dag.solvers import make_solver
from causal_dag.synthetic import LinearSEM, make_linear_sem

MATRICES = ("weights_", "raw_weights_", "adjacency_", "cpdag_")
KNOWLEDGE = PriorKnowledge(required=[(0, 1)], forbidden=[(2, 3)], roots=[4])


def as_array(matrix):
    return matrix.toarray() if issparse(matrix) else matrix


def table(n_features=8, seed=0):
    return make_linear_sem(300, n_features, edges_per_node=1.5, random_state=seed)[0]


def dense_and_sparse(monkeypatch, make):
    dense = make()
    monkeypatch.setattr(matrices, "MOST_NODES_OF_DENSE", 3)
    return dense, make()


@pytest.mark.parametrize("knowledge", [None, KNOWLEDGE], ids=["free", "knowledge"])
@pytest.mark.parametrize(
    ("solver", "parameters"),
    [
        ("topo-bic", {"n_restarts": 3}),
        ("topo-bic-ev", {"n_restarts": 3, "refit": True}),
        ("topo-bic-cv", {"lambdas": 3}),
        ("notears", {"max_iter": 5}),
        ("notears", {"max_iter": 5, "polish": "topo-bic"}),
        ("ges", {}),
        ("eqvar", {}),
        ("random", {}),
        ("empty", {}),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_fits_and_all_that_models_offer_agree(monkeypatch, solver, parameters, knowledge):
    X = table()

    def fit():
        return make_solver(solver, prior_knowledge=knowledge, **parameters).fit(X)

    dense, sparse = dense_and_sparse(monkeypatch, fit)
    for name in MATRICES:
        assert getattr(sparse, name).format == "csr"
        assert getattr(sparse, name).dtype == getattr(dense, name).dtype
        np.testing.assert_allclose(as_array(getattr(sparse, name)), getattr(dense, name), rtol=1e-9)
    pd.testing.assert_frame_equal(sparse.edges_, dense.edges_)
    np.testing.assert_array_equal(sparse.order_, dense.order_)
    np.testing.assert_allclose(sparse.noise_variance_, dense.noise_variance_, rtol=1e-9)
    np.testing.assert_allclose(sparse.predict(X), dense.predict(X), atol=1e-9)
    assert sparse.score(X) == pytest.approx(dense.score(X))
    do = {1: 2.0}
    drawn = [model.sample(5, do=do, member=0) for model in (sparse, dense)]
    np.testing.assert_allclose(*drawn, atol=1e-9)
    np.testing.assert_allclose(sparse.total_effects(), dense.total_effects(), atol=1e-9)


@pytest.fixture
def wide(monkeypatch):
    monkeypatch.setattr(matrices, "MOST_NODES_OF_DENSE", 3)
    names = [f"gene {j}" for j in range(8)]
    return pd.DataFrame(table(), columns=names)


@pytest.fixture
def model(wide):
    known = PriorKnowledge(required=[("gene 0", "gene 1")])
    return TOPO(n_restarts=2, prior_knowledge=known).fit(wide)


def test_models_are_saved_pickled_and_cloned(model, wide, tmp_path):
    model.save(tmp_path / "model.json")
    for copy in (load_model(tmp_path / "model.json"), pickle.loads(pickle.dumps(model))):
        for name in MATRICES:
            assert getattr(copy, name).format == "csr"
            assert not (getattr(copy, name) != getattr(model, name)).sum()
        pd.testing.assert_frame_equal(copy.edges_, model.edges_)
        assert copy.score(wide) == model.score(wide)
    again = clone(model).fit(wide)
    assert not (again.weights_ != model.weights_).sum()
    document = to_document(model)
    assert document["weights"]["shape"] == [8, 8]
    assert document["constraints"]["required"]["true_at"] == [1]


@pytest.mark.parametrize("change", [{"true_at": [64]}, {"true_at": [True]}, {"shape": [10**9] * 2}])
def test_masks_of_saved_models_are_checked(model, tmp_path, change):
    document = to_document(model)
    document["constraints"]["required"].update(change)
    (tmp_path / "model.json").write_text(json_text(document))
    with pytest.raises(ValueError, match="not a saved model: constraints: an array"):
        load_model(tmp_path / "model.json")


@pytest.mark.parametrize("ending", [".csv", ".edges.csv", ".json", ".graphml", ".dot"])
def test_graphs_are_written_and_read(model, tmp_path, ending):
    write_graph(model, tmp_path / f"graph{ending}")
    assert structural_hamming_distance(model, read_graph(tmp_path / f"graph{ending}")) == 0


def test_exports_and_metrics_take_wide_models(model):
    graph = to_networkx(model)
    assert graph.number_of_edges() == len(edge_records(model)) == len(model.edges_)
    assert structural_hamming_distance(graph, model) == cpdag_distance(model.cpdag_, model) == 0
    assert structural_hamming_distance(LinearSEM(model.weights_), model) == 0
    assert TOPO(init=model, n_restarts=0).fit(table()).objective_ <= model.objective_ + 1e-6


def test_a_start_from_sparse_weights_is_one_from_dense_ones(model, wide):
    starts = model.weights_, model.weights_.toarray()
    first, second = (TOPO(init=start, n_restarts=0).fit(wide) for start in starts)
    assert first.objective_ == second.objective_


def test_wide_models_are_compared(monkeypatch):
    X, sem = make_linear_sem(300, 8, random_state=0)

    def made():
        return compare_solvers(X, ["topo-bic"], true=sem, random_state=0)

    dense, sparse = dense_and_sparse(monkeypatch, made)
    assert sparse.rows[0].distances == dense.rows[0].distances
    assert sparse.agreement("raw") == dense.agreement("raw")


def test_orders_of_wide_models_are_examined(model, wide):
    assert kkt_report(model, wide).is_optimal


def test_a_picture_of_very_many_nodes_is_refused(model):
    with pytest.raises(ValueError, match=r"8 nodes cannot be read.*graphml"):
        plot_graph(model)


def test_paths_are_counted_in_parts(monkeypatch):
    X, sem = make_linear_sem(300, 8, random_state=0)
    expected = varsortability(X, sem)
    monkeypatch.setattr("causal_dag.metrics.sortability.TARGETS_AT_ONCE", 3)
    assert varsortability(X, sem) == pytest.approx(expected, rel=1e-12)


def test_tables_of_more_than_2000_columns_give_sparse_matrices():
    X = np.random.default_rng(0).normal(size=(40, 2001))
    model = make_solver("empty", prior_knowledge=KNOWLEDGE).fit(X)
    assert isinstance(model.weights_, csr_array)
    assert list(zip(*model.cpdag_.nonzero(), strict=True)) == [(0, 1)]
    assert model.predict(X).shape == X.shape
    assert len(model.edges_) == 1
