"""A run, and the key that says what determines it."""

import json
from dataclasses import replace

import pytest

from causal_dag.benchmarks.plan.cell import Cell, Method
from causal_dag.benchmarks.plan.data_source import DataSource

CELL = Cell(
    DataSource("er2", "linear", {"edges_per_node": 2.0}, "raw", 100, 10),
    Method("CoLiDE", "colide-ev", {"lambda1": 0.1}, version="1.0"),
    seed=3,
)


def test_a_cell_survives_json():
    assert Cell.from_document(json.loads(json.dumps(CELL.document()))) == CELL


@pytest.mark.parametrize(
    "other",
    [
        replace(CELL, data=replace(CELL.data, label="another")),
        replace(CELL, method=replace(CELL.method, label="another")),
        replace(CELL, method=replace(CELL.method, is_baseline=True)),
    ],
)
def test_what_reports_call_things_is_not_in_the_key(other):
    assert other.key == CELL.key


@pytest.mark.parametrize(
    "other",
    [
        replace(CELL, seed=4),
        replace(CELL, data=replace(CELL.data, settings={"edges_per_node": 1.0})),
        replace(CELL, data=replace(CELL.data, scale="iscm")),
        replace(CELL, data=replace(CELL.data, n_samples=101)),
        replace(CELL, data=replace(CELL.data, n_features=11)),
        replace(CELL, method=replace(CELL.method, name="colide-nv")),
        replace(CELL, method=replace(CELL.method, parameters={})),
        replace(CELL, method=replace(CELL.method, origin="peer")),
        replace(CELL, method=replace(CELL.method, version="1.1")),
    ],
)
def test_all_that_determines_the_result_is_in_the_key(other):
    assert other.key != CELL.key
    assert len(other.key) == 64


def test_real_columns_are_not_standardized_inside_their_generation():
    with pytest.raises(ValueError, match="real columns can be 'raw' or 'standardized'"):
        DataSource("sachs", "sachs", scale="iscm")


def test_standardized_rows_are_the_raw_ones_in_other_units():
    raw, _ = CELL.data.draw(3)
    standardized, _ = replace(CELL.data, scale="standardized").draw(3)
    expected = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    assert standardized == pytest.approx(expected)
