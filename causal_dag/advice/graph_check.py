"""Whether a graph agrees with data: its implied independences, its edges, and random graphs."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from causal_dag.advice.local_independence import PairTests, edge_tests, independence_tests
from causal_dag.advice.multiple_tests import adjusted
from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.graph import cpdag, topological_order
from causal_dag.graph.named_graph import NamedGraph
from causal_dag.moments import Moments
from causal_dag.parameters import Either, Number, RandomState, Word
from causal_dag.regression import parent_prices
from causal_dag.solvers.fixed_dag import arranged_graph, directed_graph
from causal_dag.validation import check_number, refuse_constant_moments
from causal_dag.wording import counted, escaped, shortened_list

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

# Of a list in the summary.
N_NAMED_PAIRS = 5


@dataclass(frozen=True, eq=False)
class GraphCheck:
    """What data say of a given graph; ``print`` shows the verdict in words.

    Parameters
    ----------
    graph : NamedGraph
        The graph, over the columns of the data.
    independences : DataFrame
        One row per pair without an edge, the smallest p-value first: ``first`` and ``second``, and
        ``given``, the parents of ``second``, given which they are independent in the graph; their
        ``partial_correlation``, ``p_value`` and ``adjusted_p_value`` (Holm); and ``gain``, by how
        much the penalized score improves with the edge first → second. All four are NaN, and the
        pair is not tested, if the parents determine one of the two.
    edges : DataFrame
        One row per edge, the largest p-value first: ``cause``, ``effect``, the same three figures
        given the other parents of ``effect``, and ``gain``, by how much the score improves without
        the edge.
    level : float
        Probability of refuting a true graph, at most.
    n_dependent : int
        Number of implied independences that fail at ``level`` without correction.
    permuted_p_value, random_p_value : float
        Share of the graphs with permuted names, and of random graphs with as many edges, of whose
        implied independences no more fail; the graph itself counts as one.
    equivalent_share : float
        Share of the permuted graphs that are Markov equivalent to the graph. If it is large, the
        comparison with permuted graphs says little.
    """

    graph: NamedGraph
    independences: "DataFrame"
    edges: "DataFrame"
    level: float
    n_dependent: int
    permuted_p_value: float
    random_p_value: float
    equivalent_share: float = field(repr=False)

    @property
    def failures(self) -> "DataFrame":
        """The implied independences that are refuted, with Holm's correction."""
        return self.independences[self.independences["adjusted_p_value"] <= self.level]

    @property
    def is_refuted(self) -> bool:
        """Whether an implied independence is refuted."""
        return len(self.failures) > 0

    @property
    def is_better_than_chance(self) -> bool:
        """Whether at most a share ``level`` of the permuted graphs agree as well with the data."""
        return self.permuted_p_value <= self.level

    @property
    def additions(self) -> "DataFrame":
        """Pairs whose edge would improve the penalized score, the largest gain first."""
        return _gaining(self.independences)

    @property
    def removals(self) -> "DataFrame":
        """Edges without which the penalized score would improve, the largest gain first."""
        return _gaining(self.edges)

    def summary(self) -> str:
        """Return the verdict in words."""
        verdict = "refuted" if self.is_refuted else "not refuted"
        lines = [
            f"The graph is {verdict}. Implied independences that fail at {self.level:g} after "
            f"Holm's correction: {len(self.failures)} of {len(self.independences)}.",
            *(f"  {_independence(row)}" for row in self.failures[:N_NAMED_PAIRS].itertuples()),
            f"Failures without correction: {self.n_dependent}. As few are found in "
            f"{_percentage(self.permuted_p_value)} of graphs with permuted names, and in "
            f"{_percentage(self.random_p_value)} of random graphs with as many edges.",
        ]
        if self.equivalent_share > self.level:
            lines.append(
                f"{_percentage(self.equivalent_share)} of the permuted graphs are Markov "
                "equivalent to this one, so that this comparison says little."
            )
        # The data do not decide the direction of an edge to add: the order did.
        for verb, mark, frame in (("add", "—", self.additions), ("drop", "→", self.removals)):
            if len(frame):
                pairs = [
                    f"{escaped(str(row[0]))} {mark} {escaped(str(row[1]))} ({row[-1]:.1f})"
                    for row in frame.itertuples(index=False)
                ]
                lines.append(
                    f"The data would {verb} {counted(len(pairs), 'edge')}, one at a time (gain of "
                    f"the score): {shortened_list(pairs, N_NAMED_PAIRS)}."
                )
        lines.append(
            "The tests take relations to be linear and the variance of the noise to be constant. "
            "Graphs that imply the same independences cannot be told apart: a graph that is not "
            "refuted can have edges in the wrong direction."
        )
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.summary()

    def plot(self) -> "Figure":
        """Draw the graph, pairs whose independence is refuted, and edges to drop."""
        from causal_dag.plotting import plot_graph_check

        return plot_graph_check(self)


