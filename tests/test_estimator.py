"""The estimator's own mathematics, on weights that are given."""

import dataclasses

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from causal_dag import GOLEM, DAGEstimator, Moments, PriorKnowledge
from causal_dag.fit_warnings import ProjectionWarning
from causal_dag.fitting.findings import refuse_non_finite
from causal_dag.graph.named_graph import named_graph
from causal_dag.problem import Solution, StageRecord, Status
from causal_dag.regression import least_squares_weights, residual_variances


def blas_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


class Given(DAGEstimator):
    """Returns the weights it is given, and takes their directions for granted."""

    identifies = "directions"

    def __init__(self, weights=None, status=Status.CONVERGED, *, weight_threshold=0.3,
                 prior_knowledge=None, init=None, refit=False, random_state=None,
                 time_budget=None, callback=None, verbose=False):  # fmt: skip
        self.weights = weights
        self.status = status
        self.weight_threshold = weight_threshold
        self.prior_knowledge = prior_knowledge
        self.init = init
        self.refit = refit
        self.random_state = random_state
        self.time_budget = time_budget
        self.callback = callback
        self.verbose = verbose

    def solve(self, problem):
        self.problem_seen = problem
        self.threads_seen = blas_threads()
        problem.monitor.record(StageRecord(0, 1.0))
        return Solution(
            np.asarray(self.weights, dtype=float), 1.0, self.status,
            trace=tuple(problem.monitor.records),
        )  # fmt: skip


CHAIN = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, -1.0], [0.0, 0.0, 0.0]])


@pytest.fixture
def X():
    noise = np.random.default_rng(0).normal(size=(500, 3)) * [1.0, 2.0, 0.5]
    return noise @ np.linalg.inv(np.eye(3) - CHAIN) + [5.0, -2.0, 100.0]


def test_prediction_is_every_variable_given_its_parents(X):
    model = Given(CHAIN).fit(X)
    predicted = model.predict(X)
    np.testing.assert_allclose(predicted.mean(axis=0), X.mean(axis=0))
    np.testing.assert_allclose(predicted[:, 0], X[:, 0].mean())
    np.testing.assert_allclose(np.diff(predicted[:, 1]), np.diff(2 * X[:, 0]))
    np.testing.assert_allclose(model.noise_variance_, (X - predicted).var(axis=0))


def test_threshold_is_exclusive_and_the_projection_says_what_went(X):
    weights = CHAIN + np.array([[0, 0, 0.3], [0, 0, 0], [0, 0.5, 0]])
    with pytest.warns(ProjectionWarning, match="1 edges were cut"):
        model = Given(weights).fit(X)
    np.testing.assert_array_equal(model.weights_, CHAIN)
    assert model.projection_.n_below_threshold == 1
    assert model.projection_.cut_edges == ((2, 1, 0.5),)
    assert model.projection_.retained_weight == pytest.approx(3 / 3.5)
    np.testing.assert_array_equal(model.raw_weights_, weights)


def test_an_edge_required_and_not_found_gets_its_least_squares_weight(X):
    model = Given(np.zeros((3, 3)), prior_knowledge=PriorKnowledge(required=[(0, 1)])).fit(X)
    slope = np.polyfit(X[:, 0], X[:, 1], 1)[0]
    np.testing.assert_allclose(model.weights_[0, 1], slope)
    assert model.adjacency_.sum() == 1


def test_a_required_edge_stays_an_edge_even_where_its_effect_is_zero():
    X = [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]
    model = Given(np.zeros((2, 2)), prior_knowledge=PriorKnowledge(required=[(0, 1)])).fit(X)
    assert model.adjacency_[0, 1]


def test_the_log_likelihood_is_finite_on_a_perfect_fit():
    cause = np.arange(10.0)
    model = Given([[0.0, 2.0], [0.0, 0.0]]).fit(np.column_stack([cause, 2 * cause]))
    assert np.isfinite(model.score(np.column_stack([cause, 2 * cause])))


def test_total_effects_multiply_along_paths(X):
    effects = Given(CHAIN).fit(X).total_effects()
    np.testing.assert_allclose(effects, [[0, 2, -2], [0, 0, -1], [0, 0, 0]])


