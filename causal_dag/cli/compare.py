"""``causal-dag compare``: several solvers on one table, side by side."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from causal_dag.cli.compilation import says_when_compiling
from causal_dag.cli.options.command import FILE, KnownName, Report, command, random_state, reported
from causal_dag.cli.options.files import check_outputs, output_files, read_acyclic_graph
from causal_dag.cli.options.knowledge import Statements, knowledge_options
from causal_dag.cli.options.solvers import (
    make_checked_solvers,
    parameters_by_solver,
    several_solvers,
)
from causal_dag.cli.options.table import LoadedTable, TableSource
from causal_dag.cli.options.table_options import optional_table_or_covariance
from causal_dag.cli.terminal.output import (
    collected_warnings,
    note,
    percent,
    print_line,
    print_paragraph,
    print_table,
    print_warnings,
    table_size,
)
from causal_dag.cli.terminal.progress import progress_bar
from causal_dag.wording import counted

if TYPE_CHECKING:
    from causal_dag.comparison.comparison import Comparison, ComparisonRow, EdgeAgreement
    from causal_dag.graph.named_graph import NamedGraph
    from causal_dag.synthetic.scenarios import ScenarioName

SCALES_OF = {"no": ("raw",), "yes": ("standardized",), "both": ("raw", "standardized")}
DATASET_SAMPLES, DATASET_NODES = 1000, 20
MOST_PAIRS_SHOWN = 20


def dataset_names() -> list[str]:
    """Return the names that ``load_dataset`` accepts."""
    from causal_dag.synthetic import available_scenarios

    return ["sachs", *available_scenarios()]


@command(
    "Fit several solvers, side by side.",
    "compare --dataset sachs",
    "compare data.csv --truth graph.csv -s notears -s colide-ev",
)
@click.option(
    "--dataset",
    type=KnownName("data set", dataset_names),
    help="Built-in data with a known graph, instead of TABLE: sachs, or a scenario such as er2-ev "
    f"({DATASET_SAMPLES} rows, {DATASET_NODES} variables).",
)
@click.option(
    "--truth",
    type=FILE,
    metavar="FILE",
    help="The true graph: weights or edge list (CSV), JSON, GraphML or DOT.",
)
@several_solvers("Registry name (repeatable); by default every solver that accepts the columns.")
@optional_table_or_covariance
@knowledge_options
@click.option(
    "--standardize",
    type=click.Choice(list(SCALES_OF)),
    default="both",
    help="Fit standardized columns, raw ones, or both.",
)
@click.option(
    "--no-baselines", is_flag=True, help="Leave out the baselines: empty, random and sorting."
)
@output_files("Write the rows to a .csv or .json file (repeatable).", ".csv", ".json")
@random_state
@says_when_compiling
@reported
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
    outputs: tuple[Path, ...],
    random_state: int | None,
) -> Report:
    """Fit several solvers to TABLE (CSV or Parquet), and show them side by side.

    Baselines (empty, random, sorting by variance and by R²) are always added: a method that does
    not beat them has found nothing.
    """
    from causal_dag.comparison.compare import compare_solvers

    inputs = (table.path, truth, statements.tiers)
    check_outputs([("--output", path) for path in outputs], inputs)
    loaded, true_graph = _data(table, dataset, truth, random_state)
    chosen, left_out = _chosen(names, loaded.data)
    solvers = make_checked_solvers(
        parameters_by_solver(params, chosen), random_state, moments_by=table.gives_moments
    )
    with collected_warnings() as messages, progress_bar("comparing") as advance:
        comparison = compare_solvers(
            loaded.data,
            solvers,
            true=true_graph,
            scales=SCALES_OF[standardize],
            baselines=not no_baselines,
            prior_knowledge=statements.prior_knowledge(loaded.names, loaded.left_out),
            random_state=random_state,
            n_jobs=jobs,
            progress=lambda row, done, total: advance(f"{row.solver}, {row.scale}", done, total),
        )
    document: dict[str, Any] = {
        "source": dataset or table.name,
        "n_samples": comparison.n_samples,
        "n_features": comparison.n_features,
        "truth": dict(comparison.truth) or None,
        "rows": comparison.records(),
        "agreement": {scale: comparison.agreement(scale) for scale in comparison.scales},
        "warnings": [*loaded.notes, *left_out, *messages],
    }
    for path in outputs:
        _write(comparison, document, path)

    def show() -> None:
        print_comparison(comparison, document["source"])
        print_warnings(document["warnings"])
        for path in outputs:
            note(f"wrote {path}")

    return Report(document, show)


def load_dataset(name: str, random_state: int | None) -> "tuple[Any, NamedGraph]":
    """Return a data frame and its true graph.

    Parameters
    ----------
    name : str
        ``"sachs"`` (observational condition, 17-edge graph), or a scenario, drawn with 1000 rows
        and 20 variables.
    random_state : int or None
        Seed of the scenarios; None draws different data each time.
    """
    import pandas as pd

    from causal_dag.graph.named_graph import NamedGraph
    from causal_dag.synthetic import load_sachs, make_scenario

    if name == "sachs":
        sachs = load_sachs(as_frame=True)
        return sachs.data, NamedGraph(sachs.adjacency.astype(float), tuple(sachs.feature_names))
    scenario = cast("ScenarioName", name)
    X, sem = make_scenario(scenario, DATASET_SAMPLES, DATASET_NODES, random_state=random_state)
    labels = NamedGraph(sem.weights).labels
    return pd.DataFrame(X, columns=pd.Index(labels)), NamedGraph(sem.weights, labels)


def _data(
    table: TableSource, dataset: str | None, truth: Path | None, random_state: int | None
) -> "tuple[LoadedTable, NamedGraph | None]":
    if (table.path is None) == (dataset is None):
        raise click.UsageError("give either TABLE or --dataset, for example --dataset sachs")
    if dataset is None:
        loaded = table.variables()
        return loaded, None if truth is None else read_acyclic_graph(truth)
    given = [*(["--truth"] if truth is not None else []), *table.options_given]
    if given:
        raise click.UsageError(
            f"--dataset provides its own columns and truth; omit {', '.join(given)}"
        )
    data, true_graph = load_dataset(dataset, random_state)
    return LoadedTable(data), true_graph


def _chosen(names: tuple[str, ...], data: Any) -> tuple[list[str], list[str]]:
    """Return the solvers to compare, and a warning for each that does not accept the columns."""
    from causal_dag.registry import solvers_for
    from causal_dag.solvers import compared_solvers, make_solver

    if names:
        return list(dict.fromkeys(names)), []
    chosen = solvers_for(data)
    needed = {
        "binary": "columns of 0 and 1",
        "count": "columns of counts",
        "category": "columns of categories",
        "real": "rows",
        "mixed": "rows",
    }
    return chosen, [
        f"{name} is left out: it needs {needed[make_solver(name).column_values]}"
        for name in compared_solvers()
        if name not in chosen
    ]


def _write(comparison: "Comparison", document: dict[str, Any], path: Path) -> None:
    from causal_dag.files.atomic_files import write_whole_text
    from causal_dag.files.json_values import json_text
    from causal_dag.files.table_files import write_table

    if path.suffix.lower() == ".json":
        write_whole_text(path, json_text(document) + "\n")
    else:
        frame = comparison.to_frame()
        write_table(frame, path, names=list(frame.columns))


def print_comparison(comparison: "Comparison", source: str) -> None:
    """Print, per scale, the solvers by BIC, their errors and, without a truth, their agreement."""
    size = table_size(comparison.n_samples, comparison.n_features)
    for scale in comparison.scales:
        columns, cells = _table(comparison, scale)
        print_table(columns, cells, title=f"{source} ({size}), {scale} columns, by BIC")
        for row in comparison.ranked(scale):
            for remark in _remarks(row):
                print_paragraph(f"{row.solver}: {remark}", hanging="  ")
        agreement = () if comparison.truth else comparison.agreement(scale)
        if agreement:
            _print_agreement(agreement)
        print_line()


def _print_agreement(agreement: "tuple[EdgeAgreement, ...]") -> None:
    print_line()
    print_table(
        ["cause ", "effect ", "any edge", "this way", "other way"],
        [
            [edge.cause, edge.effect, *map(percent, (edge.adjacent, edge.directed, edge.reversed))]
            for edge in agreement
        ],
        title="Where the solvers agree: share that finds an edge, and that decides its direction "
        "(baselines left out; a direction left open counts as neither)",
        most=MOST_PAIRS_SHOWN,
        rest="more pairs (--json has all)",
    )


def _table(comparison: "Comparison", scale: str) -> tuple[list[str], list[list[object]]]:
    """Return headings and rows; the true graph, if known, comes first."""
    from causal_dag.metrics.registry import metrics_in_tables

    with_truth = bool(comparison.truth)
    metrics = metrics_in_tables() if with_truth else {}
    headings = {
        "solver": "solver",
        "edges": "edges",
        **{name: metric.title for name, metric in metrics.items()},
        "bic": "BIC",
        "score": "score",
        "varsortability": "varsort",
        "r2_sortability": "R2sort",
        "seconds": "seconds",
    }
    records = [row.record(with_distances=with_truth) for row in comparison.ranked(scale)]
    for record in records:
        record["seconds"] = round(record["seconds"], 3)
    if with_truth:
        perfect = {name: metric.perfect for name, metric in metrics.items()}
        truth = {"solver": "(truth)", **perfect, **dataclasses.asdict(comparison.truth[scale])}
        records.insert(0, truth)
    return list(headings.values()), [[r.get(key) for key in headings] for r in records]


def _remarks(row: "ComparisonRow") -> list[str]:
    from causal_dag.problem import Status

    if row.error is not None:
        return [f"refused the data: {row.error}"]
    remarks = [] if Status(row.status).is_converged else [row.status]
    if row.cut_edges:
        remarks.append(f"{counted(row.cut_edges, 'edge')} cut, because the weights had cycles")
    return remarks
