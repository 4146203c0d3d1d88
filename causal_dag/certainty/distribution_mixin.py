"""The attributes of estimators that fit a distribution of graphs in place of one graph."""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn.utils.validation import check_is_fitted

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.certainty.graph_distribution import GraphDistribution, TypicalGraph
from causal_dag.certainty.saved_distributions import save_distribution
from causal_dag.files.atomic_files import FilePath
from causal_dag.fitting.presentation import Presentation, one_line
from causal_dag.wording import counted

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

#: Probability of an edge above which it is counted, and of a direction from which it is decided.
PROBABLE, DECIDED = 0.5, 0.9


class GraphDistributionMixin(Presentation):
    """Hands on what ``distribution_``, which ``fit`` sets, says of edges and paths."""

    #: The key of what belongs to the estimator in its file.
    document_key: ClassVar[str]
    _least_shown = 0.01

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

    def save(self, path: FilePath) -> None:
        """Write the fitted estimator to a JSON file; ``causal_dag.load_model`` reads it.

        Where a graph is read from the file, it is ``consensus_``.

        Parameters
        ----------
        path : path
            Ends in ``.json``. Written whole or not at all.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If the estimator is not fitted.
        ValueError
            If a parameter is an object that JSON cannot hold, or the ending is another one.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> from causal_dag import BootstrapDAG, load_model
        >>> from causal_dag.synthetic import make_linear_sem
        >>> X, sem = make_linear_sem(100, 3, edges_per_node=1, random_state=0)
        >>> model = BootstrapDAG(n_resamples=10).fit(X)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "certainty.json")
        ...     model.save(path)
        ...     loaded = load_model(path)
        >>> bool((loaded.edge_probability_ == model.edge_probability_).all())
        True
        """
        save_distribution(self, path)

    def plot(self, **options: Any) -> "Figure":
        """Draw the probable edges, with their probabilities.

        Parameters
        ----------
        **options
            Of :func:`causal_dag.plotting.plot_certainty`: ``least_probability`` and ``ax``.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from causal_dag.plotting import plot_certainty

        return plot_certainty(self._graphs, **options)

    def _overview(self: Any) -> list[str]:
        graphs = self._graphs
        pairs = np.triu(graphs.adjacency_probability_ > PROBABLE)
        direction = graphs.direction_probability_[pairs]
        n_decided = (np.maximum(direction, 1 - direction) >= DECIDED).sum()
        return [
            one_line(self),
            f"{self._what_was_drawn()}, {counted(graphs.n_variables_, 'variable')}",
            f"{counted(direction.size, 'edge')} with a probability above {PROBABLE:g}, in either "
            f"direction; {n_decided} with one direction that has a probability of at least "
            f"{DECIDED:g}",
        ]

    def _remarks(self) -> list[str]:
        return [
            "probability of a direction: given an edge between the two; an undirected edge counts "
            "half in either direction"
        ]
