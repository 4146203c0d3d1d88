"""The attributes of estimators that fit a distribution of graphs in place of one graph."""

from typing import TYPE_CHECKING

from sklearn.utils.validation import check_is_fitted

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.certainty.graph_distribution import GraphDistribution, TypicalGraph

if TYPE_CHECKING:
    from pandas import DataFrame


class GraphDistributionMixin:
    """Hands on what ``distribution_``, which ``fit`` sets, says of edges and paths."""

    distribution_: GraphDistribution

    @property
    def _graphs(self) -> GraphDistribution:
        check_is_fitted(self)
        return self.distribution_

    @property
    def edge_probability_(self) -> FloatArray:
        """Probability of i → j, shape (d, d)."""
        return self._graphs.edge_probability_

    @property
    def adjacency_probability_(self) -> FloatArray:
        """Probability of an edge between i and j, of either direction, shape (d, d)."""
        return self._graphs.adjacency_probability_

    @property
    def direction_probability_(self) -> FloatArray:
        """Probability of i → j given an edge between the two, shape (d, d)."""
        return self._graphs.direction_probability_

    @property
    def ancestor_probability_(self) -> FloatArray:
        """Probability of a directed path from i to j, shape (d, d)."""
        return self._graphs.ancestor_probability_

    @property
    def consensus_(self) -> BoolArray:
        """The acyclic graph of the edges with a probability above 0.5, shape (d, d)."""
        return self._graphs.consensus_

    @property
    def typical_graphs_(self) -> list[TypicalGraph]:
        """At most three graphs that stand for all, with their shares."""
        return self._graphs.typical_graphs_

    def path_probability(self, cause: str | int, outcome: str | int) -> float:
        """Return the probability of a directed path from one variable to another.

        Parameters
        ----------
        cause, outcome : str or int
            Names or numbers of variables.
        """
        return self._graphs.path_probability(cause, outcome)

    def edge_table(self, least_probability: float = 0.0) -> "DataFrame":
        """Return a frame with one row per possible edge, the most probable first.

        Parameters
        ----------
        least_probability : float
            Less probable edges are left out.

        Returns
        -------
        DataFrame
            Columns ``cause``, ``effect``, ``probability`` and ``direction_probability``.
        """
        return self._graphs.edge_table(least_probability)

    def to_frame(self) -> "DataFrame":
        """Return the table of all edges that some graph has."""
        return self._graphs.to_frame()
