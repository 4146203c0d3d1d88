"""A broken or hostile file is refused in one line, and nothing in it is run."""

import contextlib
import json
import random
import sqlite3
import sys

import pytest

from causal_dag.benchmarks.store.store import Store

N_DAMAGED = 300


def read_everything(path):
    """Do all that a report or a run asks of a store."""
    with Store.open(path) as store:
        for suite in [None, *store.suites()]:
            records = store.records(suite)
            for key in records.key:
                store.run(key)


def refusal_of(path):
    """Return the message of the error that reading a store ends with, or None."""
    try:
        read_everything(path)
    except ValueError as error:
        return str(error)
    return None


@pytest.fixture
def image(store, path):
    """The bytes of a store, without a write-ahead log."""
    store._connection.execute("PRAGMA journal_mode = DELETE")
    store.close()
    return path.read_bytes()


def damaged(image, generator):
    """Return the image with bytes changed, cut off, repeated or exchanged."""
    content = bytearray(image)
    deed = generator.randrange(5)
    start = generator.randrange(len(content))
    length = generator.choice([1, 4, 16, 256, 4096])
    if deed == 0:
        content[start : start + length] = generator.randbytes(length)
    elif deed == 1:
        del content[start:]
    elif deed == 2:
        content[start:start] = content[:length]
    elif deed == 3:
        for _ in range(length):
            content[generator.randrange(len(content))] ^= 1 << generator.randrange(8)
    else:
        text = generator.choice([b"done", b'"shd"', b'"seed"', b"linear", b"mine", b"TEXT", b"{"])
        with_what = generator.choice([b"\xff", b"[[[[", b"null", b'"NaN"', b"1e999", b"None", b""])
        content = content.replace(text, (with_what + text)[: len(text)])
    return bytes(content)


def test_hundreds_of_damaged_stores_are_read_or_refused_in_one_line(image, tmp_path):
    generator = random.Random(20)
    n_refused = 0
    for number in range(N_DAMAGED):
        path = tmp_path / f"{number % 2}.sqlite"
        for leftover in tmp_path.glob(f"{path.name}*"):
            leftover.unlink()
        path.write_bytes(damaged(image, generator))
        refusal = refusal_of(path)
        assert refusal is None or ("\n" not in refusal and str(path) in refusal)
        n_refused += refusal is not None
    assert n_refused > N_DAMAGED / 4


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"SQLite format 3\x00", b"\x80\x04\x95pickle", b"seeds = 3\n" * 500]
)
def test_other_files_are_no_stores(tmp_path, content):
    path = tmp_path / "other.sqlite"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="cannot be used as a store"):
        read_everything(path)


def test_a_database_of_another_program_is_left_alone(tmp_path):
    path = tmp_path / "other.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE addresses (name)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ValueError, match="not a store of causal-dag"):
        Store.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "trap",
    [
        "CREATE TRIGGER trap AFTER INSERT ON runs BEGIN DELETE FROM runs; END",
        "CREATE VIEW endless AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
        "SELECT x FROM c",
        "CREATE INDEX more ON runs (status)",
    ],
)
def test_a_store_with_code_of_its_own_is_refused(store, path, trap):
    store._connection.execute(trap)
    with pytest.raises(ValueError, match="not a store of causal-dag"):
        Store.open(path)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("measures", "[1, 2]"),
        ("measures", '{"shd": "__import__(\'os\')"}'),
        ("measures", "[" * 100_000),
        ("status", "splendid"),
        ("measures", '{"shd": 1' + "0" * 400 + "}"),
        ("measures", '{"shd": 1e999}'),
        ("measures", '{"shd": NaN}'),
        ("wall_seconds", 9e999),
        ("cell", "{}"),
        ("cell", {"seed": 10**400}),
        ("cell", {"seed": 10**5000}),
        ("cell", {"seed": 2**63}),
        ("cell", {"data": {"n_samples": 10**400}}),
        ("cell", {"data": {"label": "caf\udce9"}}),
        ("cell", json.dumps({"data": {"kind": "linear"}, "method": [], "seed": "x"})),
    ],
)
def test_a_run_that_nobody_can_have_written_is_refused(store, path, cells, column, value):
    if isinstance(value, dict):
        value = changed(cells[0].document(), value)
    for table in ("cells", "runs") if column == "cell" else ("runs",):
        store._connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
    with pytest.raises(ValueError, match="a run cannot be read") as caught:
        store.records()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 700
    with contextlib.suppress(ValueError):  # one run alone may be of use
        store.run(cells[0].key)


def changed(document, changes):
    """Return a document, as the JSON text in a store, with some of its values replaced."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        for key, value in changes.items():
            document[key] = document[key] | value if isinstance(value, dict) else value
        return json.dumps(document)
    finally:
        sys.set_int_max_str_digits(limit)
