"""One run: a method on one data set, with one seed. Its key says what determines it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from causal_dag.benchmarks.plan.data_source import DataSource

OURS = "causal-dag"


@dataclass(frozen=True)
class Method:
    """What is fitted.

    Parameters
    ----------
    label : str
        What reports call it.
    name : str
        Registry name, or a peer's name for the method.
    parameters : mapping
        The parameters that are not left at their defaults; JSON values.
    origin : str
        ``"causal-dag"``, the package that registered the solver, or the name of a peer.
    version : str or None
        Of the package that fits; None if it is not installed.
    is_baseline : bool
        One of the methods that any other has to beat.
    """

    label: str
    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    origin: str = OURS
    version: str | None = None
    is_baseline: bool = False


@dataclass(frozen=True)
class Cell:
    """A method on a data set with a seed.

    Parameters
    ----------
    data : DataSource
        Where rows and truth come from.
    method : Method
        What is fitted to them.
    seed : int
        ``random_state`` of the data, and of the solver where it takes one.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.cell import Cell, Method
    >>> from causal_dag.benchmarks.plan.data_source import DataSource
    >>> cell = Cell(DataSource("er2-ev", "linear"), Method("topo", "topo-bic"), 0)
    >>> Cell.from_document(cell.document()) == cell
    True
    """

    data: DataSource
    method: Method
    seed: int

    @cached_property
    def key(self) -> str:
        """SHA-256 of all that determines the result; labels, limits and folders do not."""
        document = {**self.document(), "data": self.data.identity()}
        for name in ("label", "is_baseline"):
            del document["method"][name]
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def document(self) -> dict[str, Any]:
        """Return the cell as JSON values."""
        return {"data": asdict(self.data), "method": asdict(self.method), "seed": self.seed}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Cell":
        """Return the cell that ``document`` describes."""
        return cls(
            DataSource(**document["data"]), Method(**document["method"]), int(document["seed"])
        )
