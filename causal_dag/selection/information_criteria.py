"""Information criteria: the likelihood of the refitted graph, less a penalty per edge."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from causal_dag.declared_parameters import CheckedFields
from causal_dag.parameters import NonNegative, NonNegativeOrAuto, Number
from causal_dag.regression import parent_prices, price_of_graph
from causal_dag.saving.values import saveable
from causal_dag.selection.criterion import Candidate, Choice, SelectionTask
from causal_dag.selection.graph_likelihood import GraphLikelihood
from causal_dag.selection.thresholds import distinct_thresholds, graph_at, smallest_candidate


@saveable("selection.ExtendedBIC")
@dataclass(frozen=True)
class ExtendedBIC(CheckedFields):
    """−2 log L + (penalty · log n + 4 gamma · log d) · ``|edges|`` of the refitted graph.

    L is the Gaussian likelihood at the least-squares weights of the graph's edges, with equal or
    unequal noise variances, as the solver assumes. Every graph that thresholding alone makes of a
    point of the path is a candidate.

    Parameters
    ----------
    gamma : float, default 0.5
        Weight of the extension [1]_, at least 0; up to 1 in the literature. It guards against
        edges that the best of very many graphs has by chance, and matters where columns are many
        and rows few.
    penalty : float or "auto", default 1.0
        Penalty per edge in units of log n, at least 0; 1 is the textbook criterion [2]_. With
        ``"auto"`` the k-th parent of one of d columns costs log n + 2 log((d − k) / k).

    Raises
    ------
    ValueError
        If a parameter is out of range.

    References
    ----------
    .. [1] Foygel and Drton, "Extended Bayesian information criteria for Gaussian graphical models",
       NeurIPS 2010, arXiv 1011.6640.
    .. [2] Schwarz, "Estimating the dimension of a model", Annals of Statistics 6 (1978).

    Examples
    --------
    >>> from causal_dag import DAGMACV
    >>> from causal_dag.selection import ExtendedBIC
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 4, graph="er", edges_per_node=1, random_state=0)
    >>> model = DAGMACV(criterion=ExtendedBIC(gamma=1.0), lambdas=[0.02, 0.2]).fit(X)
    >>> bool((model.adjacency_ == (sem.weights != 0)).all())
    True
    """

    gamma: NonNegative = 0.5
    penalty: NonNegativeOrAuto = 1.0

    needs_rows = False

    def choose(self, task: SelectionTask) -> Choice:
        """Return all candidates, and the one with the smallest value."""
        return Choice.smallest_value(self._candidates(task))

    def _candidates(self, task: SelectionTask) -> Iterator[Candidate]:
        moments, constraints = task.problem.moments, task.problem.constraints
        n, prices = moments.n_samples, parent_prices(moments, self.penalty, self.gamma)
        likelihood = GraphLikelihood(moments, task.noise)
        smallest = smallest_candidate([point.weights for point in task.path], constraints)
        for number, point in enumerate(task.path):
            thresholds = task.thresholds or distinct_thresholds(
                point.weights, constraints, smallest
            )
            for threshold in thresholds:
                graph = graph_at(point.weights, threshold, constraints)
                n_parents = graph.sum(axis=0)
                price = price_of_graph(prices, n_parents)
                value = -2 * n * likelihood.mean_log_likelihood(graph) + price
                yield Candidate(number, point.lambda1, threshold, int(n_parents.sum()), value)


@saveable("selection.BIC")
@dataclass(frozen=True)
class BIC(ExtendedBIC):
    """−2 log L + penalty · log n · ``|edges|`` of the refitted graph: ``ExtendedBIC(gamma=0)``.

    Parameters
    ----------
    gamma : float, default 0.0
        Weight of the extension, at least 0.
    penalty : float or "auto", default 1.0
        Penalty per edge in units of log n, at least 0, or ``"auto"`` as for ``ExtendedBIC``.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    >>> from causal_dag.selection import BIC
    >>> BIC()
    BIC(gamma=0.0, penalty=1.0)
    """

    gamma: float = 0.0


@saveable("selection.NumberOfEdges")
@dataclass(frozen=True)
class NumberOfEdges(CheckedFields):
    """Chooses the graph whose number of edges is closest to the given one; ties: the largest λ.

    Parameters
    ----------
    n_edges : int
        Number of edges, at least 0.

    Raises
    ------
    ValueError
        If it is negative.

    Examples
    --------
    >>> from causal_dag import TOPOCV
    >>> from causal_dag.selection import NumberOfEdges
    >>> from causal_dag.synthetic import make_linear_sem
    >>> weak = {"edges_per_node": 1, "weight_range": (0.1, 0.5)}
    >>> X, sem = make_linear_sem(500, 6, random_state=0, **weak)
    >>> int(TOPOCV(criterion=NumberOfEdges(4)).fit(X).adjacency_.sum())
    4
    """

    n_edges: Annotated[int, Number(low=0, integer=True)]

    needs_rows = False

    def choose(self, task: SelectionTask) -> Choice:
        """Return all candidates, and the one with the nearest number of edges."""
        candidates = BIC().choose(task).candidates
        return Choice.smallest_value(
            replace(candidate, value=float(abs(candidate.n_edges - self.n_edges)))
            for candidate in candidates
        )
