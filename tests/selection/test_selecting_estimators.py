"""NOTEARSCV, CoLiDECV, DAGMACV and TOPOCV: estimators like all others, with a choice inside."""

import copy
import itertools
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from causal_dag import (
    DAGMA,
    DAGMACV,
    NOTEARS,
    NOTEARSCV,
    TOPO,
    TOPOCV,
    CoLiDE,
    CoLiDECV,
    Moments,
    PriorKnowledge,
)
from causal_dag.graph import is_dag
from causal_dag.metrics import structural_hamming_distance
from causal_dag.regression import parent_prices, price_of_graph
from causal_dag.selection import CrossValidatedLikelihood, ExtendedBIC, NumberOfEdges, StARS
from causal_dag.solvers.order.search.likelihood_search import LikelihoodSearcher
from causal_dag.synthetic import make_linear_sem

STEPS = {"warm_up_iter": 1000, "max_iter": 1000, "learning_rate": 3e-3}
ESTIMATORS = {
    "notears-bic": NOTEARSCV(lambdas=3, solver=NOTEARS(h_tol=1e-3, tol=1e-6)),
    "colide-ev-cv": CoLiDECV(lambdas=3, criterion="cv", cv=2, solver=CoLiDE(**STEPS)),
    "colide-nv-ebic": CoLiDECV(
        noise="unequal", lambdas=3, criterion=ExtendedBIC(1.0), solver=CoLiDE(**STEPS)
    ),
    "dagma-stars": DAGMACV(lambdas=3, criterion=StARS(2), solver=DAGMA(**STEPS)),
    "topo-auto": TOPOCV(lambdas=3, solver=TOPO(n_restarts=2)),
}

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def in_few_steps(estimator):
    """Whether a path ends at the right place is not what the checks look at."""
    few = {"solver__max_iter": 20, "solver__warm_up_iter": 20, "lambdas": 2, "thresholds": 0.3}
    return clone(estimator).set_params(
        **{key: few[key] for key in few.keys() & estimator.get_params().keys()}
    )


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([in_few_steps(estimator) for estimator in ESTIMATORS.values()])
def test_scikit_learn_contract(estimator, check):
    if check.func.__name__.startswith("check_sample_weight_equivalence"):
        pytest.skip("fewer rows than columns")
    check(estimator)


@pytest.fixture(scope="module")
def fitted(simulated):
    X = simulated[0]
    return {
        name: clone(estimator).set_params(random_state=0).fit(X)
        for name, estimator in ESTIMATORS.items()
    }


@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_choice_is_one_of_the_candidates_and_says_what_was_fitted(fitted, name):
    model = fitted[name]
    point = next(point for point in model.path_ if point.lambda1 == model.lambda1_)
    assert point.weights.tobytes() == model.raw_weights_.tobytes()
    assert point.weight_threshold == model.weight_threshold_
    assert point.n_edges == model.adjacency_.sum()
    assert len(model.path_) == len(model.trace_) == 3
    chosen = [
        candidate
        for candidate in model.candidates_
        if (candidate.lambda1, candidate.weight_threshold)
        == (model.lambda1_, model.weight_threshold_)
    ]
    assert [candidate.value for candidate in chosen] == [point.criterion]


# On a path where one graph starts the next, a fit of its own can end elsewhere.
@pytest.mark.parametrize("name", [name for name in ESTIMATORS if name != "topo-auto"])
def test_the_best_estimator_is_the_solver_with_the_choice_made(fitted, simulated, name):
    model, X = fitted[name], simulated[0]
    best = model.best_estimator_
    assert (best.lambda1, best.weight_threshold) == (model.lambda1_, model.weight_threshold_)
    assert best.score(X) == model.score(X)
    again = clone(best).fit(X)
    assert again.weights_.tobytes() == model.weights_.tobytes()
    assert again.noise_scale_ is None or (again.noise_scale_ == model.noise_scale_).all()


@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_same_seed_gives_the_same_bits_and_inputs_stay_as_they_are(fitted, simulated, name):
    X = simulated[0].copy()
    X.setflags(write=False)
    estimator = clone(ESTIMATORS[name]).set_params(random_state=0)
    before = copy.deepcopy(estimator.get_params(deep=False))
    state = np.random.get_state()  # noqa: NPY002
    again = estimator.fit(X)
    assert again.weights_.tobytes() == fitted[name].weights_.tobytes()
    assert again.candidates_ == fitted[name].candidates_
    assert str(again.get_params(deep=False)) == str(before)
    assert (np.random.get_state()[1] == state[1]).all()  # noqa: NPY002


def test_processes_give_the_same_bits(fitted, simulated):
    for name in ("colide-ev-cv", "dagma-stars"):
        estimator = clone(ESTIMATORS[name]).set_params(random_state=0, n_jobs=2)
        model = estimator.fit(simulated[0])
        assert model.raw_weights_.tobytes() == fitted[name].raw_weights_.tobytes()
        assert model.candidates_ == fitted[name].candidates_


