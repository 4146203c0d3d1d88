"""TOPO and ExactDAG over categories: brute force, relabeling, joint causes, prior knowledge."""

import itertools

import numpy as np
import pytest

from causal_dag import TOPO, ExactDAG, Moments, PriorKnowledge, load_model
from causal_dag.constraints import Constraints
from causal_dag.graph import cpdag, is_dag
from causal_dag.metrics import cpdag_distance
from causal_dag.problem import Problem, Status
from causal_dag.solvers import make_solver
from causal_dag.solvers.criteria import Categories
from causal_dag.synthetic import load_sachs, make_discrete_network

SCORES = ["bdeu", "categorical-bic", "k2", "fnml"]


def codes_of(X):
    return np.column_stack([X[name].cat.codes for name in X]).astype(float)


def drawn(n, d, seed, **settings):
    X, network = make_discrete_network(
        n, d, edges_per_node=1.5, concentration=0.5, random_state=seed, **settings
    )
    return codes_of(X), network


def dags_of_four():
    pairs = list(itertools.permutations(range(4), 2))
    for bits in range(1 << 12):
        adjacency = np.zeros((4, 4), dtype=bool)
        for e, (i, j) in enumerate(pairs):
            adjacency[i, j] = bits >> e & 1
        if not (adjacency & adjacency.T).any() and is_dag(adjacency):
            yield adjacency


@pytest.mark.parametrize("criterion", SCORES)
def test_no_dag_of_four_columns_scores_better(criterion):
    X, _ = drawn(150, 4, seed=3)
    problem = Problem(Moments.from_rows(X), Constraints.none(4), rows=X)
    score = TOPO(criterion=criterion).resolved_criterion().node_score(problem)
    masks = np.array(list(itertools.product([False, True], repeat=4)))
    value = {(j, tuple(m)): score.given(j, m).value for j in range(4) for m in masks if not m[j]}
    best = min(
        sum(value[j, tuple(column)] for j, column in enumerate(adjacency.T))
        for adjacency in dags_of_four()
    )
    for model in (TOPO(criterion=criterion), ExactDAG(criterion=criterion)):
        assert model.fit(X).objective_ == pytest.approx(best, rel=1e-12)
        assert model.status_ == Status.OPTIMAL


def test_the_best_graph_of_the_sachs_tertiles_is_found():
    X = load_sachs().data
    tertiles = np.argsort(np.argsort(X, axis=0, kind="stable"), axis=0) * 3.0 // len(X)
    model = TOPO(criterion=Categories(edge_prior=0.0), n_restarts=20).fit(tertiles)
    assert model.objective_ / -2 == pytest.approx(-9490.913152058267, rel=1e-12)
    assert model.adjacency_.sum() == 8


@pytest.mark.parametrize("d", [6, 14])
def test_other_codes_for_the_same_levels_change_nothing(d):
    X, _ = drawn(800, d, seed=4)
    generator = np.random.default_rng(0)
    other = np.column_stack([generator.permutation(7)[column.astype(int)] for column in X.T])
    fits = [TOPO(criterion="bdeu", n_restarts=5).fit(table) for table in (X, other.astype(float))]
    assert np.array_equal(fits[0].adjacency_, fits[1].adjacency_)
    assert fits[0].objective_ == pytest.approx(fits[1].objective_, rel=1e-13)


def test_causes_that_act_only_jointly_are_found_among_few_columns():
    generator = np.random.default_rng(1)
    coins = generator.integers(2, size=(400, 3))
    X = np.column_stack([coins, coins.sum(axis=1) % 2])
    model = TOPO(criterion="bdeu").fit(X)
    assert model.adjacency_.sum() == 3
    assert model.adjacency_.sum(axis=0).max() == 3


def test_a_network_of_twelve_columns_is_recovered_up_to_equivalence():
    distances = []
    for seed in range(5):
        X, network = drawn(3000, 12, seed)
        distances.append(cpdag_distance(network, TOPO(criterion="bdeu", n_restarts=20).fit(X)))
    assert np.mean(distances) <= 1.8


