"""The reference of the site shows every public name, and every name that a page imports."""

import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Mapping

import pytest

import causal_dag
from tests.docs.extensions import load_extension


@pytest.fixture(scope="module")
def reference(repository):
    return load_extension(repository, "reference_pages")


def public_packages():
    """Yield every part of the library that says in ``__all__`` what is public."""
    yield causal_dag
    for found in pkgutil.walk_packages(causal_dag.__path__, "causal_dag."):
        # The command has a page of its own in the guide.
        if found.ispkg and not found.name.startswith("causal_dag.cli"):
            yield importlib.import_module(found.name)


def test_every_public_name_is_shown(reference):
    shown = set(reference.reference_names())
    public = {
        f"{package.__name__}.{name}"
        for package in public_packages()
        for name in getattr(package, "__all__", ())
    }
    assert len(public) > 90
    assert public - shown == set()


def test_every_shown_name_exists_and_has_a_docstring(reference):
    for name in reference.reference_names():
        module, _, attribute = name.rpartition(".")
        value = getattr(importlib.import_module(module), attribute)
        assert isinstance(value, Mapping) or value.__doc__, name


def test_every_name_that_a_page_imports_is_shown(reference, repository):
    pages = [repository / "README.md", *(repository / "docs").rglob("*.md")]
    pages += (repository / "docs" / "gallery").glob("*.py")
    imported = {
        f"{module}.{name.strip()}"
        for page in pages
        if "developers" not in page.parts
        for module, names in re.findall(
            r"^(?:>>> )?from (causal_dag[\w.]*) import ([\w, ]+)", page.read_text("utf-8"), re.M
        )
        for name in names.split(",")
    }
    assert len(imported) > 20
    unknown = imported - set(reference.reference_names())
    assert not {name for name in unknown if not is_module(name)}


def is_module(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def test_a_solver_that_registers_itself_is_shown(reference, monkeypatch):
    solvers = importlib.import_module("causal_dag.solvers")
    monkeypatch.setattr(
        causal_dag, "_solver_classes", lambda: {**solvers.solver_classes(), "Forest": object}
    )
    assert "causal_dag.Forest" in reference.reference_names()
