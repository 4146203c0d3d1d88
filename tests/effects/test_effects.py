"""Effects over a class, compared with all of its members, and what is said of them."""

import itertools

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from causal_dag import (
    NOTEARS,
    TOPO,
    EmptyDAG,
    EqVar,
    Moments,
    PriorKnowledge,
    load_model,
)
from causal_dag.blas_threads import one_blas_thread
from causal_dag.effects.estimates import adjusted_slope, joint_effects
from causal_dag.effects.graph_class import GraphClass
from causal_dag.effects.possible_effects import possible_effect
from causal_dag.graph import separated_edges
from causal_dag.identification import assumption_of, decided_directions
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_linear_sem
from tests.test_identification import (
    DIRECTIONS,
    GivenGraph,
    agreeing_members,
    effects_in,
    graph_with,
    random_case,
)

N_ROWS = 500


def random_targets(d, generator):
    if generator.random() < 0.5:
        return ()
    return tuple(tuple(np.flatnonzero(generator.random(d) < 0.3).tolist()) for _ in range(2))


def distinct(values):
    """Sort, and keep one of several that differ by rounding."""
    kept = []
    for value in sorted(values):
        if not any(np.allclose(value, other, rtol=1e-8, atol=1e-10) for other in kept):
            kept.append(value)
    return kept


def joint_effect_in(adjacency, covariance, causes, outcome):
    """What solving the model says in which the causes are set, from all parents' regressions."""
    weights = np.zeros(adjacency.shape)
    for node, parents in enumerate(adjacency.T):
        if parents.any() and node not in causes:
            among = np.ix_(parents, parents)
            weights[parents, node] = np.linalg.solve(covariance[among], covariance[parents, node])
    mixing = np.linalg.inv(np.eye(len(weights)) - weights)
    return tuple(mixing[list(causes), outcome])


@one_blas_thread()
def check_against_all_members(generator):
    adjacency, covariance, knowledge = random_case(generator)
    d = len(adjacency)
    targets, constraints = random_targets(d, generator), knowledge.resolve(d)
    members = [
        parents
        for parents in agreeing_members(adjacency, knowledge)
        if (
            separated_edges(graph_with(parents), targets) == separated_edges(adjacency, targets)
        ).all()
    ]
    partly_directed = decided_directions(adjacency, constraints, targets)
    labels = tuple(map(str, range(d)))
    graphs = GraphClass(partly_directed, adjacency, labels, np.zeros(d, dtype=bool))
    moments = Moments(N_ROWS, np.zeros(d), covariance)
    slopes = {}
    all_effects = [effects_in(parents, covariance, slopes) for parents in members]
    for cause, outcome in itertools.permutations(range(d), 2):
        effect = possible_effect(graphs, moments, [cause], outcome, 0.95)
        expected = distinct(effects[cause, outcome] for effects in all_effects)
        np.testing.assert_allclose(effect.values, expected, rtol=1e-7, atol=1e-9)
        assert effect.is_identified == (len(expected) == 1) == (not effect.open_edges)
    if d > 2:
        *causes, outcome = generator.permutation(d)[:3].tolist()
        effect = possible_effect(graphs, moments, causes, outcome, 0.95)
        expected = distinct(
            joint_effect_in(graph_with(parents), covariance, causes, outcome) for parents in members
        )
        np.testing.assert_allclose(
            sorted_rows(effect.values), sorted_rows(expected), rtol=1e-7, atol=1e-9
        )


def sorted_rows(values):
    """Sort pairs by what is left of them after rounding."""
    return sorted(values, key=lambda row: tuple(np.round(row, 7) + 0.0))


def test_the_values_are_those_of_all_members_of_the_class():
    generator = np.random.default_rng(5)
    for _ in range(12):
        check_against_all_members(generator)


@pytest.mark.slow
def test_the_values_are_those_of_all_members_of_the_class_in_a_thousand_cases():
    generator = np.random.default_rng(6)
    for _ in range(1000):
        check_against_all_members(generator)


