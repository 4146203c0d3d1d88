"""Resampled fits: which rows they have, what they keep, and how they end."""

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from causal_dag import TOPO, BootstrapDAG, DirectLiNGAM, EqVar, LaggedDAG, PriorKnowledge
from causal_dag.certainty.resampled_fits import ResampledFits
from causal_dag.certainty.resampling import Resampler
from causal_dag.certainty.stability import false_edge_bound
from causal_dag.synthetic import make_linear_sem


@pytest.fixture(scope="module")
def table():
    X, sem = make_linear_sem(300, 6, graph="er", edges_per_node=1.5, random_state=3)
    return X, sem


def resampler(groups, kind="half", strata=None):
    groups = np.asarray(groups)
    n_groups = groups.max() + 1
    strata = np.zeros(n_groups, dtype=int) if strata is None else np.asarray(strata)
    return Resampler(groups, strata, kind, entropy=5)


def test_halves_come_in_pairs_without_a_common_row():
    drawn = [resampler(range(11)).rows(k) for k in range(6)]
    for one, other in zip(drawn[::2], drawn[1::2], strict=True):
        assert len(one) == len(other) == 5
        assert not set(one) & set(other)
    assert len({tuple(rows) for rows in drawn}) == 6


@pytest.mark.parametrize("kind", ["half", "bootstrap"])
def test_groups_are_never_split(kind):
    groups = np.random.default_rng(0).integers(9, size=60)
    for number in range(8):
        times = np.bincount(resampler(groups, kind).rows(number), minlength=60)
        assert all(np.ptp(times[groups == group]) == 0 for group in range(9))
        assert 0 < len(np.unique(groups[times > 0])) < 9


def test_strata_are_divided_evenly():
    strata = np.repeat([0, 1, 2], [10, 4, 2])
    for number in range(4):
        rows = resampler(range(16), strata=strata).rows(number)
        assert np.bincount(strata[rows]).tolist() == [5, 2, 1]


def test_probabilities_are_shares_of_fits_to_halves(table):
    X, _ = table
    found = BootstrapDAG(n_resamples=6, warm_start=False, random_state=7).fit(X)
    entropy = int(np.random.default_rng(7).integers(2**63))
    halves = Resampler(np.arange(300), np.zeros(300, dtype=int), "half", entropy)
    classes = [TOPO().fit(X[halves.rows(k)]).cpdag_ for k in range(6)]
    expected = np.mean([(graph + (graph & ~graph.T).astype(int)) / 2 for graph in classes], axis=0)
    np.testing.assert_allclose(found.edge_probability_, expected)
    assert found.n_resamples_ == 6
    np.testing.assert_array_equal(found.estimator_.weights_, TOPO().fit(X).weights_)


def test_a_warm_start_hardly_changes_probabilities():
    X, _ = make_linear_sem(200, 18, graph="er", edges_per_node=2, random_state=0)
    warm, cold = (BootstrapDAG(n_resamples=20, warm_start=w).fit(X) for w in (True, False))
    assert abs(warm.edge_probability_ - cold.edge_probability_).max() < 0.051


def test_any_number_of_jobs_gives_the_same_bits(table):
    X, _ = table
    one = BootstrapDAG(n_resamples=9).fit(X)
    with joblib.parallel_config(backend="threading"):
        two = BootstrapDAG(n_resamples=9, n_jobs=2).fit(X)
    np.testing.assert_array_equal(one.edge_probability_, two.edge_probability_)
    other = BootstrapDAG(n_resamples=9, random_state=1).fit(X)
    assert (one.edge_probability_ != other.edge_probability_).any()


def test_prior_knowledge_holds_in_every_resample(table):
    X, sem = table
    (cause, effect), *_ = np.argwhere(sem.weights).tolist()
    apart = np.argwhere(~np.eye(6, dtype=bool) & (sem.weights + sem.weights.T == 0)).tolist()[0]
    known = PriorKnowledge(forbidden=[(cause, effect)], required=[tuple(apart)])
    found = BootstrapDAG(TOPO(prior_knowledge=known), n_resamples=6).fit(X)
    assert found.edge_probability_[cause, effect] == 0
    assert found.edge_probability_[tuple(apart)] == 1


def test_solvers_that_identify_directions_give_directed_edges(table):
    X, _ = table
    found = BootstrapDAG(EqVar(), n_resamples=4).fit(X).edge_probability_
    assert set(np.unique(found)) <= {0, 0.25, 0.5, 0.75, 1}
    by_rows = BootstrapDAG(DirectLiNGAM(), n_resamples=2).fit(X)
    assert set(np.unique(by_rows.edge_probability_)) <= {0, 0.5, 1}


def test_targets_and_missing_cells_go_with_their_rows(table):
    X, _ = table
    rows = X.copy()
    rows[200:, 2] = np.random.default_rng(0).normal(size=100)
    targets = [None] * 200 + [2] * 100
    told, untold = (BootstrapDAG(n_resamples=4).fit(rows, targets=of) for of in (targets, None))
    # Rows in which the column was set say nothing of its causes, and would hide them.
    assert told.edge_probability_[:, 2].sum() >= 2 > 1 > untold.edge_probability_[:, 2].sum()
    gaps = X.copy()
    gaps[::7, 0] = np.nan
    for policy in ("drop", "em"):
        found = BootstrapDAG(TOPO(missing=policy), n_resamples=4).fit(gaps, groups=range(300))
        assert found.n_resamples_ == 4


