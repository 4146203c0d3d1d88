"""The demonstration prints both tables and writes graphs and pictures."""

import sys
import types

from causal_dag import cli
from causal_dag.benchmarks.demo import main
from causal_dag.graph_files import read_graph


def run_here(command, check):
    """Run the command without a process of its own, which would take seconds to start."""
    assert command[:3] == [sys.executable, "-m", "causal_dag"]
    assert check
    cli.main(command[3:], standalone_mode=False)


def test_the_demonstration_runs_from_start_to_end(tmp_path, capfd, monkeypatch):
    here = types.SimpleNamespace(run=run_here)
    monkeypatch.setattr("causal_dag.benchmarks.demo.subprocess", here)
    main(["--output", str(tmp_path / "demo"), "--jobs", "1", "--solvers", "eqvar"])
    printed = capfd.readouterr().out
    for words in ("The empty graph has SHD 17", "Equal variances", "(truth)", "sortnregress-r2"):
        assert words in " ".join(printed.split())
    for scale in ("raw", "standardized"):
        assert printed.count(f"{scale} columns, by BIC\n") == 2
    results = printed.partition("Written:")[0]
    assert max(len(line) for line in results.splitlines()) <= 80
    written = {path.name for path in (tmp_path / "demo").iterdir()}
    assert written == {
        f"{data}{ending}"
        for data in ("sachs", "er2-ev")
        for ending in (
            ".csv", "-eqvar.weights.csv", "-eqvar.edges.csv", "-eqvar.json", "-eqvar-graph.png",
            "-eqvar-against-truth.png", "-eqvar-weights.png",
        )
    }  # fmt: skip
    assert all(f"{name}\n" in printed for name in written)
    assert read_graph(tmp_path / "demo" / "sachs-eqvar.json").n_nodes == 11