def test_prior_knowledge_holds_and_threads_do_not_matter():
    X, _ = drawn(500, 14, seed=9)
    knowledge = PriorKnowledge(forbidden=[(0, 1), (1, 0)], required=[(2, 3)], max_parents=2)
    fits = [
        TOPO(criterion="bdeu", n_restarts=6, n_jobs=jobs, prior_knowledge=knowledge).fit(X)
        for jobs in (1, 2)
    ]
    assert np.array_equal(fits[0].weights_, fits[1].weights_)
    adjacency = fits[0].adjacency_
    assert adjacency[2, 3]
    assert not adjacency[0, 1]
    assert not adjacency[1, 0]
    assert adjacency.sum(axis=0).max() <= 2


def test_exact_search_under_constraints_is_what_the_search_finds():
    X, _ = drawn(300, 7, seed=6)
    knowledge = PriorKnowledge(required=[(0, 1)], forbidden=[(2, 3)], max_parents=2)
    exact = ExactDAG(criterion="bdeu", prior_knowledge=knowledge).fit(X)
    free = ExactDAG(criterion="bdeu").fit(X)
    assert exact.adjacency_[0, 1]
    assert exact.objective_ >= free.objective_
    assert cpdag(exact.adjacency_).any()


def test_a_spent_time_budget_ends_the_search_with_a_graph():
    X, _ = drawn(500, 14, seed=9)
    with pytest.warns(match="time_budget"):
        model = TOPO(criterion="bdeu", time_budget=1e-9).fit(X)
    assert model.status_ == Status.TIME_BUDGET


@pytest.fixture(scope="module")
def fitted():
    X, network = make_discrete_network(
        4000, 5, edges_per_node=1.2, n_levels=(2, 3), concentration=0.5, random_state=11
    )
    X["x1"] = X["x1"].astype(str)
    return make_solver("topo-bdeu").fit(X), X, network


def test_a_fitted_model_speaks_in_labels(fitted):
    model, X, _ = fitted
    predicted, sample = model.predict(X), model.sample(3000, do={"x0": X["x0"].iloc[0]})
    assert predicted.dtypes.tolist() == sample.dtypes.tolist() == X.dtypes.tolist()
    assert (sample["x0"] == X["x0"].iloc[0]).all()
    probabilities = model.predict_proba(X)
    for name in X:
        assert np.allclose(probabilities[name].sum(axis=1), 1)
        assert (probabilities[name].idxmax(axis=1) == predicted[name].to_numpy()).all()
    assert np.isnan(model.noise_variance_).all()


def test_the_score_is_the_mean_log_probability_of_the_labels(fitted):
    model, X, _ = fitted
    probabilities = model.predict_proba(X)
    total = sum(
        np.log(probabilities[name].to_numpy()[range(len(X)), levels.get_indexer(X[name])]).sum()
        for name, levels in ((name, probabilities[name].columns) for name in X)
    )
    assert model.score(X) == pytest.approx(total / len(X), rel=1e-9)


def test_tables_are_posterior_means_and_samples_follow_them(fitted):
    model, X, _ = fitted
    sample = model.sample(20_000)
    for name, table in model.probability_tables_.items():
        assert np.allclose(table.sum(axis=1), 1)
        parents = list(table.index.names) if model.adjacency_[:, list(X).index(name)].any() else []
        if not parents:
            shares = (X[name].value_counts() + 1 / table.shape[1]) / (len(X) + 1)
            assert table.iloc[0].to_dict() == pytest.approx(shares.to_dict())
        drawn = sample[name].value_counts(normalize=True)
        for label, share in X[name].value_counts(normalize=True).items():
            assert drawn[label] == pytest.approx(share, abs=0.03)


def test_a_model_of_labels_is_saved_and_loaded(fitted, tmp_path):
    model, X, _ = fitted
    model.save(tmp_path / "model.json")
    loaded = load_model(tmp_path / "model.json")
    assert loaded.score(X) == model.score(X)
    assert loaded.sample(20).equals(model.sample(20))
    assert loaded.column_kinds_ == model.column_kinds_


def test_what_a_model_of_labels_cannot_do_is_said(fitted):
    model, X, _ = fitted
    with pytest.raises(ValueError, match="column 'x1' has the value 'z' in row 0"):
        model.predict(X.assign(x1="z"))
    with pytest.raises(ValueError, match="column 'x0' has the value 'z'"):
        model.sample(3, do={"x0": "z"})
    with pytest.raises(ValueError, match="levels of categories have no unit"):
        model.total_effects()
    with pytest.raises(ValueError, match=r"holds text .*topo-bdeu"):
        TOPO().fit(X)
    assert not hasattr(TOPO(), "predict_proba")
