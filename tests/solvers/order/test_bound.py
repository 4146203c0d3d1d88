"""A lower bound on the score of every DAG, and the gap to it."""

import os

import numpy as np
import pytest

from causal_dag import TOPO, ExactDAG, Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.problem import Problem, Solution, Status
from causal_dag.solvers.criteria import BIC
from causal_dag.solvers.order import bound as bound_module
from causal_dag.solvers.order import exact_search
from causal_dag.solvers.order.bound import optimality_gap, score_lower_bound
from causal_dag.solvers.order.scores.gaussian_node_scores import GaussianBIC
from causal_dag.solvers.order.search.parent_set_kernels import cheaper_parent_sets
from causal_dag.synthetic import make_linear_sem

# Of 20 cases each; after the first they take 16 s each.
N_BATCHES = int(os.environ.get("CAUSAL_DAG_BOUND_BATCHES", "4"))
BATCHES = [0, *(pytest.param(batch, marks=pytest.mark.slow) for batch in range(1, N_BATCHES))]


def cheapest_of_all_sets(node, correlation, allowed, required, n, prices, clusters, rewards):
    """The kernel's plain twin: looks at every set of parents."""
    least, cheapest = np.inf, None
    for parents in range(1 << len(correlation)):
        chosen = np.flatnonzero(parents >> np.arange(len(correlation)) & 1)
        if parents & ~allowed or required & ~parents or chosen.size >= prices.size:
            continue
        slopes = np.linalg.solve(correlation[np.ix_(chosen, chosen)], correlation[chosen, node])
        value = n * np.log(1 - slopes @ correlation[chosen, node]) + prices[chosen.size]
        value -= rewards[clusters & parents == 0].sum()
        if value < least:
            least, cheapest = value, parents
    return least, cheapest


@pytest.mark.parametrize("most_branches", [1, 3, 10**6])
def test_branch_and_bound_finds_the_cheapest_of_all_sets(random_moments, most_branches):
    for seed in range(40):
        assert_the_cheapest_is_found(random_moments, seed, most_branches)


def assert_the_cheapest_is_found(random_moments, seed, most_branches):
    generator = np.random.default_rng(seed)
    d = int(generator.integers(1, 7))
    correlation = np.array(random_moments(d, seed).standardized().covariance)
    node = int(generator.integers(d))
    allowed = int(generator.integers(1 << d)) & ~(1 << node)
    required = allowed & int(generator.integers(1 << d)) & int(generator.integers(1 << d))
    most = int(generator.integers(required.bit_count(), d + 1))
    prices = np.append(0.0, generator.uniform(0, 20, d).cumsum())[: most + 1]
    clusters = generator.integers(1, 1 << d, size=generator.integers(6))
    rewards = generator.uniform(0, 60, clusters.size)
    found = np.empty(64, dtype=np.int64)
    rules = (allowed, required, 100.0, prices, clusters, rewards)
    n_found, least = cheaper_parent_sets(
        node, correlation, np.linalg.inv(correlation), *rules, np.inf, most_branches, found
    )
    expected, cheapest = cheapest_of_all_sets(node, correlation, *rules)
    if most_branches > 3:
        assert least == pytest.approx(expected, rel=1e-9, abs=1e-7), seed
        assert found[n_found - 1] == cheapest, seed
    else:
        assert least <= expected + 1e-7, seed


def case(seed, most_columns):
    """A table of few columns, and prior knowledge that the second half of the cases has."""
    generator = np.random.default_rng(seed)
    d = int(generator.integers(3, most_columns + 1))
    n, k = int(generator.choice([50, 200, 1000])), float(generator.choice([0.5, 1.0, 2.0]))
    X, _ = make_linear_sem(
        n, d, edges_per_node=min(k, (d - 1) / 2), noise_variance=(0.5, 10.0), random_state=seed
    )
    a, b, c = (int(node) for node in generator.permutation(d)[:3])
    knowledge = PriorKnowledge(
        required=[(a, b)], forbidden=[(b, c)], max_parents=int(generator.integers(1, 4))
    )
    return X, knowledge if seed % 2 else PriorKnowledge()


