"""``causal-dag bench peers``: which other packages can be compared, and their installation."""

import functools
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.options.command import KnownName, Report, command, examples_text, reported
from causal_dag.cli.terminal.output import print_line, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from causal_dag.benchmarks.peers.catalogue import Peer


def _catalogue() -> "Mapping[str, Peer]":
    from causal_dag.benchmarks.peers.catalogue import PEERS

    return PEERS


@click.group(
    short_help="Other packages to compare with.",
    epilog=examples_text("bench peers list", "bench peers install causal-learn lingam"),
)
def peers() -> None:
    """List, install and remove other packages, each in its own environment.

    The environments are in ~/.causal-dag/peers, or in the folder named by CAUSAL_DAG_PEERS.
    """


@command("List what is available, and what is installed.", name="list")
@reported
def list_peers() -> Report:
    """List the packages with their versions, methods and licenses."""
    entries = [_entry(peer) for peer in _catalogue().values()]
    return Report(entries, functools.partial(_print_list, entries))


def _print_list(entries: list[dict[str, Any]]) -> None:
    rows = [
        [e["name"], e["version"] or "not installed", ", ".join(e["methods"]), e["licence"]]
        for e in entries
    ]
    print_table(["peer", "version ", "methods ", "licence "], rows)
    print_line("\ninstall: causal-dag bench peers install NAME")


def _entry(peer: "Peer") -> dict[str, Any]:
    from causal_dag.benchmarks.peers.installation import installed_version, interpreter

    return {
        "name": peer.name,
        "version": installed_version(peer),
        "interpreter": None if (python := interpreter(peer)) is None else str(python),
        "licence": peer.licence,
        "url": peer.url,
        "methods": {name: asdict(method) for name, method in peer.methods.items()},
    }


names_argument = click.argument(
    "names", metavar="NAME...", nargs=-1, required=True, type=KnownName("peer", _catalogue)
)


@command("Install packages, each in its own environment.")
@names_argument
def install(names: tuple[str, ...]) -> None:
    """Install packages, each in a new virtual environment, with pip."""
    from causal_dag.benchmarks.peers import installation

    for name in dict.fromkeys(names):
        peer = _catalogue()[name]
        was_made = installation.install(peer, print_line)
        state = "is ready" if was_made else "is already installed"
        print_line(f"{name} {installation.installed_version(peer)} {state}")


@command("Delete the environments of packages.")
@names_argument
def remove(names: tuple[str, ...]) -> None:
    """Delete the environments of packages; other installations are not affected."""
    from causal_dag.benchmarks.peers import installation

    for name in dict.fromkeys(names):
        was_there = installation.remove(_catalogue()[name])
        print_line(f"{name}: " + ("removed" if was_there else "has no environment"))


for subcommand in (list_peers, install, remove):
    peers.add_command(subcommand)
