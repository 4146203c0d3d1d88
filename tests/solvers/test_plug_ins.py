"""Solvers of other packages: stored as what they are, and a broken package is no obstacle."""

import subprocess
import sys
from dataclasses import replace

import pytest

from causal_dag import EmptyDAG, registry
from causal_dag.benchmarks.plan import read_suite
from causal_dag.benchmarks.plan.cell import Method
from causal_dag.benchmarks.plan.methods import is_peer_method
from causal_dag.registry import Package
from causal_dag.solvers import available_solvers, register_solver

SOLVER = """
from causal_dag import CoLiDE, EmptyDAG
from causal_dag.solvers import register_solver

class Lean(EmptyDAG):
    "Nothing at all."

register_solver("lean", Lean)
register_solver("lean-colide", CoLiDE, lambda1=0.3)

class LeanCV(Lean):
    "Nothing at all, many times."
    is_compared = False

register_solver("lean-cv", LeanCV)
"""
PAGE = """
seeds = 1
[[data]]
scenario = "er2-ev"
n_samples = 50
n_features = 5
[[solvers]]
name = "NAME"
"""


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder of installed packages; the registry is afterwards as it was."""
    before = dict(registry._REGISTRY)
    monkeypatch.syspath_prepend(tmp_path)
    registry._discover.cache_clear()
    yield tmp_path
    registry._REGISTRY.clear()
    registry._REGISTRY.update(before)
    registry._discover.cache_clear()
    for name in [name for name in sys.modules if name.startswith("lean_")]:
        del sys.modules[name]


def install(site, distribution, version, module, code, value=None):
    """Do what pip does with a wheel of one module and one entry point."""
    (site / f"{module}.py").write_text(code)
    metadata = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
    )
    (metadata / "entry_points.txt").write_text(
        f"[causal_dag.solvers]\n{module} = {value or module}\n"
    )
    return metadata


def package(name):
    return registry.registered_solvers()[name].package


def test_a_solver_belongs_to_the_package_that_registered_it(site):
    install(site, "lean-dags", "1.2", "lean_dags", SOLVER)
    assert package("lean") == Package("lean-dags", "1.2")
    assert package("lean-colide") == Package("lean-dags", "1.2")  # though the class is ours
    assert package("colide-ev").name == "causal-dag"


def test_it_does_so_too_if_it_was_imported_before_the_registry_looked(site):
    install(site, "lean-dags", "1.2", "lean_dags", SOLVER)
    __import__("lean_dags")
    assert package("lean") == Package("lean-dags", "1.2")


def test_an_entry_point_can_be_a_function(site):
    code = "def install():\n" + SOLVER.replace("\n", "\n    ")
    install(site, "lean-dags", "1.2", "lean_dags", code, value="lean_dags:install")
    assert package("lean") == Package("lean-dags", "1.2")


def test_a_solver_of_this_process_belongs_to_no_package():
    register_solver("mine", EmptyDAG)
    try:
        assert package("mine") is None
    finally:
        registry._REGISTRY.pop("mine")


def test_a_solver_can_be_left_out_of_comparisons_of_all(site):
    from causal_dag.registry import solvers_for

    install(site, "lean-dags", "1.2", "lean_dags", SOLVER)
    assert "lean-cv" in available_solvers()
    assert "lean-cv" not in registry.compared_solvers()
    assert {"lean", "lean-cv"} & set(solvers_for([[0.5, 1.5], [2.5, 1.0]])) == {"lean"}


@pytest.mark.parametrize(
    ("code", "value", "reason"),
    [
        ("import no_such_module", None, "ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise RuntimeError('two\\nlines')", None, "RuntimeError: two lines"),
        ("import sys; sys.exit(3)", None, "SystemExit: 3"),
        ("this is no Python", None, "SyntaxError: "),
        ("", "lean_broken:nothing", "AttributeError: module 'lean_broken' has no attribute"),
        ("", "lean_missing", "ModuleNotFoundError: No module named 'lean_missing'"),
        ("", "!?", "Error: "),
        (SOLVER.replace("lean", "empty"), None, "ValueError: solver name 'empty' is taken by"),
        ("def f(x): pass", "lean_broken:f", "TypeError: "),
    ],
)
def test_a_broken_package_is_left_out_with_a_warning_that_names_it(site, code, value, reason):
    install(site, "lean-broken", "0.1", "lean_broken", code, value)
    install(site, "lean-dags", "1.2", "lean_dags", SOLVER)
    with pytest.warns(UserWarning, match="solvers of lean-broken are left out") as caught:
        names = available_solvers()
    assert {"lean", "notears"} <= set(names)
    (message,) = [str(entry.message) for entry in caught]
    assert f"entry point 'lean_broken' ({value or 'lean_broken'})" in message
    assert reason in message
    assert message.endswith("upgrade or remove lean-broken")
    assert "\n" not in message
    assert available_solvers() == names  # and says so once


def test_on_the_command_line_the_warning_is_one_line_and_all_goes_on(tmp_path, monkeypatch):
    install(tmp_path, "lean-broken", "0.1", "lean_broken", "raise RuntimeError('old')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    command = [sys.executable, "-m", "causal_dag", "solvers", "empty"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0
    assert result.stdout.startswith("empty = EmptyDAG(")
    assert result.stderr.startswith("warning: solvers of lean-broken are left out")
    assert result.stderr.count("\n") == 1


def cells_of(tmp_path, name):
    page = tmp_path / "page.toml"
    page.write_text(PAGE.replace("NAME", name))
    return [cell for cell in read_suite(page).cells() if cell.method.name == name]


def test_a_run_of_another_version_of_its_package_is_another_run(site):
    old = install(site, "lean-dags", "1.2", "lean_dags", SOLVER)
    (before,) = cells_of(site, "lean")
    assert (before.method.origin, before.method.version) == ("lean-dags", "1.2")
    assert not is_peer_method(before.method)
    (old / "METADATA").write_text("Metadata-Version: 2.1\nName: lean-dags\nVersion: 1.3\n")
    (after,) = cells_of(site, "lean")
    assert after.method.version == "1.3"
    assert after.key != before.key


def test_a_solver_of_this_process_cannot_be_in_a_suite(tmp_path):
    register_solver("mine", EmptyDAG)
    try:
        with pytest.raises(ValueError, match=r"mine is registered in this process only.*group"):
            cells_of(tmp_path, "mine")
    finally:
        registry._REGISTRY.pop("mine")


def test_a_package_may_have_the_name_of_a_peer(site):
    install(site, "lingam", "1.2", "lean_dags", SOLVER)
    (cell,) = cells_of(site, "lean")
    assert not is_peer_method(cell.method)
    assert is_peer_method(replace(cell.method, name="rcd"))
    assert not is_peer_method(Method("x", "lean", origin="elsewhere"))
