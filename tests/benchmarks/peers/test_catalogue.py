"""The catalogue, the adapters, the extra and the page agree."""

import ast
import re
import tomllib
from types import ModuleType

import pytest

from causal_dag.benchmarks.peers.catalogue import PEERS, declared_peer

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
            assert name.split(".")[0] != "causal_dag"


def test_packages_that_share_a_requirement_share_its_release():
    steps = [step for peer in PEERS.values() for step in peer.requirements]
    pinned = {requirement for step in steps for requirement in step if "==" in requirement}
    names = [requirement.partition("==")[0] for requirement in pinned]
    assert len(set(names)) == len(names)


def rows_of_the_page(repository):
    """Return the rows of the page's table by the name of their peer."""
    page = (repository / "docs" / "guide" / "peers.md").read_text()
    return dict(re.findall(r"^\| \[([\w-]+)\](\(http.*)$", page, re.M))


#: It needs a numba that is older than the one this package needs.
ALONE = {"xges"}


def test_the_extra_has_all_that_the_peers_on_the_page_need(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    needed = {
        requirement.partition("==")[0]
        for peer in map(PEERS.get, rows_of_the_page(repository).keys() - ALONE)
        for step in peer.requirements
        for requirement in step
    }
    ours = {re.match(r"[\w-]+", line).group() for line in project["dependencies"]}
    assert set(project["optional-dependencies"]["peers"]) == needed - ours


def test_the_page_names_versions_methods_and_licences(repository):
    rows = rows_of_the_page(repository)
    assert len(rows) >= 6
    for name, row in rows.items():
        peer = PEERS[name]
        version = peer.requirements[-1][0].partition("==")[2]
        methods = [f"`{method}`" for method in peer.methods]
        for word in (f"({peer.url})", version, peer.licence, *methods):
            assert word in row


def test_a_file_that_declares_too_little_is_refused(tmp_path):
    module = ModuleType("adapter")
    module.__file__ = str(tmp_path / "mine.py")
    module.DISTRIBUTION = "mine"
    with pytest.raises(ValueError, match=r"mine\.py does not declare REQUIREMENTS, LICENCE, URL"):
        declared_peer(module)
