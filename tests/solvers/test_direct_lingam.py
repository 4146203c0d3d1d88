import itertools

import numpy as np
import pytest

from causal_dag import DirectLiNGAM, Moments, PriorKnowledge
from causal_dag.graph import is_dag, topological_order
from causal_dag.metrics import structural_hamming_distance
from causal_dag.synthetic import make_linear_sem

NOISES = ["uniform", "laplace", "exponential"]


def non_gaussian(n, d, seed, noise="laplace"):
    return make_linear_sem(
        n, d, edges_per_node=2, noise=noise, noise_variance=(0.5, 2.0), random_state=seed
    )


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("seed", range(4))
def test_graphs_are_found_in_any_units(noise, seed):
    X, sem = non_gaussian(3000, 12, seed, noise)
    model = DirectLiNGAM().fit(X)
    assert structural_hamming_distance(sem.weights, model.weights_) <= 1
    units = 10.0 ** np.random.default_rng(seed).uniform(-4, 4, size=12)
    rescaled = DirectLiNGAM().fit(X * units + 3.0 * units)
    assert rescaled.order_.tolist() == model.order_.tolist()
    np.testing.assert_allclose(rescaled.weights_ / units * units[:, None], model.weights_)


@pytest.mark.parametrize("shape", ["uniform", "bimodal", "skewed", "heavy tails"])
@pytest.mark.parametrize("columns", list(itertools.permutations(range(3))))
def test_from_exactly_independent_noise_the_answer_is_the_model(shape, columns):
    u = (np.arange(25) + 0.5) / 25
    levels = {
        "uniform": u,
        "bimodal": np.sign(u - 0.5) + 0.3 * u,
        "skewed": -np.log(u),
        "heavy tails": np.log(u / (1 - u)) ** 3,
    }[shape]
    levels = (levels - levels.mean()) / levels.std()
    # All combinations of the levels: sample moments are those of independent variables.
    noise = np.array(list(itertools.product(levels, repeat=3)))
    W = np.array([[0, 0.8, -0.5], [0, 0, 1.2], [0, 0, 0]])
    X = noise @ np.linalg.inv(np.eye(3) - W)
    model = DirectLiNGAM().fit(X[:, columns])
    there = np.ix_(columns, columns)
    np.testing.assert_allclose(model.weights_, W[there], atol=1e-9)
    np.testing.assert_allclose(model.noise_scale_, 1.0)


def test_gaussian_noise_leaves_the_direction_to_chance():
    forward = 0
    for seed in range(60):
        X, _ = make_linear_sem(200, 2, edges_per_node=0.5, noise="gaussian", random_state=seed)
        forward += DirectLiNGAM().fit(X).order_[0] == 0
    assert 15 <= forward <= 45


def test_the_objective_is_the_bayesian_information_criterion():
    X, _ = non_gaussian(300, 8, 0)
    model = DirectLiNGAM(penalty=1.0).fit(X)
    fit = len(X) * np.log(model.noise_variance_).sum()
    n_edges = np.count_nonzero(model.raw_weights_)
    assert model.objective_ == pytest.approx(fit + n_edges * np.log(len(X)))
    np.testing.assert_allclose(model.noise_scale_**2, model.noise_variance_)


def test_a_higher_penalty_gives_fewer_edges():
    X, _ = non_gaussian(100, 12, 0)
    n_edges = [DirectLiNGAM(penalty=p).fit(X).adjacency_.sum() for p in (0, 1, 2, 10, 1e6)]
    assert n_edges == sorted(n_edges, reverse=True)
    assert (n_edges[0], n_edges[-1]) == (66, 0)


def test_prior_knowledge_holds_in_order_and_edges():
    X, sem = non_gaussian(500, 10, 2)
    edges = [tuple(edge) for edge in np.argwhere(sem.weights).tolist()]
    against = edges[0][::-1]
    knowledge = PriorKnowledge(required=[against], forbidden=[edges[3]])
    model = DirectLiNGAM(prior_knowledge=knowledge).fit(X)
    place = np.argsort(model.order_)
    assert model.adjacency_[against]
    assert place[against[0]] < place[against[1]]
    assert not (model.adjacency_ & knowledge.resolve(10).forbidden).any()
    assert is_dag(model.raw_weights_)


def test_true_tiers_mend_an_order_that_gaussian_noise_leaves_undecided():
    X, sem = make_linear_sem(1000, 12, edges_per_node=2, noise="gaussian", random_state=0)
    tiers = [[int(node)] for node in topological_order(sem.weights)]
    free = DirectLiNGAM().fit(X)
    informed = DirectLiNGAM(prior_knowledge=PriorKnowledge(tiers=tiers)).fit(X)
    assert informed.order_.tolist() == [node for [node] in tiers]
    assert structural_hamming_distance(sem.weights, free.weights_) >= 5
    assert structural_hamming_distance(sem.weights, informed.weights_) <= 1


def test_permuted_columns_give_the_permuted_answer():
    X, _ = non_gaussian(200, 9, 4)
    columns = np.random.default_rng(0).permutation(9)
    model, permuted = DirectLiNGAM().fit(X), DirectLiNGAM().fit(X[:, columns])
    assert columns[permuted.order_].tolist() == model.order_.tolist()
    np.testing.assert_allclose(
        permuted.weights_, model.weights_[np.ix_(columns, columns)], atol=1e-10
    )


def test_one_variable_has_no_edges():
    X = np.random.default_rng(0).laplace(size=(50, 1))
    assert DirectLiNGAM().fit(X).weights_.tolist() == [[0.0]]


def test_one_record_shows_what_was_found():
    X, _ = non_gaussian(200, 6, 0)
    records = []
    model = DirectLiNGAM(callback=records.append).fit(X)
    assert tuple(records) == model.trace_
    assert records[0].objective == model.objective_
    assert records[0].non_zeros == np.count_nonzero(model.raw_weights_)


def test_what_cannot_be_used_raises_and_says_what_to_do():
    X = np.random.default_rng(0).laplace(size=(20, 3))
    with pytest.raises(ValueError, match="penalty=-1"):
        DirectLiNGAM(penalty=-1).fit(X)
    with pytest.raises(ValueError, match="add rows, drop columns"):
        DirectLiNGAM().fit(X[:3])
    with pytest.raises(ValueError, match=r"needs rows, .* use fit\(X\)"):
        DirectLiNGAM().fit_moments(Moments.from_rows(X))
