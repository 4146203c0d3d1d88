"""TOPO and ExactDAG over tables of numbers and labels."""

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from causal_dag import TOPO, ExactDAG, Moments, PriorKnowledge, load_model
from causal_dag.conditional_models import ConditionalModel, ConditionalModels
from causal_dag.constraints import Constraints
from causal_dag.fit_warnings import DeterminedColumnWarning
from causal_dag.metrics import cpdag_distance
from causal_dag.problem import Problem
from causal_dag.solvers import make_solver
from causal_dag.solvers.criteria import MixedColumns
from causal_dag.synthetic import load_sachs
from causal_dag.tables.detected_kinds import read_kinds


def plants(n=600, seed=0):
    generator = np.random.default_rng(seed)
    soil = generator.choice(["clay", "loam", "sand"], size=n)
    water = generator.normal(size=n) - 1.5 * (soil == "sand")
    light = generator.normal(size=n)
    height = water + light + generator.normal(size=n)
    grade = pd.cut(height + generator.normal(size=n), 4, labels=["low", "mid", "high", "top"])
    frame = pd.DataFrame({"soil": soil, "water": water, "light": light, "height": height})
    return frame.assign(
        blooms=water + generator.normal(size=n) < 0, grade=grade, site=generator.integers(3, size=n)
    )


def score_of(frame, kinds=None, penalty=1.0):
    columns, rows = read_kinds(frame, kinds, has_numbers=True)
    d = rows.shape[1]
    problem = Problem(Moments.from_rows(rows), Constraints.none(d), rows=rows, columns=columns)
    return MixedColumns(penalty=penalty).node_score(problem)


