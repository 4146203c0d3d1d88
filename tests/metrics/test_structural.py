import itertools
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal_dag import TOPO, EmptyDAG
from causal_dag.graph import cpdag, is_dag, mpdag
from causal_dag.metrics import cpdag_distance, edge_scores, structural_hamming_distance
from causal_dag.synthetic import LinearSEM


def random_dag(generator, d, density=0.5):
    order = generator.permutation(d)
    return np.triu(generator.random((d, d)) < density, 1)[np.ix_(order, order)]


dag_pairs = st.builds(
    lambda seed, d: [random_dag(np.random.default_rng([seed, k]), d) for k in range(2)],
    st.integers(0, 10**6),
    st.integers(1, 8),
)


def distance_pair_by_pair(A, B, reversal_cost):
    total = 0
    for i, j in itertools.combinations(range(len(A)), 2):
        here, there = (A[i, j], A[j, i]), (B[i, j], B[j, i])
        if here == there:
            continue
        is_reversal = sorted(here) == sorted(there) == [False, True]
        total += reversal_cost if is_reversal else 1
    return total


@given(dag_pairs, st.sampled_from([0, 1, 2, 1.5]))
def test_the_distance_is_the_sum_over_pairs(pair, reversal_cost):
    A, B = pair
    expected = distance_pair_by_pair(A, B, reversal_cost)
    assert structural_hamming_distance(A, B, reversal_cost=reversal_cost) == expected
    C, D = cpdag(A), cpdag(B)
    assert cpdag_distance(A, B) == distance_pair_by_pair(C, D, 1)


@given(dag_pairs)
def test_the_distance_is_a_metric_on_graphs(pair):
    A, B = pair
    assert structural_hamming_distance(A, A) == 0
    assert (structural_hamming_distance(A, B) == 0) == bool((A == B).all())
    assert structural_hamming_distance(A, B) == structural_hamming_distance(B, A)
    assert structural_hamming_distance(A, B) <= len(A) * (len(A) - 1) / 2


@given(dag_pairs)
def test_extra_missing_and_reversed_edges_add_up_to_the_distance(pair):
    scores = edge_scores(*pair)
    parts = scores.n_extra + scores.n_missing + scores.n_reversed
    assert parts == structural_hamming_distance(*pair)
    assert scores.n_correct + scores.n_reversed + scores.n_extra == scores.n_estimated
    assert scores.n_correct + scores.n_reversed + scores.n_missing == scores.n_true


def partly_directed(generator, A):
    """The graph with some of its edges undirected."""
    return A | (A & (generator.random(A.shape) < 0.5)).T


@given(dag_pairs, st.integers(0, 10**6))
def test_every_pair_of_partly_directed_graphs_counts_once(pair, seed):
    generator = np.random.default_rng(seed)
    A, B = (partly_directed(generator, graph) for graph in pair)
    expected = dict.fromkeys(("correct", "reversed", "extra", "missing", "undecided"), 0)
    for i, j in itertools.combinations(range(len(A)), 2):
        here, there = (A[i, j], A[j, i]), (B[i, j], B[j, i])
        if here == there:
            expected["correct"] += any(here)
        elif not any(here) or not any(there):
            expected["extra" if any(there) else "missing"] += 1
        else:
            expected["undecided" if all(here) or all(there) else "reversed"] += 1
    scores = edge_scores(A, B)
    assert {name: getattr(scores, f"n_{name}") for name in expected} == expected
    assert scores.n_true == pair[0].sum()
    assert scores.n_estimated == pair[1].sum()
    assert structural_hamming_distance(A, B) == sum(expected.values()) - expected["correct"]


@given(dag_pairs, st.integers(0, 10**6))
def test_scores_are_shares_and_never_nan(pair, seed):
    scores = edge_scores(pair[0], partly_directed(np.random.default_rng(seed), pair[1])).as_dict()
    for name in ("precision", "recall", "f1", "fdr", "tpr", "skeleton_f1"):
        assert 0 <= scores[name] <= 1, name


def test_scores_are_scikit_learns_on_the_off_diagonal_entries():
    from sklearn.metrics import f1_score, precision_score, recall_score

    generator = np.random.default_rng(0)
    for _ in range(50):
        A, B = random_dag(generator, 6), random_dag(generator, 6)
        if not (A.any() and B.any()):
            continue
        off = ~np.eye(6, dtype=bool)
        scores = edge_scores(A, B)
        assert scores.precision == pytest.approx(precision_score(A[off], B[off]))
        assert scores.recall == scores.tpr == pytest.approx(recall_score(A[off], B[off]))
        assert scores.f1 == pytest.approx(f1_score(A[off], B[off]))
        upper = np.triu_indices(6, 1)
        skeletons = (A | A.T)[upper], (B | B.T)[upper]
        assert scores.skeleton_f1 == pytest.approx(f1_score(*skeletons))


def test_empty_graphs_have_defined_scores():
    empty, edge = np.zeros((2, 2)), np.array([[0, 1], [0, 0]])
    both = edge_scores(empty, empty)
    assert (both.precision, both.recall, both.f1, both.fdr, both.skeleton_f1) == (1, 1, 1, 0, 1)
    no_estimate = edge_scores(edge, empty)
    assert (no_estimate.precision, no_estimate.recall, no_estimate.f1) == (1, 0, 0)
    no_truth = edge_scores(empty, edge)
    assert (no_truth.precision, no_truth.recall, no_truth.f1) == (0, 1, 0)


def all_dags(d):
    pairs = [(i, j) for i in range(d) for j in range(d) if i != j]
    for bits in itertools.product([False, True], repeat=len(pairs)):
        A = np.zeros((d, d), dtype=bool)
        for pair, bit in zip(pairs, bits, strict=True):
            A[pair] = bit
        if is_dag(A):
            yield A


