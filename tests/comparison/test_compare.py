"""A comparison holds both scales, the baselines, and the truth, and says who refused."""

import numpy as np
import pandas as pd
import pytest

from causal_dag import EmptyDAG, EqVar
from causal_dag.comparison.compare import compare_solvers
from causal_dag.comparison.comparison import BASELINES
from causal_dag.export import to_networkx
from causal_dag.metrics import structural_hamming_distance
from causal_dag.regression import least_squares_weights
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_linear_sem


class RefusesData(EmptyDAG):
    def solve(self, problem):
        raise ValueError("column 'a' is unlucky; drop it")


@pytest.fixture(scope="module")
def data():
    X, sem = make_linear_sem(400, 6, edges_per_node=1.5, random_state=5)
    return pd.DataFrame(X, columns=pd.Index(list("abcdef"))), sem.weights


@pytest.fixture(scope="module")
def comparison(data):
    table, weights = data
    return compare_solvers(table, ["eqvar"], true=weights)


def test_baselines_and_both_scales_are_always_there(comparison):
    rows = {(row.solver, row.scale) for row in comparison.rows}
    assert rows == {
        (solver, scale) for solver in ("eqvar", *BASELINES) for scale in ("raw", "standardized")
    }
    assert (comparison.n_samples, comparison.n_features) == (400, 6)


def test_baselines_come_last(data):
    rows = compare_solvers(data[0], ["random", "eqvar", "empty"], scales=["raw"]).rows
    assert [row.solver for row in rows[:2]] == ["eqvar", "random"]


def test_the_empty_graph_misses_every_edge(comparison, data):
    n_edges = np.count_nonzero(data[1])
    for scale in ("raw", "standardized"):
        empty = comparison.row("empty", scale)
        assert empty.figures.edges == 0
        assert empty.distances.shd == n_edges
        assert empty.distances.tpr == 0


def test_rows_say_the_same_as_a_fit_by_hand(comparison, data):
    table, weights = data
    model = make_solver("eqvar").fit(table)
    row = comparison.row("eqvar")
    assert (row.graph.weights == model.weights_).all()
    assert row.graph.names == tuple("abcdef")
    assert row.figures.score == pytest.approx(model.score(table))
    assert row.distances.shd == structural_hamming_distance(weights, model.weights_)
    assert row.objective == model.objective_
    assert row.status == model.status_
    assert row.seconds > 0


def test_the_truth_is_scored_with_least_squares_weights(comparison, data):
    table, weights = data
    rows = table.to_numpy() - table.to_numpy().mean(axis=0)
    fitted = least_squares_weights(rows.T @ rows / len(rows), weights != 0)
    variance = ((rows - rows @ fitted) ** 2).mean(axis=0)
    log_likelihood = -0.5 * (np.log(2 * np.pi * variance) + 1).sum()
    assert comparison.truth["raw"].score == pytest.approx(log_likelihood)
    assert comparison.truth["raw"].edges == np.count_nonzero(weights)


def test_least_squares_order_search_suffers_from_standardized_columns(comparison):
    raw, standardized = (comparison.row("eqvar", s).distances for s in ("raw", "standardized"))
    assert raw.shd < standardized.shd


def test_a_solver_that_refuses_is_a_row_that_says_why(data):
    comparison = compare_solvers(
        data[0], {"unlucky": RefusesData(), "eqvar": EqVar()}, true=data[1], scales=["raw"]
    )
    row = comparison.row("unlucky")
    assert row.status == "refused"
    assert row.error == "column 'a' is unlucky; drop it"
    assert row.figures is row.distances is row.graph is None
    assert comparison.row("eqvar").error is None


def test_results_do_not_depend_on_the_number_of_processes(data, comparison):
    parallel = compare_solvers(data[0], ["eqvar"], true=data[1], n_jobs=2)
    for one, other in zip(comparison.rows, parallel.rows, strict=True):
        assert (one.graph.weights == other.graph.weights).all()
        assert one.distances == other.distances
        assert one.figures == other.figures


