"""``causal-dag effects``: what columns do to one column, in all graphs that fit alike."""

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.compilation import says_when_compiling
from causal_dag.cli.options.command import Report, command, random_state, reported
from causal_dag.cli.options.knowledge import Statements, knowledge_options, loaded_for
from causal_dag.cli.options.solvers import make_checked_solvers, one_solver, solver_parameters
from causal_dag.cli.options.table import COLUMN, TableSource
from causal_dag.cli.options.table_options import table_with_targets
from causal_dag.cli.terminal.output import (
    collected_warnings,
    print_line,
    print_paragraph,
    print_table,
    print_warnings,
)
from causal_dag.wording import did_you_mean, listed, quoted

if TYPE_CHECKING:
    from pandas import DataFrame

ASSUMPTIONS = ("equal-variances", "non-gaussian", "curves", "poisson", "sortability")


@command(
    "Show what columns do to one column.",
    "effects data.csv --on sales",
    "effects data.csv --on sales --root season --do price=3",
    "effects model.json --on sales --assume equal-variances",
)
@table_with_targets
@click.option("--on", required=True, type=COLUMN, help="The column that responds.")
@click.option(
    "--do",
    "settings",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="Show the mean of --on if a column is set to a number or label (repeatable), instead of "
    "the effects of all columns.",
)
@click.option(
    "--assume",
    type=click.Choice(ASSUMPTIONS),
    help="Take the directions for granted that the solver's own assumption decided.",
)
@click.option(
    "--level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.95,
    help="Confidence level of the intervals.",
)
@one_solver("penalty=3")
@knowledge_options
@random_state
@says_when_compiling
@reported
def effects(
    table: TableSource,
    on: str,
    settings: tuple[str, ...],
    assume: str | None,
    level: float,
    solver: str,
    params: tuple[str, ...],
    statements: Statements,
    random_state: int | None,
) -> Report:
    """Show the effects of all columns of TABLE on one, over all graphs that fit alike.

    TABLE is CSV or Parquet, to which a solver is fitted first, or the file .json of a fitted model.
    """
    with collected_warnings() as messages:
        if table.path is not None and table.path.suffix.lower() == ".json":
            model = _saved_model(table, [*params, *_given(statements)])
        else:
            model = _fitted_model(table, solver, params, statements, random_state)
    names = list(model.feature_names_in_) if hasattr(model, "feature_names_in_") else [on]
    if on not in names:
        raise click.UsageError(
            f"--on: there is no column {quoted(on)}; {did_you_mean(on, names)}columns: "
            f"{listed(names)}"
        )
    do = dict(_setting(text) for text in settings)
    document: dict[str, Any] = {
        "source": table.name,
        "on": on,
        "assume": assume,
        "warnings": messages,
    }
    if do:
        means = model.interventional_mean(do, assume=assume)
        if on not in means.index.get_level_values(0):
            model.effects(on)  # an error with the names that there are
        found = means.loc[[on]].reset_index()
        document |= {"do": do, "means": found.to_dict(orient="records")}
        return Report(document, functools.partial(_show_means, found, on, settings, messages))
    frame = model.effects(on, assume, level=level)
    document |= {"level": level, "effects": frame.to_dict(orient="records")}
    return Report(document, functools.partial(_show_effects, frame, on, level, messages))


def _given(statements: Statements) -> list[str]:
    return [] if statements == Statements() else ["prior knowledge"]


def _saved_model(table: TableSource, further: Sequence[str]) -> Any:
    from causal_dag.saving.models import load_model

    if table.options_given or further:
        raise click.UsageError(
            f"{table.name} is a fitted model, which is taken as it is; omit the options that "
            "change how a table is read or fitted"
        )
    model = load_model(table.path or "")
    if not hasattr(model, "effects"):
        raise click.UsageError(
            f"{table.name} holds a {type(model).__name__}; effects are computed for models of "
            "rows without a time order"
        )
    return model


def _fitted_model(
    table: TableSource,
    name: str,
    params: tuple[str, ...],
    statements: Statements,
    random_state: int | None,
) -> Any:
    from causal_dag.comparison.figures import fitted_to

    parameters = {name: solver_parameters(params)}
    solver = make_checked_solvers(parameters, random_state, moments_by=table.gives_moments)[name]
    loaded = loaded_for(solver, table, statements)
    return fitted_to(solver, loaded.data, targets=loaded.targets)


def _setting(text: str) -> tuple[str, float | str]:
    column, sign, value = text.rpartition("=")
    if not sign or not column:
        raise click.UsageError(f"--do {quoted(text)}: write --do COLUMN=VALUE")
    try:
        return column, float(value)
    except ValueError:
        return column, value


def _show_means(
    found: "DataFrame", on: str, settings: Sequence[str], messages: Sequence[str]
) -> None:
    print_line(f"mean of {on} if {', '.join(settings)}, over all graphs that fit alike")
    shown = found.drop(columns="column") if "level" in found else found
    headers = [f"{shown.columns[0]} ", *shown.columns[1:]]
    print_table(headers, shown.to_numpy(dtype=object).tolist())
    print_warnings(messages)


def _show_effects(frame: "DataFrame", on: str, level: float, messages: Sequence[str]) -> None:
    print_table(
        ["cause ", "lowest", "highest", "from", "to", "std. lowest", "std. highest", "depends on "],
        [
            [
                row.cause, row.lowest, row.highest, row.interval_low, row.interval_high,
                row.standardized_lowest, row.standardized_highest,
                ", ".join(" — ".join(edge) for edge in row.open_edges) or None,
            ]
            for row in frame.itertuples()
        ],
        title=f"effects on {on}",
    )  # fmt: skip
    print_paragraph(
        f"lowest and highest: possible change of {on} per unit of the cause; from, to: their "
        f"{100 * level:g} % intervals; std.: in standard deviations; depends on: edges whose open "
        "directions decide the effect",
        hanging="  ",
    )
    print_warnings(messages)
