"""The store keeps every run once, knows what is left to do, and says where each run took place."""

import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from causal_dag.benchmarks.plan import Limits
from causal_dag.benchmarks.store import database
from causal_dag.benchmarks.store.database import only_runner
from causal_dag.benchmarks.store.outcome import Status
from causal_dag.benchmarks.store.records import COLUMNS, write_records
from causal_dag.benchmarks.store.store import Store


def test_what_is_recorded_is_read_again(store, cells, make_run):
    found = store.run(cells[1].key[:12])
    assert found == make_run(cells[1], shd=1)


def test_cells_without_a_run_are_left_to_do(store, cells, limits):
    assert store.unsettled(cells, limits) == cells[3:]
    assert store.unsettled([*cells, *cells], limits) == cells[3:]


def test_a_second_record_of_a_cell_replaces_the_first(store, cells, make_run):
    store.record(make_run(cells[0], shd=9))
    records = store.records("mine")
    assert len(records) == 3
    assert records.loc[records.key == cells[0].key, "shd"].tolist() == [9]


@pytest.mark.parametrize(
    ("status", "wanted_limits", "is_left"),
    [
        (Status.FAILED, Limits(10, 500), False),
        (Status.TIME_LIMIT, Limits(10, 500), False),
        (Status.TIME_LIMIT, Limits(10, 900), False),
        (Status.TIME_LIMIT, Limits(11, 500), True),
        (Status.MEMORY_LIMIT, Limits(11, 500), False),
        (Status.MEMORY_LIMIT, Limits(10, 501), True),
        (Status.CRASHED, Limits(10, 500), True),
        (Status.MISSING, Limits(10, 500), True),
    ],
)
def test_a_run_is_done_again_where_it_could_end_otherwise(
    store, cells, make_run, status, wanted_limits, is_left
):
    store.record(make_run(cells[0], status))
    left = store.unsettled(cells[:1], wanted_limits)
    assert bool(left) == is_left
    assert store.unsettled(cells[:1], wanted_limits, retry=True) == cells[:1]


def test_labels_and_limits_do_not_make_another_run(cells):
    cell = cells[0]
    renamed = replace(
        cell,
        data=replace(cell.data, label="other"),
        method=replace(cell.method, label="other", is_baseline=True),
    )
    assert renamed.key == cell.key
    assert replace(cell, method=replace(cell.method, version="2.0")).key != cell.key
    assert replace(cell, method=replace(cell.method, parameters={})).key != cell.key


def test_a_suite_sees_the_runs_of_another_under_its_own_labels(store, cells):
    cell = replace(cells[0], method=replace(cells[0].method, label="the same"))
    store.plan("other", "", "", [cell])
    assert store.records("other").solver.tolist() == ["the same"]
    assert len(store.records()) == 4
    assert store.suites() == {"mine": "a suite", "other": ""}


def test_planning_again_forgets_cells_but_no_runs(store, cells):
    store.plan("mine", "smaller", "", cells[:1])
    assert len(store.records("mine")) == 1
    store.plan("mine", "as before", "", cells)
    assert len(store.records("mine")) == 3


def test_records_have_the_promised_columns(store):
    records = store.records()
    assert tuple(records.columns) == COLUMNS
    row = records.iloc[2]
    assert (row.suite, row.solver, row.seed, row.shd, row.status) == (
        *("mine", "CoLiDE, λ = .1", 2, 2.0, "done"),
    )
    assert json.loads(row.parameters) == {"lambda1": 0.1}
    assert json.loads(row.packages) == {"numpy": "2.0"}


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_exports_hold_what_the_records_hold(store, tmp_path, ending):
    import pandas as pd

    records = store.records()
    path = tmp_path / f"runs.{ending}"
    write_records(records, path)
    read = getattr(pd, f"read_{ending}")(path)
    assert read.key.tolist() == records.key.tolist()
    assert read.shd.tolist() == records.shd.tolist()


@pytest.mark.parametrize("create", [False, True])
def test_a_store_in_memory_would_keep_nothing(create):
    with pytest.raises(ValueError, match=":memory: keeps nothing; name a file"):
        Store.open(Path(":memory:"), create=create)


