"""``causal-dag fit``: estimate a graph from a table."""

import functools
import time
from pathlib import Path
from typing import Any

import click

from causal_dag.cli.compilation import says_when_compiling
from causal_dag.cli.options.command import FILE, Report, command, misuse, random_state, reported
from causal_dag.cli.options.files import (
    PICTURE,
    PICTURE_ENDINGS,
    check_outputs,
    graph_file_endings,
    is_lagged,
    write_picture_or_graph,
)
from causal_dag.cli.options.knowledge import Statements, knowledge_options
from causal_dag.cli.options.solvers import make_checked_solvers, one_solver, solver_parameters
from causal_dag.cli.options.table import TableSource, split_names
from causal_dag.cli.options.table_options import table_for_fit
from causal_dag.cli.terminal import progress
from causal_dag.cli.terminal.errors import Interrupted
from causal_dag.cli.terminal.output import (
    collected_warnings,
    print_files_and_warnings,
    print_line,
    print_paragraph,
    print_table,
    table_size,
)
from causal_dag.wording import counted

MOST_EDGES_SHOWN = 40
# A prefix stands for these three files.
PREFIX_ENDINGS = (".weights.csv", ".edges.csv", ".json")


@command(
    "Fit one solver to a table.",
    "fit data.csv",
    "fit data.csv -s notears -p lambda1=0.05 --standardize -o run1",
    "fit series.csv --lags 2 -o series.json -o series.png",
    "fit counts.csv -s topo-bdeu --weights count",
)
@one_solver("lambda1=0.1")
@table_for_fit
@click.option(
    "--group",
    "groups",
    multiple=True,
    metavar="NAME=A,B",
    help="Columns that are one node of the graph (repeatable), for topo-mixed.",
)
@click.option("--standardize", is_flag=True, help="Scale columns to mean 0 and variance 1.")
@knowledge_options
@click.option(
    "--output",
    "-o",
    "outputs",
    multiple=True,
    type=FILE,
    help="Where to write (repeatable): a prefix (PREFIX.weights.csv, PREFIX.edges.csv, "
    "PREFIX.json), or a file .csv, .edges.csv, .json, .graphml, .dot, .png, .svg or .pdf.",
)
@click.option(
    "--convergence",
    type=PICTURE,
    help="Plot the convergence of the fit, stage by stage: .png, .svg or .pdf.",
)
@random_state
@says_when_compiling
@reported
def fit(
    table: TableSource,
    solver: str,
    params: tuple[str, ...],
    groups: tuple[str, ...],
    standardize: bool,
    statements: Statements,
    outputs: tuple[Path, ...],
    convergence: Path | None,
    random_state: int | None,
) -> Report:
    """Fit one solver to TABLE (CSV or Parquet), and show the graph it finds."""
    from causal_dag.column_values import READ_LABELS
    from causal_dag.export import to_document
    from causal_dag.problem import Status
    from causal_dag.scaling import scaled

    targets = [target for path in outputs for target in _targets(path)]
    written = [("--output", target) for target in targets]
    check_outputs([*written, ("--convergence", convergence)], inputs=(table.path, statements.tiers))
    parameters = {solver: solver_parameters(params)}
    if groups:
        parameters[solver]["groups"] = dict(map(_group, groups))
    solvers = make_checked_solvers(parameters, random_state, moments_by=table.gives_moments)
    if table.missing != "refuse":
        solvers[solver].set_params(missing=table.missing)
    has_levels = solvers[solver].column_values in READ_LABELS
    if has_levels and (standardize or table.lags):
        option = "--standardize" if standardize else "--lags"
        taken = {"category": "categories", "mixed": "mixed tables"}[solvers[solver].column_values]
        raise click.UsageError(f"{option} needs numbers, and {solver} is for {taken}; omit it")
    if table.weights and (table.targets or table.row_groups):
        raise click.UsageError("--weights cannot be combined with --targets or --groups; omit one")
    loaded = table.levels() if has_levels else table.variables()
    if loaded.weights is not None and not solvers[solver].counts_rows:
        loaded = loaded.without_weights(needs_rows=solvers[solver].needs_rows)
    estimator, names = _estimator(solvers[solver], loaded.names, table.lags)
    names = _node_names(parameters[solver]["groups"], names) if groups else names
    knowledge = statements.prior_knowledge(names, loaded.left_out)
    if knowledge is not None:
        solvers[solver].set_params(prior_knowledge=knowledge)
    scale = "standardized" if standardize else "raw"
    data = loaded.data if has_levels else scaled(loaded.data, scale)
    data = loaded.split(data) if table.lags else data
    of_rows = {
        "targets": loaded.targets,
        "groups": loaded.groups,
        "sample_weight": loaded.weights,
    }
    model, messages, seconds = _fit(estimator, solvers[solver], data, of_rows, solver)
    fitted = model.estimator_ if table.lags else model
    for target in targets:
        write_picture_or_graph(target, model)
    if convergence is not None:
        from causal_dag.files.atomic_files import write_whole_figure
        from causal_dag.plotting import plot_convergence

        write_whole_figure(convergence, plot_convergence(fitted))
        targets.append(convergence)
    about = {
        "registry_name": solver,
        "table": table.name,
        "scale": scale,
        "seconds": seconds,
        **_figures(model, data, loaded.weights),
        "warnings": [*loaded.notes, *messages],
        "files": list(map(str, targets)),
    }
    is_whole = fitted.status_ != Status.INTERRUPTED
    return Report(
        to_document(fitted) | about,
        functools.partial(_print_lags if table.lags else _print_summary, model, about),
        None if is_whole else Interrupted("interrupted; the graph is the best one found so far"),
    )


