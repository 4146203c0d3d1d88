"""Published figures, and ours beside them.

Run ``python -m causal_dag.benchmarks.accuracy.paper_tables``. Figures are distances to the true
graph, mean ± sd (number of data sets), on data drawn anew; the Sachs figures involve no chance and
have to be met exactly. Means are flagged that are more than two standard errors of the difference
from the reported ones, sqrt(sd²/n of ours + sd²/n of theirs); where theirs states no sd or no n,
ours stands in. Of a range, means are flagged that are outside by more than two standard errors of
their own. Methods that are not registered solvers are listed as not run. ``--large`` adds the sizes
above 60, which take hours.
"""

import argparse
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from causal_dag.arrays import BoolArray
from causal_dag.benchmarks.accuracy.agreement import RULE, summary
from causal_dag.benchmarks.accuracy.published_figures import (
    Data,
    PublishedFigure,
    published_figures,
)
from causal_dag.benchmarks.studies import print_report, replace_odd_characters
from causal_dag.fit_warnings import ProjectionWarning, held_back
from causal_dag.metrics import (
    cpdag_distance,
    structural_hamming_distance,
    structural_intervention_distance,
)
from causal_dag.registry import available_solvers, make_seeded_solver

LARGEST_BY_DEFAULT = 60
METRICS: dict[str, Callable[[BoolArray, BoolArray], float]] = {
    "SHD": structural_hamming_distance,
    "SID": structural_intervention_distance,
    "CPDAG SHD": cpdag_distance,
    "edges": lambda true, estimate: int(estimate.sum()),
}


@dataclass(frozen=True)
class Fit:
    """One fit; figures of the same fit share it."""

    method: str
    params: tuple[tuple[str, Any], ...]
    data: Data
    seed: int

    def __str__(self) -> str:
        return f"{self.method} on {self.data}{f', seed {self.seed}' * self.data.is_random}"

    def run(self) -> tuple[BoolArray, BoolArray]:
        """Return the true and the estimated graph."""
        X, true = self.data.draw(self.seed)
        solver = make_seeded_solver(self.method, self.seed, **dict(self.params))
        with threadpool_limits(1), held_back(ConvergenceWarning, ProjectionWarning):
            # The papers' figures count answers that did not converge too.
            return true, np.asarray(solver.fit(X).adjacency_)


@dataclass(frozen=True)
class Comparison:
    """A published figure and ours; ``ours`` is empty where the solver is not registered."""

    figure: PublishedFigure
    ours: tuple[float, ...]

    @property
    def verdict(self) -> str:
        """How ours compares: equal, within, below, above, differs, – or not run."""
        return self.figure.theirs.verdict(self.ours) if self.ours else "not run"

    @property
    def is_flagged(self) -> bool:
        """Whether the difference is larger than chance explains."""
        return self.verdict in ("below", "above", "differs")

    def line(self) -> dict[str, str]:
        """Return a row for readers."""
        return {
            "data": str(self.figure.data),
            "method": self.figure.method,
            "figure": self.figure.metric,
            "theirs": str(self.figure.theirs),
            "ours": summary(self.ours) if self.ours else "–",
            "verdict": self.verdict,
            "source": self.figure.source,
        }

    def record(self) -> dict[str, Any]:
        """Return a row for programs."""
        theirs, ours = {"theirs": asdict(self.figure.theirs)}, {"ours": self.ours}
        return self.line() | theirs | ours | {"flagged": self.is_flagged}


def selected(
    *, only: Collection[str] = (), sizes: Collection[int] = (), large: bool = False
) -> list[PublishedFigure]:
    """Return the figures of some methods (by default all) and numbers of variables."""
    return [
        figure
        for figure in published_figures()
        if (not only or figure.method in only)
        and (figure.data.d in sizes if sizes else large or figure.data.d <= LARGEST_BY_DEFAULT)
    ]


def measure(
    figures: Sequence[PublishedFigure], n_seeds: int, first_seed: int, n_jobs: int = 1
) -> list[Comparison]:
    """Return every figure with ours, from one fit per data set, method and seed."""
    seeds = range(first_seed, first_seed + n_seeds)
    known = available_solvers()
    fits = {f: _fits(f, seeds) if f.method in known else [] for f in figures}
    graphs = _run(list(dict.fromkeys(fit for few in fits.values() for fit in few)), n_jobs)
    return [
        Comparison(figure, tuple(METRICS[figure.metric](*graphs[fit]) for fit in fits[figure]))
        for figure in figures
    ]


def _fits(figure: PublishedFigure, seeds: Sequence[int]) -> list[Fit]:
    needed = seeds if figure.data.is_random else seeds[:1]
    return [Fit(figure.method, figure.params, figure.data, seed) for seed in needed]


def _run(fits: Sequence[Fit], n_jobs: int) -> Mapping[Fit, tuple[BoolArray, BoolArray]]:
    from joblib import Parallel, delayed

    results = Parallel(n_jobs=n_jobs, return_as="generator")(delayed(fit.run)() for fit in fits)
    console = Console(stderr=True)
    shown = track(results, "published figures", total=len(fits), console=console)
    return dict(zip(fits, shown, strict=True))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    methods = list(dict.fromkeys(figure.method for figure in published_figures()))
    parser.add_argument("--seeds", type=int, default=5, help="data sets per published value")
    parser.add_argument("--first-seed", type=int, default=4000)
    parser.add_argument("--only", nargs="+", choices=methods, default=[], metavar="METHOD")
    parser.add_argument("--sizes", type=int, nargs="+", default=[], metavar="D", help="Sachs is 11")
    parser.add_argument("--large", action="store_true", help="sizes above 60 too")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)
    replace_odd_characters()
    if options.seeds < 1:
        parser.error(f"--seeds {options.seeds}: give at least 1")
    figures = selected(only=options.only, sizes=options.sizes, large=options.large)
    if not figures:
        parser.error("no figure is of these methods and sizes; add --large, or drop --sizes")
    comparisons = measure(figures, options.seeds, options.first_seed, options.jobs)
    rows = [c.record() if options.json else c.line() for c in comparisons]
    n_flagged = sum(comparison.is_flagged for comparison in comparisons)
    notes = f"{RULE}\n{n_flagged} of {len(comparisons)} flagged."
    print_report("Published figures beside ours", rows, as_json=options.json, notes=notes)


if __name__ == "__main__":
    main()
