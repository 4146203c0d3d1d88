"""How close ``topo-bic`` comes to the true graph when cells of the table are missing.

Run ``python -m causal_dag.benchmarks.accuracy.missing``. Cells are missing completely at random, or
(*) in the rows in which the last column of a topological order, which is always seen, is above its
median. Moments come from expectation-maximization, from the complete rows, from all rows with means
in place of missing cells, and from the rows in which two columns are both seen (with negative
eigenvalues clipped). Those of expectation-maximization count as the number of rows that
``effective_rows`` returns, as n (1 - m) rows or as n, where m is the share of missing cells. Tables
without gaps of n (1 - m) rows and of all n are beside them; ``above`` is the paired difference from
the former. ``error of weights`` is the mean relative error of the true edges' coefficients,
regressed on the true parents.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import mean
from typing import Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.benchmarks.studies import Study, mean_and_error
from causal_dag.fit_warnings import FewRowsWarning, held_back
from causal_dag.graph import topological_order
from causal_dag.incomplete.missing_cells import effective_rows, pair_counts
from causal_dag.metrics import cpdag_distance
from causal_dag.moments import Moments
from causal_dag.regression import least_squares_weights
from causal_dag.solvers.topo import TOPO
from causal_dag.synthetic import make_linear_sem

BASELINE = "n (1 - m) rows"


def moments_by_method(X: FloatArray, gappy: FloatArray) -> dict[str, Moments]:
    """Return the moments of a table before and after cells were lost; by name."""
    import pandas as pd
    from statsmodels.stats.correlation_tools import cov_nearest

    is_missing, means = np.isnan(gappy), np.nanmean(gappy, axis=0)
    pairwise = cov_nearest(pd.DataFrame(gappy).cov().to_numpy(), method="clipped", threshold=1e-4)
    em, fewer = Moments.from_incomplete_rows(gappy), round(len(X) * (1 - is_missing.mean()))
    found = {
        "n rows": Moments.from_rows(X),
        BASELINE: Moments.from_rows(X[:fewer]),
        "em": em,
        "em, as n (1 - m)": replace(em, n_samples=fewer),
        "em, as n": replace(em, n_samples=len(X)),
        "imputed means": Moments.from_rows(np.where(is_missing, means, gappy)),
        "pairwise": Moments(effective_rows(pair_counts(gappy)), means, pairwise),
    }
    complete = gappy[~is_missing.any(axis=1)]
    if len(complete) > X.shape[1]:
        found["complete rows"] = Moments.from_rows(complete)
    return found


def one_set(
    seed: int, share: float, n: int, d: int, *, depends_on_column: bool
) -> dict[str, tuple[int, float]]:
    """Return the distance and the relative error of weights, by method."""
    X, sem = make_linear_sem(n, d, noise_variance=(0.5, 10.0), random_state=seed)
    chance = np.full((n, d), share)
    if depends_on_column:
        last = topological_order(sem.weights)[-1]
        chance = 2 * chance * (X[:, [last]] > np.median(X[:, last])) * (np.arange(d) != last)
    gappy = np.where(np.random.default_rng([seed, 1]).random((n, d)) < chance, np.nan, X)
    edges, found = sem.weights != 0, {}
    for name, moments in moments_by_method(X, gappy).items():
        with held_back(FewRowsWarning):
            distance = cpdag_distance(sem, TOPO().fit_moments(moments))
        weights = least_squares_weights(moments.covariance, edges)
        found[name] = distance, float((weights[edges] / sem.weights[edges]).mean() - 1)
    return found


def measure(seeds: Sequence[int], n: int, d: int) -> list[dict[str, Any]]:
    """Return one record per kind of gaps and method."""
    records = []
    kinds = ("2 %", 0.02, False), ("20 %", 0.2, False), ("40 %", 0.4, False), ("30 %*", 0.3, True)
    for kind, share, depends in kinds:
        sets = [one_set(seed, share, n, d, depends_on_column=depends) for seed in seeds]
        for method in dict.fromkeys(method for found in sets for method in found):
            pairs = [(found[method], found[BASELINE]) for found in sets if method in found]
            above = [own[0] - other[0] for own, other in pairs]
            records.append(
                {
                    "missing": kind,
                    "moments": method,
                    "sets": len(pairs),
                    "distance": mean(own[0] for own, _ in pairs),
                    "above": mean_and_error(above),
                    "error of weights": mean_and_error([own[1] for own, _ in pairs]),
                }
            )
    return records


if __name__ == "__main__":
    study = Study("Missing cells, ER2, d={d}, n={n}", __doc__, seeds=30, first_seed=71000)
    study.option("-n", type=int, default=1000, help="rows")
    study.option("-d", type=int, default=20, help="columns")
    study.run(measure)
