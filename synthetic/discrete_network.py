"""Bayesian networks over categories: random ones, and those in BIF files."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.conditional_tables import ConditionalTable, ConditionalTables
from causal_dag.graph import topological_order
from causal_dag.graph.named_graph import NamedGraph
from causal_dag.synthetic.graphs import GraphName, random_dag
from causal_dag.synthetic.random_streams import RandomState, seed_sequence, stream
from causal_dag.tables.columns import Columns
from causal_dag.validation import check_number
from causal_dag.wording import listed, quoted

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class DiscreteNetwork:
    """A DAG over categories, with the probabilities of every variable given its parents.

    Parameters
    ----------
    tables : ConditionalTables
        Probabilities, and a causal order.
    levels : sequence of sequences of str
        Labels of every variable's levels.
    feature_names : sequence of str
        Names of the variables.
    """

    tables: ConditionalTables
    levels: Sequence[Sequence[str]]
    feature_names: tuple[str, ...]

    @property
    def adjacency(self) -> BoolArray:
        """The graph, shape (d, d): True where i → j."""
        return self.tables.adjacency

    @property
    def weights(self) -> FloatArray:
        """The graph as numbers: 1 where i → j."""
        return self.adjacency.astype(np.float64)

    def sample(
        self, n_samples: int, random_state: RandomState = 0, do: Any = None
    ) -> "pd.DataFrame":
        """Draw rows, as a frame of categoricals.

        Parameters
        ----------
        n_samples : int
            Number of rows.
        random_state : int, SeedSequence, Generator or None, default 0
            Source of randomness.
        do : mapping from name to label, optional
            Interventions: the variable is set, regardless of its parents.

        Raises
        ------
        ValueError
            If a name or a label in ``do`` is unknown.
        """
        import pandas as pd

        n_samples = check_number("n_samples", n_samples, low=1, integer=True)
        names, labels = Columns(len(self.levels), self.feature_names), do or {}
        fixed = {}
        for node, label in zip(
            names.distinct_positions(labels, "do"), labels.values(), strict=True
        ):
            if label not in self.levels[node]:
                raise ValueError(
                    f"do: column {names.label(node)} has no level {quoted(label)}; its levels: "
                    f"{listed(self.levels[node])}"
                )
            fixed[node] = np.full(n_samples, self.levels[node].index(label))
        codes = self.tables.sample(n_samples, stream(random_state, "rows"), fixed)
        columns = {
            name: pd.Categorical.from_codes(codes[:, j], list(self.levels[j]))
            for j, name in enumerate(self.feature_names)
        }
        return pd.DataFrame(columns)


def make_discrete_network(
    n_samples: int,
    n_features: int,
    *,
    graph: GraphName = "er",
    edges_per_node: float = 2,
    n_levels: tuple[int, int] = (2, 3),
    concentration: float = 1.0,
    random_state: RandomState = 0,
) -> tuple["pd.DataFrame", DiscreteNetwork]:
    """Draw a network over categories, and data from it.

    Parameters
    ----------
    n_samples, n_features : int
        Number of rows and of variables.
    graph, edges_per_node
        Family of graphs and their density, see :func:`random_dag`.
    n_levels : (int, int)
        Fewest and most levels of a variable; every number is equally likely.
    concentration : float
        Parameter of the Dirichlet distribution, the same for all levels, from which every row of a
        table of probabilities is drawn. The smaller it is, the stronger are the dependences.
    random_state : int, SeedSequence, Generator or None, default 0
        Source of randomness.

    Returns
    -------
    X : DataFrame of shape (n_samples, n_features)
        Categoricals with the levels ``"a"``, ``"b"``, …
    network : DiscreteNetwork
        The network that ``X`` was drawn from.

    Raises
    ------
    ValueError
        If a setting is out of range.

    Examples
    --------
    >>> from causal_dag.synthetic import make_discrete_network
    >>> X, network = make_discrete_network(100, 5, edges_per_node=1, random_state=0)
    >>> X.shape, sorted(X["x0"].cat.categories)
    ((100, 5), ['a', 'b', 'c'])
    """
    low, high = (check_number("n_levels", k, low=2, high=26, integer=True) for k in n_levels)
    check_number("concentration", concentration, low=0, strict=True)
    seed = seed_sequence(random_state)
    adjacency = random_dag(
        n_features, graph=graph, edges_per_node=edges_per_node, random_state=seed
    )
    generator = stream(seed, "tables")
    sizes = generator.integers(low, high, size=n_features, endpoint=True)
    tables = []
    for node in range(n_features):
        parents = np.flatnonzero(adjacency[:, node])
        rows = np.array(list(product(*map(range, sizes[parents]))), dtype=np.intp)
        drawn = generator.dirichlet(np.full(sizes[node], concentration), size=len(rows))
        tables.append(ConditionalTable(parents, rows, drawn, drawn[0]))
    network = DiscreteNetwork(
        ConditionalTables(tuple(tables), topological_order(adjacency)),
        [list("abcdefghijklmnopqrstuvwxyz"[:size]) for size in sizes],
        tuple(f"x{j}" for j in range(n_features)),
    )
    return network.sample(n_samples, seed), network


# Files round probabilities, so that they add up to 1 only nearly.
ROUNDING = 0.01
_VARIABLE = re.compile(r"variable\s+(\S+)\s*\{[^{\[]*\[\s*(\d+)\s*\]\s*\{([^}]*)\}")
_TABLE = re.compile(r"probability\s*\(\s*([^|)]+?)\s*(?:\|([^)]*))?\)\s*\{([^}]*)\}")
_ROW = re.compile(r"(?:\(([^)]*)\)|table)\s*([^;]*);")


def read_bif(path: str | Path) -> DiscreteNetwork:
    """Read a network in the Bayesian network interchange format (BIF).

    Parameters
    ----------
    path : path
        The file; variables are discrete.

    Raises
    ------
    ValueError
        If the file holds no network over categories; the message names the variable.
    """
    try:
        return _network(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(
            f"{quoted(str(path))} is not a BIF file of a network over categories: {error}"
        ) from error


def _network(text: str) -> DiscreteNetwork:
    levels: dict[str, list[str]] = {}
    for name, size, written in _VARIABLE.findall(text):
        labels = _entries(written)
        if name in levels or not len(labels) == len(set(labels)) == int(size):
            raise ValueError(f"variable {quoted(name)} must have {size} different levels, once")
        levels[name] = labels
    names = tuple(levels)
    pairs = list(_tables(text, levels))
    if not names or sorted(name for name, _ in pairs) != sorted(names):
        raise ValueError("every variable must have its probabilities, once")
    found = dict(pairs)
    weights = np.zeros((len(names), len(names)))
    for node, name in enumerate(names):
        weights[found[name].parents, node] = 1.0
    NamedGraph(weights, names).require_dag()
    tables = ConditionalTables(tuple(found[name] for name in names), topological_order(weights))
    return DiscreteNetwork(tables, list(levels.values()), names)


def _tables(text: str, levels: dict[str, list[str]]) -> Iterator[tuple[str, ConditionalTable]]:
    names = list(levels)
    for name, condition, body in _TABLE.findall(text):
        parents = _entries(condition)
        unknown = [variable for variable in (name, *parents) if variable not in levels]
        if unknown:
            raise ValueError(f"variable {quoted(unknown[0])} has no levels")
        nodes = np.array([names.index(parent) for parent in parents], dtype=np.intp)
        ascending = np.argsort(nodes)
        rows, probabilities = [], []
        for labels, numbers in _ROW.findall(body):
            pairs = zip(parents, _entries(labels), strict=False)
            rows.append([levels[parent].index(label) for parent, label in pairs])
            probabilities.append([float(number) for number in _entries(numbers)])
        expected = product(*(range(len(levels[parent])) for parent in parents))
        are_probabilities = (
            len(row) == len(levels[name]) and min(row) >= 0 and abs(sum(row) - 1) <= ROUNDING
            for row in probabilities
        )  # fmt: skip
        if sorted(map(tuple, rows)) != list(expected) or not all(are_probabilities):
            raise ValueError(
                f"variable {quoted(name)} needs {len(levels[name])} probabilities that add up to "
                "1, once for every combination of levels of its parents"
            )
        configurations = np.array(rows, dtype=np.intp).reshape(len(rows), nodes.size)
        given = np.array(probabilities)
        given /= given.sum(axis=1, keepdims=True)
        yield (
            name,
            ConditionalTable(
                nodes[ascending], configurations[:, ascending], given, given.mean(axis=0)
            ),
        )


def _entries(listed: str) -> list[str]:
    return [entry.strip() for entry in listed.split(",") if entry.strip()]
