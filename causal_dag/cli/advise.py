"""``causal-dag advise``: what a table looks like, and which solvers suit it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.compilation import says_when_compiling
from causal_dag.cli.completion import complete_solver
from causal_dag.cli.knowledge_options import Statements, knowledge_options
from causal_dag.cli.options import (
    StrictCommand,
    json_and_quiet,
    misuse,
    random_state,
    registered_name,
)
from causal_dag.cli.output import print_json, print_line
from causal_dag.cli.outputs import check_outputs
from causal_dag.cli.table_options import TableSource, table_options

if TYPE_CHECKING:
    from causal_dag.advice import Advice, UnitChangeAudit
    from causal_dag.constraints import PriorKnowledge

# The same search with and without the assumption that units carry information.
COUNTERPART = "topo-bic-ev"

EXAMPLES = (
    "\b\nExamples:\n"
    "  causal-dag advise data.csv\n"
    "  causal-dag advise data.csv --unit-changes 20 -s eqvar --edges-output e.csv\n"
)


@click.command(cls=StrictCommand, short_help="Say which solvers suit a table.", epilog=EXAMPLES)
@click.argument("table", type=click.Path(path_type=Path))
@table_options
@knowledge_options
@click.option(
    "--unit-changes",
    type=click.IntRange(min=1),
    metavar="N",
    help="Refit under N random changes of units, and show which edges survive.",
)
@click.option(
    "--solver",
    "-s",
    "names",
    metavar="NAME",
    callback=registered_name,
    shell_complete=complete_solver,
    multiple=True,
    help="Solver of the unit changes (repeatable); by default the one to start with and "
    f"{COUNTERPART}, which searches alike but looks at units.",
)
@click.option(
    "--param",
    "-p",
    "params",
    multiple=True,
    metavar="SOLVER.KEY=VALUE",
    help="Parameter of one of these solvers (repeatable).",
)
@click.option("--jobs", "-j", default=1, show_default=True, help="Processes; -1 for all cores.")
@click.option(
    "--edges-output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Write how often each edge was found, over all units, to a .csv file.",
)
@click.option(
    "--graph-output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Write the graph of the edges that survived all units of one solver: .csv, .edges.csv, "
    ".json, .graphml or .dot.",
)
@random_state
@json_and_quiet
@says_when_compiling
def advise(
    table: TableSource,
    statements: Statements,
    unit_changes: int | None,
    names: tuple[str, ...],
    params: tuple[str, ...],
    jobs: int,
    edges_output: Path | None,
    graph_output: Path | None,
    random_state: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Look at TABLE (CSV or Parquet), and say which solvers suit it and why.

    Whatever is wrong with the table is reported: texts, gaps, constants, collinear columns,
    outliers, rows that depend on one another.

    With --unit-changes, its complete rows are fitted in other units too.
    """
    from causal_dag.advice import advise as advise_on

    _check_options(unit_changes, names, params, edges_output, graph_output)
    outputs = [("--edges-output", edges_output), ("--graph-output", graph_output)]
    check_outputs(outputs, inputs=[table.path, statements.tiers])
    cells = table.cells()
    data = cells.frame.dropna() if table.missing == "drop" else cells.frame
    knowledge = statements.prior_knowledge(list(data.columns), cells.left_out)
    advice = advise_on(data, prior_knowledge=knowledge)
    audits = {}
    if unit_changes is not None:
        chosen = _chosen(names, params, advice, random_state)
        audits = _unit_changes(chosen, data, advice, knowledge, unit_changes, random_state, jobs)
    written = _write(audits, edges_output, graph_output)
    if as_json:
        print_json(_document(advice, audits, table.name, written))
    elif not quiet:
        from causal_dag.cli.advice_text import print_advice, print_unit_changes

        print_advice(advice, table, statements)
        for name, audit in audits.items():
            print_unit_changes(name, audit)
        for path in written:
            print_line(f"wrote {path}")


