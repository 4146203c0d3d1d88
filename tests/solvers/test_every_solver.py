"""Promises that every registered solver keeps: a new solver is tested by being registered."""

import copy
import logging
import os
import pickle
import warnings

import numpy as np
import pytest
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from causal_dag import DAGEstimator, Moments, PriorKnowledge
from causal_dag.column_values import READ_LABELS
from causal_dag.constraints import Constraints
from causal_dag.fit_warnings import ProjectionWarning
from causal_dag.fitting.polishing import objective_of_graph
from causal_dag.graph import is_dag
from causal_dag.problem import Problem
from causal_dag.registry import registered_solvers
from causal_dag.solvers import compared_solvers, make_solver
from causal_dag.synthetic import make_linear_sem

SOLVERS = compared_solvers()
EXPECTED = {
    "notears", "colide-ev", "colide-nv", "topo-bic", "topo-bic-ev", "topo-ls", "topo-logistic",
    "eqvar", "sortnregress-var", "sortnregress-r2", "random", "empty", "exact",
}  # fmt: skip
# All graphs of a Markov equivalence class have the same score, up to rounding.
SCORE_EQUIVALENT = {
    "topo-bic", "topo-logistic", "topo-bdeu", "topo-mixed", "topo-curves", "ges", "xges",
}  # fmt: skip
# Those whose fitted models are not tables of probabilities, mixed models or curves.
WITH_WEIGHTS = [
    name
    for name in SOLVERS
    if make_solver(name).column_values not in READ_LABELS
    and getattr(make_solver(name), "nonlinear", None) is None
]

# Methods that choose parents one way or the other; the others' weights are cut to the limit.
CHOOSE_PARENTS_WITHIN_A_LIMIT = {
    "topo-bic", "topo-bic-ev", "topo-ls", "topo-logistic", "topo-bdeu", "topo-mixed", "exact",
    "eqvar",
    "direct-lingam", "sortnregress-var", "sortnregress-r2", "random", "empty", "ges", "xges",
}  # fmt: skip

pytestmark = [
    # Small problems and few iterations: what is tested here are the promises, not the answers.
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::causal_dag.fit_warnings.ProjectionWarning"),
]


def assert_same_graph(weights, expected):
    """The same edges, and the same weights up to where an iterative method may stop."""
    np.testing.assert_array_equal(weights != 0, expected != 0)
    np.testing.assert_allclose(weights, expected, rtol=0, atol=2e-2 * np.abs(expected).max())


def solver(name, **params):
    # What is tested are promises, not answers: 100,000 steps of Adam keep them no better.
    fewer = {"max_iter": 1000} if name.startswith("golem") else {}
    estimator = make_solver(name, **{**fewer, **params})
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=0)
    return estimator


@pytest.fixture(scope="module")
def real_data():
    X, _ = make_linear_sem(200, 6, graph="er", edges_per_node=1.5, random_state=3)
    return X


def dense_data():
    """Six variables, each with all before it for parents."""
    return np.random.default_rng(4).normal(size=(150, 6)) @ (np.eye(6) + 0.4 * np.tri(6).T)


@pytest.fixture
def data(name, real_data, suited):
    """A table that the solver of this name can take."""
    return suited(name, real_data)


class FittedOnDemand(dict):
    """Fits a solver when its name is first looked up, so that one solver can be tested alone."""

    def __init__(self, table_for):
        super().__init__()
        self.table_for = table_for

    def __missing__(self, name):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self[name] = solver(name).fit(self.table_for(name))
        return self[name]


@pytest.fixture(scope="module")
def fitted(real_data, suited):
    return FittedOnDemand(lambda name: suited(name, real_data))


def test_the_published_names_are_registered():
    assert set(SOLVERS) >= EXPECTED