def test_samples_depend_on_the_seed_alone(X):
    model = Given(CHAIN).fit(X)
    np.testing.assert_array_equal(
        model.sample(5, random_state=1), model.sample(5, random_state=np.random.default_rng(1))
    )
    assert (model.sample(5, random_state=1) != model.sample(5, random_state=2)).all()


def test_samples_scatter_as_the_residuals_of_the_data_do(X):
    model = Given(CHAIN).fit(X * [0.1, 1.0, 30.0])
    assert model.noise_variance_.max() > 100 > 1e4 * model.noise_variance_.min()
    sample = model.sample(20_000, random_state=0)
    scatter = (sample - model.predict(sample)).var(axis=0)
    np.testing.assert_allclose(scatter, model.noise_variance_, rtol=5 * np.sqrt(2 / 20_000))


def test_unknown_interventions_are_refused(X):
    model = Given(CHAIN).fit(pd.DataFrame(X, columns=["a", "b", "c"]))
    with pytest.raises(ValueError, match="no column 'z'"):
        model.sample(5, do={"z": 1.0})
    with pytest.raises(ValueError, match="no column 3; columns are numbered 0 to 2"):
        model.sample(5, do={3: 1.0})
    with pytest.raises(ValueError, match="n_samples=0"):
        model.sample(0)


def test_every_status_but_success_and_the_users_own_stop_warns(X):
    from sklearn.exceptions import ConvergenceWarning

    for status in set(Status) - {Status.CONVERGED, Status.OPTIMAL, Status.CALLBACK}:
        with pytest.warns(ConvergenceWarning, match=str(status)[:20]):
            model = Given(CHAIN, status).fit(X)
        assert not model.converged_
        assert model.status_ == str(status)
    assert not Given(CHAIN, Status.CALLBACK).fit(X).converged_
    assert Given(CHAIN).fit(X).converged_


def test_weights_that_are_not_finite_are_an_error_and_no_answer(X):
    with pytest.raises(ValueError, match="standardize the data"):
        Given(np.full((3, 3), np.nan)).fit(X)


def test_init_may_be_weights_an_order_names_or_a_fitted_estimator(X):
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    first = Given(CHAIN).fit(frame)
    for init, weights, order in [
        (CHAIN, CHAIN, None),
        ([2, 0, 1], None, [2, 0, 1]),
        (["c", "a", "b"], None, [2, 0, 1]),
        (first, CHAIN, [0, 1, 2]),
    ]:
        initial = Given(CHAIN, init=init).fit(frame).problem_seen.initial
        assert (initial.weights is None) == (weights is None)
        assert weights is None or (initial.weights == weights).all()
        assert (initial.order is None) == (order is None)
        assert order is None or initial.order.tolist() == order


def test_an_init_with_names_is_aligned_by_name(X):
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    first = Given(CHAIN).fit(frame)
    turned = frame[["c", "a", "b"]]
    for init in (first, nx.DiGraph([("b", "c"), ("a", "b")]), named_graph(first),
                 pd.DataFrame(CHAIN, index=list("abc"), columns=list("abc"))):  # fmt: skip
        initial = Given(np.zeros((3, 3)), init=init).fit(turned).problem_seen.initial
        expected = named_graph(init).arranged_like(["c", "a", "b"]).weights
        assert (initial.weights == expected).all()
        assert expected[1, 2] != 0
        assert initial.order is None or initial.order.tolist() == [1, 2, 0]
    with pytest.raises(ValueError, match="init: the graph has a node 'z' that is not among 'a'"):
        Given(CHAIN, init=nx.DiGraph([("a", "z")])).fit(frame)


def test_forbidden_edges_are_taken_out_of_initial_weights(X):
    knowledge = PriorKnowledge(forbidden=[(0, 1)])
    model = Given(np.zeros((3, 3)), init=CHAIN, prior_knowledge=knowledge).fit(X)
    assert model.problem_seen.initial.weights[0, 1] == 0
    assert CHAIN[0, 1] == 2