def _check_options(
    unit_changes: int | None,
    names: tuple[str, ...],
    params: tuple[str, ...],
    edges_output: Path | None,
    graph_output: Path | None,
) -> None:
    if unit_changes is None and (names or params or edges_output or graph_output):
        raise click.UsageError(
            "--solver, --param, --edges-output and --graph-output belong to unit changes; add "
            "--unit-changes 20"
        )
    if edges_output is not None and edges_output.suffix.lower() != ".csv":
        raise click.UsageError(f"--edges-output {edges_output}: end it with .csv")
    if graph_output is not None:
        from causal_dag.graph_files import graph_endings

        if len(set(names)) != 1:
            raise click.UsageError("--graph-output takes one graph; name one --solver")
        if not graph_output.name.lower().endswith(tuple(graph_endings())):
            endings = ", ".join(graph_endings())
            raise click.UsageError(f"--graph-output {graph_output}: end it with one of {endings}")


def _chosen(
    names: tuple[str, ...], params: tuple[str, ...], advice: "Advice", random_state: int | None
) -> dict[str, Any]:
    """Return the solvers of the unit changes by name, unfitted."""
    from causal_dag.cli.parameters import parameters_by_solver
    from causal_dag.registry import make_seeded_solver

    advised = {entry.solvers[0]: dict(entry.parameters) for entry in advice.solvers[:1]}
    chosen = list(dict.fromkeys(names or (*_with_units(advised), COUNTERPART)))
    parameters = parameters_by_solver(params, chosen)
    estimators = {}
    with misuse():
        for name in chosen:
            settings = {**advised.get(name, {}), **parameters[name]}
            estimators[name] = make_seeded_solver(name, random_state, **settings)
            estimators[name].checked_copy()
    return estimators


def _with_units(names: Any) -> list[str]:
    from causal_dag.solvers import make_solver

    return [name for name in names if make_solver(name).column_values == "real"]


def _unit_changes(
    chosen: dict[str, Any],
    data: Any,
    advice: "Advice",
    knowledge: "PriorKnowledge | None",
    n_changes: int,
    seed: int | None,
    jobs: int,
) -> "dict[str, UnitChangeAudit]":
    from causal_dag.advice import unit_change_audit
    from causal_dag.advice.column_report import complete_rows
    from causal_dag.advice.graph_report import knowledge_about
    from causal_dag.cli.progress import progress_bar

    audit = advice.audit
    if not audit.can_be_fitted:
        raise ValueError(
            "the table has too few usable columns or complete rows for unit changes; see "
            "causal-dag advise without --unit-changes for what is wrong"
        )
    lost = {column.name for column in audit.determined}
    kept = [name for name in audit.usable if name not in lost]
    rows = complete_rows(data, kept)
    for estimator in chosen.values():
        estimator.set_params(prior_knowledge=knowledge_about(knowledge, kept))
    audits = {}
    with progress_bar("unit changes", wanted=True) as advance:
        for place, (name, estimator) in enumerate(chosen.items()):
            advance(name, place / len(chosen))
            audits[name] = unit_change_audit(
                estimator, rows, n_changes=n_changes, random_state=seed, n_jobs=jobs
            )
    return audits


def _write(
    audits: "dict[str, UnitChangeAudit]", edges_output: Path | None, graph_output: Path | None
) -> list[str]:
    from causal_dag.files.table_files import write_table
    from causal_dag.graph_files import write_graph

    if edges_output is not None:
        import pandas as pd

        from causal_dag.graph_files.csv_cells import cell_of_name

        frames = [audit.to_frame().assign(solver=name) for name, audit in audits.items()]
        table = pd.concat(frames, ignore_index=True)
        table.insert(0, "solver", table.pop("solver"))
        for end in ("source", "target"):
            table[end] = table[end].map(cell_of_name)
        write_table(table, edges_output, names=list(table.columns))
    if graph_output is not None:
        (audit,) = audits.values()
        write_graph(audit.survivors(), graph_output)
    return [str(path) for path in (edges_output, graph_output) if path is not None]


def _document(
    advice: "Advice", audits: "dict[str, UnitChangeAudit]", table: str, written: list[str]
) -> dict[str, Any]:
    from causal_dag.files.json_values import json_value

    changes = {name: json_value(audit) for name, audit in audits.items()}
    for change in changes.values():
        del change["given"]
    return {"table": table, **advice.document(), "unit_changes": changes, "files": written}