@pytest.mark.parametrize("name", ESTIMATORS)
def test_prior_knowledge_is_exact(simulated, name):
    knowledge = PriorKnowledge(forbidden=[(0, 1), (1, 0)], required=[(4, 2)])
    model = clone(ESTIMATORS[name]).set_params(random_state=0, prior_knowledge=knowledge)
    A = model.fit(simulated[0]).adjacency_
    assert A[4, 2]
    assert not A[[0, 1], [1, 0]].any()
    assert is_dag(A)
    assert (model.best_estimator_.adjacency_ == A).all()


def test_a_fitted_model_can_be_pickled_sampled_and_asked(fitted, simulated):
    model = pickle.loads(pickle.dumps(fitted["notears-bic"]))
    assert model.sample(4, random_state=0).shape == (4, 5)
    assert np.isfinite(model.score(simulated[0]))
    assert (model.predict(simulated[0]) == fitted["notears-bic"].predict(simulated[0])).all()


def test_refit_gives_least_squares_weights(simulated):
    X = simulated[0]
    model = clone(ESTIMATORS["notears-bic"]).set_params(refit=True).fit(X)
    centred = X - X.mean(axis=0)
    for child in range(5):
        parents = np.flatnonzero(model.adjacency_[:, child])
        expected = np.linalg.lstsq(centred[:, parents], centred[:, child], rcond=None)[0]
        np.testing.assert_allclose(model.weights_[parents, child], expected, rtol=1e-6)


def test_moments_are_enough_for_information_criteria_only(simulated):
    moments = Moments.from_rows(simulated[0])
    model = clone(ESTIMATORS["colide-nv-ebic"])
    expected = clone(model).fit(simulated[0]).weights_
    assert model.fit_moments(moments).weights_.tobytes() == expected.tobytes()
    with pytest.raises(ValueError, match=r"use fit\(X\)"):
        clone(ESTIMATORS["colide-ev-cv"]).fit_moments(moments)


def test_names_of_columns_are_kept(simulated):
    import pandas as pd

    frame = pd.DataFrame(simulated[0], columns=list("abcde"))
    knowledge = PriorKnowledge(required=[("e", "c")])
    model = clone(ESTIMATORS["colide-ev-cv"]).set_params(prior_knowledge=knowledge).fit(frame)
    assert model.feature_names_in_.tolist() == list("abcde")
    assert model.best_estimator_.feature_names_in_.tolist() == list("abcde")
    assert model.adjacency_[4, 2]


def test_thresholds_of_the_user_are_the_only_ones(simulated):
    model = clone(ESTIMATORS["notears-bic"]).set_params(thresholds=[0.2, 0.4]).fit(simulated[0])
    assert {candidate.weight_threshold for candidate in model.candidates_} == {0.2, 0.4}
    one = clone(ESTIMATORS["notears-bic"]).set_params(thresholds=0.3).fit(simulated[0])
    assert one.weight_threshold_ == 0.3


def test_the_callback_sees_every_lambda_and_can_end_the_path(simulated):
    seen = []

    def stop_at_the_second(record):
        seen.append(record)
        return len(seen) == 2

    model = clone(ESTIMATORS["notears-bic"]).set_params(callback=stop_at_the_second)
    model.fit(simulated[0])
    assert tuple(seen) == model.trace_
    assert len(model.path_) == 2
    assert "callback" in model.status_


@pytest.mark.parametrize(("criterion", "n_solved"), [("auto", 2), ("cv", 10)])
def test_ctrl_c_at_one_price_ends_the_whole_path(simulated, monkeypatch, criterion, n_solved):
    calls, restart = itertools.count(1), LikelihoodSearcher.restart

    def interrupted(*arguments):
        if next(calls) == n_solved:
            raise KeyboardInterrupt
        return restart(*arguments)

    monkeypatch.setattr(LikelihoodSearcher, "restart", interrupted)
    X, _ = simulated
    # Without an optimum that ends restarts, there is one at every price.
    monkeypatch.setattr("causal_dag.solvers.topo.optimum_among_few", lambda *_: None)
    solver = TOPO(n_restarts=1)
    with pytest.warns(UserWarning, match="Ctrl-C"):
        model = TOPOCV(criterion=criterion, solver=solver).fit(X)
    assert next(calls) == n_solved + 1
    assert not model.converged_
    assert is_dag(model.adjacency_)
    assert len(model.path_) == min(n_solved, 8)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_used_up_time_budget_still_gives_a_dag(simulated, name):
    model = clone(ESTIMATORS[name]).set_params(time_budget=1e-6).fit(simulated[0])
    assert is_dag(model.weights_)
    assert "time_budget" in model.status_


