"""``DAGSelector`` chooses by what was held out or by what halves agree on, and is the choice."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import GroupKFold, KFold, cross_val_score

from causal_dag import TOPO, DAGSelector, PriorKnowledge, load_model
from causal_dag.certainty import GraphDistribution, graph_stability
from causal_dag.graph_files import read_graph, write_graph
from causal_dag.metrics import structural_hamming_distance
from causal_dag.plotting import plot_graph
from causal_dag.synthetic import make_linear_sem

DENSE = TOPO(penalty=0.0, n_restarts=0)
SPARSE = TOPO(n_restarts=0)


@pytest.fixture(scope="module")
def simulated():
    return make_linear_sem(120, 5, graph="er", edges_per_node=1, random_state=2)


@pytest.fixture(scope="module")
def chosen(simulated):
    return DAGSelector({"none": "empty", "dense": DENSE, "sparse": SPARSE}).fit(simulated[0])


def test_scores_are_those_of_cross_validation_on_common_folds(chosen, simulated):
    folds = list(KFold(5, shuffle=True, random_state=1).split(simulated[0]))
    model = DAGSelector(chosen.estimators, cv=KFold(5, shuffle=True, random_state=1))
    results = model.fit(simulated[0]).results_
    for name, solver in {"dense": DENSE, "sparse": SPARSE}.items():
        expected = cross_val_score(solver, simulated[0], cv=folds)
        assert model.scores_[name] == pytest.approx(expected)
        assert results.loc[name, "score"] == pytest.approx(expected.mean())
        error = expected.std(ddof=1) / np.sqrt(5)
        assert results.loc[name, "standard_error"] == pytest.approx(error)
    assert results["score"].is_monotonic_decreasing
    assert results.loc[model.best_name_, "gap"] == 0


def test_likelihood_prefers_edges_that_exist_to_none(chosen):
    assert chosen.results_.index[-1] == "none"
    assert chosen.results_.loc["dense", "n_edges"] == 10


def test_within_one_standard_error_the_sparser_graph_is_chosen(simulated):
    noise = np.random.default_rng(0).normal(size=(100, 4))
    model = DAGSelector(["empty", TOPO(penalty=1.0)], one_standard_error=True).fit(noise)
    assert model.best_name_ == "empty"
    found = DAGSelector(["empty", SPARSE], one_standard_error=True).fit(simulated[0])
    assert found.best_name_ == repr(SPARSE)


def test_the_selector_is_the_chosen_model_to_all_that_takes_a_graph(chosen, simulated, tmp_path):
    X, sem = simulated
    best = chosen.best_estimator_
    assert (chosen.weights_ == best.weights_).all()
    assert (chosen.cpdag_ == best.cpdag_).all()
    assert chosen.edges_.equals(best.edges_)
    assert chosen.score(X) == best.score(X)
    assert (chosen.predict(X) == best.predict(X)).all()
    assert structural_hamming_distance(sem.weights, chosen) == structural_hamming_distance(
        sem.weights, best
    )
    assert plot_graph(chosen) is not None
    for name in ("graph.dot", "graph.json"):
        write_graph(chosen, tmp_path / name)
        assert (read_graph(tmp_path / name).weights == best.weights_).all()
    chosen.save(tmp_path / "model.json")
    assert (load_model(tmp_path / "model.json").weights_ == best.weights_).all()


def test_a_clone_is_unfitted_and_finds_the_same(chosen, simulated):
    again = clone(chosen)
    assert not hasattr(again, "weights_")
    assert again.fit(simulated[0]).results_.equals(chosen.results_)


def test_rows_of_a_group_are_held_out_together(simulated):
    X = simulated[0]
    groups = np.repeat(np.arange(12), 10)
    model = DAGSelector(["empty"], cv=3).fit(X, groups=groups)
    folds = list(GroupKFold(3).split(X, None, groups))
    solver = model.best_estimator_
    assert model.scores_["empty"] == pytest.approx(cross_val_score(clone(solver), X, cv=folds))


def test_stability_prefers_the_penalty_under_which_halves_agree(simulated):
    model = DAGSelector([DENSE, SPARSE, "empty"], criterion="stability", n_resamples=10)
    model.fit(simulated[0])
    assert model.best_name_ == repr(SPARSE)
    assert np.isnan(model.results_.loc["empty", "score"])
    assert list(model.results_.columns) == ["score", "n_edges"]


def test_graphs_with_independent_edges_have_no_stability_beyond_chance():
    generator = np.random.default_rng(0)
    graphs = [np.triu(generator.random((12, 12)) < 0.5, 1) for _ in range(400)]
    shuffled = (graph[np.ix_(p, p)] for graph in graphs for p in [generator.permutation(12)])
    assert graph_stability(GraphDistribution(shuffled)) == pytest.approx(0.0, abs=0.01)
    assert graph_stability(GraphDistribution(graphs[:1] * 3)) == 1.0


def test_densities_are_not_compared_with_probabilities():
    generator = np.random.default_rng(0)
    table = pd.DataFrame(generator.integers(0, 3, size=(60, 2)), columns=["a", "b"])
    with pytest.raises(ValueError, match=r"'empty' and 'topo-bdeu' take columns for different"):
        DAGSelector(["empty", "topo-bdeu"]).fit(table)


@pytest.mark.parametrize("criterion", ["likelihood", "stability"])
@pytest.mark.parametrize(
    ("rows", "message"), [(None, "None is not a table"), (np.zeros(3), "Expected 2D array")]
)
def test_what_is_no_table_is_refused(rows, message, criterion):
    with pytest.raises(ValueError, match=message):
        DAGSelector(["empty"], criterion=criterion).fit(rows)


def test_likelihoods_of_different_columns_are_not_compared(simulated):
    given = TOPO(prior_knowledge=PriorKnowledge(given=[0]))
    with pytest.raises(ValueError, match="different given columns"):
        DAGSelector({"all": "topo-bic", "some": given}).fit(simulated[0])


@pytest.mark.parametrize(
    ("estimators", "message"),
    [
        ([], "names nothing to choose from"),
        ("topo-bic", "names nothing to choose from"),
        (["empty", "empty"], "'empty' twice"),
        (["topo-bicc"], "estimator 'topo-bicc': unknown solver"),
        ({3: "empty"}, "the name 3 is not a string"),
        ({"mine": 3}, "estimator 'mine': estimator=3 is not a solver"),
    ],
)
def test_wrong_candidates_are_refused(estimators, message, simulated):
    with pytest.raises(ValueError, match=message):
        DAGSelector(estimators).fit(simulated[0])