@pytest.fixture(scope="module")
def sachs():
    data = load_sachs()
    frame = pd.DataFrame(data.data, columns=[name.lower() for name in data.feature_names])
    ranks = frame[["pka", "pkc"]].to_numpy().argsort(axis=0, kind="stable").argsort(axis=0)
    return frame.assign(pka=ranks[:, 0] * 3 // 853, pkc=ranks[:, 1] * 3 // 853)


@pytest.mark.parametrize(
    ("effect", "causes", "expected"),
    [
        ("raf", [], 6370.138082466466),
        ("raf", ["mek"], 5530.595946459826),
        ("raf", ["pkc"], 6378.681339326286),
        ("raf", ["mek", "pkc", "pka"], 5551.22371043038),
        ("pka", ["pkc"], -2787.268141377149),
    ],
)
def test_scores_of_the_sachs_table_are_those_of_another_program(sachs, effect, causes, expected):
    score = score_of(sachs, {"pka": "unordered", "pkc": "unordered"})
    node = list(sachs).index(effect)
    value = score.given(node, np.isin(list(sachs), causes)).value
    # Its covariances have the divisor n − 1.
    value += 853 * np.log(853 / 852) * len(score.nodes[node].targets)
    assert value == pytest.approx(expected, rel=1e-8)


def conditional_gaussian_bic(frame, labels, adjacency, *, unbiased):
    """Sum the BIC of one regression per combination of labels of the parents, as bnlearn does.

    ``unbiased``: variances have the divisor m − k − 1, where k is the number of numbers among the
    parents, and stand so in the normal density.
    """
    names, total, n_parameters = list(frame), 0.0, 0
    for node, name in enumerate(names):
        parents = [names[i] for i in np.flatnonzero(adjacency[:, node])]
        groups = [parent for parent in parents if parent in labels]
        numbers = [parent for parent in parents if parent not in labels]
        assert name not in labels or not numbers
        parts = [part for _, part in frame.groupby(groups)] if groups else [frame]
        for part in parts:
            target, m, k = part[name].to_numpy(dtype=float), len(part), len(numbers)
            if name in labels:
                n_levels = frame[name].nunique()
                model = ConditionalModel.of_levels(
                    np.empty((m, 0)), target.astype(int), np.empty(0, dtype=int), n_levels
                )
                total += model.intercept[target.astype(int)].sum()
                n_parameters += n_levels - 1
            else:
                design = part[numbers].to_numpy(dtype=float)
                variance = ConditionalModel.of_number(design, target, np.arange(k)).variance
                used = variance * m / (m - k - 1) if unbiased else variance
                total -= m / 2 * (np.log(2 * np.pi * used) + variance / used)
                n_parameters += k + 2
    return total - np.log(len(frame)) / 2 * n_parameters


@pytest.mark.parametrize(
    ("labels", "has_edges", "unbiased", "expected", "tolerance"),
    [
        (["pka", "pkc"], True, True, -37870.79983422735, 1e-8),
        (["pka", "pkc"], True, False, -37870.605, 2e-8),
        ([], True, True, -46869.50772216169, 1e-8),
        ([], True, False, -46869.484, 2e-8),
        ([], False, True, -49534.06824259057, 1e-8),
    ],
)
def test_conditional_likelihoods_are_those_of_another_program(
    sachs, labels, has_edges, unbiased, expected, tolerance
):
    frame = sachs if labels else pd.DataFrame(load_sachs().data, columns=list(sachs))
    adjacency = load_sachs().adjacency * has_edges
    value = conditional_gaussian_bic(frame, labels, adjacency, unbiased=unbiased)
    assert value == pytest.approx(expected, rel=tolerance)


def test_the_score_is_that_of_regressions_on_indicators():
    frame = plants()
    score = score_of(frame, penalty=2.0)
    soil = np.column_stack([frame["soil"] == "loam", frame["soil"] == "sand"]).astype(float)
    design = np.column_stack([np.ones(600), frame["water"], frame["grade"].cat.codes])
    residual = soil - design @ np.linalg.lstsq(design, soil, rcond=None)[0]
    expected = 600 * np.linalg.slogdet(residual.T @ residual / 600)[1] + 2 * np.log(600) * 2 * 2
    value = score.given(0, np.isin(list(frame), ["water", "grade"])).value
    assert value == pytest.approx(expected, rel=1e-10)


def test_neither_the_names_of_levels_nor_units_change_the_graph():
    frame = plants()
    renamed = frame.assign(
        soil=frame["soil"].map({"clay": "z", "loam": "a", "sand": "m"}), water=-100 * frame["water"]
    )
    fits = [make_solver("topo-mixed").fit(table) for table in (frame, renamed)]
    assert np.array_equal(fits[0].cpdag_, fits[1].cpdag_)
    assert np.abs(fits[0].weights_) == pytest.approx(np.abs(fits[1].weights_), abs=1e-8)


def test_scores_of_equivalent_graphs_are_equal():
    score, d = score_of(plants()), 7
    none = np.zeros(d, dtype=bool)
    for i, j in itertools.combinations(range(d), 2):
        forward = score.given(i, none).value + score.given(j, np.arange(d) == i).value
        backward = score.given(j, none).value + score.given(i, np.arange(d) == j).value
        assert forward == pytest.approx(backward, rel=1e-10)


def test_a_weight_between_numbers_is_their_partial_correlation():
    frame = plants()
    score = score_of(frame)
    weights = score.given(3, np.isin(list(frame), ["water", "light"])).weights
    precision = np.linalg.inv(np.cov(frame[["water", "light", "height"]].T))
    expected = -precision[0, 2] / np.sqrt(precision[0, 0] * precision[2, 2])
    assert weights[1] == pytest.approx(expected, rel=1e-9)
    assert 0 < score.given(1, np.isin(list(frame), ["soil"])).weights[0] < 1
    assert score.given(4, np.isin(list(frame), ["water"])).weights[1] < 0


def test_search_and_exact_search_agree_and_find_the_colliders():
    frame = plants(2000)
    fits = [
        make_solver("topo-mixed").fit(frame),
        ExactDAG(criterion="mixed", penalty=1.5).fit(frame),
        make_solver("topo-mixed", n_restarts=0, random_state=1).fit(frame),
    ]
    truth = np.zeros((7, 7))
    truth[[0, 1, 2, 1, 3], [1, 3, 3, 4, 5]] = 1
    for model in fits:
        assert model.objective_ == pytest.approx(fits[0].objective_, rel=1e-12)
        assert cpdag_distance(truth, model) == 0
        assert model.identified_ == "class"


def test_many_columns_and_prior_knowledge():
    generator = np.random.default_rng(2)
    frame = pd.concat(
        [plants(400, seed).add_suffix(str(seed)) for seed in range(3)], axis=1
    ).assign(noise=generator.normal(size=400))
    knowledge = PriorKnowledge(required=[("noise", "soil0")], forbidden=[("water0", "height0")])
    fits = [
        make_solver("topo-mixed", n_restarts=4, n_jobs=jobs, prior_knowledge=knowledge).fit(frame)
        for jobs in (1, 2)
    ]
    names = list(frame)
    assert np.array_equal(fits[0].weights_, fits[1].weights_)
    assert fits[0].adjacency_[names.index("noise"), names.index("soil0")]
    assert not fits[0].adjacency_[names.index("water0"), names.index("height0")]


@pytest.fixture(scope="module")
def fitted():
    frame = plants(1500)
    return make_solver("topo-mixed").fit(frame), frame


def test_predictions_and_samples_have_the_types_of_the_table(fitted):
    model, frame = fitted
    predicted = model.predict(frame)
    sample = model.sample(4000, do={"soil": "sand", "light": 1.5}, member=0)
    types = frame.drop(columns="site").dtypes
    for table in (predicted, sample):
        assert (table.drop(columns="site").dtypes == types).all()
    assert set(sample["soil"]) == {"sand"}
    assert set(sample["light"]) == {1.5}
    own = frame.query("soil == 'sand'")
    assert sample["water"].mean() == pytest.approx(own["water"].mean(), abs=0.15)
    assert sample["blooms"].mean() == pytest.approx(own["blooms"].mean(), abs=0.06)


def test_numbers_are_predicted_by_least_squares(fitted):
    model, frame = fitted
    parents = np.flatnonzero(model.adjacency_[:, 3])
    assert [list(frame)[i] for i in parents] == ["water", "light"]
    design = np.column_stack([np.ones(len(frame)), frame[["water", "light"]]])
    fit = design @ np.linalg.lstsq(design, frame["height"], rcond=None)[0]
    assert model.predict(frame)["height"].to_numpy() == pytest.approx(fit)
    assert model.noise_variance_[3] == pytest.approx(np.var(frame["height"] - fit))
    assert np.isnan(model.noise_variance_[[0, 4, 5]]).all()


def test_the_score_is_the_log_likelihood_of_the_conditionals(fitted):
    model, frame = fitted
    sites, rows = frame["site"].to_numpy(), model.column_kinds_.encode(frame)
    logs = model._equations_.log_likelihood(rows, model.noise_variance_)
    assert model.score(frame) == pytest.approx(logs.sum(axis=1).mean())
    deviance = (sites - sites.mean()) ** 2 / sites.var()
    assert logs[:, 6] == pytest.approx(-0.5 * (np.log(2 * np.pi * sites.var()) + deviance))
    predicted = model.predict(frame)
    assert (predicted["grade"] == frame["grade"]).mean() > 0.6
    assert (predicted["blooms"] == frame["blooms"]).mean() > 0.7


def test_probabilities_are_those_of_the_predicted_and_scored_levels(fitted):
    model, frame = fitted
    probabilities = model.predict_proba(frame)
    assert probabilities.columns.unique(0).tolist() == ["soil", "blooms", "grade"]
    logs = model._equations_.log_likelihood(
        model.column_kinds_.encode(frame), model.noise_variance_
    )
    for name in ("soil", "blooms", "grade"):
        of_levels = probabilities[name]
        assert np.allclose(of_levels.sum(axis=1), 1)
        most_probable = of_levels.idxmax(axis=1).to_numpy()
        assert (most_probable == model.predict(frame)[name].to_numpy()).all()
        own = [of_levels[label][row] for row, label in enumerate(frame[name])]
        assert np.log(own) == pytest.approx(logs[:, list(frame).index(name)])


def test_levels_follow_a_logistic_regression_on_indicators_of_their_parents():
    frame = plants()
    kinds, rows = read_kinds(frame, has_numbers=True)
    graph = np.zeros((7, 7), dtype=bool)
    graph[[0, 3], 5] = True
    order = np.array([0, 1, 2, 3, 4, 5, 6])
    models = ConditionalModels.fitted(
        rows, graph, order, kinds.widths, kinds.n_levels, kinds.is_count
    )
    soil = np.column_stack([frame["soil"] == "loam", frame["soil"] == "sand"])
    design = StandardScaler().fit_transform(np.column_stack([soil, frame["height"]]))
    fit = LogisticRegression(tol=1e-10, max_iter=1000).fit(design, rows[:, 5])
    assert np.exp(models.given(rows, 5)) == pytest.approx(fit.predict_proba(design), abs=1e-5)
    assert np.exp(models.given(rows, 0))[0] == pytest.approx(
        np.bincount(rows[:, 0].astype(int)) / 600
    )


def test_a_mixed_model_is_saved_and_loaded(fitted, tmp_path):
    model, frame = fitted
    model.save(tmp_path / "model.json")
    loaded = load_model(tmp_path / "model.json")
    assert loaded.score(frame) == model.score(frame)
    assert loaded.sample(20).equals(model.sample(20))
    assert np.array_equal(loaded.weights_, model.weights_)


def test_rows_with_gaps_can_be_dropped():
    frame = plants()
    frame.loc[[3, 7], "soil"] = None
    frame.loc[9, "water"] = np.nan
    with pytest.raises(ValueError, match=r"column 'soil' has 2 NaN.*column 'water' has 1 NaN"):
        make_solver("topo-mixed").fit(frame)
    model = make_solver("topo-mixed", missing="drop").fit(frame)
    assert model.missing_cells_.n_rows_used == 597


def test_what_a_mixed_model_cannot_do_is_said(fitted):
    model, frame = fitted
    with pytest.raises(ValueError, match="column 'soil' has the value 'peat' in row 0"):
        model.predict(frame.assign(soil="peat"))
    with pytest.raises(ValueError, match="levels of categories have no unit"):
        model.total_effects()
    with pytest.raises(ValueError, match="no linear weights"):
        TOPO(polish="topo-mixed").fit(frame[["water", "light"]])
    with pytest.raises(ValueError, match="treats all rows as observations"):
        make_solver("topo-mixed").fit(frame, targets=["water"] * 10 + [None] * (len(frame) - 10))
    assert not hasattr(model, "probability_tables_")


def test_text_that_mostly_reads_as_numbers_is_refused_unless_stated():
    frame = plants().assign(site=["1", "2", "3", "?"] * 150)
    with pytest.raises(ValueError, match=r"column 'site' holds text .'\?' in row 3.*kinds="):
        make_solver("topo-mixed").fit(frame)
    model = make_solver("topo-mixed", kinds={"site": "unordered"}).fit(frame)
    assert model.column_kinds_.description()[-1] == "site: unordered (1, 2, 3, ?)"


@pytest.mark.parametrize("estimator", [make_solver("topo-mixed"), ExactDAG(criterion="mixed")])
def test_a_column_that_another_determines_is_warned_of(estimator):
    frame = plants(300)[["soil", "water", "light"]]
    codes = frame["soil"].map({"clay": "c", "loam": "l", "sand": "s"})
    for column in (codes, frame["soil"] == "sand", 1 - 2 * frame["light"]):
        with pytest.warns(DeterminedColumnWarning, match="is determined by its parents"):
            estimator.fit(frame.assign(copy=column))
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeterminedColumnWarning)
        estimator.fit(frame)


