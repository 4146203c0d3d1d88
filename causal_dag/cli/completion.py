"""What the shell offers on Tab: solvers, data sets, and the columns of the table named before."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.options import WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.shell_completion import CompletionItem


def complete_solver(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Offer registry names."""
    from causal_dag.solvers import available_solvers

    return _matching(available_solvers(), incomplete)


def complete_scenario(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Offer the scenarios of simulated data."""
    from causal_dag.synthetic import available_scenarios

    return _matching(available_scenarios(), incomplete)


def complete_dataset(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Offer the built-in data sets."""
    from causal_dag.cli.datasets import dataset_names

    return _matching(dataset_names(), incomplete)


def complete_column(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Offer the columns of the table, if it stands before on the command line and can be read."""
    from causal_dag.files.table_files import read_cells

    typed = [context.params.get("table"), *context.meta.get(WORDS, ())]
    path = next((word for word in typed if word is not None and Path(word).is_file()), None)
    if path is None:
        return []
    given: dict[str, Any] = {
        name: context.params.get(name) for name in ("decimal", "encoding", "index_column")
    }
    try:
        cells = read_cells(path, **{name: value for name, value in given.items() if value})
    except (ValueError, OSError):
        return []
    return _matching([str(name) for name in cells.frame.columns], incomplete)


def complete_columns(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Offer one more column behind a comma."""
    from click.shell_completion import CompletionItem

    before, comma, last = incomplete.rpartition(",")
    items = complete_column(context, parameter, last)
    return [CompletionItem(before + comma + item.value) for item in items]


def complete_edge(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Offer a cause, and behind a colon an effect."""
    from click.shell_completion import CompletionItem

    before, colon, last = incomplete.rpartition(":")
    end = "" if colon else ":"
    items = complete_column(context, parameter, last)
    return [CompletionItem(before + colon + item.value + end) for item in items]


def _matching(names: "Sequence[str]", incomplete: str) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
