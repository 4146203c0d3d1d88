"""``causal-dag compare``: several solvers on one table, side by side."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.compilation import says_when_compiling
from causal_dag.cli.completion import complete_dataset, complete_solver
from causal_dag.cli.graph_input import read_acyclic_graph
from causal_dag.cli.knowledge_options import Statements, knowledge_options
from causal_dag.cli.options import (
    DATASET_NODES,
    DATASET_SAMPLES,
    StrictCommand,
    json_and_quiet,
    misuse,
    random_state,
    registered_name,
)
from causal_dag.cli.output import collected_warnings, note, print_json
from causal_dag.cli.outputs import check_outputs
from causal_dag.cli.table_options import (
    LoadedTable,
    TableSource,
    covariance_options,
    refuse_solver_of_rows,
    table_options,
)

if TYPE_CHECKING:
    from causal_dag.comparison.compare import Comparison
    from causal_dag.estimator import DAGEstimator
    from causal_dag.graph.named_graph import NamedGraph

SCALES_OF = {"no": ("raw",), "yes": ("standardized",), "both": ("raw", "standardized")}

EXAMPLES = (
    "\b\nExamples:\n"
    "  causal-dag compare --dataset sachs\n"
    "  causal-dag compare data.csv --truth graph.csv -s notears -s colide-ev\n"
)


@click.command(cls=StrictCommand, short_help="Fit several solvers, side by side.", epilog=EXAMPLES)
@click.argument("table", required=False, type=click.Path(path_type=Path))
@click.option(
    "--dataset",
    metavar="NAME",
    shell_complete=complete_dataset,
    help="Built-in data with a known graph, instead of TABLE: sachs, or a scenario such as er2-ev "
    f"({DATASET_SAMPLES} rows, {DATASET_NODES} variables).",
)
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The true graph: weights or edge list (CSV), JSON, GraphML or DOT.",
)
@click.option(
    "--solver",
    "-s",
    "names",
    metavar="NAME",
    callback=registered_name,
    shell_complete=complete_solver,
    multiple=True,
    help="Registry name (repeatable); by default all that can take the columns.",
)
@click.option(
    "--param",
    "-p",
    "params",
    multiple=True,
    metavar="SOLVER.KEY=VALUE",
    help="Parameter of one solver (repeatable), for example -p notears.lambda1=0.05.",
)
@covariance_options
@table_options
@knowledge_options
@click.option(
    "--standardize",
    type=click.Choice(list(SCALES_OF)),
    default="both",
    show_default=True,
    help="Fit standardized columns, raw ones, or both.",
)
@click.option("--no-baselines", is_flag=True, help="Leave out empty, random and sorting.")
@click.option("--jobs", "-j", default=1, show_default=True, help="Processes; -1 for all cores.")
@click.option(
    "--output",
    "-o",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Write the rows to a .csv or .json file (repeatable).",
)
@random_state
@json_and_quiet
@says_when_compiling
def compare(
    table: TableSource,
    dataset: str | None,
    truth: Path | None,
    names: tuple[str, ...],
    params: tuple[str, ...],
    statements: Statements,
    standardize: str,
    no_baselines: bool,
    jobs: int,
    output: tuple[Path, ...],
    random_state: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fit several solvers to TABLE (CSV or Parquet), and show them side by side.

    Baselines (empty, random, sorting by variance and by R²) are always added: a method that does
    not beat them has found nothing.
    """
    from causal_dag.comparison.compare import compare_solvers

    _check_outputs(output, inputs=(table.path, truth, statements.tiers))
    loaded, true_graph = _data(table, dataset, truth, random_state)
    chosen, left_out = _chosen(names, loaded.data)
    estimators = _estimators(chosen, params, random_state)
    if table.covariance:
        for name, estimator in estimators.items():
            refuse_solver_of_rows(name, estimator)
    with collected_warnings() as messages, _rows_bar(wanted=not (as_json or quiet)) as progress:
        comparison = compare_solvers(
            loaded.data,
            estimators,
            true=true_graph,
            scales=SCALES_OF[standardize],
            baselines=not no_baselines,
            prior_knowledge=statements.prior_knowledge(loaded.names, loaded.left_out),
            random_state=random_state,
            n_jobs=jobs,
            progress=progress,
        )
    messages = [*loaded.notes, *left_out, *messages]
    source = dataset or table.name
    document = _document(comparison, source, messages)
    for path in output:
        _write(comparison, document, path)
    if as_json:
        print_json(document)
    elif not quiet:
        from causal_dag.cli.comparison_table import print_comparison

        print_comparison(comparison, source)
        for line in [*(f"warning: {m}" for m in messages), *(f"wrote {p}" for p in output)]:
            note(line)


