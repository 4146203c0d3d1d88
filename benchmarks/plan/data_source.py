"""Where the rows of a cell come from, and their true graph."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.files.table_files import read_table
from causal_dag.graph.named_graph import NamedGraph
from causal_dag.graph_files import read_graph
from causal_dag.scaling import scaled
from causal_dag.synthetic import fit_linear_sem, hide_variables, load_sachs, make_linear_sem
from causal_dag.synthetic.make_linear import ScaleName
from causal_dag.synthetic.random_streams import stream
from causal_dag.validation import check_choice

KINDS = ("linear", "sachs", "table")
SCALES = ("raw", "standardized", "iscm")


@dataclass(frozen=True)
class DataSource:
    """A recipe for one table and its graph; everything but the seed.

    Parameters
    ----------
    label : str
        What reports call it, for example ``"er2-ev"``.
    kind : {"linear", "sachs", "table"}
        A simulated linear model, the Sachs table, or a file of the user's.
    settings : mapping
        - ``"linear"``: keyword arguments of ``make_linear_sem`` other than those below, and
          ``hidden``, the number of additional variables that are drawn and then hidden
          (``hide_variables``);
        - ``"sachs"``: ``condition`` and ``graph`` of ``load_sachs``;
        - ``"table"``: ``table`` and ``truth``, paths, and their ``table_sha256``,
          ``truth_sha256``.

        Real tables also have ``resample``: draw the rows with replacement, by the seed; or
        ``simulate``: draw them from the linear model fitted along the graph, with this noise.
    scale : {"raw", "standardized", "iscm"}
        Columns as they are; columns of sample mean 0 and variance 1; or a model that is
        standardized during the generation (``"linear"`` only).
    n_samples, n_features : int
        Numbers of rows and of columns.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.data_source import DataSource
    >>> source = DataSource("er1", "linear", {"edges_per_node": 1}, "raw", 50, 5)
    >>> X, truth = source.draw(seed=0)
    >>> X.shape, truth.n_nodes
    ((50, 5), 5)
    """

    label: str
    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    scale: str = "raw"
    n_samples: int = 1000
    n_features: int = 20

    def __post_init__(self) -> None:
        check_choice("kind", self.kind, KINDS)
        check_choice("scale", self.scale, SCALES)
        if self.scale == "iscm" and self.kind != "linear":
            raise ValueError(
                f"data {self.label!r}: scale 'iscm' belongs to the generation of simulated data; "
                "real columns can be 'raw' or 'standardized'"
            )

    def draw(self, seed: int) -> tuple[FloatArray, NamedGraph]:
        """Return rows, shape (n, d), and the true graph.

        The seed is the ``random_state`` of ``make_linear_sem``, so that anyone can draw the same
        rows without this package's benchmarks. Raw and standardized columns of one seed are the
        same data.

        Raises
        ------
        ValueError
            If the settings cannot be used, or a file is not the one that was planned.
        """
        rows, truth = _READERS[self.kind](self, seed)
        return (scaled(rows, "standardized") if self.scale == "standardized" else rows), truth

    def identity(self) -> dict[str, Any]:
        """Return what determines the rows: neither the label, nor where files are.

        Examples
        --------
        >>> from causal_dag.benchmarks.plan.data_source import DataSource
        >>> DataSource("mine", "sachs").identity() == DataSource("other", "sachs").identity()
        True
        """
        document = asdict(self)
        del document["label"]
        for path in ("table", "truth"):
            document["settings"].pop(path, None)
        return document


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _linear(source: DataSource, seed: int) -> tuple[FloatArray, NamedGraph]:
    scale: ScaleName = "iscm" if source.scale == "iscm" else "raw"
    settings = _tuples(source)
    hidden = settings.pop("hidden", 0)
    X, sem = make_linear_sem(
        source.n_samples, source.n_features + hidden, scale=scale, random_state=seed, **settings
    )
    latent = hide_variables(sem, hidden, random_state=seed)
    return X[:, latent.observed], NamedGraph(latent.weights)


def _sachs(source: DataSource, seed: int) -> tuple[FloatArray, NamedGraph]:
    sachs = load_sachs(source.settings["condition"], source.settings["graph"])
    truth = NamedGraph(sachs.adjacency.astype(np.float64))
    return _drawn(sachs.data, truth, source.settings, seed), truth


def _table(source: DataSource, seed: int) -> tuple[FloatArray, NamedGraph]:
    settings = source.settings
    for key in ("table", "truth"):
        if file_sha256(Path(settings[key])) != settings[f"{key}_sha256"]:
            raise ValueError(f"{settings[key]} has changed since the suite was read; run it again")
    frame = read_table(settings["table"])
    truth = read_graph(settings["truth"]).arranged_like(list(frame.columns))
    rows, truth = frame.to_numpy(dtype=np.float64), NamedGraph(truth.weights)
    return _drawn(rows, truth, settings, seed), truth


_READERS = {"linear": _linear, "sachs": _sachs, "table": _table}


def _tuples(source: DataSource) -> dict[str, Any]:
    """Return the settings with ranges as tuples; TOML and JSON know lists only."""
    return {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in source.settings.items()
    }


def _drawn(
    rows: FloatArray, truth: NamedGraph, settings: Mapping[str, Any], seed: int
) -> FloatArray:
    """Return the rows of a real table, or what a seed draws from them."""
    if "simulate" in settings:
        return fit_linear_sem(rows, truth, noise=settings["simulate"]).sample(len(rows), seed)
    if not settings.get("resample", False):
        return rows
    drawn: FloatArray = rows[stream(seed, "rows").integers(len(rows), size=len(rows))]
    return drawn
