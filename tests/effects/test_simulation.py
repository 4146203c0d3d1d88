"""Samples, means and counterfactual rows of every graph that fits alike."""

import itertools

import numpy as np
import pandas as pd
import pytest

from causal_dag import TOPO, EqVar, PriorKnowledge
from causal_dag.solvers import make_solver
from causal_dag.synthetic import LinearSEM, make_discrete_network

WEIGHTS = np.array([[0.0, 0.9, 0.0], [0.0, 0.0, -1.1], [0.0, 0.0, 0.0]])  # a → b → c


@pytest.fixture(scope="module")
def table():
    sem = LinearSEM(WEIGHTS, noise_variance=[1.0, 0.6, 1.4], intercept=[1.0, 2.0, 3.0])
    return pd.DataFrame(sem.sample(600, random_state=1), columns=list("abc"))


@pytest.fixture(scope="module")
def model(table):
    """The class a — b — c, of three graphs."""
    return TOPO().fit(table)


def in_graph(model, edges):
    """The linear model of another graph, from the covariance of the fitted model."""
    mixing = np.linalg.inv(np.eye(3) - model.weights_)
    mean, covariance = model.intercept_ @ mixing, mixing.T * model.noise_variance_ @ mixing
    weights, variances = np.zeros((3, 3)), np.diagonal(covariance).copy()
    for cause, effect in edges:
        weights[cause, effect] = covariance[cause, effect] / covariance[cause, cause]
        variances[effect] -= weights[cause, effect] * covariance[cause, effect]
    return LinearSEM(weights, noise_variance=variances, intercept=mean - mean @ weights)


# What can cause b: nothing, a, c. Not both, as a → b ← c is another class.
GRAPHS = {(): [(1, 0), (1, 2)], (0,): [(0, 1), (1, 2)], (2,): [(2, 1), (1, 0)]}


def expected_models(model):
    fitted = tuple(np.flatnonzero(model.adjacency_[:, 1]).tolist())
    rest = sorted(GRAPHS.keys() - {fitted})
    return [in_graph(model, GRAPHS[parents]) for parents in (fitted, *rest)]


@pytest.mark.parametrize("kind", ["do", "shift"])
def test_samples_of_all_members_have_the_analytic_mean_and_covariance(model, kind):
    n, found = 40_000, model.sample(40_000, **{kind: {"b": 4.0}})
    assert len(found) == 3
    unmatched = list(found)
    for sem in expected_models(model):
        if kind == "do":
            mean, covariance = sem.mean(do={1: 4.0}), sem.covariance(do={1: 4.0})
        else:
            effect = np.linalg.inv(np.eye(3) - sem.weights)[1]
            mean, covariance = sem.mean() + 4.0 * effect, sem.covariance()
        spread = np.sqrt(np.diagonal(covariance))
        close = [
            rows
            for rows in unmatched
            if (np.abs(rows.mean(axis=0) - mean) <= 5 * spread / np.sqrt(n)).all()
        ]
        assert len(close) == 1
        np.testing.assert_allclose(
            np.cov(close[0].T), covariance, atol=5 * spread.max() ** 2 / np.sqrt(n)
        )
        unmatched = [rows for rows in unmatched if rows is not close[0]]
    assert not unmatched


def test_without_interventions_and_where_directions_are_decided_there_is_one_sample(table, model):
    assert model.sample(5).shape == (5, 3)
    known = TOPO(prior_knowledge=PriorKnowledge(roots=["a"])).fit(table)
    assert known.sample(5, do={"b": 1.0}).shape == (5, 3)
    # The direction of a — b does not matter where both are set.
    both = model.sample(5, do={"a": 0.0, "b": 1.0})
    assert len(both) == 2
    assert EqVar().fit(table).sample(5, do={"b": 1.0}).shape == (5, 3)


def test_one_member_can_be_had_by_its_number_and_the_fitted_graph_is_the_first(model):
    every = model.sample(7, do={"b": 1.0}, random_state=3)
    for number, rows in enumerate(every):
        one = model.sample(7, do={"b": 1.0}, member=number, random_state=3)
        np.testing.assert_array_equal(one, rows)
    with pytest.raises(ValueError, match="member=3"):
        model.sample(7, do={"b": 1.0}, member=3)
    noise = model.sample(7, random_state=3)
    is_child = model.adjacency_[1]
    effect = (every[0] - noise)[:, is_child] / (every[0] - noise)[:, [1]]
    np.testing.assert_allclose(effect, np.tile(model.weights_[1, is_child], (7, 1)))


def test_a_generator_moves_on_as_after_one_sample(model):
    first, second = np.random.default_rng(0), np.random.default_rng(0)
    model.sample(7, do={"b": 1.0}, random_state=first)
    model.sample(7, random_state=second)
    assert first.bit_generator.state == second.bit_generator.state


def test_means_range_over_the_members_and_agree_with_the_effects(model):
    high = model.interventional_mean({"b": 2.0})
    assert high.index.tolist() == list("abc")
    means = np.array([sem.mean(do={1: 2.0}) for sem in expected_models(model)])
    np.testing.assert_allclose(high["lowest"], means.min(axis=0))
    np.testing.assert_allclose(high["highest"], means.max(axis=0))
    assert high.loc["b"].tolist() == [2.0, 2.0]
    shifted = model.interventional_mean(shift={"b": 1.0}) - model.interventional_mean()
    for column in "ac":
        effect = model.effect("b", column)
        np.testing.assert_allclose(shifted.loc[column], effect.values[[0, -1]], atol=1e-8)


