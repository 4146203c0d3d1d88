"""``causal-dag evaluate``: compare an estimated graph with the true one."""

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.options.command import FILE, Report, command, reported
from causal_dag.cli.options.files import read_acyclic_graph
from causal_dag.cli.terminal.output import note, print_table

if TYPE_CHECKING:
    from causal_dag.graph.named_graph import NamedGraph


@command("Measure a graph against the true one.", "evaluate data.truth.csv run1.weights.csv")
@click.argument("true", type=FILE)
@click.argument("estimate", type=FILE)
@reported
def evaluate(true: Path, estimate: Path) -> Report:
    """Compare two graph files, TRUE and ESTIMATE, with every metric.

    Graphs are weights or edge lists (CSV), JSON, GraphML or DOT; an edge with both directions is
    one undirected edge. Nodes are aligned by name; a node that an edge list does not mention has
    no edges.
    """
    truth, guess, notes = _same_nodes(read_acyclic_graph(true), read_acyclic_graph(estimate))
    if truth.undirected.sum():
        notes.append(
            "the true graph has undirected edges, which leave effects undetermined: the structural "
            "intervention distance is not defined"
        )
    figures = _figures(truth, guess)
    document = {"true": str(true), "estimate": str(estimate), **figures, "notes": notes}
    return Report(document, functools.partial(_show, document, figures))


def _show(document: dict[str, Any], figures: dict[str, Any]) -> None:
    title = f"{document['estimate']} against {document['true']}"
    print_table(["metric", "value"], list(figures.items()), title=title)
    for line in document["notes"]:
        note(f"note: {line}")


def _same_nodes(
    truth: "NamedGraph", guess: "NamedGraph"
) -> "tuple[NamedGraph, NamedGraph, list[str]]":
    """Return both graphs over the same nodes in the same order, and notes on added nodes."""
    if any(graph.names is None and graph.n_nodes > 0 for graph in (truth, guess)):
        if truth.n_nodes != guess.n_nodes:
            raise ValueError(
                f"the graphs have {truth.n_nodes} and {guess.n_nodes} nodes, and no names to "
                "align them by; name the nodes in both files"
            )
        return truth, guess, []
    true_names, guessed_names = truth.names or (), guess.names or ()
    names = list(dict.fromkeys((*true_names, *guessed_names)))
    if true_names and guessed_names and len(names) == truth.n_nodes + guess.n_nodes:
        raise ValueError(
            f"the graphs have no node in common (first nodes: {true_names[0]!r} and "
            f"{guessed_names[0]!r}); give both files the same names"
        )
    notes = [
        f"{missing!r} is not in the {kind}, and counts as a node without edges there"
        for kind, known in (("true graph", true_names), ("estimate", guessed_names))
        for missing in names
        if missing not in known
    ]
    return truth.arranged_like(names), guess.arranged_like(names), notes


def _figures(truth: "NamedGraph", guess: "NamedGraph") -> dict[str, Any]:
    from causal_dag.metrics import available_metrics, edge_scores, structural_hamming_distance
    from causal_dag.metrics.registry import measured

    true, estimate = truth.weights, guess.weights
    metrics = available_metrics()
    return {
        "nodes": truth.n_nodes,
        **{metrics[name].long_name: value for name, value in measured(true, estimate).items()},
        "structural_hamming_distance_reversals_twice": structural_hamming_distance(
            true, estimate, reversal_cost=2
        ),
        # The scores are metrics as well and are already listed above.
        **edge_scores(true, estimate).as_dict(),
    }
