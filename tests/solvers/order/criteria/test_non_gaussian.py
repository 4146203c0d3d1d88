"""Non-Gaussian noise identifies directions, Gaussian noise does not, and the answer says which."""

import numpy as np
import pytest

from causal_dag import TOPO, ExactDAG, PriorKnowledge, load_model
from causal_dag.metrics import structural_hamming_distance
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_linear_sem


def table(noise, seed, n=600, d=8):
    return make_linear_sem(
        n, d, edges_per_node=1, noise=noise, noise_variance=(0.5, 10), random_state=seed
    )


@pytest.mark.parametrize("noise", ["laplace", "exponential", "uniform", "gumbel"])
def test_all_directions_are_found_and_claimed(noise):
    X, sem = table(noise, 1)
    model = make_solver("topo-nongaussian").fit(X)
    assert structural_hamming_distance(sem, model) == 0
    assert structural_hamming_distance(sem, TOPO().fit(X)) > 0
    assert "open" not in set(model.edges_["decided_by"])


@pytest.mark.parametrize("seed", range(3))
def test_directions_stay_open_under_gaussian_noise(seed):
    X, _ = table("gaussian", seed)
    edges = make_solver("topo-nongaussian").fit(X).edges_
    assert "open" in set(edges["decided_by"])
    assert "assumption" not in set(edges["decided_by"])


def test_only_edges_with_non_gaussian_noise_are_directed():
    g = np.random.default_rng(0)
    x, y = g.laplace(size=500), g.normal(size=500)
    X = np.column_stack([x, x + g.laplace(size=500), y, y + g.normal(size=500)])
    edges = make_solver("topo-nongaussian").fit(X).edges_
    decided_by = {frozenset((e.cause, e.effect)): e.decided_by for e in edges.itertuples()}
    assert decided_by == {frozenset(("x0", "x1")): "assumption", frozenset(("x2", "x3")): "open"}


@pytest.mark.parametrize("seed", range(2))
def test_the_search_finds_the_best_of_all_graphs(seed):
    X, _ = table("student-t", seed, n=120, d=7)
    best = ExactDAG(criterion="non-gaussian").fit(X)
    for n_restarts, start in ((20, "cholesky"), (20, "random")):
        found = TOPO(criterion="non-gaussian", n_restarts=n_restarts, start=start).fit(X)
        assert found.objective_ == pytest.approx(best.objective_)


def test_units_and_the_order_of_columns_change_nothing():
    X, _ = table("exponential", 2)
    shuffled = np.random.default_rng(0).permutation(8)
    one = make_solver("topo-nongaussian").fit(X)
    other = make_solver("topo-nongaussian").fit((1000 * X + 3)[:, shuffled])
    assert (one.adjacency_[np.ix_(shuffled, shuffled)] == other.adjacency_).all()


def test_prior_knowledge_holds():
    X, sem = table("laplace", 3)
    (cause, effect), *_ = np.argwhere(sem.weights != 0).tolist()
    knowledge = PriorKnowledge(forbidden=[(cause, effect)], max_parents=2)
    model = make_solver("topo-nongaussian", prior_knowledge=knowledge).fit(X)
    assert not model.adjacency_[cause, effect]
    assert model.adjacency_.sum(axis=0).max() <= 2


def test_a_saved_model_is_the_same(tmp_path):
    model = make_solver("topo-nongaussian").fit(table("laplace", 4)[0])
    model.save(tmp_path / "model.json")
    loaded = load_model(tmp_path / "model.json")
    assert (loaded.weights_ == model.weights_).all()
    assert loaded.edges_.equals(model.edges_)