@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        ({"criterion": "aic"}, "criterion='aic'"),
        ({"lambdas": -1}, "lambdas=-1"),
        ({"thresholds": [-0.1]}, r"thresholds=\[-0.1\] must be a number >= 0"),
        ({"thresholds": []}, r"thresholds=\[\] must be .* one or more numbers"),
        ({"solver": DAGMA()}, "chooses for NOTEARS"),
        ({"solver": NOTEARS}, "chooses for NOTEARS"),
        ({"solver": NOTEARS(time_budget=1.0)}, "leave time_budget out there"),
        ({"solver": NOTEARS(polish="topo-bic")}, "leave polish out there"),
    ],
)
def test_senseless_parameters_are_named(simulated, parameters, match):
    with pytest.raises(ValueError, match=match):
        NOTEARSCV(**parameters).fit(simulated[0])


def test_the_noise_of_the_estimator_holds_for_the_solver():
    model = CoLiDECV(noise="unequal", solver=CoLiDE(max_iter=7))
    solver = model.unfitted_solver()
    assert (solver.noise, solver.max_iter, model.assumed_noise) == ("unequal", 7, "unequal")


@pytest.mark.parametrize("cls", [NOTEARSCV, CoLiDECV, DAGMACV, TOPOCV])
def test_every_parameter_is_documented(cls):
    for parameter in cls().get_params():
        assert f"{parameter} :" in cls.__doc__, parameter


@pytest.fixture(scope="module")
def path_of_prices():
    # More columns than are searched exhaustively, so that a search depends on its start; and enough
    # rows that rounding errors do not decide between graphs, as they do with 60.
    X, _ = make_linear_sem(200, 18, graph="er", edges_per_node=2, random_state=0)
    return X, TOPOCV(lambdas=6, solver=TOPO(n_restarts=2)).fit(X)


def test_of_the_graphs_at_all_prices_the_one_of_lowest_extended_bic_is_chosen(path_of_prices):
    X, model = path_of_prices
    n, d = X.shape
    prices = parent_prices(Moments.from_rows(X), "auto")
    centred = X - X.mean(axis=0)
    values = []
    for point in model.path_:
        residual = centred - centred @ point.weights
        misfit = n * np.log(residual.var(axis=0)).sum() + n * d * (1 + np.log(2 * np.pi))
        values.append(misfit + price_of_graph(prices, (point.weights != 0).sum(axis=0)))
        assert point.criterion == pytest.approx(values[-1], rel=1e-9)
    assert model.penalty_ == model.path_[int(np.argmin(values))].lambda1
    assert len({point.n_edges for point in model.path_}) >= 4


def test_the_graph_at_one_price_starts_the_search_at_the_next(path_of_prices):
    X, _ = path_of_prices
    model = TOPOCV(lambdas=6, solver=TOPO(n_restarts=0)).fit(X)
    for before, point in itertools.pairwise(model.path_):
        search = TOPO(penalty=point.lambda1, n_restarts=0, init=before.weights).fit(X)
        assert (search.raw_weights_ == point.weights).all()
    cold = [TOPO(penalty=p.lambda1, n_restarts=0).fit(X).objective_ for p in model.path_]
    assert cold != [point.objective for point in model.path_]
    assert model.best_estimator_.penalty == model.penalty_


def test_a_number_of_edges_chooses_the_graph_nearest_to_it(path_of_prices):
    X, model = path_of_prices
    middle = model.path_[2].n_edges
    for wanted in (0, middle, 1000):
        for settings in ({"n_edges": wanted}, {"criterion": NumberOfEdges(wanted)}):
            chosen = clone(model).set_params(**settings).fit(X)
            counts = [point.n_edges for point in chosen.path_]
            nearest = min(counts, key=lambda count: abs(count - wanted))
            assert chosen.adjacency_.sum() == nearest
            assert len(set(counts)) >= 3


def test_a_search_without_a_price_per_edge_has_no_path_of_prices(simulated):
    for criterion in ("least-squares", "lasso", "logistic"):
        with pytest.raises(ValueError, match="has no penalty per edge"):
            TOPOCV(solver=TOPO(criterion=criterion)).fit(simulated[0])
    with pytest.raises(ValueError, match=r"bound=True.*leave bound out there"):
        TOPOCV(solver=TOPO(bound=True)).fit(simulated[0])


@pytest.mark.slow
def test_bic_is_no_worse_than_the_default_on_equal_variances():
    chosen, default = [], []
    for seed in range(700, 705):
        X, sem = make_linear_sem(1000, 10, graph="er", edges_per_node=2, random_state=seed)
        chosen.append(structural_hamming_distance(sem.weights, CoLiDECV().fit(X).weights_))
        default.append(structural_hamming_distance(sem.weights, CoLiDE().fit(X).weights_))
    assert np.mean(chosen) <= np.mean(default)


@pytest.mark.slow
def test_criteria_agree_on_an_easy_graph():
    X, sem = make_linear_sem(2000, 6, graph="er", edges_per_node=1, random_state=1)
    for criterion in ("bic", "ebic", CrossValidatedLikelihood(3), StARS(5)):
        model = DAGMACV(lambdas=8, criterion=criterion, random_state=0).fit(X)
        assert structural_hamming_distance(sem.weights, model.weights_) <= 2