@pytest.mark.parametrize("name", SOLVERS)
def test_an_unfitted_estimator_shows_its_parameters_and_can_be_cloned(name):
    estimator = make_solver(name)
    assert isinstance(estimator, DAGEstimator)
    assert clone(estimator).get_params() == estimator.get_params()
    common = {
        "weight_threshold", "prior_knowledge", "refit", "polish", "time_budget", "callback",
        "verbose",
    }  # fmt: skip
    assert common <= set(estimator.get_params())


@pytest.mark.parametrize("name", SOLVERS)
def test_every_parameter_is_documented(name):
    entry = registered_solvers()[name]
    documentation = entry.estimator_class.__doc__ or ""
    for parameter in make_solver(name).get_params():
        assert f"{parameter} :" in documentation, parameter


@pytest.mark.parametrize("name", SOLVERS)
def test_fitted_attributes_have_the_documented_shapes(fitted, name):
    model = fitted[name]
    assert model.weights_.shape == model.raw_weights_.shape == (6, 6)
    assert model.adjacency_.dtype == bool
    assert ((model.weights_ != 0) == model.adjacency_).all()
    assert model.intercept_.shape == model.noise_variance_.shape == (6,)
    assert model.n_features_in_ == 6
    assert isinstance(model.status_, str)
    assert isinstance(model.converged_, bool)
    assert np.isfinite(model.objective_)
    assert model.n_iter_ >= 1
    assert len(model.trace_) >= 1
    assert (model.cpdag_ >= model.adjacency_).all()


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("scale", ["raw", "standardized", "huge-units", "pure-noise"])
def test_weights_are_a_dag_in_the_order_stated_whatever_the_data(real_data, suited, name, scale):
    X = {
        "raw": real_data,
        "standardized": (real_data - real_data.mean(axis=0)) / real_data.std(axis=0),
        "huge-units": real_data * np.array([1, 1e3, 1e-3, 1, 1e4, 1]),
        "pure-noise": np.random.default_rng(0).normal(size=(30, 6)),
    }[scale]
    model = solver(name).fit(suited(name, X))
    position = np.argsort(model.order_)
    causes, effects = np.nonzero(model.weights_)
    assert is_dag(model.weights_)
    assert (position[causes] < position[effects]).all()


@pytest.mark.parametrize("name", SOLVERS)
def test_edges_that_break_cycles_are_reported(fitted, name):
    model = fitted[name]
    kept = np.abs(model.raw_weights_) > model.weight_threshold_
    cut = {(i, j) for i, j, _ in model.projection_.cut_edges}
    assert {tuple(edge) for edge in np.argwhere(kept & ~model.adjacency_).tolist()} == cut


@pytest.mark.parametrize("name", SOLVERS)
def test_same_data_and_seed_give_the_same_bits_and_fit_changes_no_parameter(fitted, data, name):
    again = solver(name)
    before = copy.deepcopy(again.get_params())
    assert again.fit(data).get_params() == before
    assert again.raw_weights_.tobytes() == fitted[name].raw_weights_.tobytes()
    assert again.objective_ == fitted[name].objective_


def test_parallel_processes_give_the_same_bits(fitted, real_data, suited):
    of_each_class = {type(make_solver(name)): name for name in SOLVERS}.values()
    models = Parallel(n_jobs=2)(
        delayed(solver(name).fit)(suited(name, real_data)) for name in of_each_class
    )
    for name, model in zip(of_each_class, models, strict=True):
        assert model.raw_weights_.tobytes() == fitted[name].raw_weights_.tobytes(), name


@pytest.mark.parametrize("name", SOLVERS)
def test_the_callers_array_and_global_state_are_untouched(data, name):
    X = data.copy()
    X.setflags(write=False)
    state = np.random.get_state()  # noqa: NPY002
    environment, handlers = dict(os.environ), list(logging.getLogger().handlers)
    floating_point, filters = np.geterr(), list(warnings.filters)
    solver(name).fit(X).predict(X)
    np.testing.assert_array_equal(X, data)
    assert (dict(os.environ), logging.getLogger().handlers) == (environment, handlers)
    assert (np.geterr(), warnings.filters) == (floating_point, filters)
    for before, after in zip(state, np.random.get_state(), strict=True):  # noqa: NPY002
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("name", SOLVERS)
def test_memory_layout_and_byte_order_do_not_matter(fitted, data, name):
    same = np.repeat(data.astype(">f8"), 2, axis=1)[:, ::2].T.copy().T
    assert not same.flags.c_contiguous
    assert solver(name).fit(same).weights_.tobytes() == fitted[name].weights_.tobytes()


