"""Rows from experiments: scores by regressions on rows, optima by brute force, classes."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from causal_dag import TOPO, EqVar, ExactDAG, Moments, PriorKnowledge, kkt_report, load_model
from causal_dag.constraints import Constraints
from causal_dag.experiments import experiments_of
from causal_dag.graph import interventional_cpdag, is_dag, skeleton, v_structures
from causal_dag.metrics import structural_hamming_distance
from causal_dag.solvers import make_solver
from causal_dag.solvers.criteria import BIC
from causal_dag.solvers.order import exact_search
from causal_dag.solvers.order.search.subset_programme import local_scores
from causal_dag.synthetic import LinearSEM, make_experiments, make_linear_sem

KINDS = [("hard", "within"), ("hard", "pooled"), ("soft", "within"), ("soft", "pooled"),
         ("shift", "pooled")]  # fmt: skip
FAMILIES = [[(0,)], [(), (2,)], [(), (0,), (1, 2)], [(0,), (1,), (2,), (3,)], [(0, 1), (0, 2), ()]]


def dags(d):
    edges = [(i, j) for i in range(d) for j in range(d) if i != j]
    for present in product([False, True], repeat=len(edges)):
        adjacency = np.zeros((d, d), dtype=bool)
        adjacency[tuple(np.array(edges)[list(present)].T)] = True
        if is_dag(adjacency):
            yield adjacency


DAGS = list(dags(4))


def drawn(seed, d=4, targets=((0,), (1, 2)), intervention="do", **numbers):
    _, sem = make_linear_sem(
        2, d, edges_per_node=1.5, noise_variance=(0.5, 2.0), weight_range=(0.5, 1.5),
        random_state=seed,
    )  # fmt: skip
    X, rows = make_experiments(
        sem, list(targets), intervention=intervention, random_state=seed, **numbers
    )
    return X, rows, sem


def residual_variance(response, regressors):
    fitted = regressors @ np.linalg.lstsq(regressors, response, rcond=None)[0]
    return np.mean((response - fitted) ** 2)


def price_of_parents(n, d, k, penalty):
    """Return the price of k parents of one of d columns."""
    if penalty != "auto":
        return k * penalty * np.log(n)
    each = [np.log(n) + 2 * np.log((d - number) / number) for number in range(1, k + 1)]
    return sum(max(price, 0.5 * np.log(n)) for price in each)


def score_from_rows(X, rows, adjacency, kind, means, penalty="auto"):
    """Return the score by least squares on rows, with intercepts as columns of 0 and 1."""
    environment = np.array([sorted(set(rows)).index(found) for found in rows])
    total = 0.0
    for j, parents in enumerate(adjacency.T):
        is_target = np.array([j in found for found in rows])
        own = np.where(is_target | (means == "within"), environment, -1)
        parts = [~is_target]
        if kind == "soft":
            parts += [environment == e for e in set(environment[is_target])]
        elif kind == "shift":
            parts = [np.ones(len(X), dtype=bool)]
        for part in parts:
            intercepts = own[part, None] == np.unique(own[part])
            regressors = np.column_stack([X[part][:, parents], intercepts])
            total += part.sum() * np.log(residual_variance(X[part, j], regressors))
            total += price_of_parents(*X.shape, int(parents.sum()), penalty)
    return total


def scores_of(experiments, graphs, **criterion):
    score = BIC(**criterion).score_of_experiments(experiments)
    table, _ = local_scores(score, Constraints.none(4), lambda: False)
    return np.array([table[range(4), (1 << np.arange(4)) @ graph].sum() for graph in graphs])


@pytest.mark.parametrize("penalty", [2.0, "auto"])
@pytest.mark.parametrize(("kind", "means"), KINDS)
def test_scores_are_those_of_regressions_on_rows(kind, means, penalty):
    X, rows, _ = drawn(1)
    experiments = experiments_of(rows, X, None, kind, means)
    graphs = DAGS[::40]
    expected = [score_from_rows(X, rows, adjacency, kind, means, penalty) for adjacency in graphs]
    found = scores_of(experiments, graphs, penalty=penalty)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_hard_scores_follow_the_penalized_likelihood_of_greedy_interventional_search():
    """There, λ = log(N) / 2 per parent and per variance, and environments are centered."""
    X, rows, _ = drawn(2)
    experiments = experiments_of(rows, X, None)
    n_own = [moments.n_samples for moments in experiments.own_moments]
    graphs = DAGS[::60]
    found = scores_of(experiments, graphs, penalty=1.0)
    for adjacency, ours in zip(graphs, found, strict=True):
        likelihood, lam = 0.0, 0.5 * np.log(len(X))
        for j, parents in enumerate(adjacency.T):
            scatter = sum(
                (part := X[[r == found for r in rows]] - X[[r == found for r in rows]].mean(0)).T
                @ part
                for found in set(rows)
                if j not in found
            )
            S = scatter / n_own[j]
            slopes = np.linalg.solve(S[np.ix_(parents, parents)], S[parents, j])
            variance = S[j, j] - slopes @ S[parents, j]
            likelihood += -0.5 * n_own[j] * (1 + np.log(variance)) - lam * (parents.sum() + 1)
        assert -2 * likelihood == pytest.approx(ours + sum(n_own) + 4 * np.log(len(X)), rel=1e-12)


@pytest.fixture
def searched(monkeypatch):
    """Let TOPO search where it would compare all graphs."""
    monkeypatch.setattr(exact_search, "MOST_STEPS", 0)


@pytest.mark.parametrize(("kind", "means"), KINDS)
@pytest.mark.parametrize("knowledge", [None, PriorKnowledge(forbidden=[(0, 1)], max_parents=2)])
def test_search_and_exact_search_find_what_brute_force_finds(kind, means, knowledge, searched):
    X, rows, _ = drawn(3, n_observational=100, n_per_experiment=40)
    experiments = experiments_of(rows, X, None, kind, means)
    allowed = [A for A in DAGS if knowledge is None or (not A[0, 1] and A.sum(0).max() <= 2)]
    best = scores_of(experiments, allowed).min()
    for solver in (TOPO(n_restarts=20), ExactDAG()):
        solver.set_params(intervention=kind, means=means, prior_knowledge=knowledge)
        assert solver.fit(X, targets=rows).objective_ == pytest.approx(best, rel=1e-10)


@pytest.mark.parametrize("seed", range(3))
def test_the_search_ends_at_the_best_of_all_graphs(seed, searched):
    X, rows, _ = drawn(seed, d=8, targets=(0, 3, 5))
    found = TOPO().fit(X, targets=rows).objective_
    assert found == pytest.approx(ExactDAG().fit(X, targets=rows).objective_, rel=1e-10)


def interventional_class(adjacency, family):
    """Return what two DAGs share if and only if the interventions cannot tell them apart.

    Theorem 10 of Hauser and Bühlmann (2012): skeleton, v-structures, and the skeleton that is left
    without the edges into the targets of each experiment.
    """
    left = []
    for targets in family:
        mutilated = adjacency.copy()
        mutilated[:, list(targets)] = False
        left.append(skeleton(mutilated).tobytes())
    return skeleton(adjacency).tobytes(), tuple(v_structures(adjacency)), tuple(left)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_essential_graph_is_the_union_of_the_interventional_class(family):
    members = {}
    for adjacency in DAGS:
        members.setdefault(interventional_class(adjacency, family), []).append(adjacency)
    assert len(members) > 185  # the number of classes without interventions
    for graphs in members.values():
        union = np.any(graphs, axis=0)
        for adjacency in graphs:
            assert (interventional_cpdag(adjacency, family) == union).all()


@pytest.mark.parametrize(("kind", "means"), KINDS)
def test_graphs_have_equal_scores_if_and_only_if_they_are_in_one_class(kind, means):
    X, rows, _ = drawn(4)
    experiments = experiments_of(rows, X, None, kind, means)
    scores = {}
    for adjacency, score in zip(DAGS, scores_of(experiments, DAGS), strict=True):
        scores.setdefault(interventional_class(adjacency, set(rows)), []).append(score)
    assert all(np.ptp(values) < 1e-6 for values in scores.values())
    assert np.diff(np.sort([values[0] for values in scores.values()])).min() > 1e-6


def test_experiments_direct_what_observations_leave_open():
    sem = LinearSEM([[0, 1, 0], [0, 0, 1], [0, 0, 0]], feature_names=["a", "b", "c"])
    X, rows = make_experiments(sem, ["b"], n_observational=300)
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    model = TOPO().fit(frame, targets=rows)
    np.testing.assert_array_equal(model.cpdag_, sem.adjacency)
    assert set(model.edges_["decided_by"]) == {"targets"}
    assert model.targets_ == ((), (1,))
    observed = TOPO().fit(frame[:300])
    assert set(observed.edges_["decided_by"]) == {"open"}


def test_what_knowledge_adds_to_targets_is_called_knowledge():
    sem = LinearSEM(np.eye(4, k=1))
    X, rows = make_experiments(sem, [3])
    model = TOPO(prior_knowledge=PriorKnowledge(required=[(0, 1)])).fit(X, targets=rows)
    decided = model.edges_.set_index("cause")["decided_by"]
    assert decided.to_dict() == {"x0": "knowledge", "x1": "knowledge", "x2": "targets"}


def test_equations_come_from_the_rows_in_which_they_hold():
    sem = LinearSEM([[0, 2], [0, 0]], noise_variance=[1.0, 3.0], intercept=[1.0, -1.0])
    X, rows = make_experiments(sem, [1], n_observational=4000, n_per_experiment=4000)
    for model in (TOPO(), ExactDAG(), TOPO(refit=True)):
        model.fit(X, targets=rows)
        np.testing.assert_allclose(model.weights_[0, 1], 2, atol=0.1)
        np.testing.assert_allclose(model.noise_variance_, [1, 3], rtol=0.1)
        np.testing.assert_allclose(model.intercept_, [1, -1], atol=0.1)


@pytest.mark.parametrize("empty", [None, "", np.nan, (), pd.NA])
def test_rows_that_are_all_observations_give_the_bits_of_a_fit_without_targets(empty):
    X, _, _ = drawn(0)
    for name in ("topo-bic", "exact", "eqvar", "xges"):
        with_targets = make_solver(name).fit(X, targets=[empty] * len(X))
        assert with_targets.weights_.tobytes() == make_solver(name).fit(X).weights_.tobytes()
        assert with_targets.targets_ == ()


@pytest.mark.parametrize(("kind", "means"), KINDS)
def test_permuted_columns_and_rows_give_the_permuted_class(kind, means):
    X, rows, _ = drawn(5, d=6, targets=(0, 2, 5))
    generator = np.random.default_rng(0)
    columns, along = generator.permutation(6), generator.permutation(len(X))
    model = TOPO(intervention=kind, means=means, n_restarts=20)
    expected = model.fit(X, targets=rows).cpdag_[np.ix_(columns, columns)]
    place = np.argsort(columns)
    moved = [tuple(place[list(rows[row])]) for row in along]
    found = model.fit(X[np.ix_(along, columns)], targets=moved).cpdag_
    np.testing.assert_array_equal(found, expected)


def test_shifts_are_found_if_means_are_compared():
    distances = []
    for seed in range(5):
        X, rows, sem = drawn(seed, d=8, targets=(0, 2, 4, 6), intervention="shift")
        truth = interventional_cpdag(sem.adjacency, set(rows))
        for kind in ("soft", "shift"):
            model = TOPO(intervention=kind, means="pooled", n_restarts=20).fit(X, targets=rows)
            distances.append(structural_hamming_distance(truth, model.cpdag_))
    assert np.mean(distances) <= 1


def test_the_same_bits_for_any_number_of_threads_and_after_saving(tmp_path):
    X, rows, _ = drawn(6, d=8, targets=(1, 4))
    one, two = (TOPO(n_jobs=n, n_restarts=20).fit(X, targets=rows) for n in (1, 2))
    assert one.weights_.tobytes() == two.weights_.tobytes()
    one.save(tmp_path / "model.json")
    loaded = load_model(tmp_path / "model.json")
    assert loaded.targets_ == one.targets_
    pd.testing.assert_frame_equal(loaded.edges_, one.edges_)


@pytest.mark.parametrize(
    "solver",
    [TOPO(n_restarts=0), TOPO(n_restarts=0, intervention="soft"), ExactDAG(criterion="bic"),
     make_solver("notears"), make_solver("ges")],
    ids=str,
)  # fmt: skip
def test_moments_of_tables_with_targets_are_fitted_like_their_rows(solver):
    X, rows, _ = drawn(7)
    frame, entries = pd.DataFrame(X, columns=list("abcd")), list(map(list, rows))
    expected = clone(solver).fit(frame, targets=entries)
    tables, targets = [], []
    for first in range(0, len(X), 40):  # several tables have the same targets
        for found in {rows[row] for row in range(first, min(first + 40, len(X)))}:
            chosen = [row for row in range(first, min(first + 40, len(X))) if rows[row] == found]
            columns = list("abcd" if len(tables) % 2 == 0 else "bdca")
            tables.append(Moments.from_rows(frame.iloc[chosen][columns]))
            targets.append([*found] or None)
    model = solver.fit_moments(tables, targets=targets)
    assert model.targets_ == expected.targets_ == ((), (0,), (1, 2))
    # Members of a class have equal scores, and rounding chooses among them.
    np.testing.assert_array_equal(model.cpdag_, expected.cpdag_)
    np.testing.assert_allclose(model.objective_, expected.objective_, rtol=1e-6)


def test_moments_of_tables_are_refused_as_rows_are():
    X = drawn(7)[0]
    moments = Moments.from_rows(X)
    with pytest.raises(ValueError, match="2 entries for 1 table; pass one per table"):
        TOPO().fit_moments([moments], targets=[None, 0])
    with pytest.raises(ValueError, match="treats all rows as observations"):
        EqVar().fit_moments([moments, moments], targets=[None, 0])
    with pytest.raises(TypeError, match="is not a Moments"):
        TOPO().fit_moments([X, X], targets=[None, 0])
    assert TOPO(n_restarts=0).fit_moments([moments], targets=[None]).targets_ == ()


def test_targets_are_routed_through_pipelines_and_grid_searches():
    X, rows, _ = drawn(7)
    with sklearn.config_context(enable_metadata_routing=True):
        solver = TOPO(n_restarts=0).set_fit_request(targets=True)
        pipeline = make_pipeline(StandardScaler(), solver).fit(X, targets=rows)
        assert pipeline[-1].targets_ == ((), (0,), (1, 2))
        shuffled = np.random.default_rng(0).permutation(len(X))
        grid = GridSearchCV(solver, {"penalty": [1.0, 2.0]}, cv=2)
        grid.fit(X[shuffled], targets=[rows[row] for row in shuffled])
    assert grid.best_estimator_.targets_ == ((), (0,), (1, 2))


@pytest.mark.parametrize(
    "solver",
    [EqVar(), TOPO(criterion="lasso"), make_solver("golem-ev", polish="topo-bic")],
)
def test_solvers_that_take_all_rows_for_observations_refuse_targets(solver):
    X, rows, _ = drawn(0)
    with pytest.raises(ValueError, match=r"treats all rows as observations.*topo-bic"):
        solver.fit(X, targets=rows)


def test_a_report_of_optimality_does_not_take_experiments_for_observations():
    X, rows, _ = drawn(0)
    with pytest.raises(ValueError, match="fitted to rows with targets"):
        kkt_report(TOPO().fit(X, targets=rows), X)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"bound": True}, "no bound for rows with targets"),
        ({"intervention": "do"}, "intervention='do'"),
        ({"intervention": "shift"}, "pass means='pooled'"),
    ],
)
def test_settings_that_targets_exclude_are_refused(parameters, message):
    X, rows, _ = drawn(0)
    with pytest.raises(ValueError, match=message):
        TOPO(**parameters).fit(X, targets=rows)
