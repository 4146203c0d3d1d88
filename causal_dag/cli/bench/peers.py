"""``causal-dag bench peers``: which other packages can be compared, and their installation."""

from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.options import json_and_quiet, unknown_name
from causal_dag.cli.output import print_json, print_line, print_table

if TYPE_CHECKING:
    from causal_dag.benchmarks.peers.catalogue import Peer

EXAMPLES = (
    "\b\nExamples:\n"
    "  causal-dag bench peers list\n"
    "  causal-dag bench peers install causal-learn lingam\n"
)


@click.group(short_help="Other packages to compare with.", epilog=EXAMPLES)
def peers() -> None:
    """List, install and remove other packages, each in an environment of its own.

    The environments are in ~/.causal-dag/peers, or where CAUSAL_DAG_PEERS says.
    """


def _known(context: click.Context, argument: click.Parameter, names: tuple[str, ...]) -> Any:
    """Return the peers of these names; an unknown one is a usage error with a suggestion."""
    from causal_dag.benchmarks.peers.catalogue import PEERS

    for name in names:
        if name not in PEERS:
            raise click.BadParameter(unknown_name("peer", name, PEERS), context, argument)
    return [PEERS[name] for name in dict.fromkeys(names)]


@peers.command("list", short_help="What there is, and what is installed.")
@json_and_quiet
def list_peers(as_json: bool, quiet: bool) -> None:
    """List the packages with their versions, methods and licences."""
    from causal_dag.benchmarks.peers.catalogue import PEERS

    entries = [_entry(peer) for peer in PEERS.values()]
    if as_json:
        print_json(entries)
    elif not quiet:
        rows = [
            [e["name"], e["version"] or "not installed", ", ".join(e["methods"]), e["licence"]]
            for e in entries
        ]
        print_table(["peer", "version ", "methods ", "licence "], rows)
        print_line("\ninstall: causal-dag bench peers install NAME")


def _entry(peer: "Peer") -> dict[str, Any]:
    from dataclasses import asdict

    from causal_dag.benchmarks.peers.installation import installed_version, interpreter

    return {
        "name": peer.name,
        "version": installed_version(peer),
        "interpreter": None if (python := interpreter(peer)) is None else str(python),
        "licence": peer.licence,
        "url": peer.url,
        "methods": {name: asdict(method) for name, method in peer.methods.items()},
    }


@peers.command(short_help="Install packages, each in its own environment.")
@click.argument("chosen", metavar="NAME...", nargs=-1, required=True, callback=_known)
def install(chosen: "list[Peer]") -> None:
    """Install packages, each in a new virtual environment, with pip."""
    from causal_dag.benchmarks.peers import installation
    from causal_dag.benchmarks.peers.installation import installed_version

    for peer in chosen:
        was_made = installation.install(peer, print_line)
        state = "is ready" if was_made else "was there already"
        print_line(f"{peer.name} {installed_version(peer)} {state}")


@peers.command(short_help="Delete the environments of packages.")
@click.argument("chosen", metavar="NAME...", nargs=-1, required=True, callback=_known)
def remove(chosen: "list[Peer]") -> None:
    """Delete the environments of packages; what is installed elsewhere stays."""
    from causal_dag.benchmarks.peers import installation

    for peer in chosen:
        was_there = installation.remove(peer)
        print_line(f"{peer.name}: " + ("removed" if was_there else "has no environment"))
