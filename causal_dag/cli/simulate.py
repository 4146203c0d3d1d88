"""``causal-dag simulate``: draw data from a linear model with a known graph."""

import functools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from causal_dag.cli.options.command import (
    FILE,
    KnownName,
    Report,
    command,
    misuse,
    random_state,
    reported,
)
from causal_dag.cli.options.files import check_outputs
from causal_dag.cli.terminal.output import print_line, print_paragraph
from causal_dag.wording import counted

#: Options whose names differ from those of the parameters.
SIZES = {"n_nodes": "nodes", "n_features": "nodes", "n_samples": "samples"}
#: A parameter name followed by its value, or one that cannot be an ordinary word.
SETTING = re.compile(
    r"\b(?:(?:graph|noise|scale|weights|n_nodes|n_features|n_samples)(?==)"
    r"|edges_per_node|noise_variance|weight_range|heteroscedasticity)\b"
)

#: Settings determined by a scenario.
OF_SCENARIO = (
    "graph", "edges_per_node", "noise", "noise_variance", "weight_range", "weights",
    "heteroscedasticity", "scale",
)  # fmt: skip


def _scenarios() -> Sequence[str]:
    from causal_dag.synthetic import available_scenarios

    return available_scenarios()


def number_or_range(
    context: click.Context, option: click.Parameter, value: str
) -> float | tuple[float, float]:
    """Parse a number, or two numbers separated by a colon: ``0.5:10``."""
    try:
        numbers = tuple(float(part) for part in value.split(":"))
    except ValueError:
        numbers = ()
    match numbers:
        case (number,):
            return number
        case (low, high):
            return low, high
    raise click.BadParameter(
        f"{value!r} is neither a number nor low:high, such as 0.5:10", context, option
    )


@command(
    "Simulate data with a known graph.",
    "simulate -d 20 -n 1000 -o data.csv",
    "simulate --scenario er4-nv -o er4.parquet --graph-output er4.json",
)
@click.option(
    "--scenario",
    type=KnownName("scenario", _scenarios),
    help="Named setting, such as er4-nv; replaces those of graph, edges, noise, weights and scale.",
)
@click.option("--samples", "-n", "n_samples", default=1000, help="Number of rows.")
@click.option("--nodes", "-d", "n_features", default=20, help="Number of variables.")
@click.option(
    "--graph",
    metavar="NAME",
    default="er",
    help="er, sf, small-world, bipartite or layered; or a published network, such as ecoli70.",
)
@click.option("--edges-per-node", default=2.0, help="Expected number of edges per node.")
@click.option(
    "--noise",
    metavar="NAME",
    default="gaussian",
    help="gaussian, laplace, exponential, gumbel, uniform or student-t.",
)
@click.option(
    "--noise-variance",
    metavar="V|LOW:HIGH",
    callback=number_or_range,
    default="1",
    help="One variance, or a range from which each is drawn.",
)
@click.option(
    "--weight-range",
    metavar="LOW:HIGH",
    callback=number_or_range,
    default="0.5:2",
    help="Range of the absolute weights.",
)
@click.option(
    "--weights",
    metavar="NAME",
    default="uniform",
    help="uniform, or dao: correlations drawn by the onion method.",
)
@click.option(
    "--heteroscedasticity",
    default=0.0,
    help="Share of the noise variance that depends on the parents.",
)
@click.option("--scale", metavar="NAME", default="raw", help="raw, standardized or iscm.")
@click.option(
    "--output",
    "-o",
    type=FILE,
    default="simulated.csv",
    help="Data file, .csv, .csv.gz or .parquet.",
)
@click.option(
    "--graph-output",
    type=FILE,
    help="File for the true graph; by default the data file's name with .truth.csv.",
)
@random_state
@reported
def simulate(
    scenario: str | None, output: Path, graph_output: Path | None, **settings: Any
) -> Report:
    """Draw a linear structural equation model, and write its data and its graph."""
    from causal_dag.files.table_files import write_table
    from causal_dag.graph.named_graph import named_graph
    from causal_dag.graph_files import write_graph
    from causal_dag.metrics import r2_sortability, varsortability

    stem = output.name.removesuffix(".gz").rsplit(".", 1)[0]
    graph_output = graph_output or output.with_name(stem + ".truth.csv")
    check_outputs([("--output", output), ("--graph-output", graph_output)])
    X, sem = _draw(scenario, settings)
    labels = named_graph(sem).labels
    write_table(X, output, names=labels)
    write_graph(sem, graph_output, names=labels)
    document = {
        "data": str(output),
        "truth": str(graph_output),
        "n_samples": len(X),
        "n_features": len(labels),
        "edges": int(sem.adjacency.sum()),
        "varsortability": varsortability(X, sem.weights),
        "r2_sortability": r2_sortability(X, sem.weights),
    }
    return Report(document, functools.partial(_show, document))


def _draw(scenario: str | None, settings: dict[str, Any]) -> Any:
    """Return data and model, drawn from the scenario or the settings."""
    from causal_dag.synthetic import NETWORKS, make_linear_sem, make_scenario

    if settings["graph"] in NETWORKS and not _is_given("n_features"):
        settings["n_features"] = None
    if scenario is not None:
        _refuse_settings_beside_a_scenario()
    others = {key: value for key, value in settings.items() if key not in OF_SCENARIO}
    with misuse():
        try:
            if scenario is not None:
                return make_scenario(scenario, **others)  # type: ignore[arg-type]
            return make_linear_sem(**settings)
        except ValueError as error:
            # Refer to parameters by the options that set them.
            raise ValueError(SETTING.sub(_option, str(error))) from error


def _option(match: re.Match[str]) -> str:
    return "--" + SIZES.get(match[0], match[0]).replace("_", "-")


def _refuse_settings_beside_a_scenario() -> None:
    for name in OF_SCENARIO:
        if _is_given(name):
            option = name.replace("_", "-")
            raise click.UsageError(f"--scenario already sets --{option}; omit one of them")


def _is_given(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


def _show(document: dict[str, Any]) -> None:
    rows, edges = counted(document["n_samples"], "row"), counted(document["edges"], "edge")
    print_line(f"{rows} of {counted(document['n_features'], 'variable')}, {edges}")
    print_paragraph(
        f"varsortability {document['varsortability']:.2f}, "
        f"R2-sortability {document['r2_sortability']:.2f} (1 = sorting suffices, 0.5 = chance)",
        hanging="  ",
    )
    print_line(f"wrote {document['data']} and {document['truth']}")
