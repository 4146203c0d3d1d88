"""Moments of tables that are never in memory as a whole equal those of the whole table."""

import os
import shutil
import signal
import sys
import threading
import time
from fractions import Fraction
from functools import reduce
from operator import mul

import numpy as np
import pandas as pd
import pytest

from causal_dag import Moments
from causal_dag.files.moments_files import read_moments, write_moments

NAMES = list("abcde")


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(6000, 5)) @ np.triu(rng.normal(size=(5, 5)) + np.eye(5))
    rows[:, 0] = 1e8 + rng.normal(size=6000)
    rows[:, 1] = np.sort(rows[:, 1])  # the batches have different means
    return rows


@pytest.fixture
def frame(rows):
    return pd.DataFrame(rows.copy(), columns=NAMES)


@pytest.fixture
def parquet(tmp_path, frame):
    folder = tmp_path / "parts"
    folder.mkdir()
    frame[:2500].to_parquet(folder / "first.parquet", row_group_size=700)
    frame[2500:][NAMES[::-1]].to_parquet(folder / "second.parquet")
    return folder


def assert_those_of(rows, moments, names=tuple(NAMES)):
    assert (moments.n_samples, moments.feature_names) == (len(rows), names)
    np.testing.assert_allclose(moments.mean, rows.mean(axis=0), rtol=1e-10, atol=1e-12)
    scale = rows.std(axis=0)
    covariance = np.cov((rows - rows.mean(axis=0)).T, bias=True)
    tolerance = 1e-10 * np.outer(scale, scale)
    assert (np.abs(moments.covariance - covariance) <= tolerance).all()


@pytest.mark.parametrize("batch_rows", [None, 1, 999, 10**6])
def test_parquet_files_give_the_moments_that_numpy_gives(parquet, rows, batch_rows):
    kept = slice(None) if batch_rows != 1 else slice(2400, 2600)
    if batch_rows == 1:
        for file in parquet.iterdir():
            table = pd.read_parquet(file)
            table[table.index.isin(range(2400, 2600))].to_parquet(file)
    assert_those_of(rows[kept], Moments.from_parquet(parquet, batch_rows=batch_rows))


def test_hidden_files_are_no_parts_of_a_folder(parquet, rows):
    (parquet / ".old").mkdir()
    for name in (".causal-dag-killed.parquet", ".old/first.parquet"):
        shutil.copy(parquet / "first.parquet", parquet / name)
    assert_those_of(rows, Moments.from_parquet(parquet))


def test_columns_of_parquet_files_are_read_in_the_order_asked_for(parquet, rows):
    moments = Moments.from_parquet(str(parquet / "first.parquet"), columns=["d", "b"])
    assert_those_of(rows[:2500, [3, 1]], moments, ("d", "b"))


def test_integers_booleans_and_an_index_in_parquet_are_read_like_a_frame(tmp_path):
    table = pd.DataFrame({"n": [3, 1, 2], "is_new": [True, False, True]}, index=list("xyz"))
    table.to_parquet(tmp_path / "table.parquet")
    expected = table.to_numpy(dtype=float)
    assert_those_of(expected, Moments.from_parquet(tmp_path / "table.parquet"), ("n", "is_new"))


def arrow_batches(frame):
    return pytest.importorskip("pyarrow").Table.from_pandas(frame).to_batches(max_chunksize=777)


def polars_batches(frame):
    return pytest.importorskip("polars").from_dict(dict(frame.items())).iter_slices(1000)


@pytest.mark.parametrize("batches", [arrow_batches, polars_batches])
def test_batches_of_other_libraries_give_the_same_moments(batches, frame, rows):
    assert_those_of(rows, Moments.from_batches(batches(frame)))


def test_partitions_of_dask_give_the_same_moments(frame, rows):
    pytest.importorskip("dask.dataframe")
    import dask
    from dask import array, dataframe

    with dask.config.set(scheduler="synchronous"):
        table = dataframe.from_pandas(frame, npartitions=7)
        assert_those_of(rows, Moments.from_batches(table))
        # A filter leaves partitions without rows.
        kept = table[table["b"] > np.median(rows[:, 1])]
        assert_those_of(rows[rows[:, 1] > np.median(rows[:, 1])], Moments.from_batches(kept))
        chunks = array.from_array(rows, chunks=(1100, 2))
        assert_those_of(rows, Moments.from_batches(chunks), None)
        with pytest.raises(ValueError, match="no batch"):
            Moments.from_batches(table[table["b"] > np.inf])


def test_merging_is_associative_and_independent_of_the_order(rows):
    first, second, third = map(Moments.from_rows, np.split(rows, [10, 3000]))
    assert_those_of(rows, first.merge(second).merge(third), None)
    assert_those_of(rows, third.merge(first.merge(second)), None)


def exact_moments(rows):
    """Return means and covariance of rational numbers, each rounded once."""
    n, columns = len(rows), [[Fraction(value) for value in column] for column in rows.T.tolist()]
    mean = [sum(column) / n for column in columns]
    centered = [[value - m for value in column] for column, m in zip(columns, mean, strict=True)]
    products = [[sum(map(mul, one, other)) / n for other in centered] for one in centered]
    return np.array(mean, dtype=float), np.array(products, dtype=float)


