"""Average ranks over blocks: Friedman's test and Nemenyi's critical difference (Demšar 2006)."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from causal_dag.benchmarks.report.measures import SHD
from causal_dag.benchmarks.report.study import BLOCK, Study
from causal_dag.benchmarks.store.outcome import Status

#: Friedman's chi-squared approximation asks for about ten blocks (Demšar 2006, section 3.2.2).
FEWEST_BLOCKS = 10
FEWEST_SOLVERS = 3
LEVEL = 0.05


@dataclass(frozen=True)
class Ranking:
    """Average ranks of solvers by SHD on one scale; 1 is best.

    Parameters
    ----------
    average : pandas.Series
        Average rank by solver, ascending.
    failures : pandas.Series
        In how many blocks the solver did not finish, and came last.
    n_blocks : int
        Blocks in which every one of the solvers was tried.
    n_left_out : int
        Other blocks.
    left_out : tuple of str
        Solvers whose package is missing; they have no rank.
    p_value : float
        Of Friedman's test that all solvers are alike; NaN if blocks or solvers are too few.
    critical_difference : float
        Average ranks closer than this cannot be told apart at 5 %; NaN likewise.
    """

    average: pd.Series
    failures: pd.Series
    n_blocks: int
    n_left_out: int
    left_out: tuple[str, ...]
    p_value: float
    critical_difference: float

    @property
    def is_tested(self) -> bool:
        """Whether there are enough blocks and solvers for the tests."""
        return math.isfinite(self.critical_difference)

    def groups(self) -> list[tuple[int, int]]:
        """Return the longest runs of solvers, as first and last place, that are not told apart."""
        ranks = self.average.to_numpy()
        ends = np.searchsorted(ranks, ranks + self.critical_difference, side="right") - 1
        return [
            (first, int(last))
            for first, last in enumerate(ends)
            if last > first and (first == 0 or last > ends[first - 1])
        ]


def ranking(study: Study, scale: str) -> Ranking:
    """Rank the solvers by SHD in every block of one scale.

    A block is what all solvers saw alike: data, size, scale and seed. Seeds that do not change the
    rows make one block together. A run that did not finish ranks last.
    """
    runs = study.runs[study.runs["scale"] == scale]
    missing = _never_tried(runs)
    table = _blocks(study, runs[~runs["solver"].isin(missing)])
    complete = table.dropna()
    ranks = complete.rank(axis=1)
    average = ranks.mean().sort_values(kind="stable")
    n_blocks, n_solvers = complete.shape
    enough = n_blocks >= FEWEST_BLOCKS and n_solvers >= FEWEST_SOLVERS
    return Ranking(
        average=average if n_blocks else average.iloc[:0],
        failures=np.isinf(complete).sum()[average.index],
        n_blocks=n_blocks,
        n_left_out=len(table) - n_blocks,
        left_out=tuple(missing),
        p_value=_friedman(complete) if enough else float("nan"),
        critical_difference=_nemenyi(n_solvers, n_blocks) if enough else float("nan"),
    )


def _never_tried(runs: pd.DataFrame) -> list[str]:
    is_missing = (runs["status"] == Status.MISSING).groupby(runs["solver"]).all()
    return sorted(is_missing.index[is_missing])


def _blocks(study: Study, runs: pd.DataFrame) -> pd.DataFrame:
    """Return SHDs, a row per block and a column per solver; infinite where a run did not finish."""
    shd = runs[SHD.column].where(runs["status"] == Status.DONE, np.inf).fillna(np.inf)
    fixed = {(s.data, s.n_samples, s.n_features) for s in study.settings if s.rows == "fixed"}
    places = zip(runs["data"], runs["n_samples"], runs["n_features"], strict=True)
    seeds = runs["seed"].where([place not in fixed for place in places], -1)
    table = runs.assign(shd=shd, seed=seeds).pivot_table(
        index=BLOCK, columns="solver", values="shd", aggfunc="mean"
    )
    return table.reindex(columns=[solver for solver in study.solvers if solver in table.columns])


def _friedman(complete: pd.DataFrame) -> float:
    from scipy.stats import friedmanchisquare

    ranks = complete.rank(axis=1)
    if (ranks.nunique(axis=1) == 1).all():
        return 1.0
    return float(friedmanchisquare(*ranks.to_numpy().T).pvalue)


def _nemenyi(n_solvers: int, n_blocks: int) -> float:
    """Return the critical difference, Demšar (2006), equation 5 and table 5."""
    from scipy.stats import studentized_range

    quantile = studentized_range.ppf(1.0 - LEVEL, n_solvers, np.inf) / np.sqrt(2.0)
    return float(quantile * np.sqrt(n_solvers * (n_solvers + 1) / (6.0 * n_blocks)))
