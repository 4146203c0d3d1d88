"""Whatever another package does, a fit ends in a graph or in an error of one line."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from causal_dag.benchmarks.peers.call import PeerError, PeerMissing, fit_peer
from causal_dag.benchmarks.plan.cell import Cell, Method
from causal_dag.benchmarks.plan.data_source import DataSource
from causal_dag.benchmarks.runner.fit import python_code

DAG = ("fake", "dag")


def test_rows_parameters_and_seed_reach_the_package_and_its_graph_comes_back(fake_peer, rows):
    fake_peer("return X[:3] * parameters['strength'] + seed")
    assert (fit_peer(*DAG, rows, 7).weights == rows[:3] * 2.0 + 7).all()
    assert (fit_peer(*DAG, rows, 7, {"strength": 5.0}).weights == rows[:3] * 5.0 + 7).all()


def test_the_lines_that_repeat_a_run_call_the_package(fake_peer, capsys, monkeypatch):
    peer = fake_peer("assert (parameters, seed) == ({'strength': 5.0}, 3)\nreturn np.zeros((3, 3))")
    monkeypatch.setattr("causal_dag.benchmarks.plan.methods.PEERS", {"fake": peer})
    data = DataSource("er1", "linear", {"edges_per_node": 1.0}, n_samples=20, n_features=3)
    cell = Cell(data, Method("a label", "dag", {"strength": 5.0}, "fake"), seed=3)
    exec(python_code(cell), {})
    assert int(capsys.readouterr().out) == data.draw(3)[1].adjacency.sum()


def test_fortran_ordered_rows_are_not_transposed(fake_peer, rows):
    fake_peer("return X[:3]")
    assert (fit_peer(*DAG, np.asfortranarray(rows), 0).weights == rows[:3]).all()


@pytest.mark.parametrize(("name", "is_pdag"), [("dag", False), ("pdag", True)])
def test_the_catalogue_says_whether_edges_can_be_undirected(fake_peer, rows, name, is_pdag):
    fake_peer()
    assert fit_peer("fake", name, rows, 0).is_pdag is is_pdag


BURN = "end = time.process_time() + {}\nwhile time.process_time() < end: pass\n"


def test_imports_do_not_count_as_time_of_the_fit(fake_peer, rows):
    fake_peer(BURN.format(0.1) + "return X[:3]", before=BURN.format(0.5))
    fit = fit_peer(*DAG, rows, 0)
    assert 0.1 <= fit.cpu_seconds < 0.5
    assert fit.wall_seconds > 0.09


def test_memory_is_measured_before_the_fit_and_at_its_peak(fake_peer, rows):
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells a process's resident size")
    fake_peer("ballast = np.ones(2**24); del ballast\nreturn X[:3]")
    fit = fit_peer(*DAG, rows, 0)
    assert fit.start_memory_mb + 100 < fit.peak_memory_mb


def test_chatter_does_not_get_into_the_answer(fake_peer, rows):
    fake_peer(
        """
        print("a progress bar")
        sys.stdout.flush()
        os.write(1, b"from C")
        os.system("echo from a child")
        sys.stderr.write("a warning" * 100_000)
        return X[:3]
        """
    )
    assert (fit_peer(*DAG, rows, 0).weights == rows[:3]).all()


def test_the_shared_generators_are_seeded_and_sets_keep_their_order(fake_peer, rows):
    fake_peer(
        "order = [hash(text) % 2**30 for text in 'abc']\n"
        "return [order, np.random.normal(size=3), [random.random() for _ in order]]"
    )
    first, again, other = (fit_peer(*DAG, rows, seed).weights for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first[0] == other[0]).all()
    assert (first[1:] != other[1:]).all()


def test_one_thread_for_everybody_and_none_of_our_python_path(fake_peer, rows, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    fake_peer(
        "assert os.environ['OMP_NUM_THREADS'] == '1'\n"
        "assert 'PYTHONPATH' not in os.environ\n"
        "assert 'causal_dag' not in sys.modules\n"
        "return X[:3]"
    )
    fit_peer(*DAG, rows, 0)


def test_a_missing_package_is_told_with_how_to_install_it(fake_peer, rows):
    fake_peer(distribution="no-such-distribution")
    with pytest.raises(PeerMissing, match="'causal-dag bench peers install fake'"):
        fit_peer(*DAG, rows, 0)


def test_another_version_than_the_planned_one_is_refused(fake_peer, rows):
    fake_peer()
    with pytest.raises(ValueError, match=r"fake 0\.0\.1 was planned, but .* is installed"):
        fit_peer(*DAG, rows, 0, version="0.0.1")


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (("fak", "dag"), "peer='fak' is not known; choose one of 'fake'"),
        (("fake", "gad"), "fake: method='gad' is not known; .*'dag', 'pdag'"),
    ],
)
def test_unknown_names_are_told_with_the_known_ones(fake_peer, rows, method, message):
    fake_peer()
    with pytest.raises(ValueError, match=message):
        fit_peer(*method, rows, 0)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("raise RuntimeError('no\\nconvergence')", "fake: RuntimeError: no convergence"),
        ("import no_such_module", "fake: ModuleNotFoundError: No module named 'no_such_module'"),
        ("sys.exit(3)", "fake: SystemExit: 3"),
        ("return X", "fake: ValueError: the answer is not a 3 x 3 matrix of finite numbers"),
        ("return X[:3] * np.nan", "fake: ValueError: the answer is not a 3 x 3 matrix"),
        ("os.write(2, b'first\\nlast\\n'); os._exit(5)", "fake: .* exit code 5: last"),
    ],
)
def test_failures_are_told_in_one_line(fake_peer, rows, lines, message):
    fake_peer(lines)
    with pytest.raises(PeerError, match=message) as caught:
        fit_peer(*DAG, rows, 0)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_process_that_is_killed_is_told_with_the_signal(fake_peer, rows):
    fake_peer("os.kill(os.getpid(), 9)")
    with pytest.raises(PeerError, match="fake: its process was ended by SIGKILL"):
        fit_peer(*DAG, rows, 0)


def test_a_process_that_ends_before_it_has_read_its_rows_is_told(fake_peer, monkeypatch):
    monkeypatch.setattr("causal_dag.benchmarks.peers.call.DRIVER", "/no/such/driver.py")
    fake_peer()
    with pytest.raises(PeerError, match=r"fake: .*can't open file"):
        fit_peer(*DAG, np.zeros((100_000, 3)), 0)


CALLER = """
import sys
from pathlib import Path
import numpy as np
from causal_dag.benchmarks.peers import call, catalogue
from causal_dag.benchmarks.peers.catalogue import Peer, PeerMethod

methods = {"dag": PeerMethod("", "dag")}
peer = Peer("fake", "numpy", (), methods, "", "", Path(sys.argv[1]))
catalogue.PEERS = {"fake": peer}
call.fit_peer("fake", "dag", np.zeros((10, 3)), 0)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_caller_that_is_killed_leaves_neither_process_nor_file(
    fake_peer, tmp_path, repository, number
):
    pid = tmp_path / "pid"
    peer = fake_peer(f"open({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(repository)}
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER, str(peer.adapter)],
        env=environment, start_new_session=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    fitting = _process_of(pid)
    assert os.getpgid(fitting.pid) == os.getpgid(caller.pid)
    caller.send_signal(number)
    caller.wait(20)
    psutil.wait_procs([fitting], timeout=20)
    assert not fitting.is_running()
    assert list(temporary.iterdir()) == []


def _process_of(path):
    for _ in range(600):
        if path.is_file() and path.read_text():
            return psutil.Process(int(path.read_text()))
        time.sleep(0.1)
    raise AssertionError("the fit did not begin")
