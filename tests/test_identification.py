"""What a fit claims, compared with all DAGs of the Markov equivalence class."""

import functools
import itertools
import warnings

import numpy as np
import pandas as pd
import pytest

from causal_dag import DAGMA, GOLEM, NOTEARS, TOPO, CoLiDECV, DAGEstimator, ExactDAG, PriorKnowledge
from causal_dag.estimator import Moments
from causal_dag.export import to_document, to_networkx
from causal_dag.graph import maximal_orientation, mpdag, undecided_effects
from causal_dag.identification import OpenEffectWarning
from causal_dag.problem import Solution
from causal_dag.regression import least_squares_weights
from causal_dag.solvers import make_solver
from causal_dag.solvers.criteria import EqualVarianceBIC
from causal_dag.synthetic import make_linear_sem

N_CASES = 200


class GivenGraph(DAGEstimator):
    """A solver that finds the class of a given graph."""

    def __init__(self, adjacency=None, prior_knowledge=None):
        self.adjacency = adjacency
        self.prior_knowledge = prior_knowledge

    weight_threshold = 0.0
    refit = verbose = False
    time_budget = callback = None

    def solve(self, problem):
        weights = least_squares_weights(problem.moments.covariance, self.adjacency)
        return Solution(weights, 0.0)


def parent_sets(adjacency):
    """Parents of every node, as bits of an integer."""
    bits = 1 << np.arange(len(adjacency))
    return tuple((bits @ adjacency).tolist())


def graph_with(parents):
    nodes = np.arange(len(parents))
    return (np.array(parents) >> nodes[:, None] & 1).astype(bool)


def equivalent_dags(adjacency):
    """Parent sets of all DAGs of the class: reversing covered edges leads from one to any other.

    Chickering, "A transformational characterization of equivalent Bayesian network structures",
    UAI 1995.
    """
    edges = np.argwhere(adjacency | adjacency.T).tolist()
    found = {parent_sets(adjacency)}
    waiting = list(found)
    while waiting:
        parents = waiting.pop()
        for i, j in edges:
            if parents[j] == parents[i] | 1 << i:
                other = list(parents)
                other[j] ^= 1 << i
                other[i] |= 1 << j
                if tuple(other) not in found:
                    found.add(tuple(other))
                    waiting.append(tuple(other))
    return sorted(found)


def effects_in(parents, covariance, slopes):
    """Total effects of a graph that fits: the regression of all on a cause and its parents."""
    for cause, among in enumerate(parents):
        if (cause, among) not in slopes:
            adjusted = [i for i in range(len(parents)) if among >> i & 1]
            design = [cause, *adjusted]
            row = np.linalg.solve(covariance[np.ix_(design, design)], covariance[design])[0]
            row[design] = 0.0
            slopes[cause, among] = row
    return np.array([slopes[key] for key in enumerate(parents)])


def random_case(generator):
    """A DAG, the covariance of a linear model on it, and knowledge that it agrees with."""
    d = int(generator.integers(2, 7))
    adjacency = np.triu(generator.random((d, d)) < generator.uniform(0.3, 1), 1)
    order = generator.permutation(d)
    adjacency = adjacency[np.ix_(order, order)]
    weights = adjacency * generator.uniform(0.5, 1.5, (d, d)) * generator.choice([-1, 1], (d, d))
    mixing = np.linalg.inv(np.eye(d) - weights)
    covariance = mixing.T @ np.diag(generator.uniform(0.5, 2, d)) @ mixing
    return adjacency, covariance, random_knowledge(adjacency, np.argsort(order), generator)


def random_knowledge(adjacency, order, generator):
    def some(edges, share):
        return [edge for edge in np.argwhere(edges).tolist() if generator.random() < share]

    share = generator.choice([0.0, 0.1, 0.3])
    tiers = []
    if generator.random() < 0.3:
        cut = int(generator.integers(1, len(order) + 1))
        tiers = [order[:cut].tolist(), order[cut:].tolist()]
    return PriorKnowledge(
        forbidden=some(~adjacency & ~np.eye(len(order), dtype=bool), share),
        required=some(adjacency, share / 3),
        tiers=tiers,
    )


@functools.cache
def cases():
    generator = np.random.default_rng(11)
    return [random_case(generator) for _ in range(N_CASES)]


def agreeing_members(adjacency, knowledge):
    """Parent sets of the DAGs of the class that agree with the knowledge."""
    constraints = knowledge.resolve(len(adjacency))
    forbidden, required = parent_sets(constraints.forbidden), parent_sets(constraints.required)
    return [
        parents
        for parents in equivalent_dags(adjacency)
        if not any(p & f or r & ~p for p, f, r in zip(parents, forbidden, required, strict=True))
    ]


def union_of(members):
    return graph_with(np.bitwise_or.reduce(np.array(members), axis=0))