@pytest.mark.parametrize("batch", BATCHES)
def test_no_dag_has_a_score_below_the_bound(batch):
    n_useful = 0
    for seed in range(20 * batch, 20 * (batch + 1)):
        X, knowledge = case(seed, most_columns=7 if batch == 0 else 15)
        moments, penalty = Moments.from_rows(X), 1.0 + seed % 3
        best = ExactDAG(penalty=penalty, prior_knowledge=knowledge).fit(X)
        problem = Problem(moments, knowledge.resolve(X.shape[1]))
        score = GaussianBIC(moments, penalty)
        # From another DAG that respects the knowledge.
        graph = problem.constraints.required if seed % 4 < 2 else best.adjacency_
        bound = score_lower_bound(problem, score, graph)
        rounding = 1e-9 * (abs(best.objective_) + X.size)
        assert bound <= best.objective_ + rounding, seed
        complete = len(X) * np.linalg.slogdet(moments.covariance)[1]
        n_useful += bound > complete + 1.0
    assert n_useful >= 15


def test_few_columns_have_no_gap_and_a_graph_that_is_not_best_has_its_distance():
    X, _ = case(4, most_columns=7)
    assert TOPO(bound=True).fit(X).gap_ == 0.0
    assert not hasattr(TOPO().fit(X), "gap_")
    empty = ExactDAG(prior_knowledge=PriorKnowledge(max_parents=0)).fit(X)
    problem = Problem(Moments.from_rows(X), Constraints.none(X.shape[1]))
    solution = Solution(empty.weights_, empty.objective_, Status.CONVERGED)
    gap = optimality_gap(problem, BIC(), solution)
    assert gap == pytest.approx(empty.objective_ - ExactDAG().fit(X).objective_)


def test_beyond_the_exact_search_the_gap_is_that_to_the_bound(monkeypatch):
    X = make_linear_sem(500, 16, noise_variance=(0.5, 10.0), random_state=0)[0]
    exact = TOPO(n_restarts=5, bound=True).fit(X)
    assert exact.gap_ == 0.0
    monkeypatch.setattr(bound_module, "MOST_COLUMNS", 15)
    model = TOPO(n_restarts=5, bound=True).fit(X)
    assert 0 < model.gap_ < 0.1 * abs(model.objective_)


@pytest.mark.filterwarnings("ignore")  # of a column that others determine
def test_collinear_columns_have_no_bound(monkeypatch):
    monkeypatch.setattr(bound_module, "MOST_COLUMNS", 3)
    X = make_linear_sem(500, 4, edges_per_node=1, random_state=0)[0]
    X = np.column_stack([X, X[:, 0] + X[:, 1]])
    assert TOPO(n_restarts=5, bound=True).fit(X).gap_ == np.inf


def test_ctrl_c_ends_the_search_for_a_bound_and_keeps_the_graph(monkeypatch):
    monkeypatch.setattr(bound_module, "MOST_COLUMNS", 15)

    def interrupted(*arguments, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(bound_module, "linprog", interrupted)
    X = make_linear_sem(500, 16, random_state=0)[0]
    model = TOPO(n_restarts=5, bound=True).fit(X)
    complete = len(X) * np.linalg.slogdet(Moments.from_rows(X).covariance)[1]
    assert model.gap_ == pytest.approx(model.objective_ - complete)


def test_ctrl_c_in_the_exact_search_ends_that_for_a_bound_too(monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    X = make_linear_sem(500, 14, random_state=0)[0]
    empty = TOPO(n_restarts=0, penalty=1e6).fit(X)
    monkeypatch.setattr(exact_search, "unexplained_shares", interrupted)
    problem = Problem(Moments.from_rows(X), Constraints.none(14))
    gap = optimality_gap(problem, BIC(), Solution(empty.weights_, empty.objective_))
    assert problem.monitor.stop_reason() is Status.INTERRUPTED
    complete = len(X) * np.linalg.slogdet(problem.moments.covariance)[1]
    assert gap == pytest.approx(empty.objective_ - complete)


@pytest.mark.parametrize(
    ("settings", "d", "message"),
    [
        ({"criterion": "bic-ev"}, 3, "bound=True: only the criterion 'bic' has a bound"),
        ({}, 63, "bound=True: there are 63 columns, and a bound for at most 62"),
    ],
)
def test_where_there_is_no_bound_it_is_refused(settings, d, message):
    X = np.random.default_rng(0).normal(size=(100, d))
    with pytest.raises(ValueError, match=message):
        TOPO(bound=True, **settings).fit(X)