@pytest.fixture(scope="module")
def table():
    X, _ = make_linear_sem(N_ROWS, 6, graph="er", edges_per_node=2, random_state=3)
    return pd.DataFrame(X + 5.0, columns=list("abcdef"))


@pytest.fixture(scope="module")
def model(table):
    return TOPO().fit(table)


def test_units_and_the_order_of_the_columns_do_not_matter(table, model):
    scale = table.std()
    others = [
        (TOPO().fit(table / scale), scale),
        (TOPO().fit(table[list("fbdaec")]), pd.Series(1.0, index=table.columns)),
    ]
    n_open = 0
    for cause, outcome in itertools.permutations(table.columns, 2):
        expected = model.effect(cause, outcome)
        n_open += not expected.is_identified
        for other, unit in others:
            found, factor = other.effect(cause, outcome), unit[outcome] / unit[cause]
            np.testing.assert_allclose(found.values * factor, expected.values, rtol=1e-8, atol=0)
            np.testing.assert_allclose(found.interval * factor, expected.interval, rtol=1e-8)
    assert n_open > 3


def test_an_identified_effect_is_the_regression_on_its_adjustment_set(table, model):
    n_checked = 0
    for cause, outcome in itertools.permutations(table.columns, 2):
        effect = model.effect(cause, outcome, level=0.9)
        if effect.adjustment_set is not None:
            regressors = sm.add_constant(table[[cause, *effect.adjustment_set]])
            fit = sm.OLS(table[outcome], regressors).fit()
            assert effect.values[0] == pytest.approx(fit.params[cause], rel=1e-10)
            assert effect.standard_errors[0] == pytest.approx(fit.bse[cause], rel=1e-10)
            expected = fit.conf_int(alpha=0.1).loc[cause]
            np.testing.assert_allclose(effect.interval, expected, rtol=1e-10)
            n_checked += 1
    assert n_checked > 2


def test_the_fit_of_moments_and_the_saved_model_give_the_same_effects(table, model, tmp_path):
    model.save(tmp_path / "model.json")
    expected = model.effects(on="c")
    for other in (
        load_model(tmp_path / "model.json"),
        TOPO().fit_moments(Moments.from_rows(table)),
    ):
        pd.testing.assert_frame_equal(other.effects(on="c"), expected)


def test_a_frame_of_effects_begins_with_the_largest(model):
    frame = model.effects(on="c")
    assert sorted(frame["cause"]) == list("abdef")
    size = frame[["standardized_lowest", "standardized_highest"]].abs().max(axis=1)
    assert size.is_monotonic_decreasing
    for row in frame.itertuples():
        effect = model.effect(row.cause, "c")
        assert (row.lowest, row.highest) == (effect.values[0], effect.values[-1])
        assert row.open_edges == effect.open_edges


@pytest.mark.parametrize("causes", ["a", ["a", "b"]])
def test_the_frame_of_an_effect_has_a_row_for_every_value_and_cause(model, causes):
    effect = model.effect(causes, "c")
    frame = effect.to_frame()
    assert frame["cause"].tolist() == list(causes) * len(effect.values)
    assert frame[["lower", "upper"]].to_numpy().tolist() == effect.intervals.reshape(-1, 2).tolist()
    by_cause = frame.groupby("cause")
    assert by_cause["lower"].min().tolist() == np.atleast_2d(effect.interval)[:, 0].tolist()
    assert frame["value"].between(frame["lower"], frame["upper"]).all()


@pytest.mark.parametrize("causes", [[0], [0, 1]])
def test_standard_errors_of_joint_effects_are_those_of_repeated_samples(causes):
    """On 0 → 2 → 3 ← 1 → 0, the effect of 0 is a product of two slopes."""
    weights = np.zeros((4, 4))
    weights[0, 2], weights[2, 3], weights[1, 3], weights[1, 0] = 0.8, -1.2, 0.5, 1.0
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(600, 100, 4)) @ np.linalg.inv(np.eye(4) - weights)
    with one_blas_thread():
        found = [joint_effects(Moments.from_rows(one), weights != 0, causes, 3) for one in rows]
    values, errors = (
        np.array([getattr(one, name) for one in found]) for name in ("values", "standard_errors")
    )
    np.testing.assert_allclose(values.mean(axis=0), [-0.96, 0.5][: len(causes)], atol=0.03)
    np.testing.assert_allclose(errors.mean(axis=0) / values.std(axis=0), 1.0, atol=0.1)