def test_the_claims_of_a_fit_are_those_of_all_equivalent_graphs_that_agree_with_the_knowledge():
    n_warned = n_directed_by_knowledge = 0
    for adjacency, covariance, knowledge in cases():
        members = agreeing_members(adjacency, knowledge)
        union = union_of(members)
        slopes = {}
        effects = np.array([effects_in(parents, covariance, slopes) for parents in members])
        differing = np.ptp(effects, axis=0) > 1e-9 * np.abs(effects).max()

        moments = Moments(1000, np.zeros(len(adjacency)), covariance)
        model = GivenGraph(adjacency, knowledge).fit_moments(moments)
        np.testing.assert_array_equal(model.cpdag_, union)
        np.testing.assert_array_equal(undecided_effects(model.cpdag_), differing)
        np.testing.assert_array_equal(maximal_orientation(union), union)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            effects = model.total_effects()
        expected = effects_in(parent_sets(adjacency), covariance, slopes)
        np.testing.assert_allclose(effects, expected, atol=1e-9)
        assert [w.category for w in caught] == [OpenEffectWarning] * bool(differing.any())
        n_warned += differing.any()
        n_directed_by_knowledge += (union != union_of(equivalent_dags(adjacency))).any()
    assert 40 < n_warned < N_CASES - 40
    assert n_directed_by_knowledge > 40


def test_each_edge_says_what_decided_its_direction():
    for adjacency, covariance, knowledge in cases()[:100]:
        model = GivenGraph(adjacency, knowledge)
        model.fit_moments(Moments(1000, np.zeros(len(adjacency)), covariance))
        union = union_of(agreeing_members(adjacency, knowledge))
        class_union = union_of(equivalent_dags(adjacency))
        required = knowledge.resolve(len(adjacency)).required
        edges = model.edges_
        assert len(edges) == adjacency.sum()
        for edge in edges.itertuples():
            i, j = int(edge.cause[1:]), int(edge.effect[1:])
            assert edge.weight == model.weights_[i, j]
            spread = np.sqrt(np.diagonal(covariance))
            assert edge.standardized == pytest.approx(edge.weight * spread[i] / spread[j])
            expected = (
                "knowledge"
                if required[i, j]
                else "open"
                if union[j, i]
                else "knowledge"
                if class_union[j, i]
                else "data"
            )
            assert edge.decided_by == expected


def chain_frame(n=400):
    generator = np.random.default_rng(0)
    treat = generator.normal(size=n)
    between = 0.8 * treat + generator.normal(size=n)
    out = 0.8 * between + generator.normal(size=n)
    return pd.DataFrame({"treat": treat, "between": between, "out": out})


def test_tiers_direct_an_edge_of_the_class_and_all_that_follow():
    frame = chain_frame()
    free = TOPO().fit(frame)
    assert (free.cpdag_ == free.cpdag_.T).all()
    assert set(free.edges_["decided_by"]) == {"open"}
    tiers = TOPO(prior_knowledge=PriorKnowledge(tiers=[["treat"], ["between", "out"]])).fit(frame)
    assert tiers.cpdag_.sum() == 2
    assert tiers.edges_["decided_by"].tolist() == ["knowledge", "knowledge"]
    assert tiers.edges_.columns.tolist() == [
        "cause", "effect", "weight", "standardized", "decided_by",
    ]  # fmt: skip
    tiers.total_effects()  # warnings are errors here


def test_the_warning_names_pairs():
    with pytest.warns(OpenEffectWarning, match=r"effect of \w+ on \w+, .* and 3 more;"):
        TOPO().fit(chain_frame()).total_effects()


def test_an_assumption_decides_directions_and_the_table_says_so():
    model = make_solver("eqvar").fit(chain_frame())
    assert set(model.edges_["decided_by"]) == {"assumption"}
    assert (model.cpdag_ == model.cpdag_.T).all()
    model.total_effects()


def test_what_holds_is_the_knowledge_of_the_fit():
    knowledge = PriorKnowledge(tiers=[["treat"], ["between", "out"]])
    model = TOPO(prior_knowledge=knowledge).fit(chain_frame())
    before = model.cpdag_
    model.set_params(prior_knowledge=None)
    np.testing.assert_array_equal(model.cpdag_, before)


def test_moments_know_as_much_as_rows():
    frame = chain_frame()
    knowledge = PriorKnowledge(required=[("between", "out")])
    moments = Moments.from_rows(frame.to_numpy(), tuple(frame.columns))
    model = TOPO(prior_knowledge=knowledge).fit_moments(moments)
    pd.testing.assert_frame_equal(model.edges_, TOPO(prior_knowledge=knowledge).fit(frame).edges_)


@pytest.mark.parametrize(("polish", "identified"), [(None, "directions"), ("topo-bic", "class")])
def test_a_polished_graph_claims_what_the_polishing_search_identifies(polish, identified):
    model = make_solver("eqvar", polish=polish).fit(chain_frame())
    assert model.identified_ == identified


def test_a_graph_that_polishing_does_not_better_keeps_its_claim():
    model = make_solver("eqvar", polish="topo-bic", callback=lambda record: True)
    assert model.fit(chain_frame()).identified_ == "directions"


