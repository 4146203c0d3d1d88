"""The equal-variance score of nodes that enter by several columns each."""

from dataclasses import dataclass, replace

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.equal_variance_score import MOST_STEPS, EqualVarianceScore
from causal_dag.solvers.order.scores.node_columns import NodeColumnsBIC


@dataclass(frozen=True)
class EqualVarianceColumns(EqualVarianceScore):
    """n d log(Σ_j σ²_j / d) plus the other terms of ``NodeColumnsBIC``, minimized through tangents.

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
        n, best = self.moments.n_samples, np.inf
        for _ in range(MOST_STEPS):
            score, variances, losses = self.with_noise(variance), [], 0.0
            for j in explained.tolist():
                designs, coefficients, loss = score.regression(j, adjacency[:, j])
                variances.append(score.residual_variance(j, designs, coefficients))
                losses += loss - n * variances[-1] / variance
            reached = n * explained.size * float(np.log(np.mean(variances))) + losses
            if not reached < best:
                break
            best, variance = reached, float(np.mean(variances))
        return best, variance

    def starting_variance(self) -> float:
        """Return the least variance of a column: that of a node without parents is all noise."""
        return float(self.moments.variance[self.constraints.explained].min())

    def _tangent(self, variance: float) -> DecomposableScore:
        return DecomposableScore.within(self.with_noise(variance), self.constraints)
