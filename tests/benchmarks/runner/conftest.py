"""A package with a solver that misbehaves on demand, and workers that can see it."""

import shutil
import textwrap
from pathlib import Path

import pytest

from causal_dag.benchmarks.plan import Limits
from causal_dag.benchmarks.plan.cell import Cell, Method
from causal_dag.benchmarks.plan.data_source import DataSource
from causal_dag.benchmarks.runner.worker_process import WorkerProcess

HOSTILE = Path(__file__).with_name("hostile_package")


@pytest.fixture(scope="module")
def hostile_package(tmp_path_factory):
    """A folder, on the path of processes started from here, with the package ``hostile``."""
    tmp_path = tmp_path_factory.mktemp("hostile")
    shutil.copy(HOSTILE / "hostile.py", tmp_path)
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
        patch.setenv("HOSTILE_SIGN", str(tmp_path / "sign"))
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
