import numpy as np
import pytest

from causal_dag import EqVar, Moments, PriorKnowledge
from causal_dag.graph import is_dag
from causal_dag.metrics import structural_hamming_distance
from causal_dag.synthetic import make_linear_sem


@pytest.mark.parametrize("d", [20, 50, 100])
@pytest.mark.parametrize("seed", range(5))
def test_equal_variance_graphs_are_found(d, seed):
    X, sem = make_linear_sem(1000, d, edges_per_node=4, random_state=seed)
    model = EqVar(weight_threshold=0.3).fit(X)
    assert structural_hamming_distance(sem.weights, model.weights_) <= 2
    np.testing.assert_allclose(model.noise_scale_, 1.0, rtol=0.05)


@pytest.mark.parametrize("seed", range(3))
def test_from_the_population_covariance_the_answer_is_the_model(seed):
    _, sem = make_linear_sem(10, 15, edges_per_node=3, random_state=seed)
    model = EqVar().fit_moments(Moments(10**6, np.zeros(15), sem.covariance()))
    np.testing.assert_allclose(model.weights_, sem.weights, atol=1e-6)
    assert model.noise_scale_ == pytest.approx(np.ones(15))


def test_the_objective_is_the_bayesian_information_criterion():
    X, _ = make_linear_sem(300, 8, edges_per_node=2, random_state=0)
    model = EqVar(penalty=1.0).fit(X)
    n_edges = np.count_nonzero(model.raw_weights_)
    fit = len(X) * np.log(model.noise_variance_).sum()
    assert model.objective_ == pytest.approx(fit + n_edges * np.log(len(X)))


def test_a_higher_penalty_gives_fewer_edges():
    X, _ = make_linear_sem(100, 12, edges_per_node=3, random_state=0)
    n_edges = [EqVar(penalty=penalty).fit(X).adjacency_.sum() for penalty in (0, 1, 2, 10, 1e6)]
    assert n_edges == sorted(n_edges, reverse=True)
    assert (n_edges[0], n_edges[-1]) == (66, 0)


def test_prior_knowledge_holds_in_order_and_edges():
    X, sem = make_linear_sem(500, 10, edges_per_node=2, random_state=2)
    causes, effects = np.nonzero(sem.weights)
    against = [(int(effects[0]), int(causes[0])), (int(effects[5]), int(causes[5]))]
    knowledge = PriorKnowledge(required=against[:1], forbidden=[(int(causes[3]), int(effects[3]))])
    model = EqVar(prior_knowledge=knowledge).fit(X)
    constraints = knowledge.resolve(10)
    position = np.argsort(model.order_)
    assert model.adjacency_[against[0]]
    assert position[against[0][0]] < position[against[0][1]]
    assert not (model.adjacency_ & constraints.forbidden).any()
    assert is_dag(model.raw_weights_)


def test_true_knowledge_keeps_the_answer():
    X, sem = make_linear_sem(1000, 15, edges_per_node=3, random_state=0)
    edges = [(int(i), int(j)) for i, j in np.argwhere(sem.weights)]
    knowledge = PriorKnowledge(required=edges[::4], forbidden=[(j, i) for i, j in edges[::3]])
    free, informed = EqVar().fit(X), EqVar(prior_knowledge=knowledge).fit(X)
    assert structural_hamming_distance(sem.weights, free.weights_) == 0
    np.testing.assert_allclose(informed.weights_, free.weights_)


def test_permuted_columns_give_the_permuted_answer():
    X, _ = make_linear_sem(200, 9, edges_per_node=2, random_state=4)
    columns = np.random.default_rng(0).permutation(9)
    model, permuted = EqVar().fit(X), EqVar().fit(X[:, columns])
    assert columns[permuted.order_].tolist() == model.order_.tolist()
    np.testing.assert_allclose(
        permuted.weights_, model.weights_[np.ix_(columns, columns)], atol=1e-10
    )


def test_one_variable_has_no_edges_and_two_have_their_order():
    generator = np.random.default_rng(0)
    cause = generator.normal(size=400)
    X = np.column_stack([1.5 * cause + generator.normal(size=400), cause])
    assert EqVar().fit(X).order_.tolist() == [1, 0]
    assert EqVar().fit(X[:, :1]).weights_.tolist() == [[0.0]]


def test_one_record_shows_what_was_found():
    X, _ = make_linear_sem(200, 6, edges_per_node=1.5, random_state=0)
    records = []
    model = EqVar(callback=records.append).fit(X)
    assert tuple(records) == model.trace_
    assert records[0].objective == model.objective_
    assert records[0].non_zeros == np.count_nonzero(model.raw_weights_)


def test_a_negative_penalty_raises():
    with pytest.raises(ValueError, match="penalty=-1"):
        EqVar(penalty=-1).fit(np.random.default_rng(0).normal(size=(20, 3)))


def test_fewer_rows_than_columns_raise_and_say_what_to_do():
    with pytest.raises(ValueError, match="add rows, drop columns"):
        EqVar().fit(np.random.default_rng(0).normal(size=(5, 5)))
