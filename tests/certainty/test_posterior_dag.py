"""Posterior distributions over DAGs: scores, exact sums, Markov chains, and their diagnostics."""

from itertools import pairwise, product

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import check_estimator

from causal_dag import TOPO, Moments, PosteriorDAG, PriorKnowledge
from causal_dag.certainty.chain_diagnostics import effective_sample_size, split_r_hat
from causal_dag.certainty.exact_posterior import exact_posterior
from causal_dag.certainty.graph_chain_kernels import SHARE_OF_ANY_NODES, advance
from causal_dag.certainty.marginal_likelihood import bge, gaussian_bic
from causal_dag.certainty.markov_chains import GraphChain, OrderChain, acyclic_relations
from causal_dag.certainty.score_tables import choose_candidates, gaussian_scores, score_tables
from causal_dag.constraints import Constraints
from causal_dag.graph import is_dag, reachability
from causal_dag.solvers.order.criteria.categories import Categories
from causal_dag.synthetic import load_sachs, make_discrete_network, make_linear_sem

# Short chains are enough where only the exact probabilities or single graphs are looked at.
pytestmark = pytest.mark.filterwarnings("ignore:.*split R-hat:UserWarning")
NAMES = ["raf", "mek", "plc", "pip2", "pip3"]


@pytest.fixture(scope="module")
def sachs():
    return load_sachs(as_frame=True)


@pytest.fixture(scope="module")
def five_columns(sachs):
    return np.log(sachs.data[NAMES].iloc[:100])


def tables_of(score, n_candidates, constraints=None):
    d = len(score.matrix)
    constraints = constraints or Constraints.none(d)
    scores, found = gaussian_scores(score), np.zeros((d, d), dtype=bool)
    candidates = choose_candidates(found, scores, constraints, n_candidates)
    return score_tables(candidates, scores, constraints)


def all_dags(d):
    """Every DAG on d nodes, with its parent sets."""
    pairs = [(i, j) for i in range(d) for j in range(i)]
    for states in product(range(3), repeat=len(pairs)):
        graph = np.zeros((d, d), dtype=bool)
        for (i, j), state in zip(pairs, states, strict=True):
            graph[i, j], graph[j, i] = state == 1, state == 2
        if is_dag(graph):
            yield graph


def n_orders(graph, placed=0):
    """Number of topological orders, by recursion over the next node."""
    d = len(graph)
    if placed == (1 << d) - 1:
        return 1
    free = (
        j
        for j in range(d)
        if not placed >> j & 1 and all(placed >> i & 1 for i in np.flatnonzero(graph[:, j]))
    )
    return sum(n_orders(graph, placed | 1 << j) for j in free)


def enumerated(score, has_uniform_dags, constraints=None):
    """Return the log sum and the edge probabilities over all DAGs, one by one."""
    d = len(score.matrix)
    constraints = constraints or Constraints.none(d)
    graphs, values = [], []
    for graph in all_dags(d):
        is_allowed = not (graph & constraints.forbidden).any()
        if is_allowed and not (constraints.required & ~graph).any():
            parents = [np.flatnonzero(graph[:, j]).tolist() for j in range(d)]
            value = sum(score.given(j, parents[j]) for j in range(d))
            graphs.append(graph)
            values.append(value if has_uniform_dags else value + np.log(n_orders(graph)))
    largest = max(values)
    weights = np.exp(np.array(values) - largest)
    total = weights.sum()
    return largest + np.log(total), np.tensordot(weights / total, np.array(graphs), 1)


def test_bge_of_the_sachs_graph(sachs):
    """The reference is that of bnlearn, with iss.mu = 1 and iss.w = d + 2."""
    score = bge(Moments.from_rows(sachs.data))
    parents = [np.flatnonzero(column).tolist() for column in sachs.adjacency.T]
    value = sum(score.given(j, parents[j]) for j in range(11))
    assert value == pytest.approx(-47146.0826215299, rel=1e-10)


def test_bge_of_a_node(five_columns):
    score = bge(Moments.from_rows(five_columns))
    assert score.given(1, [0]) == pytest.approx(-79.32754504890441, rel=1e-10)
    assert score.given(1, []) == pytest.approx(-108.07882564886306, rel=1e-10)