@pytest.fixture(scope="module")
def visits():
    generator = np.random.default_rng(3)
    frame = plants(2000)[["soil", "light"]]
    bees = generator.poisson(np.exp(1 + 0.6 * frame["light"] - (frame["soil"] == "sand")))
    seeds = np.log1p(bees) + 0.5 * generator.normal(size=2000)
    frame = frame.assign(bees=bees, seeds=seeds)
    return make_solver("topo-mixed", kinds={"bees": "count"}).fit(frame), frame


def test_a_declared_count_follows_a_poisson_regression(visits):
    model, frame = visits
    assert model.column_kinds_.description()[2] == "bees: count"
    assert np.flatnonzero(model.adjacency_[:, 2]).tolist() == [0, 1]
    of_bees = model._equations_.functions.models[2]
    # The indicators of loam and sand, and the light.
    assert of_bees.coefficients[:, 0] == pytest.approx([0, -1, 0.6], abs=0.06)
    rate = model.predict(frame)["bees"].to_numpy()
    rows = model.column_kinds_.encode(frame)
    logs = model._equations_.log_likelihood(rows, model.noise_variance_)
    assert logs[:, 2] == pytest.approx(poisson.logpmf(frame["bees"], rate))
    assert rate.mean() == pytest.approx(frame["bees"].mean(), rel=1e-3)
    assert np.isnan(model.noise_variance_[2])


