"""The equal-variance score of nodes that enter by several columns each."""

from dataclasses import dataclass, replace

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.equal_variance_score import MOST_STEPS, EqualVarianceScore
from causal_dag.solvers.order.scores.node_columns import NodeColumnsBIC


@dataclass(frozen=True)
class EqualVarianceColumns(EqualVarianceScore):
    """N log(Σ_j n_j σ²_j / N) plus the other terms of ``NodeColumnsBIC``, through tangents.

    N = Σ_j n_j, where n_j is the number of rows with which node j is scored.

    Parameters
    ----------
    columns : NodeColumnsBIC
        The local scores, with estimated noise variances.
    """

    columns: NodeColumnsBIC

    def with_noise(self, variance: float) -> NodeColumnsBIC:
        """Return the tangent at a noise variance: local scores, up to a constant."""
        return replace(self.columns, noise_variance=variance)

    def of_graph(
        self, weights: FloatArray | BoolArray, start: float | None = None
    ) -> tuple[float, float]:
        """Return the score of a graph and its noise variance, by steps from a given one.

        The noise variance decides between versions of the columns; weights say where edges are.
        """
        explained, adjacency = np.flatnonzero(self.constraints.explained), np.asarray(weights) != 0
        variance = self.starting_variance() if start is None else start
        n_own, best = self.columns.n_samples, np.inf
        has_versions = len(self.columns.nodes[0].designs) > 1
        for _ in range(MOST_STEPS if has_versions else 1):
            score, variances, losses = self.with_noise(variance), [], 0.0
            for j in explained.tolist():
                designs, coefficients, loss = score.regression(j, adjacency[:, j])
                variances.append(score.residual_variance(j, designs, coefficients))
                losses += loss - n_own[j] * variances[-1] / variance
            pooled = float(np.average(variances, weights=n_own[explained]))
            reached = float(n_own[explained].sum() * np.log(pooled) + losses)
            if not reached < best:
                break
            best, variance = reached, pooled
        return best, variance

    def starting_variance(self) -> float:
        """Return the least variance of a column: that of a node without parents is all noise."""
        explained, none = np.flatnonzero(self.constraints.explained), np.empty((0, 1))
        return min(self.columns.residual_variance(j, {}, none) for j in explained.tolist())

    def _tangent(self, variance: float) -> DecomposableScore:
        return DecomposableScore.within(self.with_noise(variance), self.constraints)
