"""A suite: which methods are fitted to which data, with which seeds, and how long each may take."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from causal_dag.benchmarks.plan.cell import Cell, Method
from causal_dag.benchmarks.plan.data_source import DataSource
from causal_dag.benchmarks.plan.schema import LIMITS
from causal_dag.column_values import TAKEN_BY

MOST_CELLS = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What one run may take; at the limit it is stopped, and counts as not done.

    Parameters
    ----------
    seconds : float
        Wall time of a run.
    memory_mb : float
        Resident memory of a run, in MB.
    """

    seconds: float = LIMITS["seconds"].default
    memory_mb: float = LIMITS["memory_mb"].default


@dataclass(frozen=True)
class PlannedData:
    """Data, and the seeds it is drawn with.

    Parameters
    ----------
    source : DataSource
        Everything but the seed.
    seeds : sequence of int
        A cell for each.
    column_values : {"real", "count", "binary"}
        What the columns hold.
    """

    source: DataSource
    seeds: Sequence[int]
    column_values: str = "real"


@dataclass(frozen=True)
class PlannedMethod:
    """A method, and the data it takes.

    Parameters
    ----------
    method : Method
        What is fitted.
    max_features : int or None
        Most columns; it is left out where there are more.
    column_values : {"real", "count", "binary", "category", "mixed"}
        What its columns have to hold.
    """

    method: Method
    max_features: int | None = None
    column_values: str = "real"

    def takes(self, data: PlannedData) -> bool:
        """Return whether the method is fitted to these data."""
        small_enough = self.max_features is None or data.source.n_features <= self.max_features
        return small_enough and self.column_values in TAKEN_BY[data.column_values]


@dataclass(frozen=True)
class Suite:
    """A whole benchmark, as read from a file.

    Parameters
    ----------
    name : str
        What the command calls it.
    description : str
        What it shows.
    limits : Limits
        Of one run; they are no part of a cell.
    data : tuple of PlannedData
        In the order of the file.
    methods : tuple of PlannedMethod
        In the order of the file, then the baselines that it does not list.
    document : str
        The text of the file.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan import read_suite
    >>> suite = read_suite("quickstart")
    >>> suite.n_cells == len(suite.cells())
    True
    """

    name: str
    description: str
    limits: Limits
    data: tuple[PlannedData, ...]
    methods: tuple[PlannedMethod, ...]
    document: str = field(repr=False, default="")

    @property
    def n_cells(self) -> int:
        """Number of runs."""
        return sum(
            len(data.seeds) * sum(method.takes(data) for method in self.methods)
            for data in self.data
        )

    @property
    def worst_seconds(self) -> float:
        """Seconds of all runs one after the other, if each is stopped at its limit."""
        return self.n_cells * self.limits.seconds

    def cells(self) -> tuple[Cell, ...]:
        """Return all runs: first all data with their first seeds, then with their second.

        Whatever part of them is done has compared all methods on all data. All methods on one
        data set with one seed stand together, so that it is drawn once.
        """
        return tuple(self._cells())

    def _cells(self) -> Iterator[Cell]:
        most_seeds = max(len(data.seeds) for data in self.data)
        for place in range(most_seeds):
            for data in self.data:
                for seed in data.seeds[place : place + 1]:
                    for method in self.methods:
                        if method.takes(data):
                            yield Cell(data.source, method.method, seed)
