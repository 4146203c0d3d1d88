"""``causal-dag bench list``: the suites there are, and what is in one."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.bench.suite_names import refuse_unknown_suite
from causal_dag.cli.options import json_and_quiet
from causal_dag.cli.output import print_json, print_line, print_paragraph, print_table

if TYPE_CHECKING:
    from causal_dag.benchmarks.plan import PlannedData, PlannedMethod, Suite

EXAMPLES = (
    "\b\nExamples:\n"
    "  causal-dag bench list\n"
    "  causal-dag bench list quickstart\n"
    "  causal-dag bench list mine.toml\n"
)

_UNITS = (("days", 86_400.0), ("h", 3_600.0), ("min", 60.0))


@click.command("list", short_help="List the suites, or show one.", epilog=EXAMPLES)
@click.argument("suite", required=False)
@json_and_quiet
def list_suites(suite: str | None, as_json: bool, quiet: bool) -> None:
    """List the suites that come with the package; with SUITE, a name or a .toml file, show one.

    The time shown is the longest possible: all runs one after the other, each stopped at its limit.
    """
    from causal_dag.benchmarks.plan import available_suites, read_suite

    if suite:
        refuse_unknown_suite(suite)
    suites = [read_suite(name) for name in ([suite] if suite else available_suites())]
    if as_json:
        documents = [_document(found) for found in suites]
        print_json(documents[0] if suite else documents)
    elif not quiet:
        if suite:
            _print_suite(suites[0])
        else:
            _print_suites(suites)


def duration(seconds: float) -> str:
    """Return a duration in the unit that suits it.

    Examples
    --------
    >>> from causal_dag.cli.bench.list import duration
    >>> duration(50), duration(4 * 3600), duration(36 * 3600), duration(100 * 3600)
    ('50 s', '4 h', '36 h', '4.2 days')
    """
    for name, length in _UNITS:
        if seconds >= 2 * length:
            return f"{round(seconds / length, 1):g} {name}"
    return f"{round(seconds, 1):g} s"


def _print_suites(suites: "Iterable[Suite]") -> None:
    suites = list(suites)
    rows = [
        [s.name, s.n_cells, f"{s.limits.seconds:g} s", duration(s.worst_seconds)] for s in suites
    ]
    print_table(["suite", "runs", "limit of one", "all at most"], rows)
    for suite in suites:
        print_line()
        print_paragraph(f"{suite.name}: {suite.description}", hanging="  ")
    print_line("\nin full: causal-dag bench list SUITE")


def _print_suite(suite: "Suite") -> None:
    limits = suite.limits
    print_paragraph(f"{suite.name}: {suite.description}", hanging="  ")
    print_line()
    print_paragraph(
        f"{suite.n_cells} runs, each of at most {limits.seconds:g} s and {limits.memory_mb:g} MB; "
        f"at most {duration(suite.worst_seconds)} one after the other"
    )
    print_line()
    print_table(
        ["data", "rows ", "columns ", "scales ", "seeds ", "runs"],
        [
            [entry["label"], *(", ".join(map(str, entry[key])) for key in _LISTED), entry["runs"]]
            for entry in _data_entries(suite)
        ],
    )
    print_line()
    print_table(
        ["solver", "method ", "from ", "version ", "at most columns", "runs"],
        [
            [e["label"], e["name"], e["origin"], e["version"], e["max_features"], e["runs"]]
            for e in _solver_entries(suite)
        ],
    )
    for entry in _solver_entries(suite):
        if entry["parameters"]:
            assignments = ", ".join(f"{k}={v!r}" for k, v in entry["parameters"].items())
            print_paragraph(f"{entry['label']}: {assignments}", hanging="  ")


_LISTED = ("n_samples", "n_features", "scales", "seeds")


def _document(suite: "Suite") -> dict[str, Any]:
    return {
        "name": suite.name,
        "description": suite.description,
        "runs": suite.n_cells,
        "worst_seconds": suite.worst_seconds,
        "limits": suite.limits,
        "data": _data_entries(suite),
        "solvers": _solver_entries(suite),
    }


def _data_entries(suite: "Suite") -> list[dict[str, Any]]:
    """Return one entry a label, in which sizes and scales are gathered."""
    gathered: dict[str, list[PlannedData]] = {}
    for data in suite.data:
        gathered.setdefault(data.source.label, []).append(data)
    return [
        {
            "label": label,
            "kind": group[0].source.kind,
            "settings": group[0].source.settings,
            "n_samples": _distinct(data.source.n_samples for data in group),
            "n_features": _distinct(data.source.n_features for data in group),
            "scales": _distinct(data.source.scale for data in group),
            "seeds": _distinct(_seeds(data) for data in group),
            "runs": sum(
                len(data.seeds) * sum(method.takes(data) for method in suite.methods)
                for data in group
            ),
        }
        for label, group in gathered.items()
    ]


def _solver_entries(suite: "Suite") -> list[dict[str, Any]]:
    return [_solver_entry(suite, planned) for planned in suite.methods]


def _solver_entry(suite: "Suite", planned: "PlannedMethod") -> dict[str, Any]:
    method = planned.method
    return {
        "label": method.label,
        "name": method.name,
        "origin": method.origin,
        "version": method.version,
        "baseline": method.is_baseline,
        "parameters": method.parameters,
        "max_features": planned.max_features,
        "runs": sum(len(data.seeds) for data in suite.data if planned.takes(data)),
    }


def _seeds(data: "PlannedData") -> str:
    """Return the seeds in words; a stretch of them by its ends."""
    first, last = data.seeds[0], data.seeds[-1]
    if len(data.seeds) > 2 and list(data.seeds) == list(range(first, last + 1)):
        return f"{first}–{last}"
    return ", ".join(map(str, data.seeds))


def _distinct(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))
