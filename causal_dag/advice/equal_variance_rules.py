"""What the table means for the solvers that direct edges by equal noise variances."""

from typing import TYPE_CHECKING

from causal_dag.advice.graph_findings import equal_variances_are_refuted
from causal_dag.advice.solver_advice import SolverAdvice

if TYPE_CHECKING:
    from causal_dag.advice.table_audit import TableAudit

SEARCHES = ("topo-bic-ev", "topo-ls")
NEEDS_INVERSE = "eqvar"
CONTINUOUS = ("colide-ev", "dagma", "golem-ev", "notears")


def equal_variance_solvers(audit: "TableAudit") -> list[SolverAdvice]:
    """Return what is said of the solvers that need equal noise variances, in these units."""
    reason = _against(audit)
    if reason is not None:
        names = (*SEARCHES, NEEDS_INVERSE, *CONTINUOUS)
        return [SolverAdvice(names, "does not suit", reason, scale="raw")]
    condition = (
        "Equal noise variances in these units are not refuted by the data. Only if the columns "
        "share a unit and equal noise is plausible"
    )
    has_inverse = audit.n_complete > len(audit.usable) and not audit.determined
    advice = [
        SolverAdvice(
            (*SEARCHES, NEEDS_INVERSE) if has_inverse else SEARCHES,
            "compare",
            f"{condition}, the assumption directs all edges; topo-bic-ev searches best. Edges "
            "that topo-bic and topo-bic-ev direct otherwise rest on it.",
            scale="raw",
        ),
        SolverAdvice(
            CONTINUOUS,
            "compare",
            f"{condition}; they rest on the same assumption as topo-bic-ev, and see local optima "
            "only.",
            scale="raw",
        ),
    ]
    if not has_inverse:
        because = "It needs more rows than columns, and none that others determine."
        advice.append(SolverAdvice((NEEDS_INVERSE,), "does not suit", because, scale="raw"))
    return advice


def _against(audit: "TableAudit") -> str | None:
    """Return why the assumption cannot be relied on, if the table shows it."""
    rest = " They direct edges by equal noise variances in the units given."
    if audit.units is not None and audit.units.looks_scaled:
        return (
            "Columns were scaled, so that their spreads are no longer those of the units of "
            f"measurement.{rest}"
        )
    if audit.graph is not None and equal_variances_are_refuted(audit.graph):
        ratio = audit.graph.equal_variances.variance_ratio
        return (
            f"In the best graph under equal variances the residual variances differ by a factor "
            f"of {ratio:.3g}, more than chance allows.{rest}"
        )
    return None
