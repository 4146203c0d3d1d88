"""Options for tables whose rows follow time."""

from collections.abc import Sequence
from typing import Any

import click

from causal_dag.cli.options.table import TableSource


def _numbers(context: click.Context, option: click.Parameter, text: str | None) -> Any:
    if text is None:
        return None
    numbers = text.split(",")
    if not all(number.strip().isdecimal() and int(number) > 0 for number in numbers):
        raise click.BadParameter(f"{text!r} is not a number of rows such as 2", context, option)
    return tuple(map(int, numbers))


lags = click.option(
    "--lags",
    metavar="K|K,K,...",
    callback=_numbers,
    help="Rows follow time: fit effects of the K rows before each one, too. Of several numbers, "
    "that of the lowest BIC is chosen.",
)


def check_table_of_series(table: TableSource, lags: tuple[int, ...] | None) -> None:
    """Refuse options that lose rows between others, and ``--series`` without ``--lags``."""
    if lags is None:
        if table.series is not None:
            raise click.UsageError("--series requires --lags")
        return
    refused = {"--covariance": table.covariance, "--targets": table.targets is not None}
    for option, is_given in refused.items():
        if is_given:
            raise click.UsageError(f"--lags needs all rows of a series; omit {option}")
    if table.missing != "refuse":
        raise click.UsageError(
            f"--lags needs consecutive rows, which --missing {table.missing} does not give; fill "
            "the cells, or number the parts between gaps in a column and name it in --series"
        )


def names_with_lags(names: Sequence[str], lags: tuple[int, ...]) -> list[str]:
    """Return the names that prior knowledge can use, those of earlier rows included."""
    from causal_dag.time_series.series import lagged_names

    return list(lagged_names(tuple(names), max(lags)))


def series_of(data: Any, labels: list[Any] | None) -> Any:
    """Return the table, or the series that its labels tell apart, in order of appearance."""
    if labels is None:
        return data
    return [part for _, part in data.groupby(labels, sort=False)]
