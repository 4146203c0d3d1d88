"""Local scores of nodes that consist of several columns, or have their own set of rows.

A node that represents a category or a curve has some columns that are modeled and some by which it
enters the equations of other nodes. A node that was intervened on in part of the rows is scored on
the remaining rows. If every node is one column and all share the moments, ``GaussianBIC`` gives the
same scores and is faster.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.moments import Moments
from causal_dag.regression import SMALLEST_VARIANCE_SHARE, edge_price
from causal_dag.solvers.order.scores.local_score import LocalScore, NodeFit
from causal_dag.validation import COLLINEARITY_TOLERANCE


@dataclass(frozen=True)
class NodeColumns:
    """The columns of one node, and the moments that it is scored with.

    Parameters
    ----------
    targets : tuple of int
        Columns that are modeled given the parents.
    design : tuple of int
        Columns by which the node enters the equations of its children.
    moments : Moments
        Moments of all columns, over the rows in which the node follows its own equation.
    """

    targets: tuple[int, ...]
    design: tuple[int, ...]
    moments: Moments


@dataclass(frozen=True)
class NodeColumnsBIC(LocalScore):
    """Σ_j n_j log det Σ_j|P + penalty · log n_j · (number of coefficients).

    Σ_j|P is the residual covariance of the node's targets given the parents' design columns, and
    n_j the number of rows that node j is scored on [1]_.

    Parameters
    ----------
    nodes : sequence of NodeColumns
        One per node of the graph.
    penalty : float
        Price of a coefficient in units of log n, at least 0.

    References
    ----------
    .. [1] Hauser and Bühlmann, "Characterization and greedy learning of interventional Markov
       equivalence classes of directed acyclic graphs", Journal of Machine Learning Research 13
       (2012): every node is scored on the rows in which it was not intervened on.

    Examples
    --------
    >>> import numpy as np
    >>> moments = Moments(10, np.zeros(2), np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> nodes = [NodeColumns((0,), (0,), moments), NodeColumns((1,), (1,), moments)]
    >>> fit = NodeColumnsBIC(nodes).given(1, np.array([True, False]))  # leaves a variance of 1
    >>> round(fit.value, 6), fit.weights.round(6).tolist()  # 10 log 1 + 2 log 10
    (4.60517, [2.0, 0.0])
    """

    nodes: Sequence[NodeColumns]
    penalty: float = 2.0

    def given(self, node: int, parents: BoolArray) -> NodeFit:
        """Regress the node's targets on the parents' design columns."""
        moments, targets = self.nodes[node].moments, list(self.nodes[node].targets)
        columns = [
            column for i in np.flatnonzero(parents).tolist() for column in self.nodes[i].design
        ]
        scale, correlation = self._standardized[node]
        across = correlation[np.ix_(columns, targets)]
        among = correlation[np.ix_(columns, columns)]
        solution = np.linalg.lstsq(among, across, rcond=COLLINEARITY_TOLERANCE)[0]
        coefficients = np.asarray(solution, dtype=np.float64)
        left = correlation[np.ix_(targets, targets)] - across.T @ coefficients
        shares = np.maximum(np.linalg.eigvalsh(left), SMALLEST_VARIANCE_SHARE)
        log_determinant = np.log(shares).sum() + 2 * np.log(scale[targets]).sum()
        price = edge_price(moments, self.penalty) * coefficients.size
        value = float(moments.n_samples * log_determinant + price)
        return NodeFit(value, self._strengths(node, parents, coefficients, scale))

    @cached_property
    def _standardized(self) -> list[tuple[FloatArray, FloatArray]]:
        """Scales, shape (n_columns,), and correlations for every node; nodes may share moments."""
        distinct = {id(node.moments): node.moments for node in self.nodes}
        standardized = {
            key: (np.sqrt(moments.variance), moments.standardized().covariance)
            for key, moments in distinct.items()
        }
        return [standardized[id(node.moments)] for node in self.nodes]

    def _strengths(
        self, node: int, parents: BoolArray, coefficients: FloatArray, scale: FloatArray
    ) -> FloatArray:
        """Return the coefficient of each parent, or the norm if a parent has several.

        Norms are those of coefficients on standardized columns, since there is no common unit.
        """
        strengths, row = np.zeros(parents.size), 0
        targets = self.nodes[node].targets
        for i in np.flatnonzero(parents).tolist():
            design = self.nodes[i].design
            block = coefficients[row : row + len(design)]
            row += len(design)
            if block.size == 1:
                strengths[i] = block[0, 0] * scale[targets[0]] / scale[design[0]]
            else:
                strengths[i] = np.sqrt((block**2).sum())
        return strengths