def check_graph(
    graph: Any,
    X: Any,
    *,
    level: float = 0.05,
    penalty: float | Literal["auto"] = "auto",
    n_permutations: int = 500,
    random_state: int | np.random.Generator | None = 0,
) -> GraphCheck:
    """Check a graph against data: refute it, compare it with random ones, and suggest changes.

    - **Implied independences.** Every node is independent of those before it in a topological order
      given its parents, which implies all other independences of the graph. Each pair without an
      edge is tested by a t-test of the partial correlation, with Holm's correction: a true graph is
      refuted with probability of at most ``level``.
    - **Permuted and random graphs** [1]_. A graph that describes the data should imply fewer false
      independences than the same graph with its names permuted.
    - **Changes.** The gain of the Gaussian BIC from adding or dropping single edges.

    Relations are assumed to be linear. The tests are exact for Gaussian rows, and hold for many
    rows with noise of any distribution whose variance is constant.

    Parameters
    ----------
    graph : path, array of shape (d, d), data frame, networkx or igraph graph, or estimator
        The graph, as for ``FixedDAG``. Of a partly directed graph, a DAG of its class is tested.
    X : array-like or data frame of shape (n, d), or Moments
        Rows of numbers, or their moments.
    level : float
        Probability of refuting a true graph, at most; between 0 and 1.
    penalty : float or "auto"
        Penalty per edge in units of log n, as in ``TOPO``.
    n_permutations : int
        How many permuted and how many random graphs to compare with.
    random_state : int, Generator or None
        Source of these graphs.

    Returns
    -------
    GraphCheck

    Raises
    ------
    ValueError
        If the graph has a cycle or a node that is not a column, the data cannot be used, or there
        are too few rows for the number of parents.

    References
    ----------
    .. [1] Eulig, Mastakouri, Blöbaum, Hardt and Janzing, "Toward Falsifying Causal Graphs Using a
       Permutation-Based Test", AAAI 2025, arXiv 2305.09565.

    Examples
    --------
    >>> from causal_dag import check_graph
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 8, random_state=0)
    >>> check_graph(sem, X).is_refuted
    False
    >>> without = sem.weights.copy()
    >>> without[4, 7] = 0
    >>> found = check_graph(without, X)
    >>> found.is_refuted, found.additions[["first", "second"]].values.tolist()[0]
    (True, ['x4', 'x7'])
    """
    level = check_number("level", level, low=0, high=1, strict=True)
    penalty = Either(Number(low=0), Word("auto")).check("penalty", penalty)
    n_permutations = check_number("n_permutations", n_permutations, low=1, integer=True)
    generator = np.random.default_rng(RandomState().check("random_state", random_state))
    moments = X if isinstance(X, Moments) else Moments.from_rows(X)
    refuse_constant_moments(moments)
    given = arranged_graph(graph, moments.feature_names, moments.n_features)
    adjacency = directed_graph(given.adjacency)
    _refuse_too_few_rows(moments, adjacency)
    scale = np.sqrt(moments.variance)
    correlation = moments.covariance / np.outer(scale, scale)
    order = topological_order(adjacency)
    n, n_parents = moments.n_samples, adjacency.sum(axis=0)
    prices = parent_prices(moments, penalty)
    tests = independence_tests(correlation, n, adjacency, order)
    n_dependent = tests.n_dependent(level)

    def is_as_good(A: BoolArray, order: IntArray) -> bool:
        return independence_tests(correlation, n, A, order).n_dependent(level) <= n_dependent

    own_class, permuted, random, equivalent = cpdag(adjacency), 1, 1, 0
    for _ in range(n_permutations):
        A, at = _permuted(adjacency, order, generator)
        permuted += is_as_good(A, at)
        equivalent += np.array_equal(cpdag(A), own_class)
        random += is_as_good(*_random_dag(len(order), int(adjacency.sum()), generator))
    price_of_another = prices[n_parents[tests.second]]
    independences = _frame(tests, ("first", "second"), given.labels, n, price_of_another)
    parents = [tuple(np.array(given.labels)[A]) for A in adjacency.T]
    independences.insert(2, "given", [parents[node] for node in tests.second])
    edge = edge_tests(correlation, n, adjacency)
    edges = _frame(edge, ("cause", "effect"), given.labels, n, prices[n_parents[edge.second] - 1])
    edges["gain"] *= -1
    return GraphCheck(
        given,
        independences.sort_values("p_value", kind="stable", ignore_index=True),
        edges.sort_values("p_value", ascending=False, kind="stable", ignore_index=True),
        level,
        n_dependent,
        permuted / (n_permutations + 1),
        random / (n_permutations + 1),
        equivalent / n_permutations,
    )


