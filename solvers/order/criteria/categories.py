"""Criteria for columns that hold categories: BDeu, BIC, K2 and normalized maximum likelihood."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from causal_dag.arrays import BoolArray, IntArray
from causal_dag.declared_parameters import CheckedFields
from causal_dag.parameters import NonNegative, Positive
from causal_dag.problem import Problem
from causal_dag.saving.values import saveable
from causal_dag.solvers.order.criteria.criterion import register_criterion
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.level_counts import LevelCounts
from causal_dag.solvers.order.search.local_score_search import (
    LocalScoreSearcher,
    cheapest_last,
)


@saveable("Categories")
@dataclass(frozen=True)
class Categories(CheckedFields):
    """Categories whose probabilities are free for every combination of levels of their parents.

    The criterion is −2 log score, from counts of levels. Levels are not assumed to be ordered, and
    causes may interact in any way. Graphs of the same Markov equivalence class have equal scores
    under ``"bdeu"`` and ``"bic"``; under ``"k2"`` and ``"fnml"`` their scores differ, but mean
    nothing for directions. **Only the equivalence class is claimed to be identified.**

    Parameters
    ----------
    score : {"bdeu", "bic", "k2", "fnml"}
        ``"bdeu"``: marginal likelihood under a Dirichlet prior that all cells of a table of counts
        share equally [1]_. ``"k2"``: marginal likelihood with one prior row per cell [2]_.
        ``"bic"``: maximum likelihood, at a price of log n per free probability [3]_. ``"fnml"``:
        factorized normalized maximum likelihood [4]_.
    equivalent_sample_size : float
        Prior rows of ``"bdeu"``, above 0. With many of them graphs become dense.
    edge_prior : float
        Penalty per edge in units of 2 log d, the prior 1/d for every edge, at least 0.

    Raises
    ------
    ValueError
        In ``order_score``: if a column has so many levels that it looks like an identifier or a
        measurement.

    References
    ----------
    .. [1] Heckerman, Geiger and Chickering, "Learning Bayesian networks: The combination of
       knowledge and statistical data", Machine Learning 20 (1995).
    .. [2] Cooper and Herskovits, "A Bayesian method for the induction of probabilistic networks
       from data", Machine Learning 9 (1992).
    .. [3] Schwarz, "Estimating the dimension of a model", Annals of Statistics 6 (1978).
    .. [4] Silander, Roos, Kontkanen and Myllymäki, "Factorized normalized maximum likelihood
       criterion for learning Bayesian network structures", PGM 2008.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import TOPO
    >>> coins = np.random.default_rng(0).integers(2, size=(200, 2))
    >>> X = np.column_stack([coins, coins[:, 0] ^ coins[:, 1]])  # neither coin alone says anything
    >>> TOPO(criterion=Categories()).fit(X).adjacency_.sum(axis=0).max().item()
    2
    """

    score: Literal["bdeu", "bic", "k2", "fnml"] = "bdeu"
    equivalent_sample_size: Positive = 1.0
    edge_prior: NonNegative = 1.0

    needs_rows = True
    needs_full_rank = False
    column_values = "category"
    counts_rows = True
    identifies = "class"

    def order_score(self, problem: Problem) -> DecomposableScore:
        """Return the score of orders, a sum of local scores."""
        return DecomposableScore.within(self.node_score(problem), problem.constraints)

    def insertion_searcher(
        self, problem: Problem, first: IntArray, parents: BoolArray | None, tolerance: float
    ) -> LocalScoreSearcher:
        """Return the search that chooses parents as it moves nodes."""
        score = self.node_score(problem)
        if not problem.initial.is_given:
            first = cheapest_last(score, problem.constraints)
        return LocalScoreSearcher(problem, score, first, parents, tolerance)

    def node_score(self, problem: Problem) -> LevelCounts:
        """Return the local scores of a problem's columns."""
        levels, n_levels = _levels(problem)
        d, counts = levels.shape[1], problem.row_counts
        n = len(levels) if counts is None else counts.sum()
        parameters: dict[str, dict[str, Any]] = {
            "bdeu": {"equivalent_sample_size": self.equivalent_sample_size},
            "bic": {"price": float(np.log(n))},
            "k2": {"cell_prior": 1.0},
            "fnml": {"has_regret": True},
        }
        edge_price = 2 * self.edge_prior * float(np.log(d))
        is_ordered = n_levels == 2 if problem.columns is None else problem.columns.is_ordered
        return LevelCounts(
            levels,
            n_levels,
            is_ordered,
            row_counts=counts,
            edge_price=edge_price,
            **parameters[self.score],
        )


def _levels(problem: Problem) -> tuple[IntArray, IntArray]:
    """Return the level of every column in every row, and the number of levels."""
    assert problem.rows is not None
    columns = [np.unique(column, return_inverse=True) for column in problem.rows.T]
    levels = np.column_stack([codes for _, codes in columns])
    return levels, np.array([values.size for values, _ in columns])


register_criterion("bdeu", Categories)
register_criterion("categorical-bic", Categories, score="bic")
register_criterion("k2", Categories, score="k2")
register_criterion("fnml", Categories, score="fnml")
