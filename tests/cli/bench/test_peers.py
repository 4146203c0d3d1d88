"""The command lists, installs and removes other packages."""

import json

import pytest
from click.testing import CliRunner

from causal_dag.benchmarks.peers import installation
from causal_dag.benchmarks.peers.catalogue import PEERS
from causal_dag.benchmarks.peers.installation import environment_folder
from causal_dag.cli import main


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CAUSAL_DAG_PEERS", str(tmp_path))
    return tmp_path


@pytest.fixture
def installed(monkeypatch):
    """Names of what was installed; nothing really is."""
    names = []

    def install(peer, report):
        names.append(peer.name)
        report(f"installing {peer.name}")
        return True

    monkeypatch.setattr(installation, "install", install)
    return names


def run(*arguments):
    return CliRunner().invoke(main, ["bench", "peers", *arguments])


def test_the_list_has_every_peer_with_its_version_methods_and_licence():
    output = run("list").stdout
    assert max(map(len, output.splitlines())) <= 80
    lines = {line.split()[0]: line for line in output.splitlines() if line.strip()}
    for name, peer in PEERS.items():
        assert all(method in output for method in peer.methods)
        assert lines[name].rstrip().endswith(peer.licence)
    # In no environment of the tests.
    assert "not installed" in lines["gcastle"]


def test_programs_get_methods_with_their_defaults():
    entries = json.loads(run("list", "--json").stdout)
    (flop,) = (entry for entry in entries if entry["name"] == "flopsearch")
    assert flop["methods"]["flop"]["parameters"]["lambda_bic"] == 2.0
    assert flop["methods"]["flop"]["output"] == "pdag"


def test_every_named_peer_is_installed_once(installed):
    result = run("install", "lingam", "dagma", "lingam")
    assert installed == ["lingam", "dagma"]
    assert "installing lingam" in result.stdout
    assert "is ready" in result.stdout


def test_an_unknown_name_is_an_error_before_anything_is_installed(installed):
    result = run("install", "dagma", "lingan")
    assert result.exit_code == 2
    assert "unknown peer 'lingan'; did you mean 'lingam'?" in result.stderr
    assert installed == []


def test_an_installation_that_fails_is_told_in_one_line(monkeypatch):
    def install(peer, report):
        raise ValueError(f"{peer.name} cannot be installed: no connection")

    monkeypatch.setattr(installation, "install", install)
    result = run("install", "dagma")
    assert result.exit_code == 1
    assert result.stderr == "error: dagma cannot be installed: no connection\n"


def test_remove_deletes_the_environment():
    environment_folder(PEERS["dagma"]).mkdir()
    assert run("remove", "dagma").stdout == "dagma: removed\n"
    assert not environment_folder(PEERS["dagma"]).exists()
    assert run("remove", "dagma").stdout == "dagma: has no environment\n"
