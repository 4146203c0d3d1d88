"""The repository's shape: one import package over the top-level folders."""

import ast
import os
import re
import subprocess
import sys
import tomllib

import networkx as nx
import pytest

from tests.import_graph import (
    FACADES,
    circles,
    import_graph,
    module_files,
    part_graph,
    syntax_tree,
)

FOLDERS = ("solvers", "synthetic", "benchmarks")
LONGEST_BODY, MOST_PARAMETERS = 70, 12


@pytest.fixture(scope="module")
def setuptools_settings(repository):
    return tomllib.loads((repository / "pyproject.toml").read_text())["tool"]["setuptools"]


def packages_in_tree(repository):
    found = {}
    for top, name in [("causal_dag", "causal_dag")] + [(f, f"causal_dag.{f}") for f in FOLDERS]:
        for folder, subfolders, files in os.walk(repository / top):
            subfolders[:] = [s for s in subfolders if s != "__pycache__"]
            if "__init__.py" in files:
                relative = os.path.relpath(folder, repository / top)
                parts = [] if relative == "." else relative.split(os.sep)
                found[".".join([name, *parts])] = "/".join([top, *parts])
    return found


def test_every_package_folder_is_listed_for_the_wheel(repository, setuptools_settings):
    expected = packages_in_tree(repository)
    assert set(setuptools_settings["packages"]) == set(expected)
    assert setuptools_settings["package-dir"] == expected


@pytest.mark.parametrize("folder", FOLDERS)
def test_links_let_tools_find_the_folders_without_an_install(repository, folder):
    link = repository / "causal_dag" / folder
    assert link.is_symlink(), (
        f"causal_dag/{folder} is not a symbolic link: clone with 'git clone -c core.symlinks=true' "
        "or install the package (pip install .) and run the tests with -o pythonpath="
    )
    assert os.readlink(link) == f"../{folder}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_imported_under_its_own_name_says_the_right_one(repository, folder):
    code = f"import sys; sys.path.insert(0, {str(repository)!r}); import {folder}"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert f"import this package as causal_dag.{folder}" in result.stderr


def test_imports_are_absolute(repository):
    for path in module_files(repository).values():
        for node in ast.walk(syntax_tree(path)):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: relative import in line {node.lineno}"


def test_no_modules_import_one_another_in_a_circle(repository):
    assert circles(import_graph(repository)) == []


def test_no_parts_import_one_another_in_a_circle(repository):
    assert circles(part_graph(import_graph(repository))) == []


def parts_from_the_ground_up(repository):
    """Read the parts in the rows of the architecture page, from the first to the last."""
    page = (repository / "docs" / "developers" / "architecture.md").read_text(encoding="utf-8")
    rows = page[page.index("| where | holds |") :].split("\n\n")[0].splitlines()[2:]
    places = [place for row in rows for place in re.findall(r"`([^`]+)`", row.split("|")[1])]
    return ["causal_dag." + re.sub(r"\.py$|/$", "", place).replace("/", ".") for place in places]


def test_the_architecture_page_names_every_part_and_parts_import_only_what_stands_above(repository):
    modules = import_graph(repository)
    parts = parts_from_the_ground_up(repository)
    assert sorted(parts) == sorted(set(nx.get_node_attributes(modules, "part").values()) - FACADES)
    place = {part: number for number, part in enumerate(parts)}
    imports = part_graph(modules).subgraph(parts).edges
    upward = [(a, b) for a, b in imports if place[b] > place[a]]
    assert upward == []


def test_the_library_does_not_import_its_own_facade(repository):
    assert list(import_graph(repository).predecessors("causal_dag")) == []


def test_modules_are_imported_by_a_computed_name_where_parts_are_found_and_nowhere_else(repository):
    """Such imports stand outside the graph above: they load what registers itself."""
    found = {
        module
        for module, path in module_files(repository).items()
        for node in ast.walk(syntax_tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("import_module")
        and not isinstance(node.args[0], ast.Constant)
    }
    assert found == {"causal_dag", "causal_dag.discovery", "causal_dag.benchmarks.peers.catalogue"}


def functions(repository):
    for module, path in module_files(repository).items():
        for node in ast.walk(syntax_tree(path)):
            if isinstance(node, ast.FunctionDef) and not module.endswith("_kernels"):
                yield f"{module}.{node.name}", node


def test_functions_are_short(repository):
    """A body is counted without its docstring; kernels are one function for speed."""
    lengths = {
        name: node.end_lineno - node.body[ast.get_docstring(node) is not None :][0].lineno + 1
        for name, node in functions(repository)
        if len(node.body) > (ast.get_docstring(node) is not None)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_BODY} == {}


def test_functions_take_few_parameters(repository):
    """Estimators alone have more: theirs are the hyper-parameters of the published methods."""
    numbers = {
        name: len([*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs])
        for name, node in functions(repository)
        if node.name != "__init__"
    }
    assert {name: number for name, number in numbers.items() if number > MOST_PARAMETERS} == {}


HEAVY = ("sklearn", "scipy", "numba", "pandas", "matplotlib", "networkx", "cvxpy", "statsmodels")


@pytest.mark.parametrize(
    "code", ["import causal_dag", "import causal_dag.cli; causal_dag.cli.main(['--help'])"]
)
def test_importing_and_asking_for_help_load_nothing_heavy(code):
    script = (
        f"import sys\ntry:\n    {code.replace('; ', chr(10) + '    ')}\n"
        f"except SystemExit: pass\n"
        f"print('loaded:', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stdout.splitlines()[-1:] == ["loaded: []"], result.stdout + result.stderr


def test_every_fixed_class_is_importable_from_the_top():
    import causal_dag
    from causal_dag.solvers import solver_classes

    for name, cls in solver_classes().items():
        if cls.__module__.startswith("causal_dag."):
            assert getattr(causal_dag, name) is cls
            assert name in dir(causal_dag)
    with pytest.raises(AttributeError, match="no attribute 'NoSuchSolver'"):
        causal_dag.NoSuchSolver  # noqa: B018


def test_in_a_new_process_names_load_what_they_name_and_touch_nothing_else():
    script = (
        "import logging, sys, numpy as np\n"
        "state = np.random.get_state()[1].copy()\n"
        "import causal_dag\n"
        "assert 'causal_dag.metrics' not in sys.modules\n"
        "assert callable(causal_dag.metrics.edge_scores)\n"
        "assert callable(causal_dag.synthetic.make_linear_sem)\n"
        "assert {'metrics', 'plotting', 'TOPO'} <= set(dir(causal_dag))\n"
        "assert not hasattr(causal_dag, 'metric') and not hasattr(causal_dag, '__wrapped__')\n"
        "before = set(globals())\n"
        "from causal_dag import *\n"
        "print(sorted(set(globals()) - before - {'before'}))\n"
        "import causal_dag.solvers as s; s.available_solvers()\n"
        "assert not logging.getLogger().handlers\n"
        "assert (np.random.get_state()[1] == state).all()\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    names = ast.literal_eval(result.stdout)
    assert {"TOPO", "NOTEARS", "CoLiDECV", "Moments", "PriorKnowledge", "load_model"} <= set(names)
    assert not {"Any", "TYPE_CHECKING", "importlib", "ModuleType"} & set(names)
    assert all(not name.startswith("_") for name in names)
