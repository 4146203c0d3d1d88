"""Given columns are causes without causes, and have no term in any score."""

import numpy as np
import pytest

from causal_dag import GOLEM, NOTEARSCV, TOPO, CoLiDE, ExactDAG, PriorKnowledge, load_model
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_linear_sem

D, N_GIVEN, N = 4, 3, 300
GIVEN = [0, 5, 6]
OTHERS = [1, 2, 3, 4]
KNOWLEDGE = PriorKnowledge(given=GIVEN)
SPARSE = ("topo-bic", "topo-bic-ev", "exact", "eqvar", "xges", "ges")


@pytest.fixture(scope="module")
def rows():
    """Four variables with noise of variance 1, two of them acted on by correlated given ones."""
    generator = np.random.default_rng(3)
    given = generator.normal(size=(N, N_GIVEN)) @ generator.normal(size=(N_GIVEN, N_GIVEN))
    X, sem = make_linear_sem(N, D, edges_per_node=1, weight_range=(0.6, 1.2), random_state=5)
    effects = np.zeros((N_GIVEN, D))
    effects[0, 0], effects[2, 3] = 0.9, -0.8
    X = X + given @ effects @ np.linalg.inv(np.eye(D) - sem.weights)
    return np.column_stack([given[:, 0], X, given[:, 1:]])


def explained_variances(X, model):
    residual = X - model.predict(X)
    return residual.var(axis=0)[OTHERS]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    "name", [*SPARSE, "topo-ls", "direct-lingam", "notears", "golem-ev", "golem-nv", "colide-ev",
             "dagma", "logll", "sortnregress-r2", "random"],
)  # fmt: skip
def test_nothing_points_into_given_columns(rows, name):
    solver = make_solver(name, prior_knowledge=KNOWLEDGE)
    if "max_iter" in solver.get_params() and name != "topo-ls":
        solver.set_params(max_iter=100 if name in ("notears", "logll") else 3000)
    model = solver.fit(rows)
    assert not model.adjacency_[:, GIVEN].any()
    decided = model.edges_.set_index(["cause", "effect"])["decided_by"]
    assert all(decided[edge] == "knowledge" for edge in decided.index if edge[0] in ("x0", "x5"))


@pytest.mark.parametrize("name", SPARSE)
def test_units_of_given_columns_change_neither_graph_nor_score(rows, name):
    other_units = rows.copy()
    other_units[:, GIVEN] *= 1000.0
    model, other = (
        make_solver(name, prior_knowledge=KNOWLEDGE).fit(X) for X in (rows, other_units)
    )
    assert (model.adjacency_ == other.adjacency_).all()
    assert other.objective_ == pytest.approx(model.objective_, rel=1e-9)
    assert other.score(other_units) == pytest.approx(model.score(rows), rel=1e-9)


@pytest.mark.parametrize("moves", ["insertion", "block"])
def test_equal_variances_are_those_of_the_other_columns(rows, moves):
    model = TOPO(criterion="bic-ev", penalty=2.0, moves=moves, prior_knowledge=KNOWLEDGE)
    model.fit(rows)
    variance = explained_variances(rows, model).mean()
    price = 2 * np.log(N) * model.adjacency_.sum()
    assert model.objective_ == pytest.approx(N * D * np.log(variance) + price, rel=1e-9)


def test_unequal_variances_are_those_of_the_other_columns(rows):
    for moves in ("insertion", "block"):
        model = TOPO(penalty=2.0, moves=moves, prior_knowledge=KNOWLEDGE).fit(rows)
        log_variances = np.log(explained_variances(rows, model)).sum()
        price = 2 * np.log(N) * model.adjacency_.sum()
        assert model.objective_ == pytest.approx(N * log_variances + price, rel=1e-9)


@pytest.mark.parametrize("criterion", ["bic", "bic-ev"])
def test_searches_find_the_best_graph(rows, criterion):
    many = np.column_stack([rows, np.random.default_rng(0).normal(size=(N, 10))])
    given = PriorKnowledge(given=[*GIVEN, *range(7, 17)])
    exact = ExactDAG(criterion=criterion, prior_knowledge=given).fit(many)
    searched = TOPO(criterion=criterion, prior_knowledge=given, n_restarts=10).fit(many)
    assert searched.objective_ == pytest.approx(exact.objective_, rel=1e-9)
    assert (searched.cpdag_ == exact.cpdag_).all()


def test_least_squares_are_of_the_other_columns(rows):
    model = TOPO(criterion="least-squares", prior_knowledge=KNOWLEDGE).fit(rows)
    half = 0.5 * (rows - rows @ model.raw_weights_).var(axis=0)[OTHERS].sum()
    assert model.objective_ == pytest.approx(half, rel=1e-9)


def test_a_bound_is_on_the_same_sum(rows):
    many = np.column_stack([rows, np.random.default_rng(0).normal(size=(N, 9))])
    given = PriorKnowledge(given=[*GIVEN, *range(7, 16)])
    model = TOPO(prior_knowledge=given, n_restarts=5, bound=True).fit(many)
    assert model.gap_ == 0


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_continuous_scores_estimate_the_noise_of_the_other_columns(rows):
    wide = rows.copy()
    wide[:, GIVEN] *= 30.0
    model = CoLiDE(lambda1=0.01, max_iter=3000, prior_knowledge=KNOWLEDGE).fit(wide)
    assert (model.noise_scale_[OTHERS] < 2.0).all()
    golem = GOLEM(max_iter=3000, prior_knowledge=KNOWLEDGE).fit(rows)
    assert golem.objective_ < 0.5 * D * np.log(3 * D)


@pytest.mark.parametrize(
    "solver", [NOTEARSCV(), TOPO(criterion="colide-ev"), make_solver("topo-bic-cv")]
)
def test_solvers_that_would_count_given_columns_refuse(rows, solver):
    with pytest.raises(ValueError, match=r"given columns.*(topo-bic|bic-ev)"):
        solver.set_params(prior_knowledge=KNOWLEDGE).fit(rows)


def test_a_polishing_search_leaves_them_out_too(rows):
    solver = make_solver("eqvar", polish="topo-bic-ev", prior_knowledge=KNOWLEDGE)
    best = make_solver("topo-bic-ev", prior_knowledge=KNOWLEDGE).fit(rows)
    assert solver.fit(rows).objective_ == pytest.approx(best.objective_, rel=1e-9)


def test_scores_are_conditional_and_samples_need_values(rows, tmp_path):
    model = TOPO(prior_knowledge=KNOWLEDGE).fit(rows)
    variance = explained_variances(rows, model)
    expected = -0.5 * (np.log(2 * np.pi * variance) + 1).sum()
    assert model.score(rows) == pytest.approx(expected)
    with pytest.raises(ValueError, match=r"column 0 is given.*do=\{0: values\}"):
        model.sample(5)
    values = dict.fromkeys(GIVEN, 2.0)
    assert (model.sample(5, do=values)[:, GIVEN] == 2.0).all()
    model.save(tmp_path / "model.json")
    assert load_model(tmp_path / "model.json").score(rows) == model.score(rows)


def test_contradictions_name_the_column():
    with pytest.raises(ValueError, match="'a' -> 'b' is required and 'b' is given"):
        PriorKnowledge(given=["b"], required=[("a", "b")]).resolve(2, ("a", "b"))
    with pytest.raises(ValueError, match="every column is given"):
        PriorKnowledge(given=[0, 1]).resolve(2)
