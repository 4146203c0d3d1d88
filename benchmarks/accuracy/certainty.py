"""Whether edges with a probability of 70 % are there in 70 % of cases.

Run ``python -m causal_dag.benchmarks.accuracy.certainty``. ``BootstrapDAG`` with two kinds of
resampling, and ``PosteriorDAG`` with two scores and three priors of edges, are fitted to 40 tables
of 32 standardized columns: ER1 and ER2 with 100 and 400 rows, weights between .1 and 1, Gaussian
noise of unequal variances. Probabilities of edges regardless of direction,
``adjacency_probability_``, of all pairs of all tables are put into ten bins, and the mean
probability in a bin is compared with
the share of its pairs that are joined in the true graph. The expected calibration error is the mean
difference of the two, weighted by pairs. Most pairs have a probability near 0, so that the error
of those between .05 and .95 is a line of its own. ``--picture`` draws the reliability diagram.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.benchmarks.studies import Study
from causal_dag.certainty.bootstrap_dag import BootstrapDAG
from causal_dag.certainty.posterior_dag import PosteriorDAG
from causal_dag.fit_warnings import held_back
from causal_dag.synthetic import make_linear_sem

N_BINS = 10
METHODS: dict[str, BootstrapDAG | PosteriorDAG] = {
    "bootstrap, halves": BootstrapDAG(resampling="half"),
    "bootstrap": BootstrapDAG(resampling="bootstrap"),
    "BGe": PosteriorDAG(n_samples=500),
    "BIC": PosteriorDAG(n_samples=500, score="bic"),
    "BGe, DAGs equally probable": PosteriorDAG(n_samples=500, edge_prior=0.0),
    "BGe, edge_prior=1": PosteriorDAG(n_samples=500, edge_prior=1.0),
}
CELLS = ((1, 100), (1, 400), (2, 100), (2, 400))
COLUMNS = ("method", "probability", "pairs", "mean", "true", "calibration error")


def measure(
    size: int, resamples: int, picture: Path | None, seeds: Sequence[int]
) -> list[dict[str, Any]]:
    """Return one record per bin and method, and two of calibration errors."""
    records, curves = [], {}
    for kind, model in METHODS.items():
        if isinstance(model, BootstrapDAG):
            model.set_params(n_resamples=resamples)
        runs = [_probabilities(model, size, *cell, seed) for cell in CELLS for seed in seeds]
        probability, is_true = (np.concatenate(part) for part in zip(*runs, strict=True))
        bins = reliability(probability, is_true)
        curves[kind] = bins
        is_open = (probability > 0.05) & (probability < 0.95)
        rows: list[Any] = [
            (f"{low:.1f}–{low + 1 / N_BINS:.1f}", *figures, None) for low, *figures in bins
        ]
        for name, chosen in (("all", is_open | True), ("0.05–0.95", is_open)):
            error = calibration_error(reliability(probability[chosen], is_true[chosen]))
            mean = float(probability[chosen].mean()), float(is_true[chosen].mean())
            rows.append((name, int(chosen.sum()), *mean, error))
        records += [dict(zip(COLUMNS, (kind, *row), strict=True)) for row in rows]
    if picture is not None:
        _draw(curves, picture)
    return records


def _probabilities(
    model: BootstrapDAG | PosteriorDAG, d: int, edges_per_node: int, n: int, seed: int
) -> tuple[FloatArray, BoolArray]:
    """Return the probability of every pair, and whether it is joined in the true graph."""
    X, sem = make_linear_sem(
        n, d, graph="er", edges_per_node=edges_per_node, weight_range=(0.1, 1.0),
        noise_variance=(0.5, 2.0), scale="standardized", random_state=seed,
    )  # fmt: skip
    with held_back():
        fitted = clone(model).set_params(random_state=seed).fit(X)
    pairs = np.triu_indices(d, 1)
    return fitted.adjacency_probability_[pairs], (sem.weights + sem.weights.T)[pairs] != 0


def reliability(
    probability: FloatArray, is_true: BoolArray
) -> list[tuple[float, int, float, float]]:
    """Return lower edge, number, mean probability and share of the truth of bins with entries.

    Examples
    --------
    >>> from causal_dag.benchmarks.accuracy.certainty import reliability
    >>> reliability(np.array([0.05, 1.0, 1.0]), np.array([False, True, False]))
    [(0.0, 1, 0.05, 0.0), (0.9, 2, 1.0, 0.5)]
    """
    place = np.minimum((probability * N_BINS).astype(int), N_BINS - 1)
    found = []
    for number in np.unique(place).tolist():
        chosen = place == number
        means = float(probability[chosen].mean()), float(is_true[chosen].mean())
        found.append((number / N_BINS, int(chosen.sum()), *means))
    return found


def calibration_error(bins: Sequence[tuple[float, int, float, float]]) -> float:
    """Return the mean difference of probability and share, weighted by entries.

    Examples
    --------
    >>> from causal_dag.benchmarks.accuracy.certainty import calibration_error
    >>> calibration_error([(0.0, 3, 0.1, 0.1), (0.9, 1, 1.0, 0.5)])
    0.125
    """
    total = sum(number for _, number, _, _ in bins)
    return sum(number * abs(mean - share) for _, number, mean, share in bins) / total


def _draw(curves: dict[str, list[tuple[float, int, float, float]]], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for kind, bins in curves.items():
        _, _, mean, share = zip(*bins, strict=True)
        axes.plot(mean, share, marker="o", label=kind)
    axes.set_xlabel("probability of an edge")
    axes.set_ylabel("share of true edges")
    axes.legend()
    figure.savefig(path)


if __name__ == "__main__":
    study = Study("Calibration of probabilities of edges, d={size}", __doc__, seeds=10)
    study.option("--size", type=int, default=32)
    study.option("--resamples", type=int, default=200)
    study.option("--picture", type=Path, help="file for the reliability diagram")
    study.run(measure)
