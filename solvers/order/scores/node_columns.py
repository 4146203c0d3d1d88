"""Local scores of nodes that consist of several columns, or have their own set of rows.

A node that represents a category or a curve has some columns that are modeled and some by which it
enters the equations of other nodes. A node that was intervened on in part of the rows is scored on
the remaining rows. If every node is one column and all share the moments, ``GaussianBIC`` gives the
same scores and is faster.
"""

import itertools
from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.experiments import Experiments
from causal_dag.moments import Moments
from causal_dag.regression import SMALLEST_VARIANCE_SHARE, parent_prices
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
    other_designs : tuple of tuples of int, optional
        Other versions of them, such as fewer. A child uses the version, the same one of all its
        parents, by which its score is least.
    moments : tuple of Moments
        Moments of all columns, over the rows in which the node follows its own equation.
    """

    targets: tuple[int, ...]
    design: tuple[int, ...]
    moments: tuple[Moments, ...]
    other_designs: tuple[tuple[int, ...], ...] = ()

    @property
    def designs(self) -> tuple[tuple[int, ...], ...]:
        """All versions of the design columns."""
        return self.design, *self.other_designs


@dataclass(frozen=True)
class NodeColumnsBIC(LocalScore):
    """Σ_j Σ_e [n_e log det Σ_j|P,e + (price of P) · (number of targets)].

    Σ_j|P,e is the residual covariance of the node's targets given the parents' design columns in
    the node's e-th set of n_e rows [1]_.

    Where design columns are penalized (``ridge``), Λ is added to the diagonal of their
    correlations, and log det(R + Λ) − log det Λ to the score, as in the marginal likelihood of a
    Gaussian process whose noise has a given scale.

    Parameters
    ----------
    nodes : sequence of NodeColumns
        One per node of the graph.
    prices : ndarray of shape (d,) or (n_versions, d)
        Price of every node as a parent, per target of its child; in information criteria a multiple
        of log n for each design column.
    ridge : ndarray of shape (n_columns,) or (n_versions, n_columns), optional
        Λ, for standardized columns; 0 where a column is not penalized.
    number_prices : ndarray of shape (d,), optional
        Price of a node's first, second, ... parent, whichever it is, per target; added to
        ``prices``.
    noise_variance : float
        Noise variance σ² of all nodes, in their own units. If it is not 0, every node has one
        target, and n_e Σ_j|P,e / σ² takes the place of n_e log det Σ_j|P,e.

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
    >>> score = NodeColumnsBIC(nodes, prices=np.full(2, 2 * np.log(10)))
    >>> fit = score.given(1, np.array([True, False]))  # leaves a variance of 1
    >>> round(fit.value, 6), fit.weights.round(6).tolist()  # 10 log 1 + 2 log 10
    (4.60517, [2.0, 0.0])
    """

    nodes: Sequence[NodeColumns]
    prices: FloatArray
    ridge: FloatArray | None = None
    number_prices: FloatArray | None = None
    noise_variance: float = 0.0

    @classmethod
    def of_experiments(
        cls, experiments: Experiments, penalty: float | Literal["auto"], gamma: float
    ) -> Self:
        """Return the scores of columns, each on the rows in which its equation holds.

        Parameters
        ----------
        experiments : Experiments
            The rows by their targets.
        penalty : float or "auto"
            Price of an edge in units of log n, as in ``causal_dag.regression.parent_prices``.
        gamma : float
            Weight of the extended criterion's 4 log d.
        """
        terms = experiments.scored_moments
        nodes = [NodeColumns((j,), (j,), of_column) for j, of_column in enumerate(terms)]
        prices = parent_prices(experiments, penalty, gamma)
        return cls(nodes, np.zeros(len(nodes)), number_prices=prices)

    def without_prices(self) -> Self:
        """Return the misfits alone."""
        return replace(self, prices=np.zeros_like(self.prices), number_prices=None)

    @property
    def is_score_equivalent(self) -> bool:
        """Whether graphs of a class, of an interventional one after experiments, score equally."""
        has_own_noise = self.noise_variance == 0.0
        return has_own_noise and all(node.targets == node.design for node in self.nodes)

    @property
    def n_samples(self) -> IntArray:
        """Number of rows of every node's first regression, shape (d,)."""
        return np.array([node.moments[0].n_samples for node in self.nodes])

    @property
    def most_parents(self) -> int:
        """How many parents a node may have: with more than n/2 coefficients, a fit says little."""
        widest = max(len(design) for node in self.nodes for design in node.designs)
        fewest = min(moments.n_samples for node in self.nodes for moments in node.moments)
        return min(len(self.nodes) - 1, fewest // (2 * widest))

    @property
    def work(self) -> int:
        """About how long a score takes, in units of an addition to a table."""
        widest = max(len(design) for node in self.nodes for design in node.designs)
        most_terms = max(len(node.moments) for node in self.nodes)
        return STEPS_PER_REGRESSION * most_terms * widest**2

    def compiled(self, most: int) -> CompiledScore:
        """Return the kernel, with room for ``most`` parents."""
        widest = max(len(design) for node in self.nodes for design in node.designs)
        size = most * widest + max(len(node.targets) for node in self.nodes)
        most_terms = max(len(node.moments) for node in self.nodes)
        highest = self.prices.max() + np.diff(self._columns_and_moments["number_prices"]).max(
            initial=0.0
        )
        return CompiledScore(self._model(size), float(highest) * most_terms)

    def given(self, node: int, parents: BoolArray) -> NodeFit:
        """Regress the node's targets on the parents' design columns."""
        columns, coefficients, value = self.regression(node, parents)
        scale, _ = self._standardized[id(self.nodes[node].moments[0])]
        return NodeFit(value, self._strengths(node, columns, coefficients, scale))

    def regression(
        self, node: int, parents: BoolArray
    ) -> tuple[dict[int, tuple[int, ...]], FloatArray, float]:
        """Regress a node's targets on its parents' design columns, both standardized.

        Parameters
        ----------
        node : int
            The node. If it has several regressions, this is the one over its first rows.
        parents : ndarray of bool, shape (d,)
            Its parents.

        Returns
        -------
        columns : dict
            The design columns of every parent, in the version by which the score is least.
        coefficients : ndarray of shape (n_columns, n_targets)
            Coefficients of all of these, one parent after the other.
        value : float
            The score.
        """
        from causal_dag.solvers.order.scores.block_kernels import scores_of_versions

        chosen, targets = np.flatnonzero(parents), list(self.nodes[node].targets)
        widest = max((len(design) for n in self.nodes for design in n.designs), default=0)
        values = np.empty(len(self.nodes[0].designs))
        scores_of_versions(self._model(chosen.size * widest + len(targets)), node, chosen, values)
        version = int(np.argmin(values))
        designs = {i: self.nodes[i].designs[version] for i in chosen.tolist()}
        columns = [column for design in designs.values() for column in design]
        _, correlation = self._standardized[id(self.nodes[node].moments[0])]
        among = correlation[np.ix_(columns, columns)]
        among[np.diag_indices(len(columns))] += self._columns_and_moments["ridge"][version, columns]
        across = correlation[np.ix_(columns, targets)]
        solution = np.linalg.lstsq(among, across, rcond=COLLINEARITY_TOLERANCE)[0]
        return designs, np.asarray(solution, dtype=np.float64), float(values[version])

    def residual_variance(
        self, node: int, designs: dict[int, tuple[int, ...]], coefficients: FloatArray
    ) -> float:
        """Return the variance that a regression of a single target leaves, in the target's units.

        Where columns are penalized, the penalty of the coefficients is included.
        """
        scale, correlation = self._standardized[id(self.nodes[node].moments[0])]
        columns = [column for design in designs.values() for column in design]
        (target,) = self.nodes[node].targets
        share = 1.0 - float(correlation[target, columns] @ coefficients[:, 0])
        return max(share, SMALLEST_VARIANCE_SHARE) * float(scale[target]) ** 2

    def _model(self, size: int) -> Any:
        """Return what the kernel needs, with room for so many columns at a time."""
        from causal_dag.solvers.order.scores.block_kernels import Blocks

        columns, factor = np.empty(size, dtype=np.intp), np.empty((size, size))
        return Blocks(**self._columns_and_moments, columns=columns, factor=factor)

    @cached_property
    def _columns_and_moments(self) -> dict[str, Any]:
        place = {key: e for e, key in enumerate(self._standardized)}
        terms = [(node, moments) for node in self.nodes for moments in node.moments]
        d, versions = (
            len(self.nodes),
            list(zip(*(node.designs for node in self.nodes), strict=True)),
        )
        ridge = np.zeros((len(versions), terms[0][1].n_features))
        ridge += 0.0 if self.ridge is None else self.ridge
        number_prices = np.zeros(d) if self.number_prices is None else self.number_prices
        design_starts = _starts(design for designs in versions for design in designs)
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
            "design_starts": np.lib.stride_tricks.sliding_window_view(design_starts, d + 1)[
                ::d
            ].copy(),
            "designs": np.concatenate([*itertools.chain(*versions)]).astype(np.intp),
            "prices": np.atleast_2d(self.prices),
            "number_prices": np.concatenate([[0.0], np.cumsum(number_prices)[:-1]]),
            "ridge": ridge,
            "noise_variance": self.noise_variance,
        }

    @cached_property
    def _standardized(self) -> dict[int, tuple[FloatArray, FloatArray]]:
        """Scales, shape (n_columns,), and correlations of all moments, which nodes may share."""
        distinct = {id(moments): moments for node in self.nodes for moments in node.moments}
        return {
            key: (np.sqrt(moments.variance), moments.standardized().covariance)
            for key, moments in distinct.items()
        }

    def _strengths(
        self,
        node: int,
        designs: dict[int, tuple[int, ...]],
        coefficients: FloatArray,
        scale: FloatArray,
    ) -> FloatArray:
        """Return the coefficient of each parent, or the norm if a parent has several.

        Norms are those of coefficients on standardized columns, since there is no common unit.
        """
        strengths, row = np.zeros(len(self.nodes)), 0
        targets = self.nodes[node].targets
        for i, design in designs.items():
            block = coefficients[row : row + len(design)]
            row += len(design)
            if block.size == 1 and len(self.nodes[i].designs) == 1:
                strengths[i] = block[0, 0] * scale[targets[0]] / scale[design[0]]
            else:
                strengths[i] = np.sqrt((block**2).sum())
        return strengths


def _starts(parts: Iterable[Sized]) -> IntArray:
    """Return where each part begins if they follow one another, and where the last one ends."""
    return np.append(0, np.cumsum([len(part) for part in parts]))
