"""The table of metrics, which store, report, ``compare`` and ``evaluate`` read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from causal_dag.declared_parameters import CheckedFields
from causal_dag.discovery import check_registration, import_modules
from causal_dag.graph.named_graph import named_graph
from causal_dag.metrics.intervention import structural_intervention_distance
from causal_dag.metrics.structural import (
    cpdag_distance,
    edge_scores,
    structural_hamming_distance,
)
from causal_dag.parameters import WithData

Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class Metric(CheckedFields):
    """One number that says how far an estimated graph is from the true one.

    Parameters
    ----------
    name : str
        Column of records and key of documents.
    function : callable
        From the true graph and the estimate, in any form that ``named_graph`` reads, to a number.
    title : str
        Heading in tables.
    better : {"lower", "higher"} or None
        None where a number is good only together with another: a graph without edges has FDR 0.
    unit : str
        What is counted, for example ``"edges"``; ``"share"`` for numbers between 0 and 1.
    needs : {"graphs", "classes", "dags"}
        ``"classes"``: each graph must be a DAG, or stand for an equivalence class of DAGs.
        ``"dags"``: undefined where the true graph has undirected edges; benchmarks measure a DAG in
        the class of a partly directed estimate.
    perfect : float
        Value of the true graph itself.
    long_name : str
        Name in the output of ``causal-dag evaluate``; by default ``name``.
    in_tables : bool
        Whether comparisons and reports show it. The store and ``evaluate`` hold every metric.
    """

    name: str
    function: Callable[[Any, Any], float]
    title: str
    better: Better | None = None
    unit: str = "edges"
    needs: Literal["graphs", "classes", "dags"] = "graphs"
    #: An integer where the metric counts.
    perfect: Annotated[float, WithData()] = 0
    long_name: str = ""
    in_tables: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "long_name", self.long_name or self.name)

    @property
    def decimals(self) -> int:
        """Decimals of a mean over data sets."""
        return 2 if self.unit == "share" else 1


#: The metrics by name, in the order of columns.
METRICS: dict[str, Metric] = {}


def register_metric(
    name: str, function: Callable[[Any, Any], float], *, title: str, **description: Any
) -> None:
    """Make a metric available to ``evaluate``, ``compare``, benchmarks and their reports.

    Parameters
    ----------
    name : str
        Column of records and key of documents.
    function : callable
        From the true graph and the estimate to a number.
    title : str
        Heading in tables.
    **description
        The other parameters of ``Metric``.

    Raises
    ------
    ValueError
        If the name is taken by another function, or is not printable, or a value of the description
        is not allowed.

    Examples
    --------
    >>> from causal_dag.metrics.registry import available_metrics
    >>> available_metrics()["shd"].function([[0, 1], [0, 0]], [[0, 0], [1, 0]])
    1
    """
    check_registration("metric", name, "causal_dag.metrics")
    metric = Metric(name, function, title, **description)
    if METRICS.setdefault(name, metric) != metric:
        raise ValueError(f"the metric {name!r} is registered already; choose another name")


def available_metrics() -> Mapping[str, Metric]:
    """Return all metrics, those of every file in this folder included.

    Examples
    --------
    >>> from causal_dag.metrics.registry import available_metrics
    >>> list(available_metrics())[:3]
    ['shd', 'cpdag_distance', 'sid']
    """
    import_modules("causal_dag.metrics")
    return METRICS


def metrics_in_tables() -> dict[str, Metric]:
    """Return the metrics that comparisons and reports show, by name.

    Examples
    --------
    >>> from causal_dag.metrics.registry import metrics_in_tables
    >>> "fdr" in metrics_in_tables(), "precision" in metrics_in_tables()
    (True, False)
    """
    return {name: metric for name, metric in available_metrics().items() if metric.in_tables}


def measured(true: Any, estimate: Any) -> dict[str, float | None]:
    """Return the value of every metric; None where the true graph leaves it undefined.

    Parameters
    ----------
    true, estimate : graph
        Over the same nodes, acyclic.

    Examples
    --------
    >>> from causal_dag.metrics.registry import measured
    >>> found = measured([[0, 1], [0, 0]], [[0, 1], [0, 0]])
    >>> found["shd"], found["sid"], found["f1"]
    (0, 0, 1.0)
    """
    is_partly_directed = bool(named_graph(true).undirected.sum())
    return {
        name: None
        if metric.needs == "dags" and is_partly_directed
        else metric.function(true, estimate)
        for name, metric in available_metrics().items()
    }


register_metric(
    "shd",
    structural_hamming_distance,
    title="SHD",
    better="lower",
    long_name="structural_hamming_distance",
)
register_metric(
    "cpdag_distance", cpdag_distance, title="CPDAG distance", better="lower", needs="classes"
)
register_metric(
    "sid",
    structural_intervention_distance,
    title="SID",
    better="lower",
    unit="pairs of nodes",
    needs="dags",
    long_name="structural_intervention_distance",
)


def _register_edge_score(name: str, title: str, **description: Any) -> None:
    def score(true: Any, estimate: Any) -> float:
        value: float = getattr(edge_scores(true, estimate), name)
        return value

    register_metric(name, score, title=title, unit="share", **description)


_register_edge_score("f1", "F1", better="higher", perfect=1.0)
# Each of these is good only together with another: a graph without edges has precision 1 and
# FDR 0, a complete one has recall near 1.
_register_edge_score("precision", "precision", perfect=1.0, in_tables=False)
_register_edge_score("recall", "recall", perfect=1.0, in_tables=False)
_register_edge_score("fdr", "FDR", perfect=0.0)
_register_edge_score("tpr", "TPR", perfect=1.0)
_register_edge_score("skeleton_f1", "skeleton F1", better="higher", perfect=1.0, in_tables=False)
