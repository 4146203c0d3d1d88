"""What the shipped benchmark results say about data like a given table."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

RESULTS_FILE = "benchmark_results.json"
# A kind of noise that differs counts as much as eight times as many rows.
OTHER_NOISE = 3.0


@dataclass(frozen=True)
class BenchmarkRow:
    """One solver on one kind of data; mean and standard deviation over data sets.

    Parameters
    ----------
    solver : str
        Label in the suite.
    runs, done : int
        Runs, and those among them that ended with a graph; the figures are of these.
    shd_mean, shd_sd : float or None
        Structural Hamming distance divided by the number of true edges; 1 for the empty graph.
    cpdag_mean, cpdag_sd : float or None
        The same between equivalence classes.
    seconds_mean, seconds_sd : float or None
        Wall time of a fit.
    """

    solver: str
    runs: int
    done: int
    shd_mean: float | None
    shd_sd: float | None
    cpdag_mean: float | None
    cpdag_sd: float | None
    seconds_mean: float | None
    seconds_sd: float | None


@dataclass(frozen=True)
class BenchmarkKind:
    """Simulated data of one kind, and what the solvers made of it.

    Parameters
    ----------
    data : str
        Label in the suite.
    settings : mapping
        Keyword arguments of ``make_linear_sem``.
    scale : {"raw", "standardized", "iscm"}
        Scale of the columns.
    n_samples, n_features, data_sets : int
        Rows, columns, and number of data sets drawn.
    true_edges, varsortability, r2_sortability : float
        Means over the data sets.
    rows : tuple of BenchmarkRow
        One a solver.
    """

    data: str
    settings: Mapping[str, Any]
    scale: str
    n_samples: int
    n_features: int
    data_sets: int
    true_edges: float
    varsortability: float
    r2_sortability: float
    rows: tuple[BenchmarkRow, ...]

    @property
    def has_gaussian_noise(self) -> bool:
        """Whether the noise is Gaussian."""
        return bool(self.settings.get("noise", "gaussian") == "gaussian")

    @property
    def has_equal_variances(self) -> bool:
        """Whether all noises have one variance, before any scaling."""
        return not isinstance(self.settings.get("noise_variance", 1.0), list | tuple)


@dataclass(frozen=True)
class BenchmarkResults:
    """All kinds of data, and where the figures come from.

    Parameters
    ----------
    provenance : mapping
        Suites, command, machine and versions.
    methods : mapping
        What the labels of solvers stand for.
    kinds : tuple of BenchmarkKind
        One for every kind of data.
    """

    provenance: Mapping[str, Any]
    methods: Mapping[str, Any]
    kinds: tuple[BenchmarkKind, ...]


@cache
def shipped_results() -> BenchmarkResults:
    """Return the results that come with the package.

    Examples
    --------
    >>> from causal_dag.advice.benchmark_results import shipped_results
    >>> len(shipped_results().kinds) > 0
    True
    """
    text = files("causal_dag.advice").joinpath(RESULTS_FILE).read_text(encoding="utf-8")
    return results_from_document(json.loads(text))


def results_from_document(document: Mapping[str, Any]) -> BenchmarkResults:
    """Return the results that a document of ``causal_dag.benchmarks.advice_results`` holds."""
    return BenchmarkResults(
        document["provenance"],
        document["methods"],
        tuple(_kind(**kind) for kind in document["kinds"]),
    )


def _kind(
    data_settings: Mapping[str, Any], rows: Sequence[Sequence[Any]], **others: Any
) -> BenchmarkKind:
    found = tuple(BenchmarkRow(*row) for row in rows)
    return BenchmarkKind(settings=data_settings, rows=found, **others)


def nearest_kinds(
    results: BenchmarkResults,
    *,
    n_samples: int,
    n_features: int,
    edges_per_node: float,
    is_gaussian: bool,
    is_scaled: bool,
    may_have_equal_variances: bool,
) -> tuple[BenchmarkKind, ...]:
    """Return the kinds of data nearest to a table, one for each noise and scale it may have.

    Rows, columns and edges per node count by the logarithm of their ratio, noise that is Gaussian
    in one and not in the other like a factor of eight.

    Parameters
    ----------
    results : BenchmarkResults
        Where to look.
    n_samples, n_features : int
        Rows and columns of the table.
    edges_per_node : float
        Of a graph fitted to it.
    is_gaussian : bool
        Whether most residuals cannot be told from Gaussian ones.
    is_scaled : bool
        Whether the columns have been rescaled: then raw kinds are left out.
    may_have_equal_variances : bool
        If not, raw kinds with equal variances are left out.
    """

    def distance(kind: BenchmarkKind) -> float:
        density = kind.true_edges / kind.n_features
        ratios = (
            kind.n_samples / n_samples,
            kind.n_features / n_features,
            max(density, 0.1) / max(edges_per_node, 0.1),
        )
        noise = OTHER_NOISE * (kind.has_gaussian_noise != is_gaussian)
        return sum(abs(math.log2(ratio)) for ratio in ratios) + noise

    nearest: dict[tuple[bool, str], BenchmarkKind] = {}
    for kind in sorted(results.kinds, key=distance):
        is_raw = kind.scale == "raw"
        if is_raw and (is_scaled or (kind.has_equal_variances and not may_have_equal_variances)):
            continue
        nearest.setdefault((kind.has_equal_variances, kind.scale), kind)
    return tuple(nearest[key] for key in sorted(nearest, key=lambda k: (k[1] != "raw", k[1], k[0])))