def test_without_a_truth_there_are_no_distances(data):
    comparison = compare_solvers(data[0], ["eqvar"], scales=["raw"], baselines=False)
    (row,) = comparison.rows
    assert row.distances is None
    assert comparison.truth == {}
    assert "shd" not in comparison.to_frame().columns
    assert {"edges", "score", "varsortability", "r2_sortability"} <= set(comparison.to_frame())


def test_records_are_flat_and_complete(comparison):
    frame = comparison.to_frame()
    assert len(frame) == len(comparison.rows)
    assert list(frame)[:3] == ["solver", "scale", "edges"]
    assert {"shd", "sid", "cpdag_distance", "f1", "fdr", "tpr", "seconds", "error"} <= set(frame)


def test_the_truth_is_aligned_by_name(data):
    table, weights = data
    shuffled = table[list("fbdace")]
    truth = to_networkx(weights, names=list("abcdef"))
    by_name = compare_solvers(shuffled, ["eqvar"], true=truth, scales=["raw"], baselines=False)
    in_order = compare_solvers(table, ["eqvar"], true=weights, scales=["raw"], baselines=False)
    assert by_name.rows[0].distances == in_order.rows[0].distances


def test_progress_is_told_after_every_fit(data):
    seen = []
    compare_solvers(
        data[0],
        ["eqvar"],
        scales=["raw"],
        baselines=False,
        progress=lambda row, done, total: seen.append((row.solver, done, total)),
    )
    assert seen == [("eqvar", 1, 1)]


def test_the_caller_s_estimators_and_data_are_not_changed(data):
    table = data[0].copy()
    estimator = make_solver("random", random_state=5)
    compare_solvers(table, {"random": estimator}, baselines=False, random_state=3)
    assert not hasattr(estimator, "weights_")
    assert estimator.random_state == 5
    assert table.equals(data[0])


def test_names_can_be_given_to_data_without(data):
    comparison = compare_solvers(
        data[0].to_numpy(), ["empty"], feature_names=list("uvwxyz"), baselines=False
    )
    assert comparison.rows[0].graph.names == tuple("uvwxyz")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"solvers": ["eqvarr"]}, "unknown solver 'eqvarr'; did you mean 'eqvar'"),
        ({"solvers": [], "baselines": False}, "no solver to compare"),
        ({"scales": ["rank"]}, "scale='rank'"),
        ({"true": np.zeros((3, 3))}, "3 nodes and the data 6 columns"),
        ({"true": to_networkx(np.zeros((6, 6)), names=list("abcdeg"))}, "a node 'g'"),
        ({"true": np.roll(np.eye(6), 1, axis=1)}, "cycle"),
        ({"feature_names": ["a"]}, "1 feature_names for 6 columns"),
    ],
)
def test_what_cannot_be_compared_is_refused(data, change, message):
    with pytest.raises(ValueError, match=message):
        compare_solvers(data[0], **{"solvers": ["eqvar"], **change})


def test_unusable_data_is_refused_before_any_fit():
    with pytest.raises(ValueError, match="column 0 is constant"):
        compare_solvers(np.column_stack([np.ones(9), np.arange(9.0)]), ["eqvar"])


def test_categories_are_compared_by_the_likelihood_of_their_graph_with_linear_relations(data):
    binary = (data[0] > data[0].mean()).astype(float)
    row = compare_solvers(binary, ["topo-bdeu"], baselines=False).row("topo-bdeu", "raw")
    n, d = binary.shape
    n_parameters = row.figures.edges + 2 * d
    expected = -2 * n * row.figures.score + np.log(n) * n_parameters
    assert row.figures.edges > 0
    assert row.bic == pytest.approx(expected)


def test_a_solver_for_mixed_tables_is_linear_on_numbers(data):
    solvers = {name: make_solver(name, penalty=2.0) for name in ("topo-mixed", "topo-bic")}
    compared = compare_solvers(data[0], solvers, baselines=False, scales=["raw"])
    own, linear = compared.row("topo-mixed").figures, compared.row("topo-bic").figures
    assert own.edges == linear.edges
    assert own.score == pytest.approx(linear.score, rel=1e-9)
