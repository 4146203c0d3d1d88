import numpy as np
import pytest

from causal_dag import EmptyDAG, PriorKnowledge, RandomDAG
from causal_dag.graph import is_dag

KNOWLEDGE = PriorKnowledge(required=[(3, 0), (0, 1)], forbidden=[(2, 4), (4, 2)])


@pytest.fixture(scope="module")
def X():
    generator = np.random.default_rng(0)
    return generator.normal(size=(60, 6)) @ generator.normal(size=(6, 6))


def least_squares(X, adjacency):
    centred = X - X.mean(axis=0)
    W = np.zeros(adjacency.shape)
    for child in range(X.shape[1]):
        parents = np.flatnonzero(adjacency[:, child])
        W[parents, child] = np.linalg.lstsq(centred[:, parents], centred[:, child], rcond=None)[0]
    return W


def loss(X, W):
    residual = X - X.mean(axis=0)
    residual = residual - residual @ W
    return (residual**2).sum() / len(X) / 2


def test_the_empty_graph_has_no_edges_and_the_loss_of_the_variances(X):
    model = EmptyDAG().fit(X)
    assert not model.weights_.any()
    assert model.objective_ == pytest.approx(X.var(axis=0).sum() / 2)
    np.testing.assert_allclose(model.noise_variance_, X.var(axis=0))


def test_the_empty_graph_has_the_required_edges(X):
    model = EmptyDAG(prior_knowledge=KNOWLEDGE).fit(X)
    assert np.argwhere(model.adjacency_).tolist() == [[0, 1], [3, 0]]
    np.testing.assert_allclose(model.weights_, least_squares(X, model.adjacency_))


@pytest.mark.parametrize("seed", range(5))
def test_a_random_graph_has_least_squares_weights(X, seed):
    model = RandomDAG(random_state=seed, edges_per_node=1.5).fit(X)
    assert is_dag(model.raw_weights_)
    np.testing.assert_allclose(model.raw_weights_, least_squares(X, model.raw_weights_ != 0))
    assert model.objective_ == pytest.approx(loss(X, model.raw_weights_))


def test_random_graphs_have_the_expected_number_of_edges(X):
    n_edges = [RandomDAG(edges_per_node=1.0, random_state=s).fit(X).adjacency_.sum()
               for s in range(200)]  # fmt: skip
    # 15 pairs with probability 2/5 each: mean 6, standard deviation 1.9; four standard errors.
    assert np.mean(n_edges) == pytest.approx(6.0, abs=4 * 1.9 / np.sqrt(200))


@pytest.mark.parametrize(("edges_per_node", "expected"), [(0, 0), (2.5, 15), (100, 15)])
def test_no_edges_and_all_edges_are_possible(X, edges_per_node, expected):
    model = RandomDAG(edges_per_node=edges_per_node, random_state=0).fit(X)
    assert model.adjacency_.sum() == expected


def test_random_graphs_differ_between_seeds_and_are_the_same_for_one(X):
    graphs = [RandomDAG(random_state=seed).fit(X).adjacency_.tobytes() for seed in (0, 0, 1, 2)]
    assert graphs[0] == graphs[1]
    assert len(set(graphs)) == 3


@pytest.mark.parametrize("seed", range(10))
def test_random_graphs_obey_prior_knowledge(X, seed):
    model = RandomDAG(edges_per_node=2, random_state=seed, prior_knowledge=KNOWLEDGE).fit(X)
    constraints = KNOWLEDGE.resolve(6)
    assert (model.adjacency_ >= constraints.required).all()
    assert not (model.adjacency_ & constraints.forbidden).any()
    position = np.argsort(model.order_)
    assert position[3] < position[0] < position[1]


def test_random_graphs_move_with_the_columns(X):
    columns = np.random.default_rng(1).permutation(6)
    model, permuted = (RandomDAG(random_state=3).fit(data) for data in (X, X[:, columns]))
    np.testing.assert_allclose(
        permuted.weights_, model.weights_[np.ix_(columns, columns)], rtol=1e-6, atol=1e-12
    )


@pytest.mark.parametrize("estimator", [EmptyDAG, RandomDAG])
def test_one_variable_and_collinear_columns_are_no_obstacle(X, estimator):
    assert estimator().fit(X[:, :1]).weights_.tolist() == [[0.0]]
    doubled = np.column_stack([X, X[:, 0] + X[:, 1]])
    assert np.isfinite(estimator().fit(doubled).weights_).all()


def test_a_negative_number_of_edges_raises(X):
    with pytest.raises(ValueError, match="edges_per_node=-1"):
        RandomDAG(edges_per_node=-1).fit(X)
