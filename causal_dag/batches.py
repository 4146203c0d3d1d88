"""Batches of rows of a table that is larger than memory: Arrow, Parquet and Dask."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.tables.data_frames import labels_of_columns
from causal_dag.tables.rows import finite_rows
from causal_dag.wording import listed, quoted

# Cells that are multiplied at once: 1 MB stays in a cache.
CELLS_PER_BLOCK = 2**17
FEWEST_ROWS_PER_BLOCK = 256
# Blocks whose products are summed about one origin.
BLOCKS_PER_ORIGIN = 32
# Largest squared mean, in variances, with which 0 is taken for the origin.
NEAR = 10.0
# Cells of a batch that is read from a file, where the caller names no number of rows: 16 MB.
CELLS_PER_BATCH = 2**21
PARQUET_ENDINGS = (".parquet", ".pq")


class RunningMoments:
    """Number of rows, mean and covariance (divided by n) of all rows that were added.

    Rows are squared in blocks about an origin near the means of the first rows, and the results are
    merged by the formula of Chan, Golub and LeVeque (1983). The mean is the sum of an origin (that
    of the first rows) and an offset from it: rounded to one number, a mean of 1e8 would cost half
    of the digits where the means of blocks differ.

    Parameters
    ----------
    n_features : int
        Number of columns d.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.batches import RunningMoments
    >>> running = RunningMoments(1)
    >>> running.add(np.array([[1e8], [1e8 + 2]]))
    >>> running.mean.item() - 1e8, running.covariance.item()
    (1.0, 1.0)
    """

    def __init__(self, n_features: int) -> None:
        self.n_samples = 0
        self.origin = np.zeros(n_features)
        self.offset = np.zeros(n_features)
        self.scatter = np.zeros((n_features, n_features))

    @property
    def mean(self) -> FloatArray:
        """Means of the columns, shape (d,)."""
        return self.origin + self.offset

    @property
    def covariance(self) -> FloatArray:
        """Covariance of the columns, shape (d, d)."""
        return self.scatter / self.n_samples

    def add(self, rows: FloatArray, weights: IntArray | None = None) -> None:
        """Add rows, shape (n, d); one that is not finite makes its columns' moments not finite.

        Parameters
        ----------
        rows : ndarray of shape (n, d)
            What to add.
        weights : ndarray of int, shape (n,), optional
            How often each row occurs; default once.
        """
        size = max(CELLS_PER_BLOCK // rows.shape[1], FEWEST_ROWS_PER_BLOCK)
        with np.errstate(over="ignore", invalid="ignore"):
            if weights is not None:
                for first in range(0, len(rows), size):
                    block = slice(first, first + size)
                    self._add_weighted(rows[block], weights[block])
                return
            for first in range(0, len(rows), BLOCKS_PER_ORIGIN * size):
                self._add_blocks(rows[first : first + BLOCKS_PER_ORIGIN * size], size)

    def _add_blocks(self, rows: FloatArray, size: int) -> None:
        """Add blocks of ``size`` rows that are squared about one origin.

        The mean is subtracted after squaring. That costs few digits: the squared difference between
        the mean and the origin is at most a multiple of the variance, namely the number of rows per
        row from which the origin is taken.
        """
        (n, d), origin = rows.shape, _origin(rows[:FEWEST_ROWS_PER_BLOCK])
        buffer = np.empty((min(size, n), d), order="C" if rows.flags.c_contiguous else "F")
        ones, total, product = np.ones(len(buffer)), np.zeros(d), np.zeros((d, d))
        for first in range(0, n, size):
            block = rows[first : first + size]
            if origin is not None:
                block = np.subtract(block, origin, out=buffer[: len(block)])
            product += block.T @ block
            total += ones[: len(block)] @ block
        self._add_product(n, np.zeros(d) if origin is None else origin, total, product)

    def _add_weighted(self, rows: FloatArray, weights: IntArray) -> None:
        n = int(weights.sum())
        origin = weights @ rows / max(n, 1)
        centered = rows - origin
        scaled = np.sqrt(weights)[:, None] * centered
        self._add_product(n, origin, weights @ centered, scaled.T @ scaled)

    def _add_product(
        self, n: int, origin: FloatArray, total: FloatArray, product: FloatArray
    ) -> None:
        """Add rows whose differences from an origin have these sums, and sums of products."""
        offset = total / max(n, 1)
        product -= np.outer(total, offset)
        np.fill_diagonal(product, np.maximum(np.diagonal(product), 0.0))
        self._add(n, origin, offset, product)

    def merge(self, other: "RunningMoments") -> "RunningMoments":
        """Add the rows that were added to another one, and return this one."""
        with np.errstate(over="ignore", invalid="ignore"):
            self._add(other.n_samples, other.origin, other.offset, other.scatter)
        return self

    def _add(self, n: int, origin: FloatArray, offset: FloatArray, scatter: FloatArray) -> None:
        if self.n_samples == 0:
            self.origin = origin
        # Numbers within a factor of two are subtracted without a rounding error.
        shift = (origin - self.origin) + (offset - self.offset)
        total = max(self.n_samples + n, 1)
        self.scatter += scatter
        self.scatter += np.outer((self.n_samples * (n / total)) * shift, shift)
        self.offset = self.offset + (n / total) * shift
        self.n_samples += n


def _origin(rows: FloatArray) -> FloatArray | None:
    """Return a number near the mean of every column, None if 0 is: then no copy is needed."""
    mean = rows.mean(axis=0)
    return None if (mean**2 <= NEAR * rows.var(axis=0)).all() else mean


def rounded_sum(large: FloatArray, small: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the sum of two numbers, and what rounding took from it (Dekker 1971).

    Examples
    --------
    >>> from causal_dag.batches import rounded_sum
    >>> rounded_sum(1e8, 1e-9)
    (100000000.0, 1e-09)
    """
    total = large + small
    return total, small - (total - large)


