"""``causal-dag bench run``, ``show``, ``rerun``, ``export`` and ``speed``: one suite, used."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from click.testing import CliRunner

from causal_dag.benchmarks.runner.local_pool import LocalPool
from causal_dag.benchmarks.store.store import Store
from causal_dag.cli import main

PAGE = """
description = "Two methods on four small data sets."
seeds = 2
[[data]]
scenario = "er2-ev"
n_samples = 60
n_features = 6
scales = ["raw", "standardized"]
[[solvers]]
name = "eqvar"
[[solvers]]
name = "topo-ls"
label = "order search"
parameters = { n_restarts = 2 }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("bench")


@pytest.fixture
def bench(folder, monkeypatch):
    monkeypatch.chdir(folder)
    return lambda *arguments: CliRunner().invoke(main, ["bench", *arguments])


@pytest.fixture(scope="module")
def first_output(folder):
    (folder / "small.toml").write_text(PAGE)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        result = CliRunner().invoke(main, ["bench", "run", "small.toml", "--store", "s.sqlite"])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def records(folder, first_output):
    with Store.open(folder / "s.sqlite") as store:
        return store.records()


def test_a_suite_is_run_once(bench, first_output):
    assert first_output.startswith("small: 24 runs; 0 were settled before, now 24 done (")
    assert "next: causal-dag bench report small --store s.sqlite" in first_output
    again = bench("run", "small.toml", "--store", "s.sqlite").stdout
    assert again.startswith("small: 24 runs; 24 were settled before, now nothing was left to do")


def test_json_says_the_same(bench, first_output):
    document = json.loads(bench("run", "small.toml", "--store", "s.sqlite", "--json").stdout)
    assert document["settled_before"] == document["runs"] == 24
    assert document["now"] == {}


def test_baselines_are_there_without_being_asked_for(records):
    assert set(records[records.baseline].solver) == {
        *("empty", "random", "sortnregress-var", "sortnregress-r2"),
    }
    assert (records.threads == 1).all()


def test_all_methods_see_the_same_data(records):
    assert (records.groupby(["scale", "seed"]).true_bic.nunique() == 1).all()
    assert (records.groupby("seed").true_edges.nunique() == 1).all()


def test_show_has_python_lines_that_give_the_stored_distance(bench, records, capsys):
    run = records[(records.solver == "order search") & (records.scale == "standardized")].iloc[0]
    document = json.loads(bench("show", run.key[:10], "--store", "s.sqlite", "--json").stdout)
    assert document["key"] == run.key
    assert document["method"]["parameters"] == {"n_restarts": 2}
    exec(document["python"], {})
    assert int(capsys.readouterr().out) == run.shd
    text = bench("show", run.key[:10], "--store", "s.sqlite").stdout
    assert f"key: {run.key}" in text
    assert max(map(len, text.splitlines())) <= 80
    assert "true_bic" in text


def test_rerun_finds_the_same_result(bench, records, monkeypatch):
    key = records[records.solver == "random"].key.iloc[0]
    answers, run = [], LocalPool.run

    def run_once(*arguments):
        answers.extend([] if answers else run(*arguments))
        return answers

    monkeypatch.setattr(LocalPool, "run", run_once)
    assert "the same result" in bench("rerun", key, "--store", "s.sqlite").stdout
    document = json.loads(bench("rerun", key, "--store", "s.sqlite", "--json").stdout)
    assert document["differing"] == []
    assert len(answers) == 1


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_exports(bench, folder, first_output, ending):
    result = bench("export", "small", "--store", "s.sqlite", "-o", f"runs.{ending}")
    assert result.stdout == f"wrote 24 runs to runs.{ending}\n"
    assert (folder / f"runs.{ending}").stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "nosuch"], "unknown suite 'nosuch'"),
        (["run", "small.toml", "--jobs", "0"], "'--jobs' / '-j': 0 is not in the range x>=1"),
        (["run", "small.toml", "--store", "small.toml"], "small.toml cannot be used as a store"),
        (["show", "abc", "--store", "nothing.sqlite"], "no such file or folder: nothing.sqlite"),
        (["show", "xyz", "--store", "s.sqlite"], "no run whose key begins with 'xyz'"),
        (["export", "large", "--store", "s.sqlite", "-o", "a.csv"], "has no suite 'large'"),
        (["export", "--store", "s.sqlite", "-o", "runs.xls"], "runs.xls is of an unknown kind"),
        (["export", "--store", "s.sqlite", "-o", "s.sqlite"], "s.sqlite would replace an input"),
        (["run", "small.toml", "--store", ":memory:"], ":memory: keeps nothing; name a file"),
        (["speed", "nothing"], "'nothing' is not one of"),
    ],
)
def test_mistakes_are_one_line(bench, first_output, arguments, message):
    result = bench(*arguments)
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.slow
def test_an_interrupt_ends_timings_with_one_line():
    command = [sys.executable, "-m", "causal_dag", "bench", "speed", "runner"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    family = psutil.Process(process.pid)
    while not (timings := family.children(recursive=True)):
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    _, complaint = process.communicate(timeout=30)
    assert process.returncode == 130
    assert complaint.strip() == "error: interrupted"
    assert psutil.wait_procs(timings, timeout=5)[1] == []


def test_every_timing_command_has_a_name(repository):
    from causal_dag.cli.bench.speed import NAMES

    files = (repository / "benchmarks" / "speed").glob("*.py")
    commands = {path.stem for path in files if "__main__" in path.read_text()}
    assert set(NAMES) == commands
