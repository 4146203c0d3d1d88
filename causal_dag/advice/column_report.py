"""What the columns of a table hold, one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.tables.columns import column_names, written_names
from causal_dag.tables.data_frames import as_pandas_frame, labels_of_columns
from causal_dag.tables.numeric_columns import numbers_in
from causal_dag.tables.rows import refuse_what_is_no_table

if TYPE_CHECKING:
    import pandas as pd

from dataclasses import replace

from causal_dag.advice.multiple_tests import adjusted, some_rows
from causal_dag.column_values import column_values_of
from causal_dag.tables.numeric_columns import LARGEST_SCALE, SMALLEST_SCALE


@dataclass(frozen=True, eq=False)
class ReadableColumn:
    """A column as numbers; NaN where a cell holds none.

    Parameters
    ----------
    name : str
        Column name; ``x0, x1, ...`` for arrays.
    values : ndarray of shape (n,)
        Numbers. All NaN if the column holds dates.
    n_missing : int
        Cells that are empty or NaN.
    n_infinite : int
        Cells that are infinite; NaN in ``values``.
    n_texts : int
        Cells that hold something other than a number.
    example_text : str or None
        The first of these.
    """

    name: str
    values: FloatArray
    n_missing: int = 0
    n_infinite: int = 0
    n_texts: int = 0
    example_text: str | None = None


def readable_columns(X: Any) -> list[ReadableColumn]:
    """Return the columns of a data frame or a two-dimensional array-like as numbers.

    Raises
    ------
    ValueError
        If there are no rows or no columns, or column names repeat.

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.advice.column_report import readable_columns
    >>> [column] = readable_columns(pd.DataFrame({"dose": [1.0, None, "high"]}))
    >>> column.n_missing, column.n_texts, column.example_text
    (1, 1, 'high')
    """
    frame = _frame(X)
    return [_column(str(name), frame.iloc[:, place]) for place, name in enumerate(frame.columns)]


def complete_rows(X: Any, names: Sequence[str]) -> "pd.DataFrame":
    """Return the rows of ``X`` in which all of these columns hold finite numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.advice.column_report import complete_rows
    >>> complete_rows(pd.DataFrame({"a": [1, None], "b": ["x", "y"]}), ["a"]).shape
    (1, 1)
    """
    import pandas as pd

    chosen = {column.name: column.values for column in readable_columns(X) if column.name in names}
    return pd.DataFrame({name: chosen[name] for name in names}).dropna(ignore_index=True)


def _frame(X: Any) -> "pd.DataFrame":
    import pandas as pd

    refuse_what_is_no_table(X)
    is_frame = labels_of_columns(X) is not None
    frame = as_pandas_frame(X) if is_frame else pd.DataFrame(_two_dimensional(X))
    if frame.shape[1] == 0:
        raise ValueError("the table has no columns; give one column per variable")
    return frame.set_axis(list(written_names(column_names(X), frame.shape[1])), axis=1)


def _two_dimensional(X: Any) -> Any:
    if isinstance(X, np.ma.MaskedArray):
        X = np.ma.filled(X.astype(np.float64), np.nan)
    try:
        table = np.asarray(X)
    except ValueError as error:
        raise ValueError(
            f"the table is not rectangular ({error}); give every row the same number of values"
        ) from error
    if table.ndim != 2:
        raise ValueError(f"the table has {table.ndim} dimensions; give rows and columns, (n, d)")
    return table


def _column(name: str, series: "pd.Series[Any]") -> ReadableColumn:
    values, is_text = numbers_in(series)
    infinite = np.isinf(values)
    return ReadableColumn(
        name,
        np.where(infinite, np.nan, values),
        n_missing=int(series.isna().sum()),
        n_infinite=int(infinite.sum()),
        n_texts=int(is_text.sum()),
        example_text=str(series[is_text].iloc[0]) if is_text.any() else None,
    )


MOST_DISCRETE_VALUES = 10
# A column with more than this share of its cells missing is set aside, not its rows.
MOST_MISSING = 0.5
# Robust z beyond which a value is an outlier; a Gaussian one goes there once in two million. Among
# very many rows the limit is where one of them goes with a probability of 1 %.
OUTLIER_Z = 5.0
CHANCE_OF_ANY = 0.01
# Makes the median absolute deviation of Gaussian values their standard deviation.
MAD_TO_SD = 1.4826
#: Kinds with so many different values that their distribution has a shape.
CONTINUOUS_KINDS = ("real", "count")
#: Kinds that no solver of numbers can take.
UNUSABLE_KINDS = ("text", "empty", "constant", "extreme")


@dataclass(frozen=True)
class ColumnReport:
    """Figures of one column.

    Parameters
    ----------
    name : str
        Column name.
    kind : str
        ``"real"``, ``"binary"``, ``"constant"``, ``"empty"``; ``"count"``: whole numbers from 0 on;
        ``"discrete"``: at most ten different values;
        ``"extreme"``: beyond the sizes that solvers compute with; ``"text"``: cells that are no
        numbers; ``"category"`` of levels, if some columns are text and the others numbers or
        levels.
    is_usable : bool
        Whether the later parts of the audit use it: neither constant, extreme nor text, and no
        more than half of it missing.
    n_missing, n_infinite, n_texts : int
        Cells without a finite number.
    example_text : str or None
        One of the non-numeric cells.
    n_distinct : int
        Different numbers.
    mean, standard_deviation, skewness, excess_kurtosis : float
        Of the finite numbers; NaN where there are none. A Gaussian has skewness and excess
        kurtosis 0.
    gaussian_p : float
        Shapiro-Wilk, with Holm's correction for the number of columns: small, if the column is
        not Gaussian. NaN for columns that are neither real numbers nor counts.
    n_outliers : int
        Values more than 5 robust standard deviations from the median (more still, among some
        hundred thousand rows); 0 where more than half of the values are equal.
    largest_robust_z : float
        How far the farthest value is from the median, in robust standard deviations; NaN where
        more than half of the values are equal.
    looks_like_row_number : bool
        Each value is its predecessor plus one.
    """

    name: str
    kind: str
    is_usable: bool
    n_missing: int
    n_infinite: int
    n_texts: int
    example_text: str | None
    n_distinct: int
    mean: float
    standard_deviation: float
    skewness: float
    excess_kurtosis: float
    gaussian_p: float
    n_outliers: int
    largest_robust_z: float
    looks_like_row_number: bool


def column_reports(columns: Sequence[ReadableColumn]) -> tuple[ColumnReport, ...]:
    """Return the figures of all columns.

    Examples
    --------
        >>> from causal_dag.advice.column_report import readable_columns
        >>> from causal_dag.advice.column_report import column_reports
        >>> [report.kind for report in column_reports(readable_columns([[0, 7], [1, 7], [1, 7]]))]
        ['binary', 'constant']
    """
    reports = [_report(column) for column in columns]
    p_values = adjusted(np.array([report.gaussian_p for report in reports]))
    return tuple(
        replace(report, gaussian_p=float(p)) for report, p in zip(reports, p_values, strict=True)
    )


def _report(column: ReadableColumn) -> ColumnReport:
    values = column.values[np.isfinite(column.values)]
    distinct = np.unique(values)
    kind = _kind(column, values, distinct)
    lost = column.n_missing + column.n_infinite
    is_usable = kind not in UNUSABLE_KINDS and lost <= MOST_MISSING * len(column.values)
    mean, spread, skewness, kurtosis = _shape(values, kind)
    z = _robust_z(values) if kind in (*CONTINUOUS_KINDS, "discrete") else np.empty(0)
    return ColumnReport(
        column.name,
        kind,
        is_usable,
        column.n_missing,
        column.n_infinite,
        column.n_texts,
        column.example_text,
        distinct.size,
        mean,
        spread,
        skewness,
        kurtosis,
        _gaussian_p(values) if kind in CONTINUOUS_KINDS else float("nan"),
        int((z > _outlier_limit(z.size)).sum()),
        float(z.max()) if z.size else float("nan"),
        values.size > 2
        and values.size == len(column.values)
        and bool((np.diff(values) == 1).all()),
    )


def _gaussian_p(values: FloatArray) -> float:
    from scipy import stats

    z = some_rows((values - values.mean()) / values.std())
    return float(stats.shapiro(z).pvalue) if len(z) > 2 and np.ptp(z) > 0 else float("nan")


def column_kinds(reports: Sequence[ColumnReport]) -> dict[str, list[str]]:
    """Return the names of the usable columns by kind."""
    kinds: dict[str, list[str]] = {}
    for report in reports:
        if report.is_usable:
            kinds.setdefault(report.kind, []).append(report.name)
    return kinds


def _kind(column: ReadableColumn, values: FloatArray, distinct: FloatArray) -> str:
    if column.n_texts:
        return "text"
    if not values.size:
        return "empty"
    # As for solvers: a spread within the rounding error of the mean counts as none.
    mean = values.mean()
    spread = np.abs(values - mean).max()
    if spread <= 4 * np.finfo(np.float64).eps * abs(mean):
        return "constant"
    if np.abs(values).max() > LARGEST_SCALE or spread < SMALLEST_SCALE:
        return "extreme"
    if distinct.size == 2:
        return "binary"
    if distinct.size <= MOST_DISCRETE_VALUES and distinct.size < values.size / 2:
        return "discrete"
    return "count" if column_values_of(distinct) == "count" else "real"


def _shape(values: FloatArray, kind: str) -> tuple[float, float, float, float]:
    if not values.size or kind == "extreme":
        return (float("nan"),) * 4
    mean = float(values.mean())
    if kind == "constant":
        return mean, 0.0, float("nan"), float("nan")
    spread = float(values.std())
    z = (values - mean) / spread
    return mean, spread, float((z**3).mean()), float((z**4).mean()) - 3.0


def _outlier_limit(n_values: int) -> float:
    from scipy import stats

    return max(OUTLIER_Z, float(stats.norm.isf(CHANCE_OF_ANY / 2 / max(n_values, 1))))


def _robust_z(values: FloatArray) -> FloatArray:
    """Return distances from the median in robust standard deviations; empty if those are 0."""
    distance = np.abs(values - np.median(values))
    scale = MAD_TO_SD * float(np.median(distance))
    if scale == 0:
        return np.empty(0)
    z: FloatArray = distance / scale
    return z
