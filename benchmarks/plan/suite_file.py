"""From a page of TOML to a suite, and the suites that come with the package."""

import os
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from causal_dag.benchmarks.plan.data import read_data, read_seeds
from causal_dag.benchmarks.plan.methods import read_solvers
from causal_dag.benchmarks.plan.schema import LIMITS, SUITE
from causal_dag.benchmarks.plan.section import Section, joined_lines, shown, unknown
from causal_dag.benchmarks.plan.suite import MOST_CELLS, Limits, PlannedData, PlannedMethod, Suite

LARGEST_FILE = 2**20
_COLUMN_VALUES = {
    "binary": "0 and 1", "count": "counts", "real": "numbers", "category": "categories",
    "mixed": "numbers and labels",
}  # fmt: skip


def available_suites() -> Mapping[str, str]:
    """Return the shipped suites: name to description.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan import available_suites
    >>> "quickstart" in available_suites()
    True
    """
    return {
        name: joined_lines(_parsed(_text(path), path.name)["description"])
        for name, path in _shipped().items()
    }


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
        raise ValueError(f"{unknown('suite', text, shipped)}, or a path that ends in .toml")
    return shipped[text]


def read_suite(name_or_path: str | Path) -> Suite:
    """Read a suite.

    Parameters
    ----------
    name_or_path : str or Path
        Name of a shipped suite, or path of a file that ends in ``.toml``.

    Returns
    -------
    Suite

    Raises
    ------
    ValueError
        If there is no such suite, or it cannot be run as written; one line that names the file,
        the table and the key.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan import read_suite
    >>> suite = read_suite("quickstart")
    >>> [planned.method.label for planned in suite.methods if planned.method.is_baseline]
    ['empty', 'random', 'sortnregress-var', 'sortnregress-r2']
    """
    path = suite_path(name_or_path)
    text = _text(path)
    section = Section(path.name, _parsed(text, path.name), SUITE)
    limits = Section(f"{path.name}: [limits]", section["limits"], LIMITS)
    seeds = read_seeds(section) or ()
    suite = Suite(
        section["name"] or path.stem,
        joined_lines(section["description"]),
        Limits(limits["seconds"], limits["memory_mb"]),
        tuple(read_data(section["data"], path.name, path.absolute().parent, seeds)),
        tuple(read_solvers(section["solvers"], path.name)),
        text,
    )
    _refuse_impossible_pairs(suite, path.name)
    if suite.n_cells > MOST_CELLS:
        section.fail(f"{suite.n_cells:,} runs are more than {MOST_CELLS:,}")
    return suite


def _refuse_impossible_pairs(suite: Suite, file: str) -> None:
    for place, planned in enumerate(suite.methods, start=1):
        for data in suite.data:
            _refuse_wrong_columns(f"{file}: [[solvers]] {place}", planned, data)
        if not any(planned.takes(data) for data in suite.data):
            raise ValueError(
                f"{file}: [[solvers]] {place}: {planned.method.label} takes none of the data; "
                "raise its max_features, or remove it"
            )


def _refuse_wrong_columns(place: str, planned: PlannedMethod, data: PlannedData) -> None:
    """Refuse a solver of 0 and 1 or of counts beside data that never holds them.

    Standardized columns hold neither, whatever they held before: such a solver takes part on
    raw columns only.
    """
    if data.source.scale == "raw" and planned.column_values != "real" and not planned.takes(data):
        raise ValueError(
            f"{place}: {planned.method.label} needs columns of "
            f"{_COLUMN_VALUES[planned.column_values]}, and {data.source.label} holds other "
            "numbers; put them into separate suites"
        )


def _shipped() -> dict[str, Path]:
    folder = Path(str(files("causal_dag.benchmarks.suites")))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def _text(path: Path) -> str:
    """Return the text of a suite file; ``ValueError`` if it is not a text file of at most 1 MiB."""
    try:
        if path.is_dir():
            raise ValueError(f"{path} is a folder; name a file that ends in .toml")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise ValueError(f"no such file: {path}") from None
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > LARGEST_FILE:
        raise ValueError(f"{path} is larger than 1 MiB; a suite is a page of TOML")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not a text file in UTF-8 (byte {error.start + 1}); save it as UTF-8"
        ) from error


def _parsed(text: str, place: str) -> dict[str, Any]:
    """Return the tables of a TOML text; ``ValueError`` that names ``place`` and line otherwise."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError(f"{place}: values are nested too deeply; flatten them") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{place} is not TOML: {joined_lines(str(error))}") from error
    except ValueError:  # what Python says of numbers of thousands of digits
        raise ValueError(f"{place}: a number or date cannot be read; correct it") from None