def separations(A):
    graph = nx.from_numpy_array(A, create_using=nx.DiGraph)
    nodes = range(len(A))
    return frozenset(
        (i, j, given)
        for i, j in itertools.combinations(nodes, 2)
        for size in range(len(A) - 1)
        for given in itertools.combinations([k for k in nodes if k not in (i, j)], size)
        if nx.is_d_separator(graph, {i}, {j}, set(given))
    )


def test_the_cpdag_distance_is_zero_exactly_between_markov_equivalent_graphs():
    dags = list(all_dags(3))
    assert len(dags) == 25
    independences = [separations(A) for A in dags]
    for (A, first), (B, second) in itertools.product(
        zip(dags, independences, strict=True), repeat=2
    ):
        assert (cpdag_distance(A, B) == 0) == (first == second)


@given(dag_pairs)
def test_a_class_is_the_same_in_each_of_its_forms(pair):
    first, second = pair
    distance = cpdag_distance(first, second)
    known = mpdag(second, required=np.triu(second, 2))
    for form in (cpdag(second), known):
        assert cpdag_distance(first, form) == cpdag_distance(form, first) == distance


def test_undirected_edges_that_no_dag_has_are_no_class():
    ring = np.roll(np.eye(4), 1, axis=1)
    with pytest.raises(ValueError, match=r"x0 - x1, x0 - x3, x1 - x2, \.\.\."):
        cpdag_distance(np.zeros((4, 4)), ring + ring.T)


def test_a_fit_is_compared_by_what_the_data_decided():
    X = np.random.default_rng(0).normal(size=(500, 3)) @ [[1, 1, 1], [0, 1, 1], [0, 0, 1]]
    model = TOPO().fit(X)
    truth = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    assert cpdag_distance(truth, model.cpdag_) == cpdag_distance(truth, model)
    assert structural_hamming_distance(cpdag(truth), model.cpdag_) == 0
    assert edge_scores(truth, model.cpdag_).n_undecided == 2


def test_every_form_of_a_graph_is_understood_and_aligned_by_name():
    W = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, -1.0], [0.0, 0.0, 0.0]])
    names = ["a", "b", "c"]
    shuffled = [2, 0, 1]
    frame = pd.DataFrame(
        W[np.ix_(shuffled, shuffled)],
        index=[names[k] for k in shuffled],
        columns=[names[k] for k in shuffled],
    )
    graph = nx.DiGraph([("b", "c"), ("a", "b")])
    sem = LinearSEM(W, feature_names=names)
    for named, other in itertools.product((frame, graph, sem), repeat=2):
        assert structural_hamming_distance(named, other) == 0
    for unnamed in (W, W != 0, W.tolist(), pd.DataFrame(W)):
        assert structural_hamming_distance(sem, unnamed) == 0


def test_a_fitted_estimator_is_aligned_to_the_truth_by_name():
    X = np.random.default_rng(0).normal(size=(20, 2))
    model = EmptyDAG().fit(pd.DataFrame(X, columns=["b", "a"]))
    truth = pd.DataFrame([[0, 1], [0, 0]], index=["a", "b"], columns=["a", "b"])
    assert structural_hamming_distance(truth, model) == 1


def test_whatever_has_an_adjacency_is_understood():
    model = SimpleNamespace(adjacency_=np.array([[0, 1], [0, 0]], dtype=bool))
    assert structural_hamming_distance(model, [[0, 0], [1, 0]]) == 1
    model.feature_names_in_ = np.array(["b", "a"], dtype=object)
    truth = pd.DataFrame([[0, 1], [0, 0]], index=["a", "b"], columns=["a", "b"])
    assert structural_hamming_distance(truth, model) == 1
    assert structural_hamming_distance(truth.T, model) == 0


def test_a_variable_may_be_called_weights():
    names = ["weights", "weights_"]
    truth = pd.DataFrame([[0, 1], [0, 0]], index=names, columns=names)
    assert structural_hamming_distance(truth, truth[names[::-1]].loc[names[::-1]]) == 0


def test_undirected_edges_differ_from_directed_ones_by_one():
    directed, undirected = [[0, 1], [0, 0]], [[0, 1], [1, 0]]
    assert structural_hamming_distance(directed, undirected, reversal_cost=2) == 1


@pytest.mark.parametrize(
    ("true", "estimate", "message"),
    [
        (np.zeros((2, 2)), np.zeros((3, 3)), "2 nodes and the estimate 3"),
        (np.zeros((2, 3)), np.zeros((2, 3)), "square"),
        (
            pd.DataFrame(np.zeros((1, 1)), index=["a"], columns=["a"]),
            pd.DataFrame(np.zeros((1, 1)), index=["b"], columns=["b"]),
            "only the true graph has 'a', only the estimate has 'b'",
        ),
        (np.full((2, 2), np.nan), np.zeros((2, 2)), "finite"),
        (nx.Graph([(0, 1)]), np.zeros((2, 2)), "undirected"),
        (np.zeros((2, 2)), np.diag([0.0, 1.0]), r"x1 (-> x1|has an edge to itself)"),
    ],
)
def test_graphs_that_cannot_be_compared_are_refused(true, estimate, message):
    for metric in (structural_hamming_distance, cpdag_distance, edge_scores):
        with pytest.raises(ValueError, match=message):
            metric(true, estimate)


def test_metrics_of_dags_refuse_cycles_and_name_them():
    with pytest.raises(ValueError, match="x0 -> x1 -> x2 -> x0"):
        cpdag_distance(np.roll(np.eye(3), 1, axis=1), np.zeros((3, 3)))
    with pytest.raises(ValueError, match="reversal_cost"):
        structural_hamming_distance([[0]], [[0]], reversal_cost=-1)
