"""A fit to distinct rows and their counts is the fit to all rows, however they come in batches."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from causal_dag import TOPO, ExactDAG, FixedDAG, distinct_rows
from causal_dag import row_counts as module
from causal_dag.synthetic import make_discrete_network


@pytest.fixture(scope="module")
def table():
    """Texts, an ordered categorical, booleans, whole numbers."""
    X, _ = make_discrete_network(2000, 6, edges_per_node=1, n_levels=(2, 4), random_state=0)
    frame = X.astype(str)
    frame["x1"] = X["x1"].astype(pd.CategoricalDtype(["c", "a", "b", "d"], ordered=True))
    frame["x2"] = X["x2"] == "a"
    frame["x3"] = X["x3"].cat.codes.astype(int)
    return frame


def batches_of(table, *sizes):
    ends = np.cumsum([0, *sizes, len(table)]).clip(max=len(table))
    return [table[first:end] for first, end in pairwise(ends)]


def as_texts(frame):
    return [tuple(map(str, row)) for row in frame.itertuples(index=False)]


@pytest.mark.parametrize("rows_together", [1, 50, 10**9])
def test_every_row_is_counted_once_for_batches_of_any_size(table, rows_together, monkeypatch):
    monkeypatch.setattr(module, "ROWS_TOGETHER", rows_together)
    expected = pd.Series(as_texts(table)).value_counts().to_dict()
    for sizes in [(), (1,), (700, 0, 3, 900), (100,) * 19]:
        batches = batches_of(table, *sizes)
        batches[1:] = [batch[table.columns[::-1]] for batch in batches[1:]]
        frame, counts = distinct_rows(iter(batches))
        assert dict(zip(as_texts(frame), counts.tolist(), strict=True)) == expected
        assert frame.dtypes.equals(table.dtypes)


def test_tables_of_all_libraries_and_weights_are_counted(table):
    plain = table.astype(str)
    expected = distinct_rows([plain])
    record_batches = pa.Table.from_pandas(plain).to_batches(max_chunksize=300)
    for batches in (record_batches, [pl.from_pandas(plain)], [plain.to_numpy()]):
        frame, counts = distinct_rows(batches)
        assert as_texts(frame) == as_texts(expected[0])
        np.testing.assert_array_equal(counts, expected[1])
    halves = batches_of(expected[0], 7)
    counts = np.append(expected[1][:-1], 0)
    frame, found = distinct_rows(halves, sample_weight=[counts[:7], counts[7:]])
    assert as_texts(frame) == as_texts(expected[0][:-1])
    np.testing.assert_array_equal(found, counts[:-1])


def test_missing_cells_count_as_equal_and_columns_need_no_names():
    rows = [["a", None], ["a", np.nan], ["b", "a"], ["a", None]]
    frame, counts = distinct_rows([rows[:1], rows[1:]])
    assert frame.columns.tolist() == [0, 1]
    assert (frame.isna().to_numpy() == [[False, True], [False, False]]).all()
    assert counts.tolist() == [3, 1]


SOLVERS = [
    TOPO(criterion="bdeu"),
    TOPO(criterion="categorical-bic", n_restarts=0),
    TOPO(criterion="k2", n_restarts=2, max_iter=2),
    TOPO(criterion="fnml"),
    TOPO(criterion="bdeu", missing="drop"),
    ExactDAG(criterion="bdeu"),
    FixedDAG(np.eye(6, k=1), solver="topo-bdeu"),
]


@pytest.mark.parametrize("solver", SOLVERS, ids=str)
def test_the_fit_to_distinct_rows_is_that_to_all_rows(table, solver):
    frame, counts = distinct_rows(batches_of(table, 5, 0, 1200))
    assert len(frame) < len(table) / 3
    expected = solver.fit(table)
    weights, equations, objective = expected.weights_, expected._equations_, expected.objective_
    model = solver.fit(frame, sample_weight=counts)
    np.testing.assert_array_equal(model.weights_, weights)
    assert model.objective_ == objective
    assert (model.weights_ != 0).any()
    assert model.moments_.n_samples == len(table)
    np.testing.assert_array_equal(
        model._equations_.probabilities(np.zeros((1, 6))), equations.probabilities(np.zeros((1, 6)))
    )


def test_rows_with_missing_cells_are_left_out_as_often_as_they_occur(table):
    gappy = table.mask(np.arange(table.size).reshape(table.shape) % 17 == 3)
    frame, counts = distinct_rows([gappy])
    expected = TOPO(criterion="bdeu", missing="drop").fit(gappy)
    model = TOPO(criterion="bdeu", missing="drop").fit(frame, sample_weight=counts)
    np.testing.assert_array_equal(model.weights_, expected.weights_)
    assert model.objective_ == expected.objective_
    found, cells = model.missing_cells_, expected.missing_cells_
    assert found.sentence == cells.sentence
    np.testing.assert_array_equal(found.pair_counts, cells.pair_counts)
    assert (found.n_rows_used, found.n_samples) == (cells.n_rows_used, cells.n_samples)
    model.fit(frame, sample_weight=counts * 10**9)


def test_counts_beyond_memory_are_fitted(table):
    frame, counts = distinct_rows([table])
    model = TOPO(criterion="bdeu").fit(frame, sample_weight=counts * 10**9)
    assert model.moments_.n_samples == 2000 * 10**9


def test_many_levels_are_few_for_the_rows_that_they_stand_for():
    frame = pd.DataFrame({"a": np.arange(30).astype(str), "b": ["x", "y"] * 15})
    with pytest.raises(ValueError, match="has 30 different values in 60 rows"):
        TOPO(criterion="bdeu").fit(frame, sample_weight=np.full(30, 2))
    TOPO(criterion="bdeu").fit(frame, sample_weight=np.full(30, 5))


def test_what_cannot_be_counted_is_refused(table):
    measured = pd.DataFrame({"id": np.arange(100), "kind": ["a", "b"] * 50})
    message = "column 'id' has 90 distinct values: leave out identifiers"
    with pytest.raises(ValueError, match=f"90 distinct rows among 90, and at most 80.*{message}"):
        distinct_rows([measured[:90]], most_rows=80)
    assert len(distinct_rows([measured], most_rows=100)[0]) == 100
    with pytest.raises(ValueError, match="batch 1: it has the columns 'id'"):
        distinct_rows([measured, measured[["id"]]])
    other = table.assign(x1=table["x1"].cat.set_categories(["a", "b", "c", "d"]))
    with pytest.raises(ValueError, match="batch 1: column 'x1' has other ordered categories"):
        distinct_rows([table, other])
    for batches in ([], [table[:0]]):
        with pytest.raises(ValueError, match="received no row"):
            distinct_rows(batches)
    with pytest.raises(ValueError, match="batch 0: cells must be numbers, texts or other labels"):
        distinct_rows([[[{"a": 1}, "b"]]])
    for single in (table, "answers.parquet", Path("answers.parquet")):
        with pytest.raises(ValueError, match="pass \\[X\\]"):
            distinct_rows(single)
    for most in (0, -1, 1.5, "2", True):
        with pytest.raises(ValueError, match=r"^most_rows=.* must be an integer >= 1"):
            distinct_rows([table], most_rows=most)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([[0, 0], [0, 0]], "all weights are zero"),
        ([[2**53, 0], [0, 2]], "numbers of rows are exact up to"),
        ([[1, "x"], [1, 1]], "batch 0: sample_weight: 'x' in row 1; weights must be one number"),
        ([[1, 1], [1, -2]], "batch 1: sample_weight: the weight -2 of row 1 is not a whole number"),
        (3, "sample_weight=3 must hold one array per batch"),
    ],
)
def test_weights_that_are_no_counts_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        distinct_rows([[["a"], ["b"]]] * 2, sample_weight=weights)