@pytest.mark.parametrize("name", [name for name in SOLVERS if not make_solver(name).needs_rows])
def test_moments_give_what_their_rows_give(fitted, data, name):
    from_moments = solver(name).fit_moments(Moments.from_rows(data))
    assert from_moments.weights_.tobytes() == fitted[name].weights_.tobytes()


# A random graph depends on the columns' places by design.
@pytest.mark.parametrize("name", [name for name in SOLVERS if name != "random"])
def test_permuted_columns_give_the_permuted_graph(fitted, data, name):
    permutation = np.array([3, 0, 5, 1, 4, 2])
    permuted = solver(name).fit(data[:, permutation])
    there = np.ix_(permutation, permutation)
    if name in SCORE_EQUIVALENT:
        # Which graph of the class is found, the data does not decide.
        np.testing.assert_array_equal(permuted.cpdag_, fitted[name].cpdag_[there])
    else:
        assert_same_graph(permuted.weights_, fitted[name].weights_[there])


@pytest.mark.parametrize(
    "name", [name for name in SOLVERS if make_solver(name).column_values == "real"]
)
def test_shifting_the_data_changes_the_intercept_only(fitted, data, name):
    shifted = solver(name).fit(data + 100.0)
    assert_same_graph(shifted.weights_, fitted[name].weights_)
    np.testing.assert_allclose(shifted.predict(data + 100.0).mean(axis=0), data.mean(axis=0) + 100)


@pytest.mark.parametrize("name", SOLVERS)
def test_prior_knowledge_holds_exactly(fitted, data, name):
    free = fitted[name].adjacency_
    present = np.argwhere(free)
    absent = np.argwhere(~free & ~free.T & ~np.eye(6, dtype=bool))
    # Contradict the data on purpose: forbid what was found, require what was not.
    forbidden = [tuple(edge) for edge in present[:2].tolist()]
    required = [tuple(absent[0].tolist())] if len(absent) else []
    model = solver(name, prior_knowledge=PriorKnowledge(forbidden=forbidden, required=required))
    model.fit(data)
    assert is_dag(model.adjacency_)
    assert not any(model.adjacency_[edge] or model.raw_weights_[edge] for edge in forbidden)
    assert all(model.adjacency_[edge] for edge in required)


@pytest.mark.parametrize("name", SOLVERS)
def test_tiers_roots_and_leaves_hold_exactly(data, name):
    knowledge = PriorKnowledge(tiers=[[4, 5], [0, 1]], roots=[2], leaves=[3])
    A = solver(name, prior_knowledge=knowledge).fit(data).adjacency_
    assert not A[np.ix_([0, 1], [4, 5])].any()
    assert not A[:, 2].any()
    assert not A[3].any()


@pytest.mark.parametrize("name", SOLVERS)
def test_a_full_set_of_required_edges_is_the_answer(data, name):
    chain = [(5, 4), (4, 3), (3, 2), (2, 1), (1, 0)]
    others = [(i, j) for i in range(6) for j in range(6) if i != j and (i, j) not in chain]
    knowledge = PriorKnowledge(required=chain, forbidden=others)
    A = solver(name, prior_knowledge=knowledge).fit(data).adjacency_
    assert {tuple(edge) for edge in np.argwhere(A).tolist()} == set(chain)


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("max_parents", [0, 2])
def test_no_variable_gets_more_parents_than_it_may_have(suited, name, max_parents):
    X = suited(name, dense_data())
    required = [(1, 0)] if max_parents else []
    knowledge = PriorKnowledge(required=required, max_parents=max_parents)
    model = solver(name, weight_threshold=0.0, prior_knowledge=knowledge).fit(X)
    assert model.adjacency_.sum(axis=0).max() <= max_parents
    assert all(model.adjacency_[edge] for edge in required)
    if name in CHOOSE_PARENTS_WITHIN_A_LIMIT:
        assert model.projection_.n_beyond_limit == 0


