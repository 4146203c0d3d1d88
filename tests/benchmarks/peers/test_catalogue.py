"""The catalogue, the adapters, the extra and the page agree."""

import ast
import re
import tomllib

import pytest

from causal_dag.benchmarks.peers.catalogue import PEERS

peers = pytest.mark.parametrize("peer", PEERS.values(), ids=list(PEERS))


@peers
def test_the_last_step_pins_the_package(peer):
    assert re.match(rf"{peer.distribution}==[\d.]+$", peer.requirements[-1][0])
    assert PEERS[peer.name] is peer


@peers
def test_adapters_stand_alone(peer):
    for node in ast.walk(ast.parse(peer.adapter.read_text())):
        names = [getattr(node, "module", None)]
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in filter(None, names):
            allowed = {"collections", "typing", "numpy", "pandas", peer.import_name}
            assert name.split(".")[0] in allowed


def test_the_extra_has_all_that_they_need(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    needed = {
        requirement.partition("==")[0]
        for peer in PEERS.values()
        for step in peer.requirements
        for requirement in step
    }
    ours = {re.match(r"[\w-]+", line).group() for line in project["dependencies"]}
    assert set(project["optional-dependencies"]["peers"]) == needed - ours


@peers
def test_the_page_names_every_method_and_the_version(peer, repository):
    page = (repository / "docs" / "guide" / "peers.md").read_text()
    row = re.search(rf"^\| \[{peer.name}\]\({peer.url}\).*$", page, re.M).group()
    version = peer.requirements[-1][0].partition("==")[2]
    for word in (version, peer.licence, *(f"`{method}`" for method in peer.methods)):
        assert word in row
