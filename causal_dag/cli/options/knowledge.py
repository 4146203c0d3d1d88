"""Options for prior knowledge about the graph, shared by all commands that fit solvers."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from causal_dag.cli.options.command import gathered, misuse, unknown_name
from causal_dag.cli.options.table import COLUMN, EDGE, LoadedTable, TableSource, split_names

if TYPE_CHECKING:
    from causal_dag.constraints import PriorKnowledge
    from causal_dag.estimator import DAGEstimator

TIERS_FORMAT = "write one tier per line, causes first, and names separated by commas"


@dataclass(frozen=True)
class Statements:
    """Prior knowledge about the graph, as stated on the command line.

    Parameters
    ----------
    root, leaf : tuple of str
        Columns without causes, and without effects.
    given : tuple of str
        Columns taken as they are: without causes, and without a term in the score.
    forbid, require : tuple of str
        Edges, written ``cause:effect``.
    tiers : Path or None
        File with one tier per line, causes first; names separated by commas, ``#`` for comments.
    no_edges_within_tiers : bool
        No edges between columns of one tier.
    max_parents : int or None
        Maximum number of direct causes per column.
    """

    root: tuple[str, ...] = ()
    leaf: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    tiers: Path | None = None
    no_edges_within_tiers: bool = False
    max_parents: int | None = None

    def prior_knowledge(
        self, names: Sequence[str], left_out: Sequence[str] = ()
    ) -> "PriorKnowledge | None":
        """Return the prior knowledge about these columns, or None if nothing is stated.

        A tiers file may also name columns that were left out of the table.
        """
        from causal_dag.constraints import PriorKnowledge

        if self == Statements():
            return None
        if self.no_edges_within_tiers and self.tiers is None:
            raise click.UsageError("--no-edges-within-tiers needs --tiers FILE")
        named = {"--root": self.root, "--leaf": self.leaf, "--given": self.given}
        for option, columns in named.items():
            for name in columns:
                if name not in names:
                    unknown = unknown_name("column", name, names)
                    raise click.UsageError(f"{option}: {unknown}")
        knowledge = PriorKnowledge(
            forbidden=[edge(text, names) for text in self.forbid],
            required=[edge(text, names) for text in self.require],
            tiers=[] if self.tiers is None else read_tiers(self.tiers, names, left_out),
            roots=list(self.root),
            leaves=list(self.leaf),
            given=list(self.given),
            edges_within_tiers=not self.no_edges_within_tiers,
            max_parents=self.max_parents,
        )
        with misuse():
            knowledge.resolve(len(names), names)
        return knowledge

    def without(self, columns: Collection[str]) -> "Statements":
        """Return the statements that do not involve these columns."""

        def about_others(texts: Iterable[str]) -> tuple[str, ...]:
            about = tuple(f"{column}:" for column in columns)
            ends = tuple(f":{column}" for column in columns)
            return tuple(
                text
                for text in texts
                if text not in columns and not (text.startswith(about) or text.endswith(ends))
            )

        return replace(
            self,
            root=about_others(self.root),
            leaf=about_others(self.leaf),
            given=about_others(self.given),
            forbid=about_others(self.forbid),
            require=about_others(self.require),
        )


def loaded_for(solver: "DAGEstimator", table: TableSource, statements: Statements) -> LoadedTable:
    """Read a table as the solver takes it, and tell the solver what is known about its columns."""
    from causal_dag.column_values import READ_LABELS

    if table.missing != "refuse":
        solver.set_params(missing=table.missing)
    loaded = table.levels() if solver.column_values in READ_LABELS else table.variables()
    knowledge = statements.prior_knowledge(loaded.names, loaded.left_out)
    if knowledge is not None:
        solver.set_params(prior_knowledge=knowledge)
    return loaded


def edge(text: str, names: Sequence[str]) -> tuple[str, str]:
    """Return cause and effect of an edge written ``cause:effect``; names may contain colons.

    Examples
    --------
    >>> from causal_dag.cli.options.knowledge import edge
    >>> edge("cd3:28:akt", ["cd3:28", "akt"])
    ('cd3:28', 'akt')
    """
    pieces = text.split(":")
    splits = [(":".join(pieces[:k]), ":".join(pieces[k:])) for k in range(1, len(pieces))]
    if not splits:
        raise click.UsageError(f"{text!r} is not an edge; write cause:effect")
    matches = [split for split in splits if split[0] in names and split[1] in names]
    if len(matches) > 1:
        raise click.UsageError(f"edge {text!r} can be read in {len(matches)} ways; rename a column")
    if not matches:
        unknown = next(name for name in splits[0] if name not in names)
        raise click.UsageError(f"edge {text!r}: {unknown_name('column', unknown, names)}")
    return matches[0]


def read_tiers(path: Path, names: Iterable[str], left_out: Collection[str] = ()) -> list[list[str]]:
    """Return the tiers in a file, causes first, without the columns that are left out.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is not UTF-8 text, has no tier, or names an unknown column; the message describes the
        expected format.
    """
    from causal_dag.files.atomic_files import require_file

    known = list(names)
    require_file(path)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not a text file in UTF-8; {TIERS_FORMAT}") from error
    tiers: list[list[str]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        tier = split_names(line) or ()
        for name in filter(None, tier):
            if name not in known and name not in left_out:
                unknown = unknown_name("column", name, known)
                raise ValueError(f"{path}, line {number}: {unknown}; {TIERS_FORMAT}")
        tiers.append([name for name in tier if name in known])
    if not tiers:
        raise ValueError(f"{path} contains no tiers; {TIERS_FORMAT}")
    return tiers


#: The command's parameter ``statements`` is a :class:`Statements`.
knowledge_options = gathered(
    "statements",
    Statements,
    (
        click.option(
            "--root", multiple=True, type=COLUMN, help="Column without causes (repeatable)."
        ),
        click.option(
            "--leaf", multiple=True, type=COLUMN, help="Column without effects (repeatable)."
        ),
        click.option(
            "--given",
            multiple=True,
            type=COLUMN,
            help="Column taken as it is: a cause without causes, not in the score (repeatable).",
        ),
        click.option(
            "--tiers",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Temporal order: one tier per line, causes first, names separated by commas.",
        ),
        click.option(
            "--no-edges-within-tiers", is_flag=True, help="No edges between columns of one tier."
        ),
        click.option(
            "--max-parents",
            type=click.IntRange(min=0),
            metavar="K",
            help="Maximum number of direct causes per column.",
        ),
        click.option(
            "--forbid", multiple=True, type=EDGE, help="Forbid the edge A -> B (repeatable)."
        ),
        click.option(
            "--require", multiple=True, type=EDGE, help="Require the edge A -> B (repeatable)."
        ),
    ),
)