def rows_of_batch(batch: Any) -> FloatArray:
    """Return a batch as rows of float64, shape (n, d), without a check where one is not needed.

    An array of float64, and Arrow columns of numbers without gaps, are returned unchecked: values
    that are not finite are found in their moments. Any other table is read by ``finite_rows``.

    Examples
    --------
    >>> from causal_dag.batches import rows_of_batch
    >>> rows_of_batch([[1, 2]])
    array([[1., 2.]])
    """
    if isinstance(batch, np.ndarray) and type(batch) is np.ndarray:
        is_plain = batch.dtype == np.float64 and batch.ndim == 2 and batch.size
        return batch if is_plain else finite_rows(batch)
    if hasattr(batch, "schema") and hasattr(batch, "itercolumns") and batch.num_rows:
        kinds = [np.dtype(kind).kind for kind in map(_numpy_type, batch.schema.types)]
        has_gap = any(column.null_count for column in batch.itercolumns())
        if set(kinds) <= set("iuf") and not has_gap:
            columns = np.empty((batch.num_columns, batch.num_rows))
            for values, column in zip(columns, batch.itercolumns(), strict=True):
                values[:] = np.asarray(column)
            return columns.T
    return finite_rows(batch)


def with_weights(
    batches: Iterable[Any], sample_weight: Iterable[Any] | None
) -> Iterator[tuple[Any, Any]]:
    """Yield each batch with the weights of its rows; None where there are none.

    Raises
    ------
    ValueError
        If these are not batches but a single table, or there are more batches than arrays of
        weights, or fewer.

    Examples
    --------
    >>> from causal_dag.batches import with_weights
    >>> list(with_weights(["north", "south"], [[1, 2], [3]]))
    [('north', [1, 2]), ('south', [3])]
    """
    is_one = isinstance(batches, str | os.PathLike) or not np.iterable(batches)
    if is_one or labels_of_columns(batches) is not None:
        raise ValueError(f"batches={quoted(batches)} must hold one table or more; pass [X]")
    if sample_weight is not None and not np.iterable(sample_weight):
        raise ValueError(f"sample_weight={quoted(sample_weight)} must hold one array per batch")
    weights = repeat(None) if sample_weight is None else iter(sample_weight)
    missing = object()
    for batch in batches:
        of_batch = next(weights, missing)
        if of_batch is missing:
            raise ValueError("sample_weight ended before the batches; pass one array per batch")
        yield batch, of_batch
    if sample_weight is not None and next(weights, missing) is not missing:
        raise ValueError("sample_weight has more entries than batches; pass one array per batch")


