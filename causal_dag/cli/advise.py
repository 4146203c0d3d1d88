"""``causal-dag advise``: audit a table and recommend solvers for it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.advice_text import print_advice, print_unit_changes
from causal_dag.cli.compilation import says_when_compiling
from causal_dag.cli.options.command import Report, command, random_state, reported
from causal_dag.cli.options.files import OutputFile, check_outputs
from causal_dag.cli.options.knowledge import Statements, knowledge_options
from causal_dag.cli.options.solvers import (
    make_checked_solvers,
    parameters_by_solver,
    several_solvers,
)
from causal_dag.cli.options.table import TableSource
from causal_dag.cli.options.table_options import table_of_rows
from causal_dag.cli.terminal.output import print_line
from causal_dag.cli.terminal.progress import progress_bar

if TYPE_CHECKING:
    from causal_dag.advice import Advice, UnitChangeAudit
    from causal_dag.constraints import PriorKnowledge
    from causal_dag.estimator import DAGEstimator

# Searches like topo-bic, but assumes that the units carry information.
COUNTERPART = "topo-bic-ev"


@command(
    "Recommend solvers for a table.",
    "advise data.csv",
    "advise data.csv --unit-changes 20 -s eqvar --edges-output e.csv",
)
@table_of_rows
@knowledge_options
@click.option(
    "--unit-changes",
    type=click.IntRange(min=1),
    metavar="N",
    help="Refit under N random changes of units, and show which edges do not depend on units.",
)
@several_solvers(
    "Solver to refit in changed units (repeatable); by default the recommended one and "
    f"{COUNTERPART}, the same kind of search, which depends on units."
)
@click.option(
    "--edges-output",
    type=OutputFile(".csv"),
    help="Write how often each edge was found, over all units, to a .csv file.",
)
@click.option(
    "--graph-output",
    type=OutputFile(),
    help="Write the graph of the edges that one solver finds in all units: .csv, .edges.csv, "
    ".json, .graphml or .dot.",
)
@random_state
@says_when_compiling
@reported
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
) -> Report:
    """Audit TABLE (CSV or Parquet), and recommend solvers with reasons.

    All problems in the table are reported: non-numeric cells, missing values, constant or
    collinear columns, outliers and rows that depend on one another.

    With --unit-changes, its complete rows are also fitted in other units.
    """
    from causal_dag.advice import advise as advise_on

    if unit_changes is None and (names or params or edges_output or graph_output):
        raise click.UsageError(
            "--solver, --param, --edges-output and --graph-output require --unit-changes; add "
            "--unit-changes 20"
        )
    if graph_output is not None and len(set(names)) != 1:
        raise click.UsageError("--graph-output writes one graph; give exactly one --solver")
    outputs = [("--edges-output", edges_output), ("--graph-output", graph_output)]
    check_outputs(outputs, inputs=[table.path, statements.tiers])
    cells = table.cells()
    data = cells.frame.dropna() if table.missing == "drop" else cells.frame
    knowledge = statements.prior_knowledge(list(data.columns), cells.left_out)
    advice = advise_on(data, prior_knowledge=knowledge)
    audits: dict[str, UnitChangeAudit] = {}
    if unit_changes is not None:
        settings = {"n_changes": unit_changes, "random_state": random_state, "n_jobs": jobs}
        chosen = _chosen(names, params, advice, random_state)
        audits = _unit_changes(chosen, data, advice, knowledge, settings)
    _write(audits, edges_output, graph_output)
    written = [str(path) for _, path in outputs if path is not None]

    def show() -> None:
        print_advice(advice, table, statements)
        for name, audit in audits.items():
            print_unit_changes(name, audit)
        for path in written:
            print_line(f"wrote {path}")

    return Report(_document(advice, audits, table.name, written), show)


def _chosen(
    names: tuple[str, ...], params: tuple[str, ...], advice: "Advice", random_state: int | None
) -> "dict[str, DAGEstimator]":
    """Return the solvers of the unit changes by name, unfitted."""
    from causal_dag.solvers import make_solver

    advised = {entry.solvers[0]: dict(entry.parameters) for entry in advice.solvers[:1]}
    with_units = [name for name in advised if make_solver(name).column_values == "real"]
    chosen = list(dict.fromkeys(names or (*with_units, COUNTERPART)))
    parameters = parameters_by_solver(params, chosen)
    settings = {name: {**advised.get(name, {}), **parameters[name]} for name in chosen}
    return make_checked_solvers(settings, random_state, moments_by=None)


def _unit_changes(
    solvers: "dict[str, DAGEstimator]",
    data: Any,
    advice: "Advice",
    knowledge: "PriorKnowledge | None",
    settings: dict[str, Any],
) -> "dict[str, UnitChangeAudit]":
    from causal_dag.advice import unit_change_audit
    from causal_dag.advice.column_report import complete_rows
    from causal_dag.advice.graph_report import knowledge_about

    audit = advice.audit
    if not audit.can_be_fitted:
        raise ValueError(
            "the table has too few usable columns or complete rows for unit changes; see "
            "causal-dag advise without --unit-changes for what is wrong"
        )
    determined = {column.name for column in audit.determined}
    kept = [name for name in audit.usable if name not in determined]
    rows = complete_rows(data, kept)
    audits = {}
    with progress_bar("unit changes") as advance:
        for done, (name, solver) in enumerate(solvers.items()):
            advance(name, done, len(solvers))
            solver.set_params(prior_knowledge=knowledge_about(knowledge, kept))
            audits[name] = unit_change_audit(solver, rows, **settings)
    return audits


def _write(
    audits: "dict[str, UnitChangeAudit]", edges_output: Path | None, graph_output: Path | None
) -> None:
    from causal_dag.files.table_files import write_table
    from causal_dag.graph_files import write_graph
    from causal_dag.graph_files.csv_cells import cell_of_name

    if edges_output is not None:
        import pandas as pd

        frames = {name: audit.to_frame() for name, audit in audits.items()}
        table = pd.concat(frames, names=["solver"]).reset_index("solver")
        for end in ("source", "target"):
            table[end] = table[end].map(cell_of_name)
        write_table(table, edges_output, names=list(table.columns))
    if graph_output is not None:
        (audit,) = audits.values()
        write_graph(audit.survivors(), graph_output)


def _document(
    advice: "Advice", audits: "dict[str, UnitChangeAudit]", table: str, written: list[str]
) -> dict[str, Any]:
    from causal_dag.files.json_values import json_value

    changes = {name: json_value(audit) for name, audit in audits.items()}
    for change in changes.values():
        del change["given"]
    return {"table": table, **advice.document(), "unit_changes": changes, "files": written}
