"""Criterion of mixed tables: numbers, and levels as indicators, in one Gaussian score."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, Self

import numpy as np

from causal_dag.arrays import BoolArray, IntArray
from causal_dag.conditional_models import design_columns
from causal_dag.declared_parameters import CheckedFields
from causal_dag.moments import Moments
from causal_dag.parameters import NonNegative
from causal_dag.problem import Problem
from causal_dag.saving.values import saveable
from causal_dag.solvers.order.criteria.criterion import register_criterion
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.latent_gaussian import latent_moments
from causal_dag.solvers.order.scores.local_score import NodeFit, dependence_strength
from causal_dag.solvers.order.scores.node_columns import NodeColumns, NodeColumnsBIC
from causal_dag.solvers.order.search.likelihood_search import adjacency_of
from causal_dag.solvers.order.search.local_score_search import LocalScoreSearcher, cheapest_last

# Least improvement of the searches within the estimation of latent moments.
TOLERANCE = 1e-9


@saveable("MixedColumns")
@dataclass(frozen=True)
class MixedColumns(CheckedFields):
    """Numbers and levels side by side, scored as if all their columns were jointly Gaussian.

    A number is one column, and a declared count is one, log(1 + count). Of k levels without an
    order, all but one have an indicator of 0 and 1 (degenerate Gaussian [1]_); which one is left
    out does not matter. Two levels, and ordered ones, are one column of codes 0, 1, …. The local
    score of a variable given its parents is
    n log det(residual covariance of its columns) + penalty · log n · (number of its columns)
    · (number of its parents' columns). Graphs of the same Markov equivalence class have equal
    scores: **only the equivalence class is claimed to be identified.**

    Parameters
    ----------
    penalty : float
        Price of a coefficient in units of log n, at least 0.
    ordered : {"codes", "cuts"}
        What two levels, and levels in their order, stand for. ``"codes"``: the codes 0, 1, … are
        numbers, and act like them. ``"cuts"``: a latent Gaussian value is between two thresholds,
        and acts; latent correlations are estimated by structural expectation-maximization [2]_. A
        ``penalty`` of 3 suits them.

    Raises
    ------
    ValueError
        In ``fit``: if a column of labels has so many that it looks like an identifier.

    References
    ----------
    .. [1] Andrews, Ramsey and Cooper, "Learning high-dimensional directed acyclic graphs with mixed
       data-types", Proceedings of Machine Learning Research 104 (2019).
    .. [2] Friedman, "The Bayesian structural EM algorithm", UAI 1998.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from causal_dag import TOPO
    >>> generator = np.random.default_rng(0)
    >>> color = generator.choice(["red", "green", "blue"], size=300)
    >>> height = np.where(color == "red", 2.0, 0.0) + generator.normal(size=300)
    >>> X = pd.DataFrame({"color": color, "height": height, "age": generator.normal(size=300)})
    >>> model = TOPO(criterion=MixedColumns()).fit(X)
    >>> "; ".join(model.column_kinds_.description())
    'color: unordered (blue, green, red); height: number; age: number'
    >>> int(model.adjacency_.sum()), model.cpdag_[:2, :2].tolist()
    (1, [[False, True], [True, False]])
    """

    penalty: NonNegative = 2.0
    ordered: Literal["codes", "cuts"] = "codes"

    needs_rows = True
    needs_full_rank = False
    column_values = "mixed"
    identifies = "class"

    def order_score(self, problem: Problem) -> DecomposableScore:
        """Return the score of orders, a sum of local scores."""
        return DecomposableScore.within(self.node_score(problem), problem.constraints)

    def insertion_searcher(
        self, problem: Problem, first: IntArray, parents: BoolArray | None, tolerance: float
    ) -> LocalScoreSearcher:
        """Return the search that chooses parents as it moves nodes."""
        return LocalScoreSearcher(problem, self.node_score(problem), first, parents, tolerance)

    def node_score(self, problem: Problem) -> "IndicatorBIC":
        """Return the local scores of a problem's columns."""
        rows, kinds = problem.rows, problem.columns
        assert rows is not None  # needs_rows
        d = rows.shape[1]
        widths = np.ones(d, dtype=np.intp) if kinds is None else kinds.widths
        is_ordered = np.ones(d, dtype=bool) if kinds is None else kinds.is_ordered
        nodes = np.arange(d) if kinds is None else kinds.nodes
        is_ordered_node = is_ordered if kinds is None else kinds.is_ordered_node
        is_count = np.zeros(d, dtype=bool) if kinds is None else kinds.is_count
        columns = np.hstack(
            [
                design_columns(x, int(k), is_count=bool(counts))
                for x, k, counts in zip(rows.T, widths, is_count, strict=True)
            ]
        )
        of_columns = np.repeat(nodes, widths)
        blocks = [tuple(np.flatnonzero(of_columns == j).tolist()) for j in range(nodes.max() + 1)]
        score = IndicatorBIC.of(
            Moments.from_finite_rows(columns, None), blocks, is_ordered_node, self.penalty
        )
        if self.ordered == "codes" or kinds is None or not (kinds.n_levels * is_ordered).any():
            return score
        is_cut = np.repeat(is_ordered & (kinds.n_levels > 0), widths)
        moments = problem.remembered(
            latent_moments,
            lambda: latent_moments(columns, is_cut, score.blocks, partial(_graph, problem, score)),
        )
        return score.with_moments(moments, self.penalty)


def _graph(problem: Problem, score: "IndicatorBIC", moments: Moments, penalty: float) -> BoolArray:
    """Return the graph of one search, without restarts, under other moments."""
    changed = score.with_moments(moments, penalty)
    first = cheapest_last(changed, problem.constraints)
    *_, last = LocalScoreSearcher(problem, changed, first, None, TOLERANCE).start()
    return adjacency_of(last)


@dataclass(frozen=True)
class IndicatorBIC(NodeColumnsBIC):
    """Gaussian scores of numbers and indicators, with strengths of dependence as weights.

    The weight of a parent is √(1 − exp(−2 I)), I being the Gaussian mutual information of column
    and parent given the other parents, ½ log of the ratio of the two residual determinants: between
    0 and 1, and the absolute partial correlation of two numbers. It is negative where both are
    ordered (numbers, two levels, levels in their order) and their partial correlation is negative.

    Parameters
    ----------
    is_ordered : ndarray of bool, shape (d,)
        Nodes of a single column of which greater values mean more.
    """

    is_ordered: BoolArray = None  # type: ignore[assignment]

    @classmethod
    def of(
        cls,
        moments: Moments,
        blocks: Sequence[tuple[int, ...]],
        is_ordered: BoolArray,
        penalty: float,
    ) -> Self:
        """Return the scores of nodes of these columns."""
        nodes = [NodeColumns(block, block, (moments,)) for block in blocks]
        widths = np.array([len(block) for block in blocks])
        return cls(nodes, penalty * np.log(moments.n_samples) * widths, is_ordered=is_ordered)

    @property
    def blocks(self) -> list[tuple[int, ...]]:
        """The columns of every node."""
        return [node.design for node in self.nodes]

    def with_moments(self, moments: Moments, penalty: float) -> Self:
        """Return the scores under other moments of the columns, at another price."""
        return type(self).of(moments, self.blocks, self.is_ordered, penalty)

    def given(self, node: int, parents: BoolArray) -> NodeFit:
        """Regress the node's columns on the parents' columns."""
        designs, coefficients, value = self.regression(node, parents)
        weights, row = np.zeros(parents.size), 0
        for i, design in designs.items():
            others = parents.copy()
            others[i] = False
            price = float(self.prices[i]) * len(self.nodes[node].targets)
            decrease = self.regression(node, others)[2] - value + price
            n = self.nodes[node].moments[0].n_samples
            weights[i] = dependence_strength(decrease / n)
            if self.is_ordered[node] and self.is_ordered[i]:
                weights[i] = np.copysign(weights[i], coefficients[row, 0])
            row += len(design)
        return NodeFit(value, weights)


register_criterion("mixed", MixedColumns)
register_criterion("mixed-cuts", MixedColumns, ordered="cuts")