def parquet_batches(
    path: Any,
    columns: Sequence[str] | None = None,
    batch_rows: int | None = None,
    sample_weight: str | None = None,
) -> Iterator[tuple[str, int, Any, Any]]:
    """Yield the batches of Parquet files, each with its file, its first row there, and weights.

    Only pages of the columns are read ahead, so that the size of the row groups does not matter.

    Parameters
    ----------
    path : path or sequence of paths
        Files, or folders whose files ``*.parquet`` and ``*.pq`` are read in the order of their
        names, those of subfolders too, but no hidden ones.
    columns : sequence of str, optional
        Columns to read, in this order; default all but the index that pandas has written.
    batch_rows : int, optional
        Most rows per batch; default as many as take 16 MB.
    sample_weight : str, optional
        Column of the weights, which the batches then leave out; without it the weights are None.

    Raises
    ------
    ImportError
        If pyarrow is not installed.
    ValueError
        If there is no such file, it is not Parquet, or it lacks a column.
    """
    is_number = isinstance(batch_rows, Integral) and not isinstance(batch_rows, bool)
    if batch_rows is not None and not (is_number and batch_rows >= 1):
        raise ValueError(f"batch_rows={quoted(batch_rows)} must be an integer >= 1, or None")
    try:
        from pyarrow import ArrowInvalid
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise ImportError(
            "reading Parquet files needs pyarrow; install it: pip install 'causal-dag[parquet]'"
        ) from None
    for file in _parquet_files(path):
        try:
            # With a buffer and without prefetching, a column is read page by page.
            reader = ParquetFile(file, buffer_size=2**18, pre_buffer=False)
        except ArrowInvalid as error:
            raise ValueError(
                f"{file} is not a Parquet file ({error}); pandas.DataFrame.to_parquet writes one"
            ) from None
        with reader:
            of_weights = [] if sample_weight is None else [sample_weight]
            names = _columns_to_read(reader.schema_arrow, columns, file, of_weights)
            size = batch_rows or max(CELLS_PER_BATCH // len(names), FEWEST_ROWS_PER_BLOCK)
            first = 0
            for batch in reader.iter_batches(size, columns=names + of_weights):
                weights = np.asarray(batch.column(sample_weight)) if of_weights else None
                if batch.num_rows:
                    yield file, first, batch.select(names), weights
                first += batch.num_rows


def reduced_partitions(
    X: Any, moments_of: Callable[[Any], Any], merge: Callable[[Any, Any], Any]
) -> Any:
    """Return the merged moments of the partitions of a Dask array or frame.

    Each partition is reduced where it lies, and the results are merged as a tree, by the scheduler
    that Dask uses: the cluster of the current ``distributed.Client`` if there is one.

    Parameters
    ----------
    X : dask array or data frame
        The table.
    moments_of, merge : callable
        Moments of a partition, None if it has no row; those of two results, which may be None.
    """
    from dask.delayed import delayed

    # A row of an array must not be spread over several chunks.
    whole_rows = X if hasattr(X, "columns") else X.rechunk({1: -1})
    parts = np.ravel(whole_rows.to_delayed())
    level = [delayed(moments_of)(part) for part in parts]
    while len(level) > 1:
        merged = [delayed(merge)(*pair) for pair in zip(level[::2], level[1::2], strict=False)]
        level = merged + level[2 * len(merged) :]
    return level[0].compute()


def is_dask(X: Any) -> bool:
    """Return whether a table is an array or a data frame of Dask.

    Examples
    --------
    >>> from causal_dag.batches import is_dask
    >>> is_dask([[1.0]])
    False
    """
    return hasattr(X, "__dask_graph__") and hasattr(X, "to_delayed")


def _numpy_type(kind: Any) -> Any:
    try:
        return kind.to_pandas_dtype()
    except NotImplementedError:
        return object


def _parquet_files(path: Any) -> list[str]:
    if not isinstance(path, os.PathLike) and not np.iterable(path):
        raise ValueError(f"path={quoted(path)} must name a Parquet file, or a folder of files")
    paths = [path] if isinstance(path, str | os.PathLike) else list(path)
    files: list[str] = []
    for given in map(Path, paths):
        found = [given]
        if given.is_dir():
            found = sorted(p for p in given.rglob("*") if _is_part(p.relative_to(given)))
        if not found or not found[0].is_file():
            raise ValueError(f"{given}: there is no Parquet file; name a file or a folder of files")
        files += map(str, found)
    if not files:
        raise ValueError("from_parquet received no file; name one")
    return files


def _is_part(path: Path) -> bool:
    """Whether a file of a folder is Parquet and not hidden, as what a killed process leaves is."""
    is_hidden = any(part.startswith(".") for part in path.parts)
    return path.suffix.lower() in PARQUET_ENDINGS and not is_hidden


def _columns_to_read(
    schema: Any, columns: Sequence[str] | None, file: str, of_weights: list[str]
) -> list[str]:
    if isinstance(columns, str):
        raise TypeError(f"columns: {quoted(columns)} is a single string; write a list of names")
    lacking = [name for name in [*(columns or ()), *of_weights] if name not in schema.names]
    if lacking:
        raise ValueError(f"{file} has no column {listed(lacking)}; it has {listed(schema.names)}")
    if set(of_weights) & set(columns or ()):
        raise ValueError(
            f"columns: {listed(of_weights)} holds the weights of rows and is no variable; omit it"
        )
    left_out = [*(schema.pandas_metadata or {}).get("index_columns", []), *of_weights]
    all_names = [name for name in schema.names if name not in left_out]
    names = all_names if columns is None else list(columns)
    if not names:
        raise ValueError(f"{file}: no column to read; name a table of numbers, and columns of it")
    return names
