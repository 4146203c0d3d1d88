"""Write the pages of the reference: one per part of the library, one per public name.

The names are read from the package, so that a solver, criterion or metric that registers itself
is on the site without a second list.
"""

import importlib
import inspect
from collections.abc import Iterable, Mapping
from pathlib import Path

# The parts in the order of the reference, each with its modules. Names are those of ``__all__``,
# or the ones given here for a module that also holds functions for the library itself.
PARTS = {
    "estimators": (
        "Estimators",
        {"causal_dag": None, "causal_dag.fitting.fitted_dag": ("FittedDAG",)},
    ),
    "effects": ("Causal effects", {"causal_dag.effects.effect": ("Effect",)}),
    "solvers": ("Registry of solvers", {"causal_dag.solvers": None}),
    "criteria": ("Criteria of order search", {"causal_dag.solvers.criteria": None}),
    "selection": ("Choosing the penalty", {"causal_dag.selection": None}),
    "advice": (
        "Advice on a table, and on a graph",
        {"causal_dag.advice": None, "causal_dag.advice.graph_check": ("GraphCheck",)},
    ),
    "certainty": ("Certainty of a graph", {"causal_dag.certainty": None}),
    "comparison": (
        "Comparing solvers",
        {"causal_dag.comparison.compare": ("compare_solvers", "Comparison", "ComparisonRow")},
    ),
    "metrics": ("Metrics", {"causal_dag.metrics": None}),
    "graph": ("Graphs", {"causal_dag.graph": None}),
    "plotting": ("Plots", {"causal_dag.plotting": None}),
    "synthetic": ("Simulated and reference data", {"causal_dag.synthetic": None}),
    "files": (
        "Tables and graphs in files",
        {
            "causal_dag.files.table_files": ("read_table", "read_covariance", "write_table"),
            "causal_dag.files.moments_files": ("read_moments", "write_moments"),
            "causal_dag.graph_files": None,
            "causal_dag.export": None,
        },
    ),
    "warnings": (
        "Warnings",
        {
            "causal_dag.fit_warnings": (
                "CodedColumnsWarning",
                "DeterminedColumnWarning",
                "FewRowsWarning",
                "NoEdgeWarning",
                "ProjectionWarning",
            ),
            "causal_dag.identification": ("OpenEffectWarning",),
            "causal_dag.effects.edge_inference": ("SelectedEdgesWarning",),
        },
    ),
    "benchmarks": (
        "Benchmarks",
        {
            "causal_dag.benchmarks.plan": None,
            "causal_dag.benchmarks.report": None,
            "causal_dag.benchmarks.runner.run": ("run_suite",),
            "causal_dag.benchmarks.runner.local_pool": ("LocalPool",),
            "causal_dag.benchmarks.store.store": ("Store", "StoredRun"),
        },
    ),
    "extending": (
        "For solvers of one's own",
        {
            "causal_dag.problem": (
                "Problem",
                "Solution",
                "StageRecord",
                "Status",
                "InitialPoint",
                "Monitor",
                "StructuralFunctions",
            ),
            "causal_dag.constraints": ("Constraints",),
            "causal_dag.parameters": ("Number", "Choice", "Flag", "Optional", "Either"),
        },
    ),
}


def public_names(module_name: str, names: tuple[str, ...] | None) -> list[str]:
    """Return the names of a module that the reference shows."""
    return list(names) if names else list(importlib.import_module(module_name).__all__)


def reference_names() -> list[str]:
    """Return every name of the reference, in full."""
    return [
        f"{module}.{name}"
        for _, modules in PARTS.values()
        for module, names in modules.items()
        for name in public_names(module, names)
    ]


def _one_line(module_name: str) -> str:
    return (importlib.import_module(module_name).__doc__ or "").strip().split("\n\n")[0]


def _table(names: list[str]) -> str:
    rows = "".join(f"   {name}\n" for name in names)
    return f".. autosummary::\n   :toctree: names\n   :nosignatures:\n\n{rows}\n"


def _constant(name: str, keys: Iterable[str]) -> str:
    return f".. py:data:: {name}\n\n   Keys: {', '.join(f'``{key}``' for key in keys)}\n\n"


def part_page(title: str, modules: dict[str, tuple[str, ...] | None]) -> str:
    """Return the page of a part: for each module its classes, functions and constants."""
    text = f"{title}\n{'=' * len(title)}\n\n"
    for module_name, given in modules.items():
        module = importlib.import_module(module_name)
        text += f"``{module_name}``: {_one_line(module_name)}\n\n"
        text += f".. currentmodule:: {module_name}\n\n"
        values = {name: getattr(module, name) for name in public_names(module_name, given)}
        constants = {name: value for name, value in values.items() if isinstance(value, Mapping)}
        classes = [name for name, value in values.items() if inspect.isclass(value)]
        functions = [name for name in values if name not in (*classes, *constants)]
        text += "".join(_table(names) for names in (classes, functions) if names)
        text += "".join(_constant(name, keys) for name, keys in constants.items())
    return text


def write_pages(app, _config) -> None:
    """Write the pages below ``reference/``, and remove those of names that are gone."""
    folder = Path(app.srcdir, "reference")
    for key, (title, modules) in PARTS.items():
        page = folder / f"{key}.rst"
        text = part_page(title, modules)
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
    shown = set(reference_names())
    for page in (folder / "names").glob("*.rst"):
        if page.stem not in shown:
            page.unlink()


def setup(app) -> dict[str, bool]:
    """Write the pages before Sphinx looks for pages."""
    app.connect("config-inited", write_pages)
    return {"parallel_read_safe": True}