def test_levels_keep_their_meaning_in_every_resample():
    generator = np.random.default_rng(0)
    rain = generator.choice(["no", "yes"], size=200)
    wet = np.where(generator.random(200) < 0.1, "dry", np.where(rain == "yes", "wet", "dry"))
    frame = pd.DataFrame({"rain": rain, "wet": wet})
    found = BootstrapDAG(TOPO(criterion="bdeu"), n_resamples=4).fit(frame)
    assert found.edge_table()["probability"].tolist() == [0.5, 0.5]


def test_a_bootstrap_finds_no_more_chance_edges_than_halves():
    X = np.random.default_rng(0).normal(size=(400, 8))
    shares = [
        BootstrapDAG(n_resamples=60, resampling=kind).fit(X).adjacency_probability_.sum() / 2
        for kind in ("half", "bootstrap")
    ]
    # A chance edge has probability P(χ² > log 200) = 0.021, here of 28 pairs.
    assert max(shares) < 2 * 28 * 0.021


@pytest.mark.parametrize(
    ("parameters", "fit", "message"),
    [
        ({"estimator": LaggedDAG()}, {}, "not a solver of a table of rows"),
        ({"estimator": DirectLiNGAM(), "resampling": "bootstrap"}, {}, "too many chance edges"),
        ({}, {"groups": [1] * 300}, "groups are never split"),
        ({}, {"groups": [1, 2]}, "groups has 2 entries for 300 rows"),
        ({"n_resamples": 0}, {}, "n_resamples=0 must be"),
    ],
)
def test_what_cannot_be_resampled_is_refused(table, parameters, fit, message):
    with pytest.raises(ValueError, match=message):
        BootstrapDAG(**parameters).fit(table[0], **fit)


def test_a_column_that_is_constant_in_a_resample_is_named(table):
    X = table[0].copy()
    X[:, 1] = 0
    X[0, 1] = 1
    with pytest.raises(ValueError, match=r"resample \d of the rows: .*1.* is constant; .*add such"):
        BootstrapDAG(EqVar(), n_resamples=6).fit(X)


@pytest.mark.parametrize("n_done", [0, 3])
def test_interrupted_fits_keep_the_resamples_that_are_done(table, monkeypatch, n_done):
    fit_one = ResampledFits.graph

    def interrupted(fits, number):
        if number == n_done:
            raise KeyboardInterrupt
        return fit_one(fits, number)

    whole = BootstrapDAG(n_resamples=n_done or 1).fit(table[0])
    monkeypatch.setattr(ResampledFits, "graph", interrupted)
    if not n_done:
        with pytest.raises(KeyboardInterrupt):
            BootstrapDAG(n_resamples=9).fit(table[0])
        return
    with pytest.warns(UserWarning, match="after 3 of 9 resamples"):
        found = BootstrapDAG(n_resamples=9).fit(table[0])
    assert found.n_resamples_ == 3
    np.testing.assert_array_equal(found.edge_probability_, whole.edge_probability_)


def test_callback_and_time_budget_end_a_fit(table):
    seen = []
    with pytest.warns(UserWarning, match="after 2 of 5"):
        BootstrapDAG(
            n_resamples=5, callback=lambda done, total: seen.append((done, total)) or done == 2
        ).fit(table[0])
    assert seen == [(1, 5), (2, 5)]
    with pytest.warns(UserWarning, match="after 1 of 5"):
        BootstrapDAG(n_resamples=5, time_budget=1e-9).fit(table[0])


def test_it_is_an_estimator():
    check_estimator(BootstrapDAG(EqVar(), n_resamples=2), on_skip=None)
    assert clone(BootstrapDAG(TOPO(penalty=3.0))).estimator.penalty == 3.0


def test_bounds_on_false_edges():
    worst, sharper = (false_edge_bound(10, 100, 200, 0.8, shape) for shape in ("any", "unimodal"))
    assert worst == pytest.approx(10**2 / (100 * 0.6))
    assert sharper == pytest.approx(4 * (0.2 + 1 / 200) / (1 + 1 / 100))
    assert false_edge_bound(0, 100, 200, 0.8) == 0
    assert false_edge_bound(10, 100, 200, 0.505, "unimodal") == false_edge_bound(
        10, 100, 200, 0.505
    )
    for threshold, shape, message in ((0.5, "any", "threshold"), (0.8, "unimodal", "up to 0.58")):
        with pytest.raises(ValueError, match=message):
            false_edge_bound(70, 100, 200, threshold, shape)


def test_known_pairs_do_not_count_in_the_bound(table):
    X, _ = table
    found = BootstrapDAG(EqVar(), n_resamples=4).fit(X)
    q = found.adjacency_probability_[np.triu_indices(6, 1)].sum()
    assert found.stability_bound(0.9) == pytest.approx(q**2 / 15 / 0.8)
    known = PriorKnowledge(required=[(0, 1)], forbidden=[(0, 2), (2, 0)])
    found = BootstrapDAG(EqVar(prior_knowledge=known), n_resamples=4).fit(X)
    q = found.adjacency_probability_[np.triu_indices(6, 1)][2:].sum()
    assert found.stability_bound(0.9) == pytest.approx(q**2 / 13 / 0.8)
    with pytest.raises(ValueError, match="resampling='half'"):
        BootstrapDAG(n_resamples=2, resampling="bootstrap").fit(X).stability_bound(0.9)