def _data(
    table: TableSource, dataset: str | None, truth: Path | None, random_state: int | None
) -> "tuple[LoadedTable, NamedGraph | None]":
    if (table.path is None) == (dataset is None):
        raise click.UsageError("name either a TABLE or a --dataset, for example --dataset sachs")
    if dataset is None:
        loaded = table.variables()
        return loaded, None if truth is None else read_acyclic_graph(truth)
    given = [*(["--truth"] if truth is not None else []), *table.options_given]
    if given:
        raise click.UsageError(
            f"--dataset brings its own columns and truth; leave {', '.join(given)} out"
        )
    from causal_dag.cli.datasets import load_dataset

    with misuse():
        data, true_graph = load_dataset(dataset, random_state)
    return LoadedTable(data), true_graph


def _chosen(names: tuple[str, ...], data: Any) -> tuple[list[str], list[str]]:
    """Return the solvers to compare, and what to say of those that cannot take the columns."""
    from causal_dag.registry import solvers_for
    from causal_dag.solvers import compared_solvers, make_solver

    if names:
        return list(dict.fromkeys(names)), []
    chosen = solvers_for(data)
    others = [name for name in compared_solvers() if name not in chosen]
    needed = {"binary": "0 and 1", "count": "counts"}
    return chosen, [
        f"{name} is left out: it needs columns of {needed[make_solver(name).column_values]}"
        for name in others
    ]


def _estimators(
    chosen: list[str], params: tuple[str, ...], random_state: int | None
) -> "dict[str, DAGEstimator]":
    from causal_dag.cli.parameters import parameters_by_solver
    from causal_dag.registry import make_seeded_solver

    parameters = parameters_by_solver(params, chosen)
    with misuse():
        estimators = {
            name: make_seeded_solver(name, random_state, **parameters[name]) for name in chosen
        }
        for estimator in estimators.values():
            estimator.checked_copy()
    return estimators


def _rows_bar(*, wanted: bool) -> Any:
    """Return a context that shows, after every fit, how many are done."""
    import contextlib

    from causal_dag.cli.progress import progress_bar

    @contextlib.contextmanager
    def bar() -> Any:
        with progress_bar("comparing", wanted=wanted) as advance:
            yield lambda row, done, total: advance(
                f"{done}/{total}: {row.solver}, {row.scale}", done / total
            )

    return bar()


def _check_outputs(output: tuple[Path, ...], inputs: tuple[Path | None, ...]) -> None:
    for path in output:
        if path.suffix.lower() not in (".csv", ".json"):
            raise click.UsageError(f"--output {path}: end it with .csv or .json")
    check_outputs([("--output", path) for path in output], inputs)


def _write(comparison: "Comparison", document: dict[str, Any], path: Path) -> None:
    from causal_dag.files.atomic_files import write_whole_text
    from causal_dag.files.json_values import json_text
    from causal_dag.files.table_files import write_table

    if path.suffix.lower() == ".json":
        write_whole_text(path, json_text(document) + "\n")
    else:
        frame = comparison.to_frame()
        write_table(frame, path, names=list(frame.columns))


def _document(comparison: "Comparison", source: str, messages: list[str]) -> dict[str, Any]:
    return {
        "source": source,
        "n_samples": comparison.n_samples,
        "n_features": comparison.n_features,
        "truth": dict(comparison.truth) or None,
        "rows": comparison.records(),
        "agreement": {
            scale: comparison.agreement(scale)
            for scale in dict.fromkeys(row.scale for row in comparison.rows)
        },
        "warnings": messages,
    }
