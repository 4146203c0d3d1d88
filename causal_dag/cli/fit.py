"""``causal-dag fit``: a table in, a graph out."""

import time
from pathlib import Path
from typing import Any

import click

from causal_dag.cli.command_group import Interrupted
from causal_dag.cli.compilation import says_when_compiling
from causal_dag.cli.completion import complete_solver
from causal_dag.cli.knowledge_options import Statements, knowledge_options
from causal_dag.cli.options import (
    DEFAULT_SOLVER,
    StrictCommand,
    json_and_quiet,
    misuse,
    one_solver,
    random_state,
)
from causal_dag.cli.output import (
    collected_warnings,
    note,
    print_json,
    print_line,
    print_paragraph,
    print_table,
)
from causal_dag.cli.outputs import check_outputs
from causal_dag.cli.table_options import (
    TableSource,
    covariance_options,
    refuse_solver_of_rows,
    table_options,
)
from causal_dag.wording import counted

MOST_EDGES_SHOWN = 40
# A prefix stands for these three files.
PREFIX_ENDINGS = (".weights.csv", ".edges.csv", ".json")
PICTURE_ENDINGS = (".png", ".svg", ".pdf")

EXAMPLES = (
    "\b\nExamples:\n"
    "  causal-dag fit data.csv\n"
    "  causal-dag fit data.csv -s notears -p lambda1=0.05 --standardize -o run1\n"
)