@pytest.mark.parametrize("name", SOLVERS)
def test_no_edge_lies_within_a_tier(suited, name):
    tiers = [[0, 1, 2], [3, 4, 5]]
    knowledge = PriorKnowledge(tiers=tiers, edges_within_tiers=False)
    A = solver(name, prior_knowledge=knowledge).fit(suited(name, dense_data())).adjacency_
    for tier in tiers:
        assert not A[np.ix_(tier, tier)].any()


@pytest.mark.parametrize("name", SOLVERS)
def test_contradictory_prior_knowledge_raises(data, name):
    knowledge = PriorKnowledge(required=[(0, 1), (1, 0)])
    with pytest.raises(ValueError, match="form a cycle"):
        solver(name, prior_knowledge=knowledge).fit(data)


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("d", [1, 2])
def test_one_and_two_columns_work(suited, name, d):
    generator = np.random.default_rng(2)
    cause = generator.normal(size=(100, 1))
    X = suited(name, np.hstack([cause, 2 * cause + generator.normal(size=(100, 1))])[:, :d])
    model = solver(name).fit(X)
    assert model.weights_.shape == (d, d)
    assert np.isfinite(model.score(X))


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_refit_gives_the_least_squares_weights_of_the_kept_edges(data, name):
    model = solver(name, refit=True).fit(data)
    centred = data - data.mean(axis=0)
    for child in range(6):
        parents = np.flatnonzero(model.adjacency_[:, child])
        expected = np.linalg.lstsq(centred[:, parents], centred[:, child], rcond=None)[0]
        np.testing.assert_allclose(model.weights_[parents, child], expected, rtol=1e-6)


@pytest.mark.parametrize("name", SOLVERS)
def test_the_callback_sees_the_trace_and_can_stop_the_solver(data, name):
    seen = []

    def stop_at_once(record):
        seen.append(record)
        return True

    model = solver(name, callback=stop_at_once).fit(data)
    assert tuple(seen) == model.trace_
    assert is_dag(model.weights_)


@pytest.mark.parametrize("name", SOLVERS)
def test_a_used_up_time_budget_still_gives_a_dag(data, name):
    assert is_dag(solver(name, time_budget=1e-6).fit(data).weights_)


@pytest.mark.parametrize(
    "name", [name for name in SOLVERS if "max_iter" in make_solver(name).get_params()]
)
def test_too_few_iterations_are_a_status_and_a_warning(suited, name):
    X = suited(name, make_linear_sem(200, 8, edges_per_node=2, random_state=5)[0])
    model = solver(name, max_iter=1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X)
    warned = any(issubclass(warning.category, ConvergenceWarning) for warning in caught)
    assert warned == (not model.converged_)
    assert is_dag(model.weights_)


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_the_score_is_the_gaussian_log_likelihood(fitted, data, name):
    from scipy.stats import multivariate_normal

    model = fitted[name]
    inverse = np.linalg.inv(np.eye(6) - model.weights_)
    covariance = inverse.T @ np.diag(model.noise_variance_) @ inverse
    mean = model.intercept_ @ inverse
    expected = multivariate_normal(mean, covariance).logpdf(data).mean()
    assert model.score(data) == pytest.approx(expected, rel=1e-6)