def test_counts_act_by_their_logarithm_and_are_drawn_as_whole_numbers(visits, tmp_path):
    model, frame = visits
    columns, rows = read_kinds(frame, {"bees": "count"}, has_numbers=True)
    problem = Problem(Moments.from_rows(rows), Constraints.none(4), rows=rows, columns=columns)
    logs = frame.assign(bees=np.log1p(frame["bees"]))
    given_bees = np.arange(4) == 2
    value = MixedColumns(penalty=1.0).node_score(problem).given(3, given_bees).value
    assert value == pytest.approx(score_of(logs).given(3, given_bees).value, rel=1e-12)
    sample = model.sample(2000)
    assert sample["bees"].dtype == frame["bees"].dtype
    assert (sample["bees"] >= 0).all()
    assert sample["bees"].mean() == pytest.approx(frame["bees"].mean(), rel=0.1)
    assert sample["bees"].std() == pytest.approx(frame["bees"].std(), rel=0.15)
    model.save(tmp_path / "model.json")
    loaded = load_model(tmp_path / "model.json")
    assert loaded.score(frame) == model.score(frame)
    assert loaded.sample(20).equals(model.sample(20))


@pytest.mark.parametrize("value", [-1, 0.5, 2.0**54])
def test_a_declared_count_with_other_values_is_refused(value, visits):
    model, frame = visits
    wrong = frame.astype({"bees": float})
    wrong.loc[7, "bees"] = value
    with pytest.raises(ValueError, match=r"column 'bees' has the value .* in row 7, and kinds"):
        make_solver("topo-mixed", kinds={"bees": "count"}).fit(wrong)
    with pytest.raises(ValueError, match="counts are whole numbers from 0"):
        model.score(wrong)
    with pytest.raises(ValueError, match="column 'soil' holds 3 levels, and kinds states 'count'"):
        make_solver("topo-mixed", kinds={"soil": "count"}).fit(frame)