@pytest.mark.parametrize("center", [1e8, 1e12, [1e8, -1e10]])
def test_many_merged_files_keep_the_digits_of_means_far_from_zero(tmp_path, center):
    rows = np.random.default_rng(0).normal(size=(600, 2)) + center
    rows[:, 1] = np.sort(rows[:, 1])  # the parts have different means
    parts = []
    for part, of_part in enumerate(np.split(rows, [1, 3, 50, 130, 260, 300, 500])):
        read = (Moments.from_rows, lambda table: Moments.from_batches([table]))[part % 2]
        write_moments(read(of_part), tmp_path / f"{part}.moments")
        parts.append(read_moments(tmp_path / f"{part}.moments"))
    mean, covariance = exact_moments(rows)
    tolerance = 1e-11 * np.sqrt(np.outer(np.diagonal(covariance), np.diagonal(covariance)))
    for ordered in (parts, parts[::-1], parts[3:] + parts[:3]):
        merged = reduce(Moments.merge, ordered)
        np.testing.assert_array_max_ulp(merged.mean, mean, maxulp=1)
        assert (np.abs(merged.covariance - covariance) <= tolerance).all()


def test_parts_about_different_centers_lose_no_digits():
    low, high = np.random.default_rng(0).normal(size=(2, 300, 2))
    low[:, 0] += 1e8
    high[:, 1] += 1e8
    mean, covariance = exact_moments(np.vstack([low, high]))
    merged = Moments.from_rows(low).merge(Moments.from_rows(high))
    np.testing.assert_allclose(merged.mean, mean, rtol=1e-15)
    np.testing.assert_allclose(merged.covariance, covariance, rtol=1e-14)


@pytest.mark.parametrize("n_first", [1, 256, 290])
@pytest.mark.parametrize("order", [1, -1])
def test_a_batch_whose_first_rows_are_unlike_the_others_loses_no_digits(n_first, order):
    rows = np.random.default_rng(0).normal(size=(300, 2)) * [1e-3, 1.0]
    rows[n_first:] += [1e8, 3.0]
    mean, covariance = exact_moments(rows)
    moments = Moments.from_batches([rows[::order]])
    np.testing.assert_allclose(moments.mean, mean, rtol=1e-14)
    np.testing.assert_allclose(moments.covariance, covariance, rtol=1e-12)


@pytest.mark.parametrize(
    ("value", "problem"), [(np.nan, "missing"), (np.inf, "infinite"), (-np.inf, "infinite")]
)
def test_a_value_that_is_not_finite_is_named_with_its_batch(frame, tmp_path, value, problem):
    frame.loc[1501, "c"] = value
    batches = [frame[:1000], frame[1000:]]
    for found in (batches, map(np.asarray, batches), arrow_batches(frame)):
        with pytest.raises(ValueError, match=f"batch 1: column .*{problem}.*in row"):
            Moments.from_batches(found)
    frame.to_parquet(tmp_path / "gap.parquet")
    with pytest.raises(ValueError, match=rf"gap.parquet, batch from row 1000: .*'c'.*{problem}"):
        Moments.from_parquet(tmp_path / "gap.parquet", batch_rows=1000)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda frame, path: Moments.from_batches(frame), "must hold one table or more; pass"),
        (lambda frame, path: Moments.from_batches(None), "batches=None must hold one table"),
        (lambda frame, path: Moments.from_parquet(None), "path=None must name a Parquet file"),
        (lambda frame, path: Moments.from_parquet(path, columns=[]), "no column to read"),
    ],
)
def test_what_holds_no_batches_is_refused(frame, parquet, read, message):
    with pytest.raises(ValueError, match=message):
        read(frame, parquet)


def test_text_in_a_parquet_file_is_named(frame, tmp_path):
    path = tmp_path / "text.parquet"
    frame.assign(shop=["north"] * len(frame)).to_parquet(path)
    with pytest.raises(ValueError, match=r"text\.parquet, batch from row 0: column 'shop'"):
        Moments.from_parquet(path)
    with pytest.raises(ValueError, match="has no column 'price'"):
        Moments.from_parquet(path, columns=["a", "price"])


def test_what_is_no_parquet_file_is_refused(tmp_path, parquet):
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="is not a Parquet file"):
        Moments.from_parquet(tmp_path / "table.csv")
    with pytest.raises(ValueError, match="no Parquet file"):
        Moments.from_parquet(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="batch_rows=0 must be"):
        Moments.from_parquet(parquet, batch_rows=0)
    with pytest.raises(TypeError, match="'ab' is a single string"):
        Moments.from_parquet(parquet, columns="ab")
    pd.DataFrame({"a": np.empty(0)}).to_parquet(tmp_path / "empty.parquet")
    with pytest.raises(ValueError, match="has no rows"):
        Moments.from_parquet(tmp_path / "empty.parquet")


def test_without_pyarrow_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r"pip install 'causal-dag\[parquet\]'"):
        Moments.from_parquet("table.parquet")


def slow_chunk(i):
    time.sleep(0.3)
    chunk = np.random.default_rng(i).normal(size=(500, 3))
    chunk[:, 0] += 1e8
    return chunk


@pytest.mark.slow
def test_a_killed_worker_of_a_dask_cluster_changes_no_number():
    distributed = pytest.importorskip("distributed")
    from dask import array, delayed

    chunks = [array.from_delayed(delayed(slow_chunk)(i), (500, 3), float) for i in range(20)]
    rows = np.vstack([slow_chunk(i) for i in range(20)])
    local = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**local) as cluster, distributed.Client(cluster) as client:
        workers = set(client.run(os.getpid).values())
        threading.Timer(1.5, os.kill, (min(workers), signal.SIGKILL)).start()
        moments = Moments.from_batches(array.concatenate(chunks))
        assert not workers <= set(client.run(os.getpid).values())
    assert_those_of(rows, moments, None)