def test_bic_is_minus_half_the_criterion_at_penalty_one(five_columns):
    moments = Moments.from_rows(five_columns)
    score, n = gaussian_bic(moments), moments.n_samples
    S = moments.covariance
    variance = S[0, 0] - S[0, 1:3] @ np.linalg.solve(S[1:3, 1:3], S[1:3, 0])
    gain = score.given(0, [1, 2]) - score.given(0, [])
    assert gain == pytest.approx(-0.5 * n * np.log(variance / S[0, 0]) - np.log(n))


@pytest.mark.parametrize("score_of", [bge, gaussian_bic])
@pytest.mark.parametrize("n_candidates", [4, 2, 0])
def test_the_kernel_scores_every_set_of_candidates_with_and_without_another_node(
    five_columns, score_of, n_candidates
):
    score = score_of(Moments.from_rows(five_columns))
    tables = tables_of(score, n_candidates)
    for j in range(5):
        k = tables.n_candidates[j]
        for chosen, u in product(range(1 << k), range(tables.n_others[j] + 1)):
            parents = [int(tables.candidates[j, i]) for i in range(k) if chosen >> i & 1]
            parents += [int(tables.others[j, u - 1])] if u else []
            found = tables.scores[tables.first_score[j] + (u << k) + chosen]
            assert found == pytest.approx(score.given(j, parents), abs=1e-9)


def test_sums_are_over_the_subsets_of_a_set(five_columns):
    tables = tables_of(bge(Moments.from_rows(five_columns)), 4)
    for chosen in range(16):
        subsets = [s for s in range(16) if s & ~chosen == 0]
        expected = np.logaddexp.reduce(tables.scores[tables.first_score[2] :][subsets])
        assert tables.sums[tables.first_sum[2] + chosen] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("prior", "known", "log_sum"),
    [
        ("dags", (0.502914, 0.121917, 0.499270), -558.4758282034137),
        ("orders", (0.503137, 0.072622, 0.500060), None),
    ],
)
def test_exact_probabilities_of_the_sachs_columns(five_columns, prior, known, log_sum):
    tables = tables_of(bge(Moments.from_rows(five_columns)), 4)
    exact = exact_posterior(tables, prior == "dags")
    found = exact.edge_probability[[0, 0, 3], [1, 2, 4]]
    np.testing.assert_allclose(found, known, atol=1e-6)
    if log_sum is not None:
        assert exact.log_sum == pytest.approx(log_sum, rel=1e-12)


@pytest.mark.parametrize("has_uniform_dags", [True, False])
@pytest.mark.parametrize(
    "known",
    [
        PriorKnowledge(),
        PriorKnowledge(required=[(3, 0)], forbidden=[(1, 2)]),
        PriorKnowledge(tiers=[[2, 3], [0, 1]]),
    ],
)
def test_exact_probabilities_against_every_graph(has_uniform_dags, known):
    X, _ = make_linear_sem(40, 4, edges_per_node=1, random_state=1)
    score, constraints = bge(Moments.from_rows(X)), known.resolve(4)
    exact = exact_posterior(tables_of(score, 3, constraints), has_uniform_dags)
    log_sum, edges = enumerated(score, has_uniform_dags, constraints)
    assert exact.log_sum == pytest.approx(log_sum, rel=1e-12)
    np.testing.assert_allclose(exact.edge_probability, edges, atol=1e-10)


@pytest.mark.parametrize("prior", ["dags", "orders"])
def test_sampled_probabilities_are_the_exact_ones(five_columns, prior):
    exact = PosteriorDAG(prior=prior, n_samples=16).fit(five_columns)
    sampled = PosteriorDAG(prior=prior, exact=False, n_samples=1000).fit(five_columns)
    assert exact.is_exact_
    assert not sampled.is_exact_
    assert np.abs(sampled.edge_probability_ - exact.edge_probability_).max() < 0.04
    assert_errors_are_those_of_sampling(sampled, exact)


def assert_errors_are_those_of_sampling(sampled, exact):
    probability = exact.edge_probability_
    size = np.nan_to_num(sampled.effective_sample_size_, nan=np.inf)
    error = np.sqrt(probability * (1 - probability) / size)
    assert (np.abs(sampled.edge_probability_ - probability) < 4.5 * error + 1e-3).all()