def _refuse_too_few_rows(moments: Moments, adjacency: BoolArray) -> None:
    most = int(adjacency.sum(axis=0).max())
    if moments.n_samples < most + 4:
        raise ValueError(
            f"{counted(moments.n_samples, 'row')} for a node with {counted(most, 'parent')}; pass "
            f"at least {most + 4}"
        )


def _permuted(
    adjacency: BoolArray, order: IntArray, generator: np.random.Generator
) -> tuple[BoolArray, IntArray]:
    """Return the graph with its names permuted, and a topological order of it."""
    name = generator.permutation(len(order))
    A = np.zeros_like(adjacency)
    A[np.ix_(name, name)] = adjacency
    return A, name[order]


def _random_dag(d: int, n_edges: int, generator: np.random.Generator) -> tuple[BoolArray, IntArray]:
    """Return a DAG with random edges along a random order, and that order."""
    order, (first, second) = generator.permutation(d), np.triu_indices(d, 1)
    chosen = generator.choice(first.size, n_edges, replace=False)
    A = np.zeros((d, d), dtype=bool)
    A[order[first[chosen]], order[second[chosen]]] = True
    return A, order


def _frame(
    tests: PairTests,
    ends: tuple[str, str],
    labels: tuple[str, ...],
    n_samples: int,
    price: FloatArray,
) -> "DataFrame":
    from pandas import DataFrame

    names, p_value = np.array(labels, dtype=object), tests.p_values()
    squared = np.minimum(tests.correlation**2, 1 - np.finfo(float).eps)
    return DataFrame(
        {
            ends[0]: names[tests.first],
            ends[1]: names[tests.second],
            "partial_correlation": tests.correlation,
            "p_value": p_value,
            "adjusted_p_value": adjusted(p_value),
            # By what the edge improves n log σ², less its price.
            "gain": -n_samples * np.log1p(-squared) - price,
        }
    )


def _gaining(frame: "DataFrame") -> "DataFrame":
    gaining = frame[frame["gain"] > 0].sort_values("gain", ascending=False, kind="stable")
    return gaining.reset_index(drop=True)


def _percentage(share: float) -> str:
    """Return a share of some hundreds of graphs, which is not known to more digits."""
    return f"{100 * share:.{0 if share >= 0.1 else 1}f} %"


def _independence(row: Any) -> str:
    given = ", ".join(escaped(str(name)) for name in row.given)
    condition = f" given {given}" if given else ""
    return (
        f"{escaped(str(row.first))} and {escaped(str(row.second))} are dependent{condition}: "
        f"partial correlation {row.partial_correlation:.2f}, adjusted p-value "
        f"{row.adjusted_p_value:.2g}"
    )
