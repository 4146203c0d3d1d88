"""Local scores of nodes that consist of several columns, or have their own set of rows.

A node that represents a category or a curve has some columns that are modeled and some by which it
enters the equations of other nodes. A node that was intervened on in part of the rows is scored on
the remaining rows. If every node is one column and all share the moments, ``GaussianBIC`` gives the
same scores and is faster.
"""

from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.moments import Moments
from causal_dag.solvers.order.scores.local_score import CompiledScore, LocalScore, NodeFit
from causal_dag.validation import COLLINEARITY_TOLERANCE

# Of few columns on few others.
STEPS_PER_REGRESSION = 10


@dataclass(frozen=True)
class NodeColumns:
    """The columns of one node, and the moments that it is scored with.

    With several moments, of disjoint sets of rows, the node has a regression of its own over each.

    Parameters
    ----------
    targets : tuple of int
        Columns that are modeled given the parents.
    design : tuple of int
        Columns by which the node enters the equations of its children.
    moments : tuple of Moments
        Moments of all columns, over the rows in which the node follows its own equation.
    """

    targets: tuple[int, ...]
    design: tuple[int, ...]
    moments: tuple[Moments, ...]


@dataclass(frozen=True)
class NodeColumnsBIC(LocalScore):
    """Σ_j Σ_e [n_e log det Σ_j|P,e + penalty · log n · (number of coefficients)].

    Σ_j|P,e is the residual covariance of the node's targets given the parents' design columns in
    the node's e-th set of n_e rows [1]_.

    Where design columns are penalized (``ridge``), Λ is added to the diagonal of their
    correlations, and log det(R + Λ) − log det Λ to the score, as in the marginal likelihood of a
    Gaussian process whose noise has a given scale.

    Parameters
    ----------
    nodes : sequence of NodeColumns
        One per node of the graph.
    n_samples : int
        Number of all rows, n in the price.
    penalty : float
        Price of a coefficient in units of log n, at least 0.
    ridge : ndarray of shape (n_columns,), optional
        Λ, for standardized columns; 0 where a column is not penalized.

    References
    ----------
    .. [1] Hauser and Bühlmann, "Characterization and greedy learning of interventional Markov
       equivalence classes of directed acyclic graphs", Journal of Machine Learning Research 13
       (2012): every node is scored on the rows in which it was not intervened on.

    Examples
    --------
    >>> import numpy as np
    >>> moments = Moments(10, np.zeros(2), np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> nodes = [NodeColumns((0,), (0,), (moments,)), NodeColumns((1,), (1,), (moments,))]
    >>> score = NodeColumnsBIC(nodes, n_samples=10)
    >>> fit = score.given(1, np.array([True, False]))  # leaves a variance of 1
    >>> round(fit.value, 6), fit.weights.round(6).tolist()  # 10 log 1 + 2 log 10
    (4.60517, [2.0, 0.0])
    """

    nodes: Sequence[NodeColumns]
    n_samples: int
    penalty: float = 2.0
    ridge: FloatArray | None = None

    @property
    def is_score_equivalent(self) -> bool:
        """Whether Markov equivalent graphs have equal scores."""
        one = self.nodes[0].moments
        return all(node.moments is one and node.targets == node.design for node in self.nodes)

    @property
    def most_parents(self) -> int:
        """How many parents a node may have: with more than n/2 coefficients, a fit says little."""
        widest = max(len(node.design) for node in self.nodes)
        fewest = min(moments.n_samples for node in self.nodes for moments in node.moments)
        return min(len(self.nodes) - 1, fewest // (2 * widest))

    @property
    def work(self) -> int:
        """About how long a score takes, in units of an addition to a table."""
        return STEPS_PER_REGRESSION * max(len(node.moments) for node in self.nodes)

    def compiled(self, most: int) -> CompiledScore:
        """Return the kernel, with room for ``most`` parents."""
        widest = max(len(node.design) for node in self.nodes)
        size = most * widest + max(len(node.targets) for node in self.nodes)
        most_terms = max(len(node.moments) for node in self.nodes)
        return CompiledScore(self._model(size), self._price * widest * most_terms)

    def given(self, node: int, parents: BoolArray) -> NodeFit:
        """Regress the node's targets on the parents' design columns."""
        from causal_dag.solvers.order.scores.block_kernels import score_of

        chosen = np.flatnonzero(parents)
        columns = [column for i in chosen.tolist() for column in self.nodes[i].design]
        targets = list(self.nodes[node].targets)
        value = score_of(self._model(len(columns) + len(targets)), node, chosen)
        # Where there are several sets of rows, the first one's regression is the node's own.
        scale, correlation = self._standardized[id(self.nodes[node].moments[0])]
        among = correlation[np.ix_(columns, columns)].copy()
        if self.ridge is not None:
            among[np.diag_indices(len(columns))] += self.ridge[columns]
        across = correlation[np.ix_(columns, targets)]
        solution = np.linalg.lstsq(among, across, rcond=COLLINEARITY_TOLERANCE)[0]
        coefficients = np.asarray(solution, dtype=np.float64)
        return NodeFit(float(value), self._strengths(node, parents, coefficients, scale))

    def _model(self, size: int) -> Any:
        """Return what the kernel needs, with room for so many columns at a time."""
        from causal_dag.solvers.order.scores.block_kernels import Blocks

        columns, factor = np.empty(size, dtype=np.intp), np.empty((size, size))
        return Blocks(**self._columns_and_moments, columns=columns, factor=factor)

    @cached_property
    def _columns_and_moments(self) -> dict[str, Any]:
        place = {key: e for e, key in enumerate(self._standardized)}
        terms = [(node, moments) for node in self.nodes for moments in node.moments]
        return {
            "matrices": np.array([correlation for _, correlation in self._standardized.values()]),
            "term_starts": _starts(node.moments for node in self.nodes),
            "term_matrices": np.array([place[id(moments)] for _, moments in terms]),
            "term_weights": np.array([float(moments.n_samples) for _, moments in terms]),
            "term_offsets": np.array(
                [np.log(moments.variance[list(node.targets)]).sum() for node, moments in terms]
            ),
            "target_starts": _starts(node.targets for node in self.nodes),
            "targets": np.concatenate([node.targets for node in self.nodes]).astype(np.intp),
            "design_starts": _starts(node.design for node in self.nodes),
            "designs": np.concatenate([node.design for node in self.nodes]).astype(np.intp),
            "price": self._price,
            "ridge": np.zeros(terms[0][1].n_features) if self.ridge is None else self.ridge,
        }

    @property
    def _price(self) -> float:
        return float(self.penalty * np.log(self.n_samples))

    @cached_property
    def _standardized(self) -> dict[int, tuple[FloatArray, FloatArray]]:
        """Scales, shape (n_columns,), and correlations of all moments, which nodes may share."""
        distinct = {id(moments): moments for node in self.nodes for moments in node.moments}
        return {
            key: (np.sqrt(moments.variance), moments.standardized().covariance)
            for key, moments in distinct.items()
        }

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


def _starts(parts: Iterable[Sized]) -> IntArray:
    """Return where each part begins if they follow one another, and where the last one ends."""
    return np.append(0, np.cumsum([len(part) for part in parts]))
