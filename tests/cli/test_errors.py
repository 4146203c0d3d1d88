"""Every mistake of a user is one line that says what to do, and the right exit code."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from causal_dag.cli import main
from causal_dag.cli.options.solvers import literal

GOOD = "a,b,c\n" + "\n".join(f"{i},{(i * 7) % 5},{(i * i) % 11}" for i in range(30)) + "\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.csv").write_text(GOOD)
    (tmp_path / "cov.csv").write_text("a,b\n2,1\n1,3\n")
    (tmp_path / "graph.csv").write_text("source,target\na,b\n")
    (tmp_path / "cycle.csv").write_text("source,target,weight\na,b,1\nb,a,2\n")
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def assert_one_line_error(result, exit_code, *parts):
    assert result.exit_code == exit_code, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    for part in parts:
        assert part in lines[0]
    assert "Traceback" not in result.output


BAD_TABLES = {
    "absent.csv": (None, "no such file: absent.csv"),
    "empty.csv": ("", "no header row"),
    "headless.csv": ("1,2\n3,4\n", "add a header row"),
    "ragged.csv": ("a,b\n1,2\n1,2,3\n", "names 2 columns, but line 3 has 3"),
    "index.csv": (",a,b\nx,1,2\ny,2,4\n", "no name; name it, or add --index-column 0"),
    "twice.csv": ("a,a\n1,2\n2,4\n", "holds 'a' more than once"),
    "text.csv": (
        "a,city\n1,Rome\n2,Oslo\n",
        "column 'city' holds text ('Rome' in line 2, the first of 2",
    ),
    "missing.csv": (
        "a,b\n1,\n2,4\n3,9\n",
        "in line 2); correct these cells, or add --missing drop",
    ),
    "infinite.csv": ("a,b\n1,inf\n2,4\n3,9\n", "column 'b' has 1 infinite cell"),
    "constant.csv": ("a,b\n1,1\n1,2\n1,4\n", "column 'a' is constant"),
    "one_row.csv": ("a,b\n1,2\n", "has one row, and a fit needs two"),
    "header.csv": ("a,b\n", "has a header and no rows"),
    "decimal.csv": ("a;b\n1,5;2\n2,5;3\n", "decimal commas ('1,5' in line 2, the first of 2"),
    "commas.csv": ("a;b\n1,5;2\n2,5;3\n", "or add --decimal ,"),
    "many.csv": ("a,b,c\n1,x,1\n,y,1\n", "or add --drop b --drop c --missing drop"),
    "table.xlsx": ("a,b\n1,2\n", "save the table as"),
    "fake.parquet": ("a,b\n1,2\n", "not a Parquet file"),
}


@pytest.mark.parametrize("command", ["fit", "compare"])
@pytest.mark.parametrize("name", BAD_TABLES)
def test_tables_that_cannot_be_used(run, tmp_path, command, name):
    content, message = BAD_TABLES[name]
    if content is not None:
        (tmp_path / name).write_text(content)
    assert_one_line_error(run(command, name, "-s", "eqvar"), 1, message)


def test_binary_and_folder_instead_of_a_table(run, tmp_path):
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)))
    (tmp_path / "folder.csv").mkdir()
    assert_one_line_error(run("fit", "binary.csv", "-s", "empty"), 1, "not a text file")
    assert_one_line_error(run("fit", "folder.csv", "-s", "empty"), 1, "is a folder")


def test_parquet_without_pyarrow(run, tmp_path, monkeypatch):
    def no_engine(engine):
        raise ImportError("no engine")

    pd.DataFrame({"a": [1.0, 2.0]}).to_parquet(tmp_path / "t.parquet")
    monkeypatch.setattr("pandas.io.parquet.get_engine", no_engine)
    assert_one_line_error(run("fit", "t.parquet", "-s", "empty"), 1, "pip install pyarrow")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fit", "good.csv", "-s", "eqvarr"], "did you mean 'eqvar'"),
        (["compare", "good.csv", "-s", "eqvarr"], "did you mean 'eqvar'"),
        (["solvers", "eqvarr"], "did you mean 'eqvar'"),
        (["fit"], "Missing argument 'TABLE'"),
        (["fit", "good.csv", "--unknown"], "No such option"),
        (["fit", "good.csv", "-s", "eqvar", "-p", "penalty"], "write -p key=value"),
        (["compare", "good.csv", "-s", "eqvar", "-p", "penalty=1"], "write -p solver.key=value"),
        (["compare", "good.csv", "-s", "eqvar", "-p", "empty.x=1"], "unknown solver 'empty'"),
        (["fit", "good.csv", "-s", "eqvar", "--forbid", "ab"], "write cause:effect"),
        (["fit", "good.csv", "-s", "eqvar", "--forbid", "a:d"], "unknown column 'd'"),
        (["fit", "good.csv", "-s", "eqvar", "-o", "out.jsn"], "unknown ending '.jsn'"),
        (["fit", "good.csv", "--convergence", "went.gif"], "end it with .png, .svg or .pdf"),
        (["fit", "good.csv", "-s", "eqvar", "-p", "penlty=1"], "no parameter 'penlty'"),
        (["fit", "good.csv", "-s", "eqvar", "--drop", "d"], "no column 'd'"),
        (["fit", "good.csv", "-s", "eqvar", "--drop", "a,b"], "one column at a time: a, b"),
        (["fit", "good.csv", "-s", "eqvar", "--drop", "a,d"], "columns: a, b"),
        (["fit", "good.csv", "-s", "eqvar", "--forbid", "a:b", "--require", "a:b"], "forbidden"),
        (["fit", "good.csv", "-s", "eqvar", "--require", "a:b", "--require", "b:a"], "cycle"),
        (["compare", "--dataset", "sacks"], "did you mean 'sachs'"),
        (
            ["fit", "good.csv", "-s", "topo"],
            "did you mean 'topo-bdeu', 'topo-bic', 'topo-bic-cv'",
        ),
        (["fit", "good.csv", "-s", "topo-bic", "-s", "eqvar"], "compare takes several"),
        (["fit", "good.csv", "--columns", "a", "--columns", "b"], "--columns is given 2 times"),
        (["fit", "good.csv", "--root", "d"], "--root: unknown column 'd'"),
        (["advise", "good.csv", "--leaf", "d"], "--leaf: unknown column 'd'"),
        (["compare", "good.csv", "--root", "b", "--require", "a:b"], "contradictory"),
        (["fit", "good.csv", "--missing", "mean"], "'refuse', 'drop', 'em'"),
        (
            ["fit", "good.csv", "--missing", "em", "-s", "direct-lingam"],
            "--missing em does not provide; use --missing drop",
        ),
        (["fit", "good.csv", "--decimal", ";"], "'.', ','"),
        (["fit", "good.csv", "--encoding", "klingon"], "try latin-1"),
        (["fit", "good.csv", "--index-column", "d"], "no column 'd'"),
        (["fit", "good.csv", "--covariance"], "--rows N"),
        (["fit", "good.csv", "--rows", "9"], "--rows requires --covariance"),
        (
            ["fit", "good.csv", "--covariance", "--rows", "9", "--missing", "drop"],
            "neither missing cells",
        ),
        (
            ["fit", "good.csv", "--covariance", "--rows", "9", "--missing", "em"],
            "neither missing cells",
        ),
        (
            ["fit", "cov.csv", "--covariance", "--rows", "9", "-s", "direct-lingam"],
            "needs rows, which --covariance does not provide",
        ),
        (["fit", "good.csv", "--random-state", "some"], "is neither a seed (0, 1, ...) nor none"),
        (["compare", "--dataset", "sachs", "--decimal", ","], "omit --decimal"),
        (["fit", "good.csv", "-s", "eqvar", "-p", "penalty=high"], "penalty='high'"),
        (["fit", "good.csv", "-p", "polish=topo-bix"], "did you mean 'topo-bic'"),
        (["fit", "good.csv", "-p", "name=b"], "no parameter 'name'"),
        (["bench", "run", "quickstar"], "did you mean 'quickstart'"),
        (["compare"], "give either TABLE or --dataset"),
        (["compare", "good.csv", "--dataset", "sachs"], "either TABLE or --dataset"),
        (["compare", "--dataset", "sachs", "--drop", "raf"], "omit --drop"),
        (["compare", "good.csv", "-o", "rows.txt"], "end it with .csv or .json"),
        (["compare", "good.csv", "--standardize", "maybe"], "'no', 'yes', 'both'"),
        (["simulate", "-d", "0"], "--nodes=0 must be"),
        (["simulate", "-n", "0"], "--samples=0 must be"),
        (["simulate", "-d", "4", "--edges-per-node", "9"], "lower --edges-per-node or"),
        (["simulate", "--weight-range", "2:1"], "--weight-range=(2.0, 1.0)"),
        (["simulate", "--graph", "ring"], "--graph='ring' is not known"),
        (["simulate", "--scenario", "er3-ev"], "did you mean"),
        (["simulate", "--scenario", "er2-ev", "--noise", "laplace"], "omit one of them"),
        (["simulate", "--noise-variance", "1:2:3"], "low:high"),
        (["simulate", "-n", "many"], "'many' is not a valid integer"),
        (["plot", "graph.csv", "-o", "graph.bmp"], "end it with .png"),
        (["plot", "graph.csv", "graph.csv", "--heat-map"], "omit ESTIMATE"),
        (["plot", "graph.csv", "--dpi", "0"], "0 is not in the range x>=1"),
        (["plott"], "No such command"),
    ],
)
def test_wrong_command_lines(run, arguments, message):
    assert_one_line_error(run(*arguments), 2, message, "--help")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fit", "good.csv", "-s", "eqvar", "--tiers", "none.txt"], "none.txt"),
        (["fit", "good.csv", "-s", "eqvar", "-o", "nowhere/out"], "no folder nowhere"),
        (["fit", "good.csv", "-s", "eqvar", "--convergence", "no/c.png"], "no folder no;"),
        (["compare", "good.csv", "-s", "eqvar", "--truth", "none.csv"], "none.csv"),
        (
            ["compare", "good.csv", "-s", "eqvar", "--truth", "cycle.csv"],
            "cycle.csv: the graph has the cycle",
        ),
        (["simulate", "-o", "data.xlsx"], "end it with .csv"),
        (["evaluate", "graph.csv", "none.csv"], "none.csv"),
        (["evaluate", "graph.csv", "cycle.csv"], "cycle.csv: the graph has the cycle a -> b"),
        (["evaluate", "graph.csv", "good.csv"], "good.csv"),
        (["plot", "none.csv"], "none.csv"),
        (["plot", "cycle.csv"], "cycle.csv: the graph has the cycle a -> b -> a"),
        (["plot", "graph.csv", "-o", "nowhere/graph.png"], "nowhere"),
    ],
)
def test_data_and_solvers_that_say_no(run, arguments, message):
    assert_one_line_error(run(*arguments), 1, message)


def test_a_distance_that_a_partly_directed_truth_leaves_open_is_explained(run, tmp_path):
    (tmp_path / "class.csv").write_text("source,target\na,b\nb,a\n")
    result = run("evaluate", "class.csv", "graph.csv")
    assert result.exit_code == 0
    assert "the structural intervention distance is not defined" in result.stderr
    assert "structural intervention" not in run("evaluate", "graph.csv", "class.csv").stderr


def test_graphs_without_common_nodes_are_not_compared(run, tmp_path):
    (tmp_path / "other.csv").write_text("source,target\nx,y\n")
    (tmp_path / "numbers.csv").write_text("0,1,0\n0,0,0\n0,0,0\n")
    assert_one_line_error(run("evaluate", "graph.csv", "other.csv"), 1, "no node in common")
    assert_one_line_error(run("evaluate", "graph.csv", "numbers.csv"), 1, "2 and 3 nodes")


def failing_with(error):
    def broken(*arguments, **keywords):
        raise error

    return broken


@pytest.mark.parametrize(
    ("error", "exit_code", "message"),
    [
        (RuntimeError("a bug"), 1, "RuntimeError: a bug (unexpected; --debug shows"),
        (RecursionError("maximum depth"), 1, "RecursionError"),
        (KeyError("label"), 1, "KeyError: 'label'"),
        (MemoryError(), 1, "not enough memory"),
        (EOFError("stream ended"), 1, "a file ends too early (stream ended)"),
        (ValueError("first\nsecond"), 1, "first second"),
        (ValueError("x" * 200_000 + "; drop it"), 1, "; drop it"),
        (ValueError("dose\x1b[2J"), 1, "dose\\u001b[2J"),
        (PermissionError(13, "Permission denied", "good.csv"), 1, "good.csv: Permission denied"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_whatever_goes_wrong_is_one_line(run, monkeypatch, error, exit_code, message):
    monkeypatch.setattr("causal_dag.files.table_files.read_cells", failing_with(error))
    result = run("fit", "good.csv", "-s", "empty")
    assert_one_line_error(result, exit_code, message)
    assert len(result.stderr) < 1100


@pytest.mark.parametrize("place", [0, 1, 2, 4])
def test_debug_shows_the_traceback_wherever_it_stands(run, monkeypatch, place):
    monkeypatch.setattr(
        "causal_dag.files.table_files.read_cells", failing_with(RuntimeError("a bug"))
    )
    arguments = ["fit", "good.csv", "-s", "empty"]
    result = run(*arguments[:place], "--debug", *arguments[place:])
    assert result.exit_code == 1
    assert "Traceback" in result.stderr
    assert "in broken" in result.stderr
    assert result.stderr.strip().splitlines()[-1].startswith("error: RuntimeError: a bug")


@pytest.mark.skipif(os.name == "nt", reason="signals and pipes of POSIX")
def test_a_reader_that_goes_is_no_error(repository):
    command = [sys.executable, "-m", "causal_dag", "simulate", "--help"]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command, stdout=writing, stderr=subprocess.PIPE, check=False, cwd=repository, timeout=120
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(
    "value", ["(" * 500, "[" * 5000, "{[]: 1}", "\x00", "1" * 5000, "-" * 9000]
)
def test_any_text_is_a_value(value):
    assert literal(value) == value


def test_more_columns_than_rows_is_an_error_that_names_a_remedy(run, tmp_path):
    rows = np.random.default_rng(0).normal(size=(4, 6))
    pd.DataFrame(rows, columns=list("abcdef")).to_csv(tmp_path / "wide.csv", index=False)
    result = run("fit", "wide.csv", "-s", "eqvar")
    assert_one_line_error(result, 1, "add rows, drop columns")


def test_the_module_runs_as_a_program(repository):
    command = [sys.executable, "-m", "causal_dag", "fit", "--absent"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=repository, timeout=120
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: No such option")
    assert done.stderr.count("\n") == 1