def test_a_node_with_one_parent_beyond_its_candidates_has_the_right_weight():
    """With a limit of one parent, one candidate and one other node lose no graph."""
    X, _ = make_linear_sem(30, 4, edges_per_node=1, random_state=2)
    known = PriorKnowledge(max_parents=1)
    sampled = PosteriorDAG(exact=False, n_candidates=1, n_samples=1000, prior_knowledge=known).fit(
        X
    )
    exact = PosteriorDAG(n_samples=16, prior_knowledge=known).fit(X)
    np.testing.assert_allclose(sampled.edge_probability_, exact.edge_probability_, atol=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_sampled_probabilities_of_eight_columns(seed):
    X, _ = make_linear_sem(100, 8, random_state=seed)
    exact = PosteriorDAG(n_samples=16, thinning=1).fit(X)
    sampled = PosteriorDAG(exact=False, n_samples=4000).fit(X)
    assert_errors_are_those_of_sampling(sampled, exact)


def sets_of(tables, j, excluded=frozenset()):
    """Every parent set of a node with its weight, in the order of the tables."""
    k, m = tables.n_candidates[j], tables.n_others[j]
    for u in range(m + 1):
        first = tables.first_score[j] + (u << k)
        for chosen in tables.ranked[first : first + (1 << k)].tolist():
            parents = {int(tables.candidates[j, i]) for i in range(k) if chosen >> i & 1}
            parents |= {int(tables.others[j, u - 1])} if u else set()
            if not parents & excluded:
                yield parents, np.exp(tables.scores[first + chosen])


def drawn(choices, weights, number):
    sums = np.cumsum(weights)
    return choices[int(np.searchsorted(sums, number * sums[-1], side="right"))]


def chances(graph, x):
    """The chance of every node to be chosen after x."""
    adjacent, d = graph[x] | graph[:, x], len(graph)
    any_node = np.full(d, 1 / d)
    if not adjacent.any():
        return any_node
    return SHARE_OF_ANY_NODES * any_node + (1 - SHARE_OF_ANY_NODES) * adjacent / adjacent.sum()


def graph_after(tables, graph, nodes, numbers):
    """The graph after a step on given nodes, with every parent set visited."""

    def chance(graph):
        first, second, third = nodes
        after_first = chances(graph, first)
        return after_first[second] * (after_first + chances(graph, second))[third]

    def met(parents):
        return sum(1 << at for at, below in enumerate(reached) if parents & below)

    new = graph.copy()
    new[:, nodes] = False
    reached = [set(np.flatnonzero(reachability(new)[x]).tolist()) | {x} for x in nodes]
    sets = [[(s, w, met(s)) for s, w in sets_of(tables, x)] for x in nodes]
    relations = acyclic_relations(3)
    weights = [
        np.prod([sum(w for _, w, m in sets[y] if m == r[y]) for y in range(3)]) for r in relations
    ]
    relation = drawn(relations, weights, numbers[0])
    for y, x in enumerate(nodes):
        fitting = [(s, w) for s, w, m in sets[y] if m == relation[y]]
        parents = drawn(*zip(*fitting, strict=True), numbers[2 + y])
        new[sorted(parents), x] = True
    return new if numbers[1] * chance(graph) < chance(new) else graph


def test_steps_over_graphs_are_those_that_visit_every_parent_set():
    X, _ = make_linear_sem(15, 6, edges_per_node=2, random_state=0)
    tables = tables_of(gaussian_bic(Moments.from_rows(X)), 2)
    chain = GraphChain(tables, np.arange(6), np.random.default_rng(0))
    generator, n_changes, block = np.random.default_rng(1), 0, chain._block
    graph = chain.advance(0)
    for _ in range(150):
        numbers = generator.random((1, 10))
        advance(tables, chain._graph, block, numbers)
        nodes = block.nodes.tolist()
        expected = graph
        if len(set(nodes)) == 3:
            expected = graph_after(tables, graph, nodes, numbers[0, 5:])
        n_changes += (graph != expected).any()
        graph = chain.advance(0)
        np.testing.assert_array_equal(graph, expected)
    assert n_changes > 50


def test_nodes_are_chosen_with_the_chances_that_steps_assume():
    X, _ = make_linear_sem(30, 5, edges_per_node=1, random_state=0)
    tables = tables_of(bge(Moments.from_rows(X)), 2)
    chain = GraphChain(tables, np.arange(5), np.random.default_rng(0))
    graph, counts = chain.advance(0), np.zeros((5, 5))
    for numbers in np.random.default_rng(1).random((3000, 10)):
        numbers[6] = np.inf  # refuses every step
        advance(tables, chain._graph, chain._block, numbers[None])
        counts[tuple(chain._block.nodes[:2])] += 1
    np.testing.assert_array_equal(chain.advance(0), graph)
    expected = np.array([chances(graph, x) for x in range(5)]) / 5
    assert np.abs(counts / 3000 - expected).max() < 0.02


@pytest.mark.parametrize("n_candidates", [3, 1])
def test_a_chain_over_graphs_visits_each_graph_as_often_as_it_is_probable(n_candidates):
    """With at most one parent, one candidate and another node lose no graph."""
    X, _ = make_linear_sem(12, 4, edges_per_node=1, random_state=1)
    known = PriorKnowledge(max_parents=None if n_candidates == 3 else 1).resolve(4)
    score = bge(Moments.from_rows(X))
    chain = GraphChain(
        tables_of(score, n_candidates, known), np.arange(4), np.random.default_rng(0)
    )
    graphs = [g for g in all_dags(4) if n_candidates == 3 or g.sum(axis=0).max() <= 1]
    values = np.array(
        [sum(score.given(j, np.flatnonzero(g[:, j]).tolist()) for j in range(4)) for g in graphs]
    )
    n_draws, number = 10_000, {graph.tobytes(): which for which, graph in enumerate(graphs)}
    drawn = [number[chain.advance(20).tobytes()] for _ in range(n_draws)]
    expected = n_draws * softmax(values)
    is_frequent = expected > 5
    errors = (np.bincount(drawn, minlength=len(graphs)) - expected)[is_frequent]
    assert (errors**2 / expected[is_frequent]).mean() == pytest.approx(1, abs=0.4)


def test_a_chain_over_orders_holds_the_sums_that_its_order_allows():
    X, _ = make_linear_sem(100, 12, edges_per_node=2, random_state=0)
    tables = tables_of(bge(Moments.from_rows(X)), 5)
    chain = OrderChain(tables, np.arange(12), np.random.default_rng(0))
    for _ in range(20):
        graph = chain.advance(30)
        state = chain._state
        order = state.order.tolist()
        assert sorted(order) == list(range(12))
        assert not np.tril(graph[np.ix_(order, order)]).any()
        for j in range(12):
            later = set(order[order.index(j) :])
            weights = [weight for _, weight in sets_of(tables, j, later)]
            assert state.values[j] == pytest.approx(np.log(sum(weights)), abs=1e-8)


def test_prior_knowledge_holds_in_every_graph():
    X, _ = make_linear_sem(100, 12, edges_per_node=2, random_state=3)
    known = PriorKnowledge(
        required=[(5, 0), (0, 7)], forbidden=[(1, 2)], tiers=[[5, 6], [8, 9]], max_parents=2
    )
    model = PosteriorDAG(n_samples=40, n_chains=2, thinning=2, n_candidates=3)
    model.set_params(prior_knowledge=known).fit(X)
    for graph, _ in model.distribution_:
        assert is_dag(graph)
        assert graph[[5, 0], [0, 7]].all()
        assert not graph[1, 2]
        assert not graph[np.ix_([8, 9], [5, 6])].any()
        assert graph.sum(axis=0).max() <= 2


def test_the_graphs_do_not_depend_on_the_number_of_threads():
    X, _ = make_linear_sem(100, 12, random_state=4)
    models = [
        PosteriorDAG(n_samples=24, n_chains=3, thinning=4, n_jobs=n_jobs, random_state=7)
        for n_jobs in (1, 3)
    ]
    one, three = (list(model.fit(X).distribution_) for model in models)
    assert all((a == b).all() and p == q for (a, p), (b, q) in zip(one, three, strict=True))


def test_categories_have_the_probabilities_of_the_criterion_of_the_order_search():
    X, _ = make_discrete_network(200, 3, edges_per_node=1, random_state=0)
    model = PosteriorDAG(score="bdeu", edge_prior=1.0, n_samples=16).fit(X)
    graphs = list(all_dags(3))
    costs = np.array([cost_of_categories(X, graph) for graph in graphs])
    weights = np.exp(-0.5 * (costs - costs.min()))
    expected = np.tensordot(weights / weights.sum(), np.array(graphs), 1)
    assert model.is_exact_
    np.testing.assert_allclose(model.edge_probability_, expected, atol=1e-10)


def cost_of_categories(X, graph):
    """The criterion's value at a graph, the only one that the prior knowledge leaves."""
    edges = [(int(i), int(j)) for i, j in np.argwhere(graph)]
    others = [(int(i), int(j)) for i, j in np.argwhere(~graph) if i != j]
    known = PriorKnowledge(required=edges, forbidden=others)
    return TOPO(criterion=Categories(), n_restarts=0, prior_knowledge=known).fit(X).objective_


def test_an_edge_prior_makes_graphs_sparser():
    X, _ = make_linear_sem(100, 6, random_state=0)
    sums = [
        PosteriorDAG(n_samples=16, edge_prior=prior).fit(X).edge_probability_.sum()
        for prior in (0.0, 1.0, 3.0)
    ]
    assert all(b < a - 0.01 for a, b in pairwise(sums))


def test_a_time_budget_keeps_the_graphs_so_far():
    X, _ = make_linear_sem(100, 12, random_state=0)
    model = PosteriorDAG(n_samples=10**6, time_budget=1e-3)
    with pytest.warns(ConvergenceWarning, match="time_budget"):
        model.fit(X)
    assert 0 < model.n_samples_ < 1000
    assert "time_budget" in model.status_


def test_ctrl_c_keeps_the_graphs_so_far(monkeypatch):
    X, _ = make_linear_sem(100, 6, random_state=0)
    calls = iter(range(10**6))
    made = GraphChain.advance

    def interrupted(chain, n_steps):
        if next(calls) > 100:
            raise KeyboardInterrupt
        return made(chain, n_steps)

    monkeypatch.setattr(GraphChain, "advance", interrupted)
    model = PosteriorDAG(n_samples=10**6, n_chains=2)
    with pytest.warns(ConvergenceWarning, match=r"Ctrl-C"):
        model.fit(X)
    assert model.n_samples_ > 0


def test_chains_that_differ_are_reported():
    X, _ = make_linear_sem(1000, 15, edges_per_node=3, random_state=0)
    with pytest.warns(ConvergenceWarning, match="split R-hat"):
        PosteriorDAG(n_samples=16, thinning=1, n_chains=2).fit(X)


def test_columns_with_a_tiny_variance_are_reported():
    X, _ = make_linear_sem(50, 3, edges_per_node=1, random_state=0)
    with pytest.warns(UserWarning, match="column 0 varies so little"):
        PosteriorDAG(n_samples=16).fit(X * [1e-3, 1, 1])


def test_columns_whose_units_make_edges_improbable_are_reported():
    X, _ = make_linear_sem(50, 3, edges_per_node=1, random_state=0)
    with pytest.warns(UserWarning, match="column 1 varies so much.*divides the odds"):
        PosteriorDAG(n_samples=16).fit(X * [1, 1e5, 1])
    moments = Moments.from_rows(X[:, :2])
    larger = Moments(50, moments.mean, moments.covariance * 1e20)
    largest = Moments(50, moments.mean, moments.covariance * 1e24)
    gain = [bge(of).given(1, [0]) - bge(of).given(1, []) for of in (larger, largest)]
    # Both ends count by a hundred times their former standard deviations.
    assert gain[0] - gain[1] == pytest.approx(2 * np.log(100))


def test_copies_of_rows_in_groups_add_nothing():
    X, _ = make_linear_sem(50, 3, edges_per_node=1, random_state=0)
    once = PosteriorDAG(n_samples=16).fit(X)
    copies = np.repeat(X, 20, axis=0)
    of_groups = PosteriorDAG(n_samples=16).fit(copies, groups=np.repeat(np.arange(50), 20))
    np.testing.assert_allclose(of_groups.edge_probability_, once.edge_probability_)
    with pytest.raises(ValueError, match="PosteriorDAG with these parameters uses rows"):
        PosteriorDAG(score="bdeu").fit(np.round(X) > 0, groups=np.arange(50) // 2)


@pytest.mark.parametrize("score", ["bge", "bdeu"])
def test_a_row_with_a_weight_counts_as_equal_rows(score):
    rows = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)], dtype=float)
    weights = np.array([9, 2, 3, 0, 1, 4, 6, 8])
    model = PosteriorDAG(score=score, n_samples=16)
    expected = model.fit(np.repeat(rows, weights, axis=0)).edge_probability_
    found = model.fit(rows, sample_weight=weights).edge_probability_
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    with pytest.raises(ValueError, match="sample_weight and groups cannot be combined"):
        model.fit(rows, sample_weight=weights, groups=np.arange(8))