def _node_names(groups: dict[str, list[str]], columns: list[str]) -> list[str]:
    from causal_dag.tables.column_groups import read_groups
    from causal_dag.tables.columns import Columns

    with misuse():
        return list(read_groups(groups, Columns(len(columns), columns))[1])


def _group(text: str) -> tuple[str, list[str]]:
    name, equals, columns = text.partition("=")
    if not equals:
        raise click.UsageError(f"--group {text}: write NAME=A,B, for example --group position=x,y")
    return name, list(split_names(columns) or ())


def _targets(path: Path) -> list[Path]:
    """Return the files that a path of ``--output`` stands for."""
    endings = (*graph_file_endings(), *PICTURE_ENDINGS)
    if path.name.lower().endswith(endings):
        return [path]
    if path.suffix:
        raise click.UsageError(
            f"--output {path}: unknown ending {path.suffix!r}; use one of {', '.join(endings)}, "
            "or a prefix without a dot"
        )
    return [path.with_name(path.name + ending) for ending in PREFIX_ENDINGS]


def _estimator(solver: Any, names: list[str], lags: tuple[int, ...] | None) -> tuple[Any, Any]:
    """Return what is fitted, and the names of its columns."""
    from causal_dag.time_series.lagged_dag import LaggedDAG
    from causal_dag.time_series.series import lagged_names

    if lags is None:
        return solver, names
    return LaggedDAG(solver, n_lags=lags), lagged_names(tuple(names), max(lags))


def _fit(
    estimator: Any, solver: Any, data: Any, of_rows: dict[str, Any], name: str
) -> tuple[Any, list[str], float]:
    """Return the fitted estimator, its warnings, and the seconds it took."""
    from causal_dag.comparison.figures import fitted_to

    started = time.perf_counter()
    with collected_warnings() as messages, progress.progress_bar(name) as advance:
        if progress.is_watched():
            solver.set_params(
                callback=lambda record: advance(f"stage {record.stage}, {record.non_zeros} edges")
            )
        model = fitted_to(estimator, data, **of_rows)
    # The progress bar is closed, and a callback does not belong to the result.
    for watched in (solver, getattr(model, "estimator_", model)):
        watched.set_params(callback=None)
    return model, messages, time.perf_counter() - started


def _figures(model: Any, data: Any, weights: Any) -> dict[str, Any]:
    from causal_dag.comparison.figures import mean_log_likelihood, shape_of
    from causal_dag.metrics import r2_sortability, varsortability

    if is_lagged(model):
        sizes = {"n_samples": model.n_samples_, "n_features": model.n_features_in_}
        return sizes | {"n_lags": model.n_lags_, "score": model.score(data)}
    n_samples, n_features = shape_of(data)
    figures = {
        "n_samples": n_samples if weights is None else int(sum(map(float, weights))),
        "n_features": n_features,
        "score": mean_log_likelihood(model, data, weights),
    }
    if hasattr(model, "column_kinds_"):
        return figures | {"kinds": model.column_kinds_.description()}
    return figures | {
        "varsortability": varsortability(data, model.weights_),
        "r2_sortability": r2_sortability(data, model.weights_),
    }


def _print_lags(model: Any, about: dict[str, Any]) -> None:
    print_line(f"{about['registry_name']} on {about['table']} ({about['scale']})")
    for line in model.summary().splitlines():
        print_line(line)
    print_line(f"score: {about['score']:.4f} (mean log-likelihood per row, given those before it)")
    print_files_and_warnings(about)


def _print_summary(model: Any, about: dict[str, Any]) -> None:
    edges = model.edges_
    size = table_size(about["n_samples"], about["n_features"])
    print_table(
        ["cause ", " ", "effect ", "weight", "standardized", "decided by "],
        [_edge_cells(edge) for edge in edges.itertuples()],
        title=f"{about['registry_name']} on {about['table']} ({size}, {about['scale']}): "
        f"{counted(len(edges), 'edge')}",
        most=MOST_EDGES_SHOWN,
        rest="weaker ones (--output writes all)",
    )
    for line in _remarks(model, about):
        print_paragraph(line, hanging="  ")
    print_files_and_warnings(about)


def _edge_cells(edge: Any) -> list[object]:
    mark = "—" if edge.decided_by == "open" else "→"
    return [edge.cause, mark, edge.effect, edge.weight, edge.standardized, edge.decided_by]


def _remarks(model: Any, about: dict[str, Any]) -> list[str]:
    from causal_dag.fitting.fit_remarks import remarks

    score = (
        f"score: {about['score']:.4f} (mean log-likelihood per row"
        f"{', all as observations' if model.targets_ else ''}); fitted in {about['seconds']:.2f} s"
    )
    if "kinds" in about:
        return [*remarks(model), score]
    return [
        *remarks(model),
        score,
        f"sortability of the estimated graph: {about['varsortability']:.2f} by variance, "
        f"{about['r2_sortability']:.2f} by R² (0.5 = the order does not follow from sorting)",
    ]