@pytest.mark.parametrize(
    ("init", "message"),
    [
        (np.zeros((2, 2)), r"shape \(2, 2\) must be weights of shape \(3, 3\)"),
        (np.full((3, 3), np.nan), "finite"),
        ([0, 1, 1], "1 and 1 are the same column; keep one"),
        ([0, 1], "lists each of the 3 columns once"),
        ([0.5, 1, 2], "0.5 is neither a column name nor a column number"),
        ("start.json", r"init='start.json' is a string; .*read_graph\('start.json'\)"),
        ({0, 1, 2}, "lists each of the 3 columns once"),
        (nx.DiGraph([(0, 1)]), r"init of shape \(2, 2\) must be weights of shape \(3, 3\)"),
        (nx.DiGraph([("a", "b")]), "init: the graph has the nodes 'a', 'b', but the columns have"),
        ([("a", "b"), ("b", "c")], "init: .* is not a graph; pass networkx.DiGraph"),
        (["a", "b", "c"], "init: there is no column 'a', because the columns have no names"),
        ([1, 0, 2], "puts column 1 before column 0"),
    ],
)
def test_what_cannot_be_a_start_is_refused(X, init, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Given(CHAIN, init=init, prior_knowledge=PriorKnowledge(required=[(0, 1)])).fit(X)


def test_moments_and_rows_are_interchangeable_up_to_names(X):
    moments = Moments.from_rows(X, ["a", "b", "c"])
    model = Given(CHAIN).fit_moments(moments)
    assert model.feature_names_in_.tolist() == ["a", "b", "c"]
    assert not hasattr(model.fit_moments(Moments.from_rows(X)), "feature_names_in_")
    with pytest.raises(ValueError, match="constant"):
        model.fit_moments(Moments(5, [0.0, 0.0], [[1.0, 0.0], [0.0, 0.0]]))


def test_a_solver_that_looks_at_rows_refuses_moments(X):
    class Rows(Given):
        needs_rows = True

    assert (Rows(CHAIN).fit(X).problem_seen.rows == X).all()
    assert Given(CHAIN).fit(X).problem_seen.rows is None
    with pytest.raises(ValueError, match=r"use fit\(X\)"):
        Rows(CHAIN).fit_moments(Moments.from_rows(X))


def test_solvers_run_on_one_blas_thread_and_the_callers_number_comes_back(X):
    Given(CHAIN).fit(X)  # loads the libraries that a fit uses
    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        assert 2 in before
        assert Given(CHAIN).fit(X).threads_seen == {1}
        assert Given(CHAIN).fit_moments(Moments.from_rows(X)).threads_seen == {1}
        assert blas_threads() == before


def test_verbose_prints_a_line_a_stage(X, capsys):
    Given(CHAIN, verbose=True).fit(X)
    assert capsys.readouterr().out.startswith("stage 0: objective 1,")


def test_least_squares_weights_are_those_of_lstsq_and_their_residual_variances(X):
    adjacency = np.array([[False, True, True], [False, False, True], [False, False, False]])
    centred = X - X.mean(axis=0)
    covariance = centred.T @ centred / len(X)
    weights = least_squares_weights(covariance, adjacency)
    expected, residuals, *_ = np.linalg.lstsq(centred[:, :2], centred[:, 2], rcond=None)
    np.testing.assert_allclose(weights[:2, 2], expected)
    np.testing.assert_allclose(residual_variances(covariance, weights)[2], residuals[0] / len(X))


def test_regression_on_collinear_parents_still_explains_what_they_explain():
    covariance = np.array([[1.0, 1.0, 2.0], [1.0, 1.0, 2.0], [2.0, 2.0, 5.0]])
    adjacency = np.array([[0, 0, 1], [0, 0, 1], [0, 0, 0]], dtype=bool)
    weights = least_squares_weights(covariance, adjacency)
    np.testing.assert_allclose(weights[:2, 2], [1.0, 1.0])
    np.testing.assert_allclose(residual_variances(covariance, weights)[2], 1.0)


def test_an_objective_that_is_not_finite_is_an_error_that_names_columns_and_parameters(X):
    class Diverging(Given):
        def solve(self, problem):
            return dataclasses.replace(super().solve(problem), objective=np.inf)

    with pytest.raises(ValueError, match=r"infinite objective; column 0 varies.*standardize"):
        Diverging(CHAIN).fit(X[:, :3] * [1e6, 1.0, 1.0])
    diverged = Solution(np.full((3, 3), np.inf), 0.0)
    with pytest.raises(ValueError, match=r"infinite weights.*, or lower learning_rate or lambda1"):
        refuse_non_finite(GOLEM(), diverged, Moments.from_rows(X))
