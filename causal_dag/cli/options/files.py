"""Files on the command line: input graphs, and output paths checked before any work is done."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.wording import alternatives

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from causal_dag.graph.named_graph import NamedGraph

STANDARD_INPUT = Path("-")
PICTURE_ENDINGS = (".png", ".svg", ".pdf")


class OutputFile(click.Path):
    """A path that must end in one of the given file endings.

    Parameters
    ----------
    *endings : str
        Endings in lower case; by default those of all graph formats.
    """

    def __init__(self, *endings: str) -> None:
        super().__init__(path_type=Path)
        self.endings = endings

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path if its ending is allowed."""
        path = Path(str(super().convert(value, param, ctx)))
        endings = self.endings or graph_file_endings()
        if not path.name.lower().endswith(endings):
            self.fail(f"{path}: end it with {alternatives(endings)}", param, ctx)
        return path


PICTURE = OutputFile(*PICTURE_ENDINGS)


def output_files(what: str, *endings: str) -> Callable[[Any], Any]:
    """Return the option ``--output``, which can be given several times.

    Parameters
    ----------
    what : str
        Its help.
    *endings : str
        Endings of the files that can be written.
    """
    kind = OutputFile(*endings)
    return click.option("--output", "-o", "outputs", multiple=True, type=kind, help=what)


def graph_file_endings() -> tuple[str, ...]:
    """Return the endings of the files that a graph can be written to."""
    from causal_dag.graph_files import graph_endings

    return tuple(graph_endings())


def check_outputs(
    outputs: Iterable[tuple[str, Path | None]], inputs: Iterable[Path | None] = ()
) -> None:
    """Refuse outputs that coincide with another file or whose folder does not exist.

    Parameters
    ----------
    outputs : iterable of (option, Path or None)
        Every file that the command will write, with the option that asked for it.
    inputs : iterable of Path or None
        Every file that it reads; None and ``-`` (standard input) are left out.

    Raises
    ------
    click.UsageError
        If two of them are the same file.
    ValueError
        If the folder does not exist, or the output is itself a folder.
    """
    from causal_dag.files.atomic_files import same_file

    taken = {path: "an input" for path in inputs if path not in (None, STANDARD_INPUT)}
    for option, path in outputs:
        if path is None:
            continue
        if not path.parent.is_dir():
            raise ValueError(f"{option} {path}: there is no folder {path.parent}; create it first")
        if path.is_dir():
            raise ValueError(f"{option} {path} is a folder; name a file")
        for other, what in taken.items():
            if other is not None and same_file(path, other):
                raise click.UsageError(f"{option} {path} would replace {what}; choose another name")
        taken[path] = f"what {option} writes"


def read_acyclic_graph(path: Path) -> "NamedGraph":
    """Read an acyclic graph; a ``ValueError`` about a cycle starts with the file name."""
    from causal_dag.graph_files import read_graph

    graph = read_graph(path)
    try:
        graph.require_acyclic()
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return graph


def write_picture_or_graph(path: Path, model: Any) -> None:
    """Write a fitted model in the format that the path's ending names.

    Of a ``LaggedDAG``, graph files hold the graph of the table with lagged columns.
    """
    from causal_dag.files.atomic_files import write_whole_figure
    from causal_dag.graph_files import write_graph
    from causal_dag.saving.models import ENDING

    name = path.name.lower()
    if name.endswith(PICTURE_ENDINGS):
        write_whole_figure(path, graph_picture(model))
    elif is_lagged(model) and name.endswith(ENDING):
        model.save(path)
    else:
        write_graph(model.estimator_ if is_lagged(model) else model, path)


def is_lagged(model: Any) -> bool:
    """Whether a fitted model is one of time series."""
    return hasattr(model, "lagged_weights_")


def graph_picture(model: Any) -> "Figure":
    """Return a picture of a graph or fitted model; of a time series, unrolled."""
    from causal_dag.plotting import plot_graph, plot_unrolled_graph

    return (plot_unrolled_graph if is_lagged(model) else plot_graph)(model)