def test_the_joint_effect_of_one_cause_of_the_outcome_is_its_regression(table):
    moments, adjacency = Moments.from_rows(table), np.zeros((6, 6), dtype=bool)
    adjacency[:3, 3] = True
    one, other = joint_effects(moments, adjacency, [1], 3), adjusted_slope(moments, 1, 3, (0, 2))
    for name in ("values", "standard_errors", "degrees_of_freedom"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-10)


def test_assumed_directions_are_those_of_the_fitted_graph(table):
    model = EqVar().fit(table)
    total = model.total_effects()
    for cause, outcome in itertools.permutations(range(6), 2):
        effect = model.effect(cause, outcome, assume="equal-variances")
        assert effect.is_identified
        assert effect.assumption == "equal-variances"
        assert (effect.values[0] == 0) == (total[cause, outcome] == 0)
    assert "assumption 'equal-variances'" in str(effect)


def test_edges_that_the_assumption_leaves_undecided_stay_open():
    """Noise of a and b is Gaussian, so that nothing directs the edge between them."""
    generator = np.random.default_rng(1)
    a = generator.normal(size=800)
    b = a + generator.normal(size=800)
    c = b + generator.laplace(size=800)
    model = make_solver("topo-nongaussian").fit(pd.DataFrame({"a": a, "b": b, "c": c}))
    free, assumed = model.effect("b", "c"), model.effect("b", "c", assume="non-gaussian")
    assert (len(free.values), len(assumed.values)) == (2, 1)
    assert model.effect("a", "b", assume="non-gaussian").open_edges == (("a", "b"),)


def test_every_solver_that_identifies_directions_names_its_assumption():
    assert {name: assumption_of(make_solver(name)) for name in DIRECTIONS} == {
        "notears": "equal-variances", "golem-ev": "equal-variances", "dagma": "equal-variances",
        "colide-ev": "equal-variances", "colide-nv": "equal-variances",
        "topo-ls": "equal-variances", "topo-bic-ev": "equal-variances", "eqvar": "equal-variances",
        "topo-curves-ev": "equal-variances", "sortnregress-var": "sortability",
        "sortnregress-r2": "sortability", "direct-lingam": "non-gaussian",
        "topo-nongaussian": "non-gaussian", "topo-curves": "curves", "notears-poisson": "poisson",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("polish", "assumption"), [("topo-bic", None), ("topo-bic-ev", "equal-variances")]
)
def test_a_polished_graph_rests_on_the_assumption_of_the_polishing_search(
    table, polish, assumption
):
    model = NOTEARS(lambda1=0.5, polish=polish).fit(table)
    if assumption is None:
        with pytest.raises(ValueError, match="makes no assumption that decides directions"):
            model.effect("a", "b", assume="equal-variances")
    else:
        assert model.effect("a", "b", assume=assumption).assumption == assumption


def chain(n=400, b=None):
    """Rows of a → b → c, the last of them with b as it is set."""
    generator = np.random.default_rng(4)
    table = pd.DataFrame(generator.normal(size=(n, 3)), columns=list("abc"))
    table["b"] += 2 * table["a"]
    if b is not None:
        table.loc[n - len(b) :, "b"] = b
    table["c"] += table["b"]
    return table


def test_the_effect_says_in_words_what_is_known_and_what_decides():
    effect = TOPO().fit(chain()).effect("b", "a")
    assert effect.values[0] == 0
    assert effect.open_edges == (("b", "a"),)
    assert str(effect) == repr(effect)
    assert "2 possible values" in str(effect)
    assert "directions are open: b — a" in str(effect)
    known = TOPO(prior_knowledge=PriorKnowledge(roots=["a"])).fit(chain())
    assert "adjusted for" not in str(known.effect("b", "c")).lower()
    assert "No directed path leads from cause to outcome." in str(known.effect("c", "a"))
    assert known.effect("a", "c").is_identified


