"""What a comparison of solvers found: one row per fit, and where the graphs agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from causal_dag.arrays import AdjacencyMatrix, BoolArray, WeightMatrix
from causal_dag.comparison.figures import GraphFigures
from causal_dag.graph import skeleton
from causal_dag.graph.matrices import edge_pairs
from causal_dag.graph.named_graph import NamedGraph
from causal_dag.metrics.registry import metrics_in_tables

#: What every method has to beat: no edges, random edges, and sorting by variance or by R².
BASELINES = ("empty", "random", "sortnregress-var", "sortnregress-r2")


@dataclass(frozen=True)
class EdgeAgreement:
    """How many solvers find an edge between two columns, and how many direct it.

    Parameters
    ----------
    cause, effect : str
        The columns, in the direction that more solvers decide for.
    adjacent : float
        Share of solvers with an edge between the two, in either direction.
    directed, reversed : float
        Share of solvers that direct it so, and the other way round. An edge whose direction a
        solver leaves open counts in neither.
    """

    cause: str
    effect: str
    adjacent: float
    directed: float
    reversed: float


@dataclass(frozen=True)
class ComparisonRow:
    """One solver on one scale of the data.

    Parameters
    ----------
    solver : str
        Registry name, or the label given.
    scale : {"raw", "standardized"}
        Scale of the columns.
    seconds : float
        Wall time of the fit, after compiled code was loaded.
    status : str
        How the solver ended; ``"refused"`` if it raised ``ValueError``.
    objective : float or None
        The solver's own objective; not comparable between solvers.
    cut_edges : int
        Edges that were cut because the solver's weights had cycles.
    figures : GraphFigures or None
        Of the estimated graph.
    distances : Bunch or None
        To the true graph, where there is one: the metrics by name.
    error : str or None
        Why the solver refused the data.
    graph : NamedGraph or None
        The estimate itself.
    directions : ndarray of bool, shape (d, d), or None
        Its edges; one whose direction nothing decided has both entries.
    """

    solver: str
    scale: str
    seconds: float
    status: str
    objective: float | None = None
    cut_edges: int = 0
    figures: GraphFigures | None = None
    distances: Bunch | None = None
    error: str | None = None
    graph: NamedGraph | None = field(default=None, repr=False, compare=False)
    directions: BoolArray | None = field(default=None, repr=False, compare=False)

    @property
    def bic(self) -> float:
        """BIC of the graph; infinite, where there is none."""
        return np.inf if self.figures is None else self.figures.bic

    def record(self, *, with_distances: bool) -> dict[str, Any]:
        """Return one flat dictionary, without the graph; None for what is not known."""
        names = [entry.name for entry in fields(GraphFigures)]
        record: dict[str, Any] = {"solver": self.solver, "scale": self.scale}
        record |= {name: getattr(self.figures, name, None) for name in names}
        if with_distances:
            record |= dict.fromkeys(metrics_in_tables()) | dict(self.distances or {})
        others = ("objective", "seconds", "cut_edges", "status", "error")
        return record | {name: getattr(self, name) for name in others}


@dataclass(frozen=True)
class Comparison:
    """Rows of ``compare_solvers``, and what the data itself says.

    Parameters
    ----------
    rows : tuple of ComparisonRow
        Solvers in the order given, then baselines, first on one scale, then on the other.
    truth : dict of scale to GraphFigures
        Figures of the true graph, with least-squares weights; empty without a truth.
    n_samples, n_features : int
        Size of the table.
    """

    rows: tuple[ComparisonRow, ...]
    truth: Mapping[str, GraphFigures]
    n_samples: int
    n_features: int

    @property
    def scales(self) -> list[str]:
        """Scales of the columns, in the order in which they were fitted."""
        return list(dict.fromkeys(row.scale for row in self.rows))

    def records(self) -> list[dict[str, Any]]:
        """Return one flat dictionary per row, without the graphs."""
        return [row.record(with_distances=bool(self.truth)) for row in self.rows]

    def to_frame(self) -> Any:
        """Return the records as a pandas data frame."""
        import pandas as pd

        return pd.DataFrame(self.records())

    def row(self, solver: str, scale: str = "raw") -> ComparisonRow:
        """Return the row of a solver on a scale; ``KeyError`` if there is none."""
        for row in self.rows:
            if (row.solver, row.scale) == (solver, scale):
                return row
        raise KeyError(f"no row for solver {solver!r} on {scale!r} data")

    def ranked(self, scale: str = "raw") -> list[ComparisonRow]:
        """Return the rows of a scale by BIC, the best first; those that were refused last.

        The likelihood alone would put dense graphs first.
        """
        return sorted((row for row in self.rows if row.scale == scale), key=lambda row: row.bic)

    def agreement(self, scale: str = "raw") -> tuple[EdgeAgreement, ...]:
        """Return on which edges the solvers agree, without the baselines.

        Parameters
        ----------
        scale : {"raw", "standardized"}
            Of the columns.

        Returns
        -------
        tuple of EdgeAgreement
            One per pair of columns that a solver joins; empty with fewer than two solvers.

        Examples
        --------
        >>> from causal_dag.comparison.compare import compare_solvers
        >>> from causal_dag.synthetic import make_linear_sem
        >>> X, sem = make_linear_sem(500, 3, edges_per_node=1, random_state=0)
        >>> comparison = compare_solvers(X, ["eqvar", "topo-bic-ev"], scales=["raw"])
        >>> {edge.directed for edge in comparison.agreement()}
        {1.0}
        """
        rows = [row for row in self.rows if row.scale == scale and row.solver not in BASELINES]
        graphs = [row.directions for row in rows if row.directions is not None]
        labels = [row.graph.labels for row in rows if row.graph is not None]
        return edge_agreement(graphs, labels[0]) if len(graphs) > 1 else ()


def edge_agreement(
    graphs: Sequence[AdjacencyMatrix], names: Sequence[str]
) -> tuple[EdgeAgreement, ...]:
    """Return every pair of columns that some graph joins, those that most graphs join first.

    Parameters
    ----------
    graphs : sequence of ndarray or csr_array of bool, shape (d, d)
        Edges of one solver each, over the same columns; an edge with both entries has no direction.
    names : sequence of str
        Column names.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.comparison.comparison import edge_agreement
    >>> edge = np.array([[False, True], [False, False]])
    >>> edge_agreement([edge, edge | edge.T], ["rain", "wet"])
    (EdgeAgreement(cause='rain', effect='wet', adjacent=1.0, directed=0.5, reversed=0.0),)
    """
    adjacent = _mean([skeleton(graph) for graph in graphs])
    directed = _mean([graph > graph.T for graph in graphs])
    pairs = [
        (i, j) if directed[i, j] >= directed[j, i] else (j, i)
        for i, j in edge_pairs(adjacent)
        if i < j
    ]
    pairs.sort(key=lambda pair: (-adjacent[pair], -directed[pair]))
    shares = [(adjacent[i, j], directed[i, j], directed[j, i]) for i, j in pairs]
    return tuple(
        EdgeAgreement(names[i], names[j], *map(float, found))
        for (i, j), found in zip(pairs, shares, strict=True)
    )


def _mean(graphs: Sequence[AdjacencyMatrix]) -> WeightMatrix:
    total = graphs[0].astype(np.float64)
    for graph in graphs[1:]:
        total = total + graph
    return total / len(graphs)
