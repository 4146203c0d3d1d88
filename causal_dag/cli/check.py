"""``causal-dag check``: whether a graph agrees with a table."""

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.options.command import FILE, Report, command, random_state, reported
from causal_dag.cli.options.files import PICTURE_ENDINGS, check_outputs, output_files
from causal_dag.cli.options.table import TableSource
from causal_dag.cli.options.table_options import table_or_covariance
from causal_dag.cli.terminal.output import (
    collected_warnings,
    print_files_and_warnings,
    print_paragraph,
    table_size,
)

if TYPE_CHECKING:
    from causal_dag.moments import Moments

#: The frames of a check that its document holds.
FRAMES = ("failures", "additions", "removals")


@command(
    "Check a graph against a table.",
    "check graph.csv data.csv",
    "check graph.dot data.csv -o check.png",
)
@click.argument("graph", type=FILE)
@table_or_covariance
@click.option(
    "--level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.05,
    help="Probability of refuting a true graph, at most.",
)
@click.option(
    "--penalty",
    type=click.FloatRange(min=0),
    help="Price per edge, in units of log n, when edges are suggested; by default as in topo-bic, "
    "which depends on the number of columns.",
)
@output_files("Write a picture (.png, .svg or .pdf; repeatable).", *PICTURE_ENDINGS)
@random_state
@reported
def check(
    graph: Path,
    table: TableSource,
    level: float,
    penalty: float | None,
    outputs: tuple[Path, ...],
    random_state: int | None,
) -> Report:
    """Test the independences that the graph in the file GRAPH implies on the rows of TABLE.

    The graph is also compared with graphs whose names are permuted and with random ones, and edges
    are suggested that would improve the score.
    """
    from causal_dag.advice.graph_check import check_graph
    from causal_dag.files.atomic_files import write_whole_figure

    check_outputs([("--output", path) for path in outputs], inputs=(table.path, graph))
    with collected_warnings() as messages:
        _refuse_other_files(graph)
        moments = _moments(table)
        found = check_graph(
            graph,
            moments,
            level=level,
            penalty="auto" if penalty is None else penalty,
            random_state=random_state,
        )
    for path in outputs:
        write_whole_figure(path, found.plot())
    document: dict[str, Any] = {
        "graph": str(graph),
        "table": table.name,
        "n_samples": moments.n_samples,
        "n_features": moments.n_features,
        "level": level,
        "is_refuted": found.is_refuted,
        "permuted_p_value": found.permuted_p_value,
        "random_p_value": found.random_p_value,
        "equivalent_share": found.equivalent_share,
        **{name: getattr(found, name).to_dict("records") for name in FRAMES},
        "warnings": messages,
        "files": list(map(str, outputs)),
    }
    return Report(document, functools.partial(_print, found.summary(), document))


def _refuse_other_files(graph: Path) -> None:
    """Raise ``ValueError`` if the first file holds no graph."""
    from causal_dag.graph_files import read_graph

    try:
        read_graph(graph)
    except ValueError as error:
        raise ValueError(f"{error}; name the graph first, then the table") from error


def _moments(table: TableSource) -> "Moments":
    from causal_dag.comparison.figures import moments_of
    from causal_dag.files.table_problems import OTHER_SOLVERS
    from causal_dag.fitting.missing_values import data_of_fit
    from causal_dag.solvers.fixed_dag import FixedDAG

    try:
        data = table.variables().data
    except ValueError as error:
        # No solver is chosen here: the tests need numbers.
        raise ValueError(str(error).replace(OTHER_SOLVERS, "")) from error
    if table.missing != "drop":
        return moments_of(data)
    return data_of_fit(FixedDAG(missing="drop"), data).moments


def _print(summary: str, document: dict[str, Any]) -> None:
    size = table_size(document["n_samples"], document["n_features"])
    print_paragraph(f"{document['graph']} on {document['table']} ({size})")
    for line in summary.splitlines():
        print_paragraph(line, hanging="  ")
    print_files_and_warnings(document)
