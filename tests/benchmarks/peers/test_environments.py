"""An environment is whole or it is not there."""

import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest

from causal_dag.benchmarks.peers import installation
from causal_dag.benchmarks.peers.installation import (
    COMPLETE,
    environment_folder,
    environment_python,
    installed_version,
    interpreter,
)

STEPS = (("torch==1.0",), ("fake==2.0", "numpy"))


@pytest.fixture
def peer(fake_peer):
    return replace(fake_peer(distribution="no-such-distribution"), requirements=STEPS)


@pytest.fixture
def commands(monkeypatch):
    """Commands are collected instead of run; those with a word in ``failing`` raise it."""
    collected = []

    def run(peer, command):
        collected.append(command)
        if "venv" in command:
            python = environment_python(environment_folder(peer))
            python.parent.mkdir(parents=True)
            python.touch()
        for word, error in run.failing.items():
            if word in command:
                raise error

    run.failing = {}
    collected_and_run = type("Commands", (), {"run": collected, "failing": run.failing})
    monkeypatch.setattr(installation, "_run", run)
    return collected_and_run


def test_requirements_are_installed_step_by_step_into_a_new_environment(peer, commands):
    lines = []
    assert installation.install(peer, lines.append)
    assert commands.run[0][1:] == ["-m", "venv", str(environment_folder(peer))]
    assert [command[-len(step) :] for command, step in zip(commands.run[1:], STEPS, strict=True)]
    assert all(str(environment_folder(peer)) in command[0] for command in commands.run[1:])
    assert lines[1:] == ["fake: pip install torch==1.0", "fake: pip install fake==2.0 numpy"]
    assert interpreter(peer).is_relative_to(environment_folder(peer))


def test_an_environment_whose_python_is_gone_is_not_there(peer, commands):
    installation.install(peer, lambda line: None)
    environment_python(environment_folder(peer)).unlink()
    assert interpreter(peer) is None
    assert installed_version(peer) is None


def test_what_is_there_is_not_installed_again(peer, commands):
    installation.install(peer, lambda line: None)
    assert not installation.install(peer, lambda line: None)
    assert len(commands.run) == 3


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
@pytest.mark.parametrize("word", ["venv", "torch==1.0", "numpy"])
def test_an_installation_that_fails_leaves_nothing(peer, commands, error, word):
    commands.failing[word] = error
    with pytest.raises(type(error)):
        installation.install(peer, lambda line: None)
    assert not environment_folder(peer).exists()
    assert interpreter(peer) is None


def test_what_a_killed_installation_left_is_not_used_and_is_replaced(peer, commands):
    environment_folder(peer).mkdir(parents=True)
    left = environment_folder(peer) / "left"
    left.touch()
    assert interpreter(peer) is None
    assert installation.install(peer, lambda line: None)
    assert not left.exists()


def test_an_environment_comes_before_the_running_python_and_goes_when_removed(peer, commands):
    peer = replace(peer, distribution="numpy")
    assert str(interpreter(peer)) == sys.executable
    installation.install(peer, lambda line: None)
    assert str(interpreter(peer)) != sys.executable
    # It is empty here, and says so rather than naming another environment's version.
    assert installed_version(peer) is None
    assert installation.remove(peer)
    assert not environment_folder(peer).exists()
    assert str(interpreter(peer)) == sys.executable
    assert not installation.remove(peer)


def test_pip_s_first_error_is_told(peer, monkeypatch):
    said = "WARNING: slow\nERROR: No matching distribution found for fake==2.0\nERROR: more\n"
    failed = subprocess.CompletedProcess([], 1, stdout="", stderr=said)
    monkeypatch.setattr(installation.subprocess, "run", lambda *a, **k: failed)
    message = "^fake cannot be installed: No matching distribution found for fake==2.0$"
    with pytest.raises(ValueError, match=message):
        installation.install(peer, lambda line: None)


@pytest.mark.slow
def test_a_wheel_is_installed_for_real(peer, tmp_path):
    wheel = tmp_path / "fake_peer_package-2.5-py3-none-any.whl"
    information = "fake_peer_package-2.5.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("fake_peer_package.py", "answer = 42\n")
        archive.writestr(
            f"{information}/METADATA",
            "Metadata-Version: 2.1\nName: fake-peer-package\nVersion: 2.5\n",
        )
        archive.writestr(
            f"{information}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{information}/RECORD", "")
    peer = replace(peer, distribution="fake-peer-package", requirements=((str(wheel),),))
    installation.install(peer, lambda line: None)
    assert installed_version(peer) == "2.5"
    assert (environment_folder(peer) / COMPLETE).is_file()
    code = "import fake_peer_package as p; print(p.answer)"
    done = subprocess.run([interpreter(peer), "-c", code], capture_output=True, text=True)
    assert done.stdout == "42\n", done.stderr
    missing = replace(peer, name="other", requirements=((str(tmp_path / "none.whl"),),))
    with pytest.raises(ValueError, match=r"other cannot be installed: .*none\.whl"):
        installation.install(missing, lambda line: None)
    assert not environment_folder(missing).exists()
