"""``causal-dag bootstrap``: how certain the graph of a table is."""

import functools
import time
from pathlib import Path
from typing import Any

import click

from causal_dag.cli.compilation import says_when_compiling
from causal_dag.cli.options.command import Report, command, random_state, reported
from causal_dag.cli.options.files import PICTURE_ENDINGS, check_outputs, output_files
from causal_dag.cli.options.knowledge import Statements, knowledge_options, loaded_for
from causal_dag.cli.options.solvers import make_checked_solvers, one_solver, solver_parameters
from causal_dag.cli.options.table import TableSource
from causal_dag.cli.options.table_options import table_for_bootstrap
from causal_dag.cli.terminal.errors import Interrupted
from causal_dag.cli.terminal.output import (
    collected_warnings,
    print_files_and_warnings,
    print_paragraph,
    print_table,
    table_size,
)
from causal_dag.cli.terminal.progress import progress_bar
from causal_dag.wording import counted

MOST_EDGES_SHOWN = 40
#: Threshold for which the bound on false edges is printed.
STABLE = 0.9


@command(
    "Show how certain the edges of a graph are.",
    "bootstrap data.csv",
    "bootstrap data.csv --resamples 500 --jobs 2 -o edges.csv -o graph.png",
    "bootstrap visits.csv --groups person -o certainty.json",
)
@one_solver("lambda1=0.1")
@click.option(
    "--resamples", type=click.IntRange(min=1), default=200, help="Number of halves of the rows."
)
@click.option("--jobs", "-j", default=1, help="Number of processes; -1 for all cores.")
@table_for_bootstrap
@knowledge_options
@output_files(
    "Write the table of edges to a .csv file, the model to a .json file, or a picture to a .png, "
    ".svg or .pdf file (repeatable).",
    *(".csv", ".json", *PICTURE_ENDINGS),
)
@random_state
@says_when_compiling
@reported
def bootstrap(
    table: TableSource,
    solver: str,
    params: tuple[str, ...],
    resamples: int,
    jobs: int,
    statements: Statements,
    outputs: tuple[Path, ...],
    random_state: int | None,
) -> Report:
    """Fit a solver to random halves of the rows of TABLE, and count edges and directions.

    Ctrl-C keeps the resamples that are done.
    """
    from causal_dag.comparison.figures import shape_of

    if table.missing == "em":
        raise click.UsageError("bootstrap resamples rows: use --missing drop")
    if table.holds_moments:
        raise click.UsageError(f"bootstrap resamples rows, and {table.name} holds moments")
    check_outputs([("--output", path) for path in outputs], inputs=(table.path, statements.tiers))
    parameters = {solver: solver_parameters(params)}
    estimator = make_checked_solvers(parameters, random_state, moments_by=None)[solver]
    loaded = loaded_for(estimator, table, statements)
    started = time.perf_counter()
    with collected_warnings() as messages, progress_bar("resampling") as advance:
        settings = {"n_resamples": resamples, "n_jobs": jobs, "random_state": random_state}
        model = _fitted(estimator, settings, loaded, lambda *done: advance("", *done))
    for path in outputs:
        _write(model, path)
    document = {
        "registry_name": solver,
        "table": table.name,
        "n_samples": shape_of(loaded.data)[0],
        "n_features": model.n_features_in_,
        "n_resamples": model.n_resamples_,
        "edges": model.edge_table().to_dict("records"),
        "typical_graphs": [
            {"share": typical.share, "graph": typical.graph.astype(int).tolist()}
            for typical in model.typical_graphs_
        ],
        "stability_bound": {"threshold": STABLE, "false_edges": model.stability_bound(STABLE)},
        "seconds": time.perf_counter() - started,
        "warnings": [*loaded.notes, *messages],
        "files": list(map(str, outputs)),
    }
    is_whole = model.n_resamples_ == resamples
    return Report(
        document,
        functools.partial(_print, model, document),
        None if is_whole else Interrupted("interrupted; the table is that of fewer resamples"),
    )


def _fitted(estimator: Any, settings: dict[str, Any], loaded: Any, callback: Any) -> Any:
    from causal_dag.certainty.bootstrap_dag import BootstrapDAG

    model = BootstrapDAG(estimator, callback=callback, **settings)
    return model.fit(loaded.data, targets=loaded.targets, groups=loaded.groups)


def _write(model: Any, path: Path) -> None:
    from causal_dag.files.atomic_files import write_whole_figure
    from causal_dag.files.table_files import write_table
    from causal_dag.plotting import plot_certainty

    if path.name.lower().endswith(PICTURE_ENDINGS):
        write_whole_figure(path, plot_certainty(model))
    elif path.name.lower().endswith(".json"):
        model.save(path)
    else:
        frame = model.edge_table()
        write_table(frame, path, names=list(frame.columns))


def _print(model: Any, document: dict[str, Any]) -> None:
    edges = document["edges"]
    size = table_size(document["n_samples"], document["n_features"])
    print_table(
        ["cause ", "effect ", "probability", "direction"],
        [list(edge.values()) for edge in edges],
        title=f"{document['registry_name']} on {document['table']} ({size}), "
        f"{counted(model.n_resamples_, 'resample')}",
        most=MOST_EDGES_SHOWN,
        rest="less probable ones (--output writes all)",
    )
    bound = document["stability_bound"]["false_edges"]
    for line in model._remarks():
        print_paragraph(line, hanging="  ")
    print_paragraph(
        f"edges of either direction in more than {STABLE:.0%}: at most {bound:.2g} false ones "
        "expected (stability selection)",
        hanging="  ",
    )
    print_files_and_warnings(document)