def test_the_chosen_solver_claims_what_the_selection_claims():
    model = CoLiDECV(lambdas=3).fit(chain_frame())
    assert model.identified_ == model.best_estimator_.identified_ == "directions"
    knowledge = PriorKnowledge(required=[("treat", "between")])
    chosen = CoLiDECV(lambdas=3, prior_knowledge=knowledge).fit(chain_frame())
    for fitted in (chosen, chosen.best_estimator_):
        assert "knowledge" in set(fitted.edges_["decided_by"])


def test_strengths_in_nonlinear_models_have_no_standardized_form():
    generator = np.random.default_rng(0)
    x = generator.normal(size=200)
    X = np.column_stack([x, np.sin(2 * x) + 0.1 * generator.normal(size=200)])
    edges = NOTEARS(nonlinear="sobolev", max_iter=20).fit(X).edges_
    assert len(edges) > 0
    assert edges["standardized"].isna().all()


DIRECTIONS = {
    "notears", "notears-poisson", "golem-ev", "dagma", "colide-ev", "colide-nv", "topo-ls",
    "topo-bic-ev", "eqvar", "sortnregress-var", "sortnregress-r2", "direct-lingam",
    "topo-nongaussian", "topo-curves", "topo-curves-ev",
}  # fmt: skip
CLASS = {
    "notears-logistic", "golem-nv", "logll", "topo-bic", "topo-logistic", "topo-bdeu", "topo-mixed",
    "exact", "ges", "xges", "random", "empty",
}  # fmt: skip


def test_every_published_solver_says_what_it_identifies():
    assert {name: make_solver(name).identifies for name in DIRECTIONS | CLASS} == {
        **dict.fromkeys(DIRECTIONS, "directions"),
        **dict.fromkeys(CLASS, "class"),
    }


@pytest.mark.parametrize(
    ("estimator", "identified"),
    [
        (TOPO(criterion="poisson"), "directions"),
        (TOPO(criterion="lasso"), "directions"),
        (TOPO(criterion=EqualVarianceBIC()), "directions"),
        (ExactDAG(criterion="bic-ev"), "directions"),
        (ExactDAG(criterion="least-squares"), "directions"),
        (ExactDAG(criterion=EqualVarianceBIC()), "directions"),
        (GOLEM(noise="unequal"), "class"),
        (DAGMA(loss="logistic"), "class"),
        (DAGMA(nonlinear="mlp"), "directions"),
    ],
)
def test_what_is_identified_follows_from_the_parameters(estimator, identified):
    assert estimator.identifies == identified


def test_logistic_scores_tie_on_small_graphs_and_differ_on_others_of_one_class():
    # Why topo-logistic claims no more than the class.
    generator = np.random.default_rng(0)
    X = (generator.random((400, 4)) < 0.5).astype(float)
    for j in range(1, 4):
        X[:, j] = np.where(generator.random(400) < 0.5, X[:, :j].max(axis=1), X[:, j])

    def objective(adjacency):
        edges = set(map(tuple, np.argwhere(adjacency).tolist()))
        others = set(itertools.permutations(range(len(adjacency)), 2)) - edges
        knowledge = PriorKnowledge(required=edges, forbidden=others)
        model = make_solver("topo-logistic", prior_knowledge=knowledge)
        return model.fit(X[:, : len(adjacency)]).objective_

    chain, triangle, complete = np.eye(3, k=1), np.triu(np.ones((3, 3)), 1), np.triu(X[:4] >= 0, 1)
    for tied in (chain, triangle):
        assert objective(tied) == pytest.approx(objective(tied.T), rel=1e-9)
    assert objective(complete) != pytest.approx(objective(complete.T), rel=1e-6)


def test_a_wide_graph_is_directed_by_knowledge_in_a_class():
    X, _ = make_linear_sem(500, 60, graph="er", edges_per_node=1, random_state=0)
    model = TOPO(n_restarts=2, prior_knowledge=PriorKnowledge(roots=[0, 1, 2])).fit(X)
    expected = mpdag(
        model.adjacency_,
        forbidden=model.constraints_.forbidden,
        required=model.constraints_.required,
    )
    np.testing.assert_array_equal(model.cpdag_, expected)
    assert not model.cpdag_[:, [0, 1, 2]].any()


def test_networkx_and_documents_say_what_decided_each_edge():
    model = TOPO(prior_knowledge=PriorKnowledge(roots=["treat"])).fit(chain_frame())
    expected = {(edge.cause, edge.effect): edge.decided_by for edge in model.edges_.itertuples()}
    graph = to_networkx(model, names=["a", "b", "c"])
    name = dict(zip(model.feature_names_in_, "abc", strict=True))
    for (cause, effect), decided_by in expected.items():
        assert graph.edges[name[cause], name[effect]]["decided_by"] == decided_by
    document = to_document(model)
    assert document["cpdag"] == model.cpdag_.astype(int).tolist()
    assert {
        (edge["source"], edge["target"]): edge["decided_by"] for edge in document["edges"]
    } == expected
    assert "decided_by" not in to_networkx(np.array([[0, 1], [0, 0]])).edges[0, 1]