def test_a_limit_on_parents_is_said_beside_the_values():
    limited = TOPO(prior_knowledge=PriorKnowledge(max_parents=2)).fit(chain())
    assert "exceed the limit of 2 parents" in str(limited.effect("b", "a"))


def test_given_columns_are_held_while_one_of_them_changes():
    """g and h are dependent in a way that nothing is known of; both cause y."""
    generator = np.random.default_rng(2)
    g = generator.normal(size=600)
    h = g + generator.normal(size=600)
    table = pd.DataFrame({"g": g, "h": h, "y": g - 2 * h + generator.normal(size=600)})
    model = TOPO(prior_knowledge=PriorKnowledge(given=["g", "h"])).fit(table)
    effect = model.effect("g", "y")
    assert effect.adjustment_set == ("h",)
    assert effect.values[0] == pytest.approx(1.0, abs=0.15)
    assert model.effect("g", "h").values.tolist() == [0.0]


def test_rows_with_interventions_direct_edges_and_are_left_out_of_the_regressions():
    table = chain(b=np.random.default_rng(9).normal(3.0, 1.0, 200))
    targets = [None] * 200 + ["b"] * 200
    effect = TOPO().fit(table, targets=targets).effect("a", "b")
    assert effect.is_identified
    seen = table.iloc[:200]
    fit = sm.OLS(seen["b"], sm.add_constant(seen["a"])).fit()
    assert effect.values[0] == pytest.approx(fit.params["a"], rel=1e-10)


def class_of_complete_graph(d):
    adjacency = np.triu(np.ones((d, d), dtype=bool), 1)
    return GivenGraph(adjacency).fit(np.random.default_rng(0).normal(size=(50, d)))


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (lambda m: m.effect("a", "a"), "'a' is cause and outcome"),
        (lambda m: m.effect("a", "z"), "outcome: there is no column 'z'"),
        (lambda m: m.effect([], "a"), "name at least one column"),
        (lambda m: m.effect(["b", "b"], "a"), "are the same column"),
        (lambda m: m.effect("a", "b", level=1.0), "level=1.0"),
        (lambda m: m.effect("a", "b", level=np.nextafter(1, 0)), "level=0.9999999999999999"),
        (lambda m: m.effect("a", "b", assume="faith"), "assume='faith' is not an assumption"),
        (lambda m: m.effect("a", "b", assume="curves"), "makes no assumption that decides"),
        (lambda m: m.effects(on="z"), "on: there is no column 'z'"),
    ],
)
def test_questions_that_make_no_sense_are_refused(model, question, message):
    with pytest.raises(ValueError, match=message):
        question(model)


def test_what_cannot_be_estimated_is_refused_with_the_remedy(table):
    with pytest.raises(ValueError, match=r"assumes 'equal-variances'.*or pass 'equal-variances'"):
        EqVar().fit(table).effect("a", "b", assume="non-gaussian")
    with pytest.raises(ValueError, match=r"more than 1000 graphs.*causes of 'x0'.*prior_knowledge"):
        class_of_complete_graph(12).effect(0, 11)
    with pytest.raises(ValueError, match=r"not linear.*compare.*interventional_mean"):
        make_solver("topo-curves").fit(table).effect("a", "b")
    every_row = EmptyDAG().fit(table)
    del every_row.moments_
    with pytest.raises(ValueError, match="fit it again"):
        every_row.effect("a", "b")
    twins = Moments(50, np.zeros(3), np.array([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]]))
    with pytest.raises(ValueError, match="columns 0, 1 are collinear"):
        adjusted_slope(twins, 0, 2, (1,))
    with pytest.raises(ValueError, match="3 rows are too few"):
        adjusted_slope(Moments(3, np.zeros(3), np.eye(3)), 0, 2, (1,))


def test_with_targets_in_every_row_effects_are_refused():
    table = chain(300)
    targets = ["a"] * 150 + ["c"] * 150
    with pytest.raises(ValueError, match=r"in every row.*rows without targets"):
        TOPO().fit(table, targets=targets).effect("a", "b")
