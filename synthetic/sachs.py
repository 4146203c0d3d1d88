"""The protein-signalling table of Sachs et al. (2005), with the graphs published for it."""

import csv
import gzip
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast, get_args, overload

import numpy as np
from numpy.typing import NDArray

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.validation import check_choice

if TYPE_CHECKING:
    from pandas import DataFrame

ExperimentalCondition = Literal[
    "cd3_cd28",
    "cd3_cd28+icam2",
    "cd3_cd28+aktinhib",
    "cd3_cd28+g0076",
    "cd3_cd28+psitect",
    "cd3_cd28+u0126",
    "cd3_cd28+ly",
    "pma",
    "b2camp",
]
Condition = Literal["observational", "all"] | ExperimentalCondition
SachsGraph = Literal["consensus17", "reported18", "cmu20"]

OBSERVATIONAL_CONDITION: Condition = "cd3_cd28"
#: The measured molecule that a condition acts on; others only stimulate the cells. LY294002
#: inhibits PI3K, which was not measured, and which makes PIP3.
TARGETS: Mapping[str, str] = {
    "cd3_cd28+aktinhib": "akt",
    "cd3_cd28+g0076": "pkc",
    "cd3_cd28+psitect": "pip2",
    "cd3_cd28+u0126": "mek",
    "cd3_cd28+ly": "pip3",
    "pma": "pkc",
    "b2camp": "pka",
}
CONDITIONS: tuple[ExperimentalCondition, ...] = get_args(ExperimentalCondition)
GRAPH_NAMES: tuple[SachsGraph, ...] = get_args(SachsGraph)

Data = TypeVar("Data", covariant=True)


class SachsTable(Protocol[Data]):
    """What type checkers know of the ``Bunch`` that :func:`load_sachs` returns."""

    @property
    def data(self) -> Data:
        """Fluorescence intensities, shape (n, 11)."""

    @property
    def adjacency(self) -> BoolArray:
        """The published graph, shape (11, 11)."""

    feature_names: list[str]
    condition: str
    row_conditions: NDArray[np.str_]
    targets: list[str | None]
    graph: str
    DESCR: str

    def __getitem__(self, field: str, /) -> Any:
        """Return a field by its name."""

    def keys(self) -> Iterable[str]:
        """Return the names of the fields."""


@overload
def load_sachs(
    condition: Condition = ..., graph: SachsGraph = ..., as_frame: Literal[False] = ...
) -> SachsTable[FloatArray]: ...
@overload
def load_sachs(
    condition: Condition = ..., graph: SachsGraph = ..., *, as_frame: Literal[True]
) -> "SachsTable[DataFrame]": ...
def load_sachs(
    condition: Condition = "observational",
    graph: SachsGraph = "consensus17",
    as_frame: bool = False,
) -> SachsTable[Any]:
    """Load the Sachs table: 11 signalling molecules measured in single human T cells [1]_.

    Parameters
    ----------
    condition : str
        One of the nine experimental conditions; ``"observational"`` (853 cells, the condition
        ``"cd3_cd28"``), or ``"all"`` (7466 cells).
    graph : {"consensus17", "reported18", "cmu20"}
        Which published graph to return as the truth. ``"reported18"`` has the cycle
        pip2 → pip3 → plc → pip2 and is returned as it was published.
    as_frame : bool
        Return ``data`` as a pandas data frame.

    Returns
    -------
    sachs : sklearn.utils.Bunch
        - ``data``: ndarray or data frame of shape (n, 11), fluorescence intensities;
        - ``adjacency``: bool array of shape (11, 11), True where i → j, in the order of
          ``feature_names``;
        - ``feature_names``: the 11 names;
        - ``condition``: name of the condition, ``"all"`` for all;
        - ``row_conditions``: array of shape (n,), the condition of every row;
        - ``targets``: list of length n, the molecule that each row's condition activates or
          inhibits [1]_, None if none, as ``fit`` takes it;
        - ``graph``: name of the graph;
        - ``DESCR``: where table and graphs come from.

    Raises
    ------
    ValueError
        If the condition or the graph is unknown; the message lists those that are known.

    References
    ----------
    .. [1] Sachs, Perez, Pe'er, Lauffenburger and Nolan, Science 308:523–529 (2005),
       doi:10.1126/science.1105809.

    Examples
    --------
    >>> from causal_dag.synthetic import load_sachs
    >>> sachs = load_sachs()
    >>> sachs.data.shape, sachs.adjacency.sum().item()
    ((853, 11), 17)
    >>> sachs.feature_names[:3]
    ['raf', 'mek', 'plc']
    """
    from sklearn.utils import Bunch

    check_choice("condition", condition, ("observational", "all", *CONDITIONS))
    check_choice("graph", graph, GRAPH_NAMES)
    columns, row_conditions, values = _read_table()
    names = list(columns)
    if condition == "observational":
        condition = OBSERVATIONAL_CONDITION
    chosen = row_conditions == condition if condition != "all" else np.full(len(values), True)
    table = Bunch(
        data=_frame(values[chosen], names) if as_frame else values[chosen],
        adjacency=_read_adjacency(graph, names),
        feature_names=names,
        condition=condition,
        row_conditions=row_conditions[chosen],
        targets=[TARGETS.get(name) for name in row_conditions[chosen].tolist()],
        graph=graph,
        DESCR=(files("causal_dag.synthetic.data") / "README.md").read_text(encoding="utf-8"),
    )
    return cast("SachsTable[Any]", table)


@cache
def _read_table() -> tuple[tuple[str, ...], Any, FloatArray]:
    """Return the names, and of every row its condition and values; callers take copies."""
    source = files("causal_dag.synthetic.data") / "sachs_2005.csv.gz"
    lines = gzip.decompress(source.read_bytes()).decode("ascii").splitlines()
    header, *rows = csv.reader(lines)
    conditions = np.array([row[0] for row in rows])
    values = np.array([row[1:] for row in rows], dtype=np.float64)
    return tuple(header[1:]), conditions, values


def _read_adjacency(graph: str, names: list[str]) -> BoolArray:
    source = files("causal_dag.synthetic.data") / "sachs_graphs.json"
    edges = json.loads(source.read_text(encoding="utf-8"))["graphs"][graph]["edges"]
    adjacency = np.zeros((len(names), len(names)), dtype=bool)
    for cause, effect in edges:
        adjacency[names.index(cause), names.index(effect)] = True
    return adjacency


def _frame(values: FloatArray, names: list[str]) -> Any:
    from pandas import DataFrame

    return DataFrame(values, columns=names)
