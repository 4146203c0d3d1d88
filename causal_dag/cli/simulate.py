"""``causal-dag simulate``: data from a linear model whose graph is known."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from causal_dag.cli.completion import complete_scenario
from causal_dag.cli.options import (
    StrictCommand,
    json_and_quiet,
    misuse,
    number_or_range,
    random_state,
    unknown_name,
)
from causal_dag.cli.output import print_json, print_line, print_paragraph
from causal_dag.cli.outputs import check_outputs
from causal_dag.wording import counted

#: Options whose names differ from those of the parameters.
SIZES = {"n_nodes": "nodes", "n_features": "nodes", "n_samples": "samples"}
#: A parameter before its value, or one that cannot be an ordinary word.
SETTING = re.compile(
    r"\b(?:(?:graph|noise|scale|n_nodes|n_features|n_samples)(?==)"
    r"|edges_per_node|noise_variance|weight_range)\b"
)

EXAMPLES = (
    "\b\nExamples:\n"
    "  causal-dag simulate -d 20 -n 1000 -o data.csv\n"
    "  causal-dag simulate --scenario er4-nv -o er4.parquet --graph-output er4.json\n"
)


@click.command(cls=StrictCommand, short_help="Draw data whose graph is known.", epilog=EXAMPLES)
@click.option(
    "--scenario",
    metavar="NAME",
    shell_complete=complete_scenario,
    help="Named setting, such as er4-nv; replaces those of graph, edges, noise, weights and scale.",
)
@click.option(
    "--samples", "-n", "n_samples", default=1000, show_default=True, help="Number of rows."
)
@click.option(
    "--nodes", "-d", "n_features", default=20, show_default=True, help="Number of variables."
)
@click.option(
    "--graph",
    metavar="NAME",
    default="er",
    show_default=True,
    help="er, sf, small-world, bipartite or layered.",
)
@click.option("--edges-per-node", default=2.0, show_default=True, help="Expected edges / nodes.")
@click.option(
    "--noise",
    metavar="NAME",
    default="gaussian",
    show_default=True,
    help="gaussian, laplace, exponential, gumbel, uniform or student-t.",
)
@click.option(
    "--noise-variance",
    metavar="V|LOW:HIGH",
    callback=number_or_range,
    default="1",
    show_default=True,
    help="One variance, or a range to draw each variable's from.",
)
@click.option(
    "--weight-range",
    metavar="LOW:HIGH",
    callback=number_or_range,
    default="0.5:2",
    show_default=True,
    help="Bounds of |weight|.",
)
@click.option(
    "--scale", metavar="NAME", default="raw", show_default=True, help="raw, standardized or iscm."
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    default="simulated.csv",
    show_default=True,
    metavar="PATH",
    help="Data file, .csv, .csv.gz or .parquet.",
)
@click.option(
    "--graph-output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="File for the true graph; by default the data file's name with .truth.csv.",
)
@random_state
@json_and_quiet
def simulate(
    scenario: str | None,
    output: Path,
    graph_output: Path | None,
    as_json: bool,
    quiet: bool,
    **settings: Any,
) -> None:
    """Draw a linear structural equation model, and write its data and its graph."""
    from causal_dag.files.table_files import write_table
    from causal_dag.graph.named_graph import NamedGraph
    from causal_dag.graph_files import write_graph
    from causal_dag.metrics import r2_sortability, varsortability

    graph_output = graph_output or output.with_name(_stem(output) + ".truth.csv")
    check_outputs([("--output", output), ("--graph-output", graph_output)])
    with misuse(), _settings_as_options():
        X, sem = _draw(scenario, settings)
    labels = NamedGraph(sem.weights).labels
    write_table(X, output, names=labels)
    write_graph(sem, graph_output, names=labels)
    report = {
        "data": str(output),
        "truth": str(graph_output),
        "n_samples": len(X),
        "n_features": len(labels),
        "edges": int(sem.adjacency.sum()),
        "varsortability": varsortability(X, sem.weights),
        "r2_sortability": r2_sortability(X, sem.weights),
    }
    _print(report, as_json=as_json, quiet=quiet)


def _draw(scenario: str | None, settings: dict[str, Any]) -> Any:
    """Return data and model, of the scenario or of the settings."""
    from causal_dag.synthetic import available_scenarios, make_linear_sem, make_scenario

    if scenario is None:
        return make_linear_sem(**settings)
    _refuse_settings_beside_a_scenario()
    if scenario not in available_scenarios():
        raise click.UsageError(unknown_name("scenario", scenario, available_scenarios()))
    size = {key: settings[key] for key in ("n_samples", "n_features", "random_state")}
    return make_scenario(scenario, **size)


@contextlib.contextmanager
def _settings_as_options() -> Iterator[None]:
    """Call parameters by the options that set them, in messages about what was typed."""
    try:
        yield
    except ValueError as error:
        raise ValueError(SETTING.sub(_option, str(error))) from error


def _option(match: re.Match[str]) -> str:
    return "--" + SIZES.get(match[0], match[0]).replace("_", "-")


def _refuse_settings_beside_a_scenario() -> None:
    context = click.get_current_context()
    for name in ("graph", "edges_per_node", "noise", "noise_variance", "weight_range", "scale"):
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            option = name.replace("_", "-")
            raise click.UsageError(f"--scenario says what --{option} is; leave one of them out")


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").rsplit(".", 1)[0]


def _print(report: dict[str, Any], *, as_json: bool, quiet: bool) -> None:
    if as_json:
        print_json(report)
    elif not quiet:
        rows, variables = counted(report["n_samples"], "row"), report["n_features"]
        edges = counted(report["edges"], "edge")
        print_line(f"{rows} of {counted(variables, 'variable')}, {edges}")
        print_paragraph(
            f"varsortability {report['varsortability']:.2f}, "
            f"R2-sortability {report['r2_sortability']:.2f} "
            "(1 = sorting suffices, 0.5 = chance)",
            hanging="  ",
        )
        print_line(f"wrote {report['data']} and {report['truth']}")