def test_texts_that_no_file_can_hold_are_kept_and_exported(store, cells, make_run, tmp_path):
    run = make_run(cells[0])
    cell = replace(cells[0], data=replace(cells[0].data, settings={"table": "/tmp/caf\udce9.csv"}))
    outcome = replace(run.outcome, message="caf\udce9", measures={"solver_status": "\ud800\n"})
    environment = {**run.environment, "platform": "\udcff"}
    store.plan("mine", "", "", [cell])
    store.record(replace(run, cell=cell, outcome=outcome, environment=environment))
    (row,) = store.records("mine").itertuples()
    assert (row.message, row.solver_status, row.platform) == (r"caf\udce9", r"\ud800", r"\udcff")
    assert json.loads(row.data_settings) == cell.data.settings
    assert store.run(cell.key).cell == cell
    write_records(store.records("mine"), tmp_path / "runs.csv")


def test_unknown_names_are_errors_that_say_what_there_is(store):
    with pytest.raises(ValueError, match="has no suite 'yours'; it has: mine"):
        store.records("yours")
    with pytest.raises(ValueError, match="no run whose key begins with 'zz'"):
        store.run("zz")
    with pytest.raises(ValueError, match="no run whose key begins with ''"):
        store.run("")
    with pytest.raises(FileNotFoundError):
        Store.open(store.path.with_name("nothing.sqlite"))


def test_only_one_runner_at_a_time_and_readers_always(store, path):
    with only_runner(path):
        with (
            pytest.raises(ValueError, match="another 'causal-dag bench run' is"),
            only_runner(path),
        ):
            pass
        with Store.open(path) as reader:
            assert len(reader.records()) == 3
    with only_runner(path):
        pass


def test_a_store_has_one_lock_by_whatever_name(store, path):
    link = path.with_name("link.sqlite")
    link.symlink_to(path)
    with only_runner(path), pytest.raises(ValueError, match="another"), only_runner(link):
        pass


def test_a_lock_that_is_no_lock_is_an_error_that_names_it(path):
    path.with_name(path.name + ".lock").write_text("something else" * 100)
    with pytest.raises(ValueError, match=r"runs\.sqlite\.lock cannot be used"), only_runner(path):
        pass


def test_commits_are_on_the_disk_before_they_return(store):
    connection = store._connection
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_an_older_store_is_migrated_and_keeps_its_runs(store, path, monkeypatch):
    store.close()
    addition = ("ALTER TABLE runs ADD COLUMN remark TEXT",)
    monkeypatch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, addition))
    with pytest.raises(ValueError, match="it has version 1 of 2"):
        Store.open(path)
    with Store.open(path, create=True) as migrated:
        assert len(migrated.records()) == 3
        version = migrated._connection.execute("PRAGMA user_version").fetchone()
    assert version == (len(database.MIGRATIONS),)
    monkeypatch.undo()
    with pytest.raises(ValueError, match=r"knows versions up to \d+; upgrade causal-dag"):
        Store.open(path)


def test_reading_changes_nothing(store, path, monkeypatch):
    store._connection.execute("PRAGMA journal_mode = DELETE")
    store.close()
    before = path.read_bytes()
    for may_write in (True, False):  # root may write anywhere, so permissions cannot show it
        monkeypatch.setattr(os, "access", lambda *_, may_write=may_write: may_write)
        with Store.open(path) as reader:
            assert len(reader.records()) == 3
            with pytest.raises(ValueError, match="readonly database"):
                reader.plan("other", "", "", [])
    assert path.read_bytes() == before


def test_a_migration_that_fails_changes_nothing(store, path, monkeypatch):
    store.close()
    before = sqlite3.connect(path)
    tables = before.execute("SELECT * FROM sqlite_master").fetchall()
    broken = ("CREATE TABLE more (x)", "nonsense")
    monkeypatch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, broken))
    with pytest.raises(ValueError, match="syntax error"):
        Store.open(path, create=True)
    assert before.execute("SELECT * FROM sqlite_master").fetchall() == tables
    before.close()
