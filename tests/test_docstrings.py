"""Docstrings are reStructuredText that documentation generators can read."""

import importlib
import inspect
import io
import pkgutil
import re

import pytest
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.parsers.rst import Parser, roles
from docutils.transforms.references import DanglingReferences, Footnotes, Substitutions
from docutils.utils import new_document

import causal_dag

PARTS = sorted(module.name for module in pkgutil.iter_modules(causal_dag.__path__))
SETTINGS = get_default_settings(Parser)
SETTINGS.report_level, SETTINGS.halt_level = 2, 5
# Sphinx knows these; docutils alone does not.
for role in ("func", "class", "meth", "mod"):
    roles.register_generic_role(role, nodes.literal)


def modules(part):
    module = importlib.import_module(f"causal_dag.{part}")
    yield module
    for found in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{module.__name__}."):
        # The adapters import other packages, and the demo runs when it is imported.
        if not re.search(r"\.peers\.adapters\.|\.__main__$", found.name):
            yield importlib.import_module(found.name)


def docstrings(module):
    """Yield the docstrings written in a module, each with its name."""
    yield module.__name__, module.__doc__
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(value) or inspect.isfunction(value):
            yield f"{module.__name__}.{name}", value.__doc__
        if inspect.isclass(value):
            for member, attribute in vars(value).items():
                function = getattr(attribute, "fget", getattr(attribute, "__func__", attribute))
                if inspect.isfunction(function) and function.__module__ == module.__name__:
                    yield f"{module.__name__}.{name}.{member}", function.__doc__


def complaints(docstring):
    """What docutils says of a docstring, once names of parameters are escaped as numpydoc does."""
    text = re.sub(
        r"^ *[*\w][\w*, ]*( : .*)?$",
        lambda line: re.sub(r"(\*+)(?=\w)|_(?=,| |$)", r"\\\g<0>", line[0]),
        inspect.cleandoc(docstring),
        flags=re.MULTILINE,
    )
    document = new_document("docstring", SETTINGS)
    document.reporter.stream = stream = io.StringIO()
    Parser().parse(text, document)
    document.transformer.add_transforms([Substitutions, Footnotes, DanglingReferences])
    document.transformer.apply_transforms()
    return stream.getvalue()


@pytest.mark.parametrize("part", PARTS)
def test_docstrings_are_read_without_a_complaint(part):
    found = {
        name: complaints(docstring)
        for module in modules(part)
        for name, docstring in docstrings(module)
        if docstring
    }
    assert {name: complaint for name, complaint in found.items() if complaint} == {}


def test_a_formula_that_sphinx_would_take_for_a_substitution_is_found():
    assert "Undefined substitution" in complaints("The number of parents |P| counts.")
    assert not complaints("The number of parents ``|P|`` counts.\n\n**params\n    More.\n")