def test_more_than_ten_columns_cannot_be_exact():
    X, _ = make_linear_sem(50, 11, random_state=0)
    with pytest.raises(ValueError, match="at most 10 columns, and there are 11"):
        PosteriorDAG(exact=True).fit(X)


def test_fewer_rows_than_columns_can_be_scored_by_bge():
    X, _ = make_linear_sem(8, 12, random_state=0)
    model = PosteriorDAG(n_samples=16, n_chains=2, thinning=1).fit(X)
    assert np.isfinite(model.edge_probability_).all()


def test_paths_are_those_of_the_graphs(five_columns):
    model = PosteriorDAG(n_samples=40).fit(five_columns)
    expected = model.distribution_.expectation(lambda g: reachability(g).astype(float))
    np.testing.assert_allclose(model.ancestor_probability_, expected)
    assert is_dag(model.consensus_)
    assert sum(graph.share for graph in model.typical_graphs_) == pytest.approx(1)


@pytest.mark.filterwarnings("ignore:.*outweighs", "ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learn_checks():
    """``score`` is the name of a parameter here, so that it is no method."""
    check_estimator(
        PosteriorDAG(n_candidates=3, n_samples=16, n_chains=2, thinning=1),
        expected_failed_checks=dict.fromkeys(
            [
                "check_fit_score_takes_y",
                "check_pipeline_consistency",
                "check_n_features_in_after_fitting",
            ],
            "calls score as a method",
        )
        | {"check_sample_weight_equivalence_on_sparse_data": "sparse data is refused"},
    )


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_the_effective_sample_size_of_an_autoregression(rho):
    """n (1 − ρ) / (1 + ρ) draws."""
    noise = np.random.default_rng(1).normal(size=(4, 4000, 6))
    draws = np.empty_like(noise)
    draws[:, 0] = noise[:, 0] / np.sqrt(1 - rho**2)
    for t in range(1, 4000):
        draws[:, t] = rho * draws[:, t - 1] + noise[:, t]
    found = effective_sample_size(draws)
    expected = 16_000 * (1 - rho) / (1 + rho)
    assert np.abs(found / expected - 1).max() < 0.25
    assert abs(found.mean() / expected - 1) < 0.1


def test_split_r_hat_from_its_definition():
    draws = np.random.default_rng(0).normal(size=(3, 10, 2)) + np.arange(3)[:, None, None]
    halves = draws.reshape(6, 5, 2)
    within = halves.var(axis=1, ddof=1).mean(axis=0)
    between = 5 * halves.mean(axis=1).var(axis=0, ddof=1)
    expected = np.sqrt((4 / 5 * within + between / 5) / within)
    np.testing.assert_allclose(split_r_hat(draws), expected)


def test_constant_chains():
    draws = np.repeat([[0.0, 0.0], [1.0, 0.0]], 10, axis=0).reshape(2, 10, 2)
    assert split_r_hat(draws).tolist() == [np.inf, 1.0]
    assert np.isnan(effective_sample_size(draws)[1])


def test_by_default_every_number_of_parents_of_a_node_is_equally_probable():
    X, _ = make_linear_sem(40, 4, edges_per_node=1, weight_range=(0.1, 0.5), random_state=1)
    score = bge(Moments.from_rows(X))
    graphs = np.array(list(all_dags(4)))
    n_sets = np.array([1, 3, 3, 1])  # of 0, 1, 2 and 3 parents
    log_weights = [
        sum(score.given(j, np.flatnonzero(graph[:, j]).tolist()) for j in range(4))
        - np.log(n_sets[graph.sum(axis=0)]).sum()
        for graph in graphs
    ]
    expected = np.tensordot(softmax(log_weights), graphs, axes=1)
    found = PosteriorDAG(n_samples=16).fit(X).edge_probability_
    np.testing.assert_allclose(found, expected, atol=1e-10)
    uniform = PosteriorDAG(edge_prior=0.0, n_samples=16).fit(X).edge_probability_
    assert np.abs(uniform - expected).max() > 0.01
