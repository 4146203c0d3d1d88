"""Distributions over graphs: probabilities of edges and paths, a consensus, typical graphs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.certainty.medoids import weighted_medoids
from causal_dag.certainty.relations import ancestor_shares, edge_shares
from causal_dag.graph.acyclic_subgraph import maximum_acyclic_subgraph
from causal_dag.graph.matrices import dense
from causal_dag.parameters import Number
from causal_dag.tables.columns import Columns, written_names

if TYPE_CHECKING:
    from pandas import DataFrame

#: How many typical graphs there are at most.
N_TYPICAL_GRAPHS = 3
PROBABILITY = Number(low=0, high=1)


@dataclass(frozen=True, eq=False)
class TypicalGraph:
    """A graph that stands for a share of a distribution.

    Parameters
    ----------
    graph : ndarray of bool, shape (d, d)
        DAG, or partially directed graph with both directions set where an edge is undirected.
    share : float
        Probability of the graphs that it is the nearest typical graph to.
    mean_distance : float
        Their mean distance to it: the number of pairs of variables whose edge is another one.
    """

    graph: BoolArray
    share: float
    mean_distance: float


class GraphDistribution:
    """Sampled graphs with weights, such as those of resamples or of a posterior distribution.

    A graph can be a DAG, or stand for all DAGs of an equivalence class (a CPDAG or MPDAG, in which
    undirected edges have both directions set). What holds in all DAGs of the class then counts
    fully, and what holds only in some of them counts half, be it a direction or a path. Equal
    graphs are stored once, one bit per ordered pair.

    Parameters
    ----------
    graphs : iterable of array-like of bool, shape (d, d)
        Adjacency matrices, ``graph[i, j]`` for i → j. They are read one by one.
    weights : iterable of float, optional
        One positive weight per graph; by default all count alike.
    names : sequence of str, optional
        Names of the variables.
    classes : iterable of array-like of bool, shape (d, d), optional
        The equivalence class of each graph, where the graphs are DAGs of classes that the data
        cannot tell apart. ``typical_graphs_`` are then classes.

    Attributes
    ----------
    edge_probability_ : ndarray of shape (d, d)
        Probability of i → j. An undirected edge counts half in either direction, so that
        ``edge_probability_ + edge_probability_.T`` is ``adjacency_probability_``.
    adjacency_probability_ : ndarray of shape (d, d)
        Probability of an edge between i and j, of whatever direction; symmetric.
    direction_probability_ : ndarray of shape (d, d)
        Probability of i → j given an edge between the two; NaN where there never is one.
    ancestor_probability_ : ndarray of shape (d, d)
        Probability of a directed path from i to j, of one edge or more.
    consensus_ : ndarray of bool, shape (d, d)
        A DAG: ``consensus()`` with the threshold 0.5.
    typical_graphs_ : list of TypicalGraph
        At most three graphs of the distribution (medoids), that of the largest share first, such
        that the mean distance of all graphs to the nearest of them is small.
    n_graphs_ : int
        Number of graphs.
    n_distinct_graphs_ : int
        Number of different graphs.

    Raises
    ------
    ValueError
        If there is no graph, shapes differ, or a weight is not positive.

    Examples
    --------
    >>> from causal_dag.certainty.graph_distribution import GraphDistribution
    >>> directed, undirected = [[0, 1], [0, 0]], [[0, 1], [1, 0]]
    >>> graphs = GraphDistribution([directed, undirected], names=["rain", "wet"])
    >>> graphs.edge_probability_
    array([[0.  , 0.75],
           [0.25, 0.  ]])
    >>> graphs.path_probability("rain", "wet")
    0.75
    """

    def __init__(
        self,
        graphs: Iterable[Any],
        weights: Iterable[float] | None = None,
        *,
        names: Sequence[str] | None = None,
        classes: Iterable[Any] | None = None,
    ) -> None:
        self.names = None if names is None else tuple(names)
        self._weight_of: dict[bytes, float] = {}
        self._classes: GraphDistribution | None = None
        self.n_graphs_, self.n_variables_ = 0, 0
        kept = repeat(1.0) if weights is None else list(weights)
        for graph, weight in zip(graphs, kept, strict=weights is not None):
            self._add(np.asarray(dense(graph), dtype=np.bool_), float(weight))
        if self.n_graphs_ == 0:
            raise ValueError("a distribution needs at least one graph")
        # Summed in the order in which they are read, so that what is in all graphs has exactly 1.
        self._total_weight = sum(self._weight_of.values())
        if classes is not None:
            of_kept = None if weights is None else kept
            self._classes = GraphDistribution(classes, of_kept, names=names)

    def _add(self, graph: BoolArray, weight: float) -> None:
        if self.n_graphs_ == 0:
            self.n_variables_ = len(graph)
        d = self.n_variables_
        if graph.shape != (d, d):
            raise ValueError(f"a graph of shape {graph.shape} is not one of {d} variables")
        if not 0 < weight < np.inf:
            raise ValueError(f"the weight {weight} of a graph must be positive and finite")
        bits = np.packbits(graph).tobytes()
        self._weight_of[bits] = self._weight_of.get(bits, 0.0) + weight
        self.n_graphs_ += 1

    def __iter__(self) -> Iterator[tuple[BoolArray, float]]:
        """Yield every distinct graph with its probability."""
        for bits, weight in self._weight_of.items():
            yield self._unpacked(bits), weight / self._total_weight

    def _unpacked(self, bits: bytes) -> BoolArray:
        d = self.n_variables_
        flat = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), count=d * d)
        return flat.reshape(d, d).astype(np.bool_)

    def expectation(self, function: Callable[[BoolArray], FloatArray]) -> FloatArray:
        """Return the mean over the graphs of a function of a graph.

        Parameters
        ----------
        function : callable
            Called with an adjacency matrix; returns an array of the same shape for every graph.
        """
        total: Any = 0.0
        for bits, weight in self._weight_of.items():
            total = total + weight * function(self._unpacked(bits))
        mean: FloatArray = total / self._total_weight
        return mean

    @property
    def n_distinct_graphs_(self) -> int:
        """Number of different graphs."""
        return len(self._weight_of)

    @cached_property
    def edge_probability_(self) -> FloatArray:
        """Probability of i → j."""
        return self.expectation(edge_shares)

    @property
    def adjacency_probability_(self) -> FloatArray:
        """Probability of an edge between i and j."""
        return self.edge_probability_ + self.edge_probability_.T

    @property
    def direction_probability_(self) -> FloatArray:
        """Probability of i → j given an edge between the two."""
        adjacent = self.adjacency_probability_
        share = np.full(adjacent.shape, np.nan)
        np.divide(self.edge_probability_, adjacent, out=share, where=adjacent > 0)
        return share

    @cached_property
    def ancestor_probability_(self) -> FloatArray:
        """Probability of a directed path from i to j."""
        return self.expectation(ancestor_shares)

    @property
    def consensus_(self) -> BoolArray:
        """The DAG of the edges that more than half of the graphs have."""
        return self.consensus()

    def consensus(self, threshold: float = 0.5) -> BoolArray:
        """Return the DAG of the most probable edges.

        Two variables are joined if the probability of an edge between them, of whatever direction,
        is greater than the threshold. The directions are those of the acyclic graph with the
        largest sum of edge probabilities; edges that it cannot have without a cycle are left out.

        Parameters
        ----------
        threshold : float
            Between 0 and 1.

        Returns
        -------
        ndarray of bool, shape (d, d)
        """
        threshold = PROBABILITY.check("threshold", threshold)
        probability = self.edge_probability_
        edges = (self.adjacency_probability_ > threshold) & (probability > 0)
        return maximum_acyclic_subgraph(probability, edges, probability == 1.0)[0]

    @cached_property
    def typical_graphs_(self) -> list[TypicalGraph]:
        """At most three medoids, that of the largest share first."""
        compared = self if self._classes is None else self._classes
        bits, weights = zip(*compared._weight_of.items(), strict=True)
        found = weighted_medoids(
            (self._unpacked(graph) for graph in bits), np.array(weights), N_TYPICAL_GRAPHS
        )
        return [
            TypicalGraph(self._unpacked(bits[place]), share, distance)
            for place, share, distance in found
        ]

    def path_probability(self, cause: str | int, outcome: str | int) -> float:
        """Return the probability of a directed path from one variable to another.

        Parameters
        ----------
        cause, outcome : str or int
            Names or numbers of variables.

        Raises
        ------
        ValueError
            If there is no such variable.
        """
        columns = Columns(self.n_variables_, self.names)
        i, j = columns.position(cause, "cause"), columns.position(outcome, "outcome")
        return float(self.ancestor_probability_[i, j])

    def edge_table(self, least_probability: float = 0.0) -> "DataFrame":
        """Return a frame with one row per possible edge, the most probable first.

        Parameters
        ----------
        least_probability : float
            Edges that are less probable are left out, and so are those that no graph has.

        Returns
        -------
        DataFrame
            Columns ``cause``, ``effect``, ``probability`` (of the edge with this direction) and
            ``direction_probability`` (of the direction, given an edge of either direction).
        """
        from pandas import DataFrame

        least = PROBABILITY.check("least_probability", least_probability)
        probability = self.edge_probability_
        causes, effects = np.nonzero((probability > 0) & (probability >= least))
        labels = np.array(written_names(self.names, self.n_variables_), dtype=object)
        frame = DataFrame(
            {
                "cause": labels[causes],
                "effect": labels[effects],
                "probability": probability[causes, effects],
                "direction_probability": self.direction_probability_[causes, effects],
            }
        )
        return frame.sort_values("probability", ascending=False, kind="stable", ignore_index=True)

    def to_frame(self) -> "DataFrame":
        """Return the table of all edges that some graph has."""
        return self.edge_table()
