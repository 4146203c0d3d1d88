"""The suites that come with the package, and where a suite's file is."""

import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from causal_dag.benchmarks.plan.section import shown, unknown
from causal_dag.benchmarks.plan.toml_document import parse, read_text


def available_suites() -> Mapping[str, str]:
    """Return the shipped suites: name to description.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan import available_suites
    >>> "quickstart" in available_suites()
    True
    """
    found = {}
    for name, path in _shipped().items():
        found[name] = " ".join(parse(read_text(path), path.name)["description"].split())
    return found


def suite_path(name_or_path: str | Path) -> Path:
    """Return the file of a shipped suite's name, or of a path.

    Raises
    ------
    ValueError
        If it is neither a shipped name nor looks like a path.
    """
    text = os.fspath(name_or_path)
    if not text.isprintable():
        raise ValueError(f"{shown(text)} is not a file name")
    if isinstance(name_or_path, Path) or text.endswith(".toml") or os.sep in text:
        return Path(name_or_path)
    shipped = _shipped()
    if text not in shipped:
        raise ValueError(f"{unknown('suite', text, list(shipped))}, or a path that ends in .toml")
    return shipped[text]


def _shipped() -> dict[str, Path]:
    folder = Path(str(files("causal_dag.benchmarks.suites")))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}
