"""The developer guide, followed to the letter in a copy of the repository.

Every page that shows files has its files written into one copy; then the tests that the pages show
run there, and the new things are found on the command line, in reports and in the reference.
"""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

# What each page shows: the file that is added, and its test.
PAGES = {
    "solver": ("solvers/forest.py", "tests/solvers/test_forest.py"),
    "criterion": (
        "solvers/order/criteria/hannan_quinn.py",
        "tests/solvers/order/criteria/test_hannan_quinn.py",
    ),
    "acyclicity": (
        "solvers/continuous/acyclicity/geometric_series.py",
        "tests/solvers/continuous/test_geometric_series.py",
    ),
    "metric": (
        "causal_dag/metrics/skeleton_distance.py",
        "tests/metrics/test_skeleton_distance.py",
    ),
    "graph-format": ("causal_dag/graph_files/mermaid.py", "tests/graph_files/test_mermaid.py"),
    "peer": (
        "benchmarks/peers/adapters/correlations.py",
        "tests/benchmarks/peers/test_correlations.py",
    ),
}
# Compiled kernels go along: a copy has the times of its files, by which they are known.
LEFT_OUT = (".*", "demo-output", "dist", "build", "_build", "examples", "names")


def page(repository, name):
    return (repository / "docs" / "developers" / f"{name}.md").read_text(encoding="utf-8")


def shown_files(text):
    """Return the files that a page shows in full, by their paths."""
    return dict(re.findall(r"```{code-block} python\n:caption: (\S+)\n\n(.*?)```", text, re.S))


def shown_commands(text):
    return [
        line
        for block in re.findall(r"```console\n(.*?)```", text, re.S)
        for line in block.splitlines()
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_one_file_its_test_and_how_to_run_it(repository, name):
    text = page(repository, name)
    assert tuple(shown_files(text)) == PAGES[name]
    commands = shown_commands(text)
    assert any(
        PAGES[name][1] in command or "tests/benchmarks/peers" in command for command in commands
    )


def test_every_page_with_files_is_followed(repository):
    folder = repository / "docs" / "developers"
    with_files = {path.stem for path in folder.glob("*.md") if shown_files(path.read_text("utf-8"))}
    assert with_files == set(PAGES)


@pytest.fixture(scope="module")
def extended(repository, tmp_path_factory):
    """A copy of the repository with the files of all pages."""
    target = tmp_path_factory.mktemp("contributor") / "causal-dag"
    shutil.copytree(repository, target, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for name in PAGES:
        for path, text in shown_files(page(repository, name)).items():
            assert not (target / path).exists(), path
            (target / path).parent.mkdir(exist_ok=True)
            (target / path).write_text(text, encoding="utf-8")
    return target


def output_of(copy, *arguments):
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=copy, capture_output=True, text=True, timeout=300,
        # Peers are those of this process: none is installed in an environment of its own.
        env={**os.environ, "PYTHONPATH": str(copy), "CAUSAL_DAG_PEERS": str(copy / "none")},
    )  # fmt: skip
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return result.stdout


@pytest.mark.slow
def test_the_tests_of_the_pages_pass_and_so_do_the_shared_ones(extended):
    own = [test for _, test in PAGES.values()]
    names = " or ".join(["forest", *(test.rpartition("/")[2].removesuffix(".py") for test in own)])
    shared = "tests/solvers/test_every_solver.py"
    printed = output_of(extended, "-m", "pytest", "-q", "-rA", "-k", names, shared, *own)
    for test in (shared, *own):
        assert f"PASSED {test}::" in printed


COMMANDS = """
import json
import sys
from click.testing import CliRunner
from causal_dag.cli import main

said = []
for arguments in json.loads(sys.argv[1]):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    said.append(result.stdout)
print(json.dumps(said))
"""


def said_by(copy, *commands):
    """Return what each command prints; one process of the copy carries out all."""
    return json.loads(output_of(copy, "-c", COMMANDS, json.dumps(commands)))


FOUND = """
import sys
sys.path.insert(0, "docs/extensions")
from reference_pages import reference_names
from causal_dag import NOTEARS, TOPO, Forest
from causal_dag.benchmarks.peers.catalogue import find_peer
from causal_dag.graph_files import graph_endings
from causal_dag.metrics import available_metrics

assert "causal_dag.Forest" in reference_names()
assert ".mmd" in graph_endings()
assert find_peer("numpy")
assert "skeleton_distance" in available_metrics()
TOPO(criterion="hannan-quinn").checked_copy()
NOTEARS(acyclicity="geometric").checked_copy()
print(Forest())
"""


@pytest.mark.slow
def test_they_are_found_in_python_and_in_the_reference(extended):
    assert output_of(extended, "-c", FOUND) == "Forest()\n"


@pytest.mark.slow
def test_the_command_knows_them(extended):
    parts = {"topo-bic": "criterion=hannan-quinn", "notears": "acyclicity=geometric"}
    solvers, listed, *_ = said_by(
        extended,
        ["solvers"],
        ["bench", "peers", "list", "--json"],
        ["simulate", "-d", "6", "-n", "50", "-o", "data.csv"],
        ["fit", "data.csv", "-s", "forest", "-o", "graph.mmd"],
        *(["fit", "data.csv", "-s", solver, "-p", option] for solver, option in parts.items()),
    )
    assert "forest" in solvers
    peers = json.loads(listed)
    (methods,) = (peer["methods"] for peer in peers if peer["name"] == "numpy")
    assert methods["correlations"]["parameters"] == {"threshold": 0.3}
    assert len(peers) > 1
    assert (extended / "graph.mmd").read_text().startswith("graph LR\n")


@pytest.mark.slow
def test_evaluate_and_compare_show_the_metric(extended):
    (extended / "true.csv").write_text("source,target\na,b\nb,c\n")
    (extended / "estimate.csv").write_text("source,target\nb,a\na,c\n")
    evaluated, compared = said_by(
        extended,
        ["evaluate", "true.csv", "estimate.csv", "--json"],
        ["compare", "--dataset", "er2-ev", "--standardize", "no", "-s", "eqvar", "--json"],
    )
    assert json.loads(evaluated)["skeleton_distance"] == 2
    rows = json.loads(compared)["rows"]
    assert all(row["skeleton_distance"] <= row["shd"] for row in rows)


SUITE = """
seeds = 2

[[data]]
scenario = "er2-ev"
n_samples = 50
n_features = 5

[[solvers]]
name = "forest"

[[solvers]]
peer = "numpy"
name = "correlations"
"""


@pytest.mark.slow
def test_a_report_shows_them(extended):
    store = ["--store", "mine.sqlite"]
    (extended / "mine.toml").write_text(SUITE, encoding="utf-8")
    said_by(
        extended,
        ["bench", "run", "mine.toml", *store],
        ["bench", "report", "mine", *store],
        ["bench", "export", "mine", *store, "--output", "runs.json"],
    )
    records = json.loads((extended / "runs.json").read_text())
    for record in records:
        if record["solver"] == "empty":
            assert record["skeleton_distance"] == record["true_edges"] > 0
    of_the_peer = [record for record in records if record["origin"] == "numpy"]
    assert {(r["status"], r["method"]) for r in of_the_peer} == {("done", "correlations")}
    assert all(record["edges"] > 0 for record in of_the_peer)
    report = (extended / "report.md").read_text(encoding="utf-8")
    for shown in ("forest", "correlations (numpy)", "| skeleton ↓ |"):
        assert shown in report
