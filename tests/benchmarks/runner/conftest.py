"""A package with a solver that misbehaves on demand, and workers that can see it."""

import textwrap

import pytest

from causal_dag.benchmarks.plan import Limits
from causal_dag.benchmarks.plan.cell import Cell, Method
from causal_dag.benchmarks.plan.data_source import DataSource
from causal_dag.benchmarks.runner.worker_process import WorkerProcess

HOSTILE = '''
import ctypes, os, signal, subprocess, sys, time
import numpy as np
from causal_dag.solvers import register_solver
from causal_dag import EmptyDAG

def loop():
    while True:
        pass

def loop_and_ignore_signals():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    loop()

def loop_without_letting_python_in():
    # One call that lasts for minutes and never gives the interpreter lock away.
    sum(range(10**11))

def eat():
    eaten = []
    while True:
        eaten.append(np.ones(2_000_000))

def eat_in_a_grandchild():
    code = "import numpy as np, time\\neaten = [np.ones(40_000_000)]\\ntime.sleep(600)"
    subprocess.Popen([sys.executable, "-c", code], start_new_session=True).wait()

def leave_a_grandchild_and_loop():
    sleeper = subprocess.Popen(["sleep", "600"], start_new_session=True)
    with open(os.environ["HOSTILE_PID_FILE"], "w") as file:
        file.write(str(sleeper.pid))
    loop()

def crash():
    ctypes.string_at(0)

def leave():
    os._exit(3)

def complain_and_abort():
    os.write(2, b"what a pity\\n")
    os.abort()

def kill_the_worker():
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)

def chat():
    print('{"outcome": {}}', flush=True)
    os.write(1, b"nonsense\\n" * 10_000)

def refuse():
    raise ValueError("these columns\\nwill not do")

class Hostile(EmptyDAG):
    """A solver that does what its parameter says."""

    def __init__(self, *, deed="chat"):
        super().__init__()
        self.deed = deed

    def solve(self, problem):
        if problem.moments.n_features > 2:
            globals()[self.deed]()
        return super().solve(problem)

register_solver("hostile", Hostile)
'''


@pytest.fixture(scope="module")
def hostile_package(tmp_path_factory):
    """A folder, on the path of processes started from here, with the package ``hostile``."""
    tmp_path = tmp_path_factory.mktemp("hostile")
    (tmp_path / "hostile.py").write_text(HOSTILE)
    metadata = tmp_path / "hostile-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: hostile\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        textwrap.dedent("""\
        [causal_dag.solvers]
        hostile = hostile
        """)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
        patch.setenv("HOSTILE_PID_FILE", str(tmp_path / "pid"))
        yield tmp_path


@pytest.fixture(scope="module")
def worker(hostile_package):
    """A worker process that knows the hostile solver."""
    process = WorkerProcess()
    yield process
    process.close()


@pytest.fixture
def small_data():
    return DataSource("er1", "linear", {"edges_per_node": 1}, n_samples=50, n_features=5)


@pytest.fixture
def hostile_cell(small_data):
    """Return a cell whose solver does a deed."""

    def cell(deed, seed=0):
        return Cell(small_data, Method("hostile", "hostile", {"deed": deed}), seed)

    return cell


@pytest.fixture
def harmless_cell(small_data):
    return Cell(small_data, Method("none", "empty"), 0)


@pytest.fixture
def limits():
    return Limits(seconds=20.0, memory_mb=1000.0)