@click.command(cls=StrictCommand, short_help="Fit one solver to a table.", epilog=EXAMPLES)
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "--solver",
    "-s",
    metavar="NAME",
    multiple=True,
    callback=one_solver,
    shell_complete=complete_solver,
    default=(DEFAULT_SOLVER,),
    show_default=DEFAULT_SOLVER,
    help="Registry name, see: causal-dag solvers.",
)
@click.option(
    "--param",
    "-p",
    "params",
    multiple=True,
    metavar="KEY=VALUE",
    help="Parameter of the solver (repeatable), for example -p lambda1=0.1.",
)
@covariance_options
@table_options
@click.option("--standardize", is_flag=True, help="Shift columns to mean 0, scale to variance 1.")
@knowledge_options
@click.option(
    "--output",
    "-o",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Where to write (repeatable): a prefix (PREFIX.weights.csv, PREFIX.edges.csv, "
    "PREFIX.json), or a file .csv, .edges.csv, .json, .graphml, .dot, .png, .svg or .pdf.",
)
@click.option(
    "--convergence",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Draw how the fit went, stage by stage: .png, .svg or .pdf.",
)
@random_state
@json_and_quiet
@says_when_compiling
def fit(
    table: TableSource,
    solver: str,
    params: tuple[str, ...],
    standardize: bool,
    statements: Statements,
    output: tuple[Path, ...],
    convergence: Path | None,
    random_state: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fit one solver to TABLE (CSV or Parquet), and show the graph it finds."""
    from causal_dag.cli.parameters import solver_parameters
    from causal_dag.problem import Status
    from causal_dag.registry import make_seeded_solver
    from causal_dag.scaling import scaled

    targets = [target for path in output for target in _targets(path)]
    _check_picture(convergence)
    written = [("--output", target) for target in targets]
    check_outputs([*written, ("--convergence", convergence)], inputs=(table.path, statements.tiers))
    with misuse():
        estimator = make_seeded_solver(solver, random_state, **solver_parameters(params))
        estimator.checked_copy()
    if table.covariance:
        refuse_solver_of_rows(solver, estimator)
    loaded = table.variables()
    knowledge = statements.prior_knowledge(loaded.names, loaded.left_out)
    if knowledge is not None:
        estimator.set_params(prior_knowledge=knowledge)
    data = scaled(loaded.data, "standardized" if standardize else "raw")
    model, messages, seconds = _fit(estimator, data, solver, show_progress=not (as_json or quiet))
    for target in targets:
        _write(model, target)
    if convergence is not None:
        _draw_convergence(model, convergence)
        targets.append(convergence)
    report = _report(
        model, data, solver, table.name, standardize, seconds, [*loaded.notes, *messages], targets
    )
    if as_json:
        _print_document(model, report)
    elif not quiet:
        _print_summary(model, report)
    if model.status_ == Status.INTERRUPTED:
        raise Interrupted("interrupted; the graph is the best one found until then")


def _targets(path: Path) -> list[Path]:
    """Return the files that a path of ``--output`` stands for."""
    from causal_dag.graph_files import graph_endings

    if path.name.lower().endswith((*graph_endings(), *PICTURE_ENDINGS)):
        targets = [path]
    elif path.suffix:
        endings = ", ".join((*graph_endings(), *PICTURE_ENDINGS))
        raise click.UsageError(
            f"--output {path}: unknown ending {path.suffix!r}; use one of {endings}, "
            "or a prefix without a dot"
        )
    else:
        targets = [path.with_name(path.name + ending) for ending in PREFIX_ENDINGS]
    return targets


def _check_picture(path: Path | None) -> None:
    if path is not None and path.suffix.lower() not in PICTURE_ENDINGS:
        raise click.UsageError(f"--convergence {path}: end it with {', '.join(PICTURE_ENDINGS)}")


def _fit(
    estimator: Any, data: Any, solver: str, *, show_progress: bool
) -> tuple[Any, list[str], float]:
    """Return the fitted estimator, its warnings, and the seconds it took."""
    from causal_dag.cli.progress import is_terminal, progress_bar
    from causal_dag.comparison.rows_or_moments import fitted_to

    started = time.perf_counter()
    with collected_warnings() as messages, progress_bar(solver, wanted=show_progress) as advance:
        if show_progress and is_terminal():
            estimator.set_params(
                callback=lambda record: advance(
                    f"stage {record.stage}, {record.non_zeros} edges", None
                )
            )
        model = fitted_to(estimator, data)
    # The bar is gone, and a function is no part of the result.
    model.set_params(callback=None)
    return model, messages, time.perf_counter() - started


def _write(model: Any, target: Path) -> None:
    from causal_dag.files.atomic_files import write_whole_figure
    from causal_dag.graph_files import write_graph

    if target.suffix.lower() in PICTURE_ENDINGS:
        from causal_dag.plotting import plot_graph

        write_whole_figure(target, plot_graph(model))
    else:
        write_graph(model, target)


def _draw_convergence(model: Any, path: Path) -> None:
    from causal_dag.files.atomic_files import write_whole_figure
    from causal_dag.plotting import plot_convergence

    write_whole_figure(path, plot_convergence(model))


def _report(
    model: Any,
    data: Any,
    solver: str,
    table: str,
    standardize: bool,
    seconds: float,
    messages: list[str],
    targets: list[Path],
) -> dict[str, Any]:
    from causal_dag.comparison.rows_or_moments import mean_log_likelihood, shape_of
    from causal_dag.metrics import r2_sortability, varsortability

    n_samples, n_features = shape_of(data)
    return {
        "registry_name": solver,
        "table": table,
        "n_samples": n_samples,
        "n_features": n_features,
        "scale": "standardized" if standardize else "raw",
        "seconds": seconds,
        "score": mean_log_likelihood(model, data),
        "varsortability": varsortability(data, model.weights_),
        "r2_sortability": r2_sortability(data, model.weights_),
        "warnings": messages,
        "files": [str(target) for target in targets],
    }


def _print_document(model: Any, report: dict[str, Any]) -> None:
    from causal_dag.export import to_document

    print_json(to_document(model) | report)


def _print_summary(model: Any, report: dict[str, Any]) -> None:
    edges = model.edges_
    print_table(
        ["cause ", " ", "effect ", "weight", "standardized", "decided by "],
        [_edge_cells(edge) for edge in edges.head(MOST_EDGES_SHOWN).itertuples()],
        title=f"{report['registry_name']} on {report['table']} "
        f"({counted(report['n_samples'], 'row')}, {counted(report['n_features'], 'column')}, "
        f"{report['scale']}): {counted(len(edges), 'edge')}",
    )
    if len(edges) > MOST_EDGES_SHOWN:
        print_line(f"... and {len(edges) - MOST_EDGES_SHOWN} weaker ones (--output writes all)")
    decided_by = set(edges["decided_by"])
    for line in [*_remarks_on_directions(decided_by, report), *_summary_lines(model, report)]:
        print_paragraph(line, hanging="  ")
    for path in report["files"]:
        print_line(f"wrote {path}")
    for message in report["warnings"]:
        note(f"warning: {message}")


def _edge_cells(edge: Any) -> list[object]:
    mark = "—" if edge.decided_by == "open" else "→"
    return [edge.cause, mark, edge.effect, edge.weight, edge.standardized, edge.decided_by]


def _remarks_on_directions(decided_by: set[str], report: dict[str, Any]) -> list[str]:
    remarks = []
    if "open" in decided_by:
        remarks.append(
            "— nothing decided the direction of this edge: its weight is that of an effect from "
            "left to right, one of the two possibilities"
        )
    if "assumption" in decided_by:
        remarks.append(
            "assumption: the data alone leave this direction open; an assumption decides it, see "
            f"causal-dag solvers {report['registry_name']}"
        )
    return remarks


def _summary_lines(model: Any, report: dict[str, Any]) -> list[str]:
    labels = list(model.feature_names_in_)
    has_edge = model.adjacency_.any(axis=0) | model.adjacency_.any(axis=1)
    lonely = [label for label, known in zip(labels, has_edge, strict=True) if not known]
    iterations = counted(model.n_iter_, "iteration")
    lines = [f"without edges: {', '.join(lonely)}"] if lonely else []
    return [
        *lines,
        f"status: {model.status_} ({iterations}, {report['seconds']:.2f} s)",
        f"projection: {_projection(model, labels)}",
        f"score: {report['score']:.4f} (mean log-likelihood per row)",
        f"sortability of the answer: {report['varsortability']:.2f} by variance, "
        f"{report['r2_sortability']:.2f} by R² (0.5 = the order owes nothing to it)",
    ]


def _projection(model: Any, labels: list[str]) -> str:
    projection = model.projection_
    small = (
        f"{projection.n_below_threshold} weights at or below {model.weight_threshold_:g} set to 0"
        if projection.n_below_threshold
        else "no weight below the threshold"
    )
    if not projection.cut_edges:
        return f"{small}; no cycle to cut"
    cut = ", ".join(f"{labels[i]} -> {labels[j]} ({w:.3g})" for i, j, w in projection.cut_edges)
    kept = f"{100 * projection.retained_weight:.1f} % of the weight kept"
    return f"{small}; cut to reach a DAG: {cut}; {kept}"
