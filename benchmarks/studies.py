"""The frame of the studies under ``speed/`` and ``accuracy/``: options, one thread, one table."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import mean, stdev
from typing import Any

from sklearn.exceptions import ConvergenceWarning

from causal_dag.arrays import FloatArray
from causal_dag.estimator import DAGEstimator
from causal_dag.fit_warnings import ProjectionWarning, held_back
from causal_dag.metrics import structural_hamming_distance
from causal_dag.synthetic.linear_sem import LinearSEM

Records = Sequence[Mapping[str, Any]]


class Study:
    """A command that measures something and prints one table.

    Parameters
    ----------
    title : str
        Of the table; names of options in braces stand for their values.
    description : str
        What the command does, for its help: the docstring of its module.
    seeds : int, optional
        Default number of data sets; the command then has ``--seeds`` and ``--first-seed``, and
        its function a parameter ``seeds``, a range.
    first_seed : int
        Default seed of the first one.

    Examples
    --------
    >>> from causal_dag.benchmarks.studies import Study
    >>> study = Study("Squares up to {most}", "Square small numbers.")
    >>> study.option("--most", type=int, default=2)
    >>> study.run(lambda most: [{"x": x, "y": x * x} for x in range(most)], ["--json"])
    {"title": "Squares up to 2", "records": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]}
    """

    def __init__(
        self, title: str, description: str | None, seeds: int | None = None, first_seed: int = 0
    ) -> None:
        self.title = title
        self.parser = argparse.ArgumentParser(description=description)
        if seeds is not None:
            self.option("--seeds", type=int, default=seeds, help="data sets of each kind")
            self.option("--first-seed", type=int, default=first_seed)
        self.option("--json", action="store_true", help="print JSON instead of a table")

    def option(self, *names: str, **settings: Any) -> None:
        """Add an option, described as for ``ArgumentParser.add_argument``."""
        self.parser.add_argument(*names, **settings)

    def sizes(self, *default: int) -> None:
        """Add the option ``--sizes``, numbers of variables."""
        self.option("--sizes", type=int, nargs="+", default=list(default), metavar="D")

    def run(self, measure: Callable[..., Records], arguments: Sequence[str] | None = None) -> None:
        """Call ``measure`` with the options as keywords on one thread; print its records."""
        from threadpoolctl import threadpool_limits

        options = vars(self.parser.parse_args(arguments))
        as_json, title = options.pop("json"), self.title.format(**options)
        if "first_seed" in options:
            first = options.pop("first_seed")
            options["seeds"] = range(first, first + options["seeds"])
        with threadpool_limits(1):
            records = measure(**options)
        print_report(title, records, as_json=as_json)


def fit_seconds(
    estimator: Any, X: Any, clock: Callable[[], float] = time.process_time, **options: Any
) -> float:
    """Fit an estimator and return the seconds, of CPU unless another clock is given.

    The options are those of its ``fit``. Answers that did not converge, or had cycles to cut, count
    like all others.
    """
    with held_back(ConvergenceWarning, ProjectionWarning):
        started = clock()
        estimator.fit(X, **options)
        return clock() - started


def mean_and_error(values: Sequence[float]) -> str:
    """Return the mean of paired differences ± its standard error.

    Examples
    --------
    >>> from causal_dag.benchmarks.studies import mean_and_error
    >>> mean_and_error([1.0, 2.0, 3.0])
    '2 ± 0.58'
    """
    error = stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    return f"{mean(values):.2g} ± {error:.2g}"


def sd(values: Sequence[float]) -> float | None:
    """Return the standard deviation, which a single value lacks."""
    return stdev(values) if len(values) > 1 else None


def fit_and_distance(
    estimator: DAGEstimator,
    X: FloatArray,
    sem: LinearSEM,
    clock: Callable[[], float] = time.process_time,
) -> tuple[float, float]:
    """Fit an estimator; return ``fit_seconds``, and the SHD to the graph of the rows' model."""
    seconds = fit_seconds(estimator, X, clock)
    return seconds, structural_hamming_distance(sem.weights, estimator.weights_)


def print_report(title: str, records: Records, *, as_json: bool, notes: str = "") -> None:
    """Print a table for readers, with notes below it, or one JSON document for programs."""
    if as_json:
        document = {"title": title, "records": [dict(record) for record in records]}
        print(json.dumps(document | ({"notes": notes} if notes else {})))
        return
    print_table(title, records)
    if notes:
        print(notes)


def print_table(title: str, records: Records) -> None:
    """Print records of the same keys as one table; floats with three significant digits."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for number, column in enumerate(records[0]):
        table.add_column(str(column), justify="left" if number == 0 else "right", no_wrap=True)
    for record in records:
        table.add_row(*map(_cell, record.values()))
    # Without a terminal nothing says how wide a line may be; a table must not lose columns.
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def replace_odd_characters() -> None:
    """Replace what the terminal's encoding lacks, instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
