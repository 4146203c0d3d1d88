"""All advice on a table in one object, with the assumptions behind every result."""

from dataclasses import dataclass, replace
from typing import Any

from causal_dag.advice.benchmark_results import BenchmarkKind, nearest_kinds, shipped_results
from causal_dag.advice.graph_findings import equal_variances_are_refuted, non_gaussian
from causal_dag.advice.solver_rules import SolverAdvice, recommended_solvers
from causal_dag.advice.table_audit import TableAudit, audit_table
from causal_dag.constraints import PriorKnowledge
from causal_dag.files.json_values import json_value


@dataclass(frozen=True)
class Assumption:
    """A condition for edges to be causes.

    Parameters
    ----------
    name : str
        The condition.
    means : str
        What it says, and what happens without it.
    can_be_checked : str
        How far the table can show whether it holds.
    """

    name: str
    means: str
    can_be_checked: str


ASSUMPTIONS = (
    Assumption(
        "no hidden common causes",
        "Every common cause of two columns is a column itself; otherwise some edges and directions "
        "are not causal.",
        "No: the table cannot show variables that it does not contain.",
    ),
    Assumption(
        "no cycles",
        "No variable influences itself through others; feedback that is faster than the "
        "measurements appears as an edge in some direction.",
        "No: every solver here returns an acyclic graph for any data.",
    ),
    Assumption(
        "faithfulness",
        "Influences along different paths do not cancel; otherwise edges are missed. Nearly "
        "cancelling and weak influences count as cancelling at this number of rows.",
        "No.",
    ),
    Assumption(
        "independent rows of one population",
        "Every row follows the same graph, and no row depends on another; selection on a common "
        "effect creates spurious edges.",
        "In part: repeated rows and rows that resemble the previous one are detected; selection is "
        "not.",
    ),
    Assumption(
        "linear relations",
        "Each effect is a weighted sum of its causes plus noise.",
        "In part: the fitted regressions are tested for nonlinearity.",
    ),
    Assumption(
        "equal noise variances",
        "Solvers that direct all edges by this assumption need all noise terms to have the same "
        "variance in the given units.",
        "It can be refuted but never confirmed: a graph with unequal variances fits as well.",
    ),
    Assumption(
        "non-Gaussian noise",
        "topo-nongaussian and direct-lingam use it to direct edges in linear relations.",
        "In part: residuals are tested, but nonlinear relations and outliers look the same.",
    ),
)


@dataclass(frozen=True)
class Advice:
    """Audit of a table, recommended solvers, and benchmark results on similar data.

    Parameters
    ----------
    audit : TableAudit
        Audit of the table.
    solvers : tuple of SolverAdvice
        Solvers to start with first, those that do not suit last; empty if no solver can be run.
    assumptions : tuple of Assumption
        Assumptions behind every result, and how far the table can confirm them.
    benchmarks : tuple of BenchmarkKind
        Simulated data most similar to the table, and the results of the solvers on it.
    """

    audit: TableAudit
    solvers: tuple[SolverAdvice, ...]
    assumptions: tuple[Assumption, ...]
    benchmarks: tuple[BenchmarkKind, ...] = ()

    @property
    def first(self) -> SolverAdvice | None:
        """The solver to start with; None if no solver can be run."""
        return self.solvers[0] if self.solvers else None

    @property
    def is_gaussian(self) -> bool:
        """Whether most residuals of the first fit cannot be told from a Gaussian."""
        graph = self.audit.graph
        return graph is None or 2 * len(non_gaussian(graph)) <= len(graph.residuals)

    def document(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        document: dict[str, Any] = json_value(self)
        document["benchmark_provenance"] = json_value(shipped_results().provenance)
        return document


def advise(X: Any, *, prior_knowledge: PriorKnowledge | None = None) -> Advice:
    """Recommend solvers for a table, with reasons.

    Parameters
    ----------
    X : array-like or data frame of shape (n, d)
        The table; cells of any type are accepted.
    prior_knowledge : PriorKnowledge, optional
        Prior knowledge about the graph; the first fit uses the part about usable columns.

    Returns
    -------
    Advice

    Raises
    ------
    ValueError
        If ``X`` is not a table: not two-dimensional, without columns, or with repeated names.

    Examples
    --------
    >>> from causal_dag.advice import advise
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(1000, 5, noise="exponential", random_state=0)
    >>> advice = advise(X)
    >>> advice.first.solvers
    ('topo-bic',)
    >>> [entry.verdict for entry in advice.solvers if "direct-lingam" in entry.solvers]
    ['suits']
    """
    audit = audit_table(X, prior_knowledge=prior_knowledge)
    advice = Advice(audit, recommended_solvers(audit), ASSUMPTIONS)
    return replace(advice, benchmarks=_benchmarks(advice))


def _benchmarks(advice: Advice) -> tuple[BenchmarkKind, ...]:
    """Return simulated data like the table; none, if no column of real numbers was fitted."""
    audit = advice.audit
    graph, units = audit.graph, audit.units
    if graph is None or units is None or not graph.residuals:
        return ()
    return nearest_kinds(
        shipped_results(),
        n_samples=audit.n_complete,
        n_features=len(audit.usable),
        edges_per_node=graph.n_edges / len(audit.usable),
        is_gaussian=advice.is_gaussian,
        is_scaled=units.looks_scaled,
        may_have_equal_variances=not equal_variances_are_refuted(graph),
    )