# The graph's own effects, whether or not the data decided them.
@pytest.mark.filterwarnings("ignore::causal_dag.identification.OpenEffectWarning")
@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_samples_have_the_fitted_distribution_and_obey_interventions(fitted, data, name):
    model = fitted[name]
    sample = model.sample(20_000, random_state=0)
    tolerance = 5 * sample.std(axis=0) / np.sqrt(20_000)
    assert (np.abs(sample.mean(axis=0) - data.mean(axis=0)) < tolerance).all()
    mean = sample[:, 0].mean()
    shifted = model.sample(20_000, do={0: mean + 1.0}, member=0, random_state=0)
    unshifted = model.sample(20_000, do={0: mean}, member=0, random_state=0)
    np.testing.assert_allclose(
        (shifted - unshifted).mean(axis=0)[1:], model.total_effects()[0, 1:], atol=1e-8
    )


@pytest.mark.parametrize("name", SOLVERS)
def test_data_frames_keep_their_names(data, name):
    import pandas as pd

    frame = pd.DataFrame(data, columns=list("uvwxyz"))
    model = solver(name, prior_knowledge=PriorKnowledge(forbidden=[("u", "v")])).fit(frame)
    assert model.feature_names_in_.tolist() == list("uvwxyz")
    assert not model.adjacency_[0, 1]
    np.testing.assert_array_equal(
        model.sample(3, do={"w": 1.0}, member=0, random_state=0)[:, 2], [1.0, 1.0, 1.0]
    )


@pytest.mark.parametrize("name", SOLVERS)
def test_fitted_models_can_be_pickled(fitted, data, name):
    restored = pickle.loads(pickle.dumps(fitted[name]))
    np.testing.assert_array_equal(restored.predict(data), fitted[name].predict(data))


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("polish", [n for n in SOLVERS if n in {"topo-ls", "topo-bic"}])
def test_polishing_never_raises_the_polishers_objective(fitted, data, name, polish):
    problem = Problem(Moments.from_rows(data), Constraints.none(6), rows=data)
    before = objective_of_graph(make_solver(polish), problem, fitted[name].adjacency_)
    polisher = make_solver(polish, n_restarts=2, random_state=0)
    model = solver(name, polish=polisher).fit(data)
    np.testing.assert_array_equal(model.unpolished_weights_, fitted[name].weights_)
    assert is_dag(model.weights_)
    kept = model.weights_.tobytes() == model.unpolished_weights_.tobytes()
    assert kept or model.objective_ <= before + 1e-9 * abs(before)


@pytest.mark.parametrize("name", SOLVERS)
def test_wrong_parameter_values_raise_and_name_the_parameter(data, name):
    for parameter, value in {"weight_threshold": -1, "time_budget": 0, "lambda1": -0.5}.items():
        if parameter in make_solver(name).get_params():
            with pytest.raises(ValueError, match=parameter):
                solver(name, **{parameter: value}).fit(data)


def test_a_projection_that_cuts_edges_warns():
    class Cyclic(type(make_solver("empty"))):
        def solve(self, problem):
            solution = super().solve(problem)
            weights = np.array([[0.0, 2.0], [1.0, 0.0]])
            return type(solution)(weights, solution.objective, trace=solution.trace)

    X = np.random.default_rng(0).normal(size=(20, 2))
    with pytest.warns(ProjectionWarning, match="1 edges were cut"):
        model = Cyclic().fit(X)
    assert model.projection_.cut_edges == ((1, 0, 1.0),)
    assert model.weights_.tolist() == [[0.0, 2.0], [0.0, 0.0]]


@pytest.mark.parametrize("name", ["notears", "notears-logistic", "direct-lingam", "topo-bic"])
def test_where_in_memory_the_rows_lie_changes_no_bit(name):
    rows = np.random.default_rng(0).laplace(size=(503, 4))
    rows[:, 1:] += rows[:, :-1]
    if name == "notears-logistic":
        rows = (rows > 0).astype(float)
    room = np.empty(rows.nbytes + 64, dtype=np.uint8)
    answers = set()
    for offset in (0, 1, 8, 24):
        placed = room[offset : offset + rows.nbytes].view(np.float64).reshape(rows.shape)
        placed[:] = rows
        answers.add(make_solver(name).fit(placed).raw_weights_.tobytes())
    assert len(answers) == 1