def test_counterfactual_rows_keep_their_noise_in_every_member(model, table):
    rows = table.to_numpy()[:20]
    found = model.counterfactual(table[:20], do={"b": rows[:, 1] + 1.0})
    expected = [rows + np.linalg.inv(np.eye(3) - sem.weights)[1] for sem in expected_models(model)]
    for one in expected:
        assert sum(np.allclose(one, other) for other in found) == 1
    np.testing.assert_allclose(
        model.counterfactual(table[:20], do={"b": rows[:, 1]}, member=1), rows, atol=1e-12
    )


@pytest.fixture(scope="module")
def levels():
    """Labels of five columns, of two or three levels."""
    return make_discrete_network(4000, 5, edges_per_node=1.2, random_state=6)[0]


def probability(joint, do, parents, outcome):
    """Σ_z P(y | x, z) P(z), the adjustment for the parents z of x, from the joint distribution."""
    (cause, level), *_ = do.items()
    of_parents = joint.groupby(parents)["p"].sum() if parents else None
    seen = joint[joint[cause] == level]
    if not parents:
        return seen.groupby(outcome)["p"].sum() / seen["p"].sum()
    given = seen.groupby([*parents, outcome])["p"].sum() / seen.groupby(parents)["p"].sum()
    return (given * of_parents).groupby(outcome).sum()


def joint_table(model):
    """The joint distribution of all levels, cell by cell, from the product of the tables."""
    kinds = model.column_kinds_.columns
    cells = pd.DataFrame(
        list(itertools.product(*(kind.levels for kind in kinds))), columns=list(model._labels)
    )
    codes = model.column_kinds_.encode(cells)
    return cells.assign(p=np.exp(model._equations_.log_likelihood(codes, None).sum(axis=1)))


def test_probabilities_of_categories_are_those_of_adjustment_in_every_member(levels):
    model = make_solver("topo-bdeu").fit(levels)
    joint, cpdag = joint_table(model), model.cpdag_
    n_open = 0
    labels = model._labels
    for position, cause in enumerate(labels[:3]):
        do = {cause: levels[cause].iloc[0]}
        graphs = model._graph_class(None).deciding_distribution([position], [position], 50)
        n_open += len(graphs) - 1
        found = model.interventional_mean(do)
        for outcome in np.delete(np.arange(len(labels)), position).tolist():
            values = []
            for graph in graphs:
                parents = np.flatnonzero(graph[:, position]).tolist()
                among = [labels[i] for i in parents]
                unchanged = joint.groupby(labels[outcome])["p"].sum()
                adjusted = (
                    unchanged
                    if outcome in parents
                    else probability(joint, do, among, labels[outcome])
                )
                values.append(adjusted)
            ends = found.loc[labels[outcome]]
            np.testing.assert_allclose(ends["lowest"], np.min(values, axis=0), atol=0.015)
            np.testing.assert_allclose(ends["highest"], np.max(values, axis=0), atol=0.015)
    assert n_open > 1
    assert (cpdag & cpdag.T).any()


def test_tables_of_an_equivalent_graph_give_the_same_joint_distribution(levels):
    model = make_solver("topo-bdeu").fit(levels)
    tables = model._equations_.functions
    codes = model.column_kinds_.encode(levels)[:300].astype(np.intp)
    expected = tables.log_likelihood(codes).sum(axis=1)
    nodes = list(range(codes.shape[1]))
    members = model._graph_class(None).deciding_distribution(nodes, [], 500)
    assert len(members) > 2
    for member in members:
        other = tables.in_graph(member)
        np.testing.assert_array_equal(other.adjacency, member)
        np.testing.assert_allclose(other.log_likelihood(codes).sum(axis=1), expected, rtol=1e-10)


def test_curves_are_simulated_in_the_directions_that_they_decided():
    generator = np.random.default_rng(0)
    a = generator.normal(size=500)
    table = pd.DataFrame({"a": a, "b": a**2 + 0.3 * generator.normal(size=500)})
    model = make_solver("topo-curves").fit(table)
    assert model.edges_["decided_by"].tolist() == ["assumption"]
    with pytest.raises(ValueError, match=r"known in the directions of the fitted graph.*member=0"):
        model.interventional_mean({"a": 1.5})
    mean = model.interventional_mean({"a": 1.5}, assume="curves")
    assert mean.loc["b", "lowest"] == pytest.approx(2.25, abs=0.15)
    assert mean.loc["a"].tolist() == [1.5, 1.5]
    rows = model.counterfactual(table, {"a": 0.0}, assume="curves")
    np.testing.assert_allclose(rows[:, 1], table["b"] - a**2, atol=0.4)


def test_questions_that_have_no_answer_are_refused(model, table, levels):
    with pytest.raises(ValueError, match="in do and in shift"):
        model.sample(3, do={"b": 1.0}, shift={"b": 1.0})
    categories = make_solver("topo-bdeu").fit(levels)
    with pytest.raises(ValueError, match="shift: column 'x0' does not hold numbers"):
        categories.sample(3, shift={"x0": 1.0})
    with pytest.raises(ValueError, match=r"counterfactuals of levels.*interventional_mean"):
        categories.counterfactual(levels, do={"x0": levels["x0"].iloc[0]})
