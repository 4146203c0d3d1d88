"""Sum up the records of a store for the advice: kinds of data × solvers.

    python -m causal_dag.benchmarks.advice_results STORE.sqlite --output benchmark_results.json

The file that the package ships is ``causal_dag/advice/benchmark_results.json``.
"""

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.files.atomic_files import write_whole_text
from causal_dag.files.json_values import json_value

if TYPE_CHECKING:
    import pandas as pd

FORMAT, FORMAT_VERSION = "causal-dag benchmark results", 1
KIND_COLUMNS = ["data", "data_settings", "scale", "n_samples", "n_features"]
# Distances are divided by the number of true edges.
FIGURES = ["shd", "cpdag_distance", "seconds"]
ROW_FIELDS = [
    "solver",
    "runs",
    "done",
    *(f"{name}_{part}" for name in FIGURES for part in ("mean", "sd")),
]
MACHINE_COLUMNS = ["causal_dag_version", "git_revision", "python", "platform", "cpu", "cores"]
DIGITS = 4


def summarise_records(records: "pd.DataFrame", command: str) -> dict[str, Any]:
    """Return the document that the advice quotes from.

    Parameters
    ----------
    records : DataFrame
        One row per run, as ``Store.records`` returns them. Runs on tables that were not simulated
        are left out: one data set is no kind of data.
    command : str
        What made the records, for whoever wants to repeat it.

    Raises
    ------
    ValueError
        If no run is on simulated data.
    """
    # Suites share runs.
    simulated = records[records["kind"] == "linear"].drop_duplicates("key")
    if simulated.empty:
        raise ValueError("the records hold no run on simulated data; run a suite that has some")
    simulated = simulated.assign(
        shd=simulated["shd"] / simulated["true_edges"].clip(lower=1),
        cpdag_distance=simulated["cpdag_distance"] / simulated["true_edges"].clip(lower=1),
        seconds=simulated["wall_seconds"],
    )
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "provenance": _provenance(simulated, command),
        "methods": _methods(simulated),
        "fields": ROW_FIELDS,
        "kinds": [
            _kind(dict(zip(KIND_COLUMNS, key, strict=True)), runs)
            for key, runs in simulated.groupby(KIND_COLUMNS, sort=True)
        ],
    }


def results_text(document: dict[str, Any]) -> str:
    """Return the document as JSON with one line per row, so that changes can be read."""
    plain = json_value(document)
    kinds = []
    for kind in plain.pop("kinds"):
        rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in kind.pop("rows"))
        head = json.dumps(kind, ensure_ascii=False)
        kinds.append(f'{head[:-1]}, "rows": [\n  {rows}]}}')
    head = json.dumps(plain, indent=1, ensure_ascii=False)
    return f'{head[:-2]},\n "kinds": [\n{",".join(kinds)}\n]}}\n'


def _provenance(records: "pd.DataFrame", command: str) -> dict[str, Any]:
    def values(column: str) -> list[Any]:
        return sorted({str(value) for value in records[column].dropna()})

    return {
        "suites": values("suite"),
        "command": command,
        "runs": len(records),
        "first_run": records["started"].min(),
        "last_run": records["started"].max(),
        **{column: values(column) for column in MACHINE_COLUMNS},
        "packages": [json.loads(text) for text in values("packages")],
    }


def _methods(records: "pd.DataFrame") -> dict[str, Any]:
    first = records.drop_duplicates("solver").sort_values("solver")
    return {
        row.solver: {
            "name": row.method,
            "origin": row.origin,
            "version": row.version,
            "parameters": json.loads(row.parameters),
        }
        for row in first.itertuples()
    }


def _kind(key: dict[str, Any], runs: "pd.DataFrame") -> dict[str, Any]:
    finished = runs[runs["status"] == "done"].drop_duplicates("seed")
    return {
        **key,
        "data_settings": json.loads(key["data_settings"]),
        "n_samples": int(key["n_samples"]),
        "n_features": int(key["n_features"]),
        "data_sets": runs["seed"].nunique(),
        "true_edges": _rounded(finished["true_edges"].mean()),
        "varsortability": _rounded(finished["varsortability"].mean()),
        "r2_sortability": _rounded(finished["r2_sortability"].mean()),
        "rows": [_row(solver, of_solver) for solver, of_solver in runs.groupby("solver")],
    }


def _row(solver: str, runs: "pd.DataFrame") -> list[Any]:
    done = runs[runs["status"] == "done"]
    figures: list[Any] = []
    for name in FIGURES:
        figures += [_rounded(done[name].mean()), _rounded(done[name].std())]
    return [solver, len(runs), len(done), *figures]


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


@click.command()
@click.argument("store", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--suite", help="Only the runs of this suite.")
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help="JSON file.")
def main(store: Path, suite: str | None, output: Path) -> None:
    """Sum up the runs in STORE, for the package to ship and the advice to quote."""
    from causal_dag.benchmarks.store.store import Store

    command = shlex.join(["python", "-m", "causal_dag.benchmarks.advice_results", *sys.argv[1:]])
    try:
        with Store.open(store) as opened:
            document = summarise_records(opened.records(suite), command)
        write_whole_text(output, results_text(document))
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"wrote {output}")


if __name__ == "__main__":
    main()
