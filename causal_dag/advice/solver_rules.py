"""What the shape of a table means for each solver."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from causal_dag.advice.equal_variance_rules import equal_variance_solvers
from causal_dag.advice.graph_findings import non_gaussian, nonlinear, nonlinear_along_lingam
from causal_dag.advice.graph_report import extended_bic_gamma
from causal_dag.advice.solver_advice import VERDICTS, SolverAdvice
from causal_dag.solvers import compared_solvers
from causal_dag.wording import counted

if TYPE_CHECKING:
    from causal_dag.advice.table_audit import TableAudit

MOST_COLUMNS_EXACT = 15
MOST_COLUMNS_NONLINEAR = 20
MOST_COLUMNS_CLASSIFIED = 50


def recommended_solvers(audit: "TableAudit") -> tuple[SolverAdvice, ...]:
    """Return what is said of every solver, those to run first in front.

    Nothing, if the table cannot be fitted at all.
    """
    if not audit.can_be_fitted:
        return ()
    advice = [
        *_for_binary_columns(audit),
        *_for_counts(audit),
        _order_search(audit),
        _exact(audit),
        _lingam(audit),
        *equal_variance_solvers(audit),
        _likelihood(audit),
        _nonlinear(audit),
        _baselines(),
    ]
    advice += _without_rules({name for entry in advice for name in entry.solvers})
    return tuple(sorted(advice, key=lambda entry: VERDICTS.index(entry.verdict)))


def has_only(audit: "TableAudit", *kinds: str) -> bool:
    """Return whether all usable columns are of these kinds."""
    return all(column.kind in kinds for column in audit.columns if column.is_usable)


def has_few_rows(audit: "TableAudit") -> bool:
    """Return whether regressions on all other columns are impossible: n ≤ d, or collinear."""
    return audit.n_complete <= len(audit.usable) or bool(audit.determined)


def _for_binary_columns(audit: "TableAudit") -> Iterator[SolverAdvice]:
    d = len(audit.usable)
    if not has_zeros_and_ones(audit):
        yield SolverAdvice(
            ("topo-logistic", "notears-logistic"),
            "does not suit",
            "They take columns of 0 and 1 only.",
        )
        return
    yield SolverAdvice(
        ("topo-logistic",),
        "start with" if d <= MOST_COLUMNS_CLASSIFIED else "compare",
        "All columns are 0 and 1, for which logistic regressions are made. Directions come mostly "
        "from v-structures; look at what decided one before reading it."
        + ("" if d <= MOST_COLUMNS_CLASSIFIED else f" With {d} columns it takes long."),
    )
    yield SolverAdvice(
        ("notears-logistic",),
        "compare",
        "The same regressions by continuous optimisation; its directions are owed mostly to the "
        "ℓ1 term.",
    )


def has_zeros_and_ones(audit: "TableAudit") -> bool:
    """Return whether all usable columns hold 0 and 1 and nothing else."""
    return has_only(audit, "binary") and all(
        abs(column.mean - 0.5) < 0.5
        and math.isclose(column.standard_deviation**2, column.mean * (1 - column.mean))
        for column in audit.columns
        if column.is_usable
    )


def _for_counts(audit: "TableAudit") -> Iterator[SolverAdvice]:
    if has_only(audit, "count") or (
        has_only(audit, "count", "discrete") and audit.names_of_kind("count")
    ):
        yield SolverAdvice(
            ("notears-poisson",),
            "compare",
            "All columns are counts. Poisson noise identifies directions, through the larger "
            "spread of effects; where other reasons make counts spread, it is misled. "
            "topo-bic with criterion=poisson searches orders by the same regressions.",
        )
    else:
        yield SolverAdvice(("notears-poisson",), "does not suit", "It takes counts only.")


def _order_search(audit: "TableAudit") -> SolverAdvice:
    n, d = audit.n_complete, len(audit.usable)
    parameters: dict[str, Any] = {}
    because = (
        "It does not look at units and assumes nothing of the noise variances, and says which "
        "directions the data decides"
    )
    if audit.graph is not None:
        because += (
            f" (of {counted(audit.graph.n_edges, 'edge')}, {audit.graph.n_undirected} undecided)"
        )
    gamma = extended_bic_gamma(n, d)
    if gamma:
        parameters["gamma"] = gamma
        because += (
            f". With {d} columns for {n} rows the extended BIC guards against chance edges: BIC "
            "alone is made for d below √n (Chen and Chen 2008)"
        )
    if audit.determined:
        lost = ", ".join(column.name for column in audit.determined[:3])
        because += f". Leave out what other columns determine ({lost}) first"
    if has_zeros_and_ones(audit):
        because += ". Of columns of 0 and 1 its Gaussian model is an approximation"
        return SolverAdvice(("topo-bic",), "suits", because + ".", parameters)
    return SolverAdvice(("topo-bic",), "start with", because + ".", parameters)


def _exact(audit: "TableAudit") -> SolverAdvice:
    d = len(audit.usable)
    if d > MOST_COLUMNS_EXACT:
        return SolverAdvice(
            ("exact",), "does not suit", f"It takes at most {MOST_COLUMNS_EXACT} columns, not {d}."
        )
    return SolverAdvice(
        ("exact",),
        "compare" if has_zeros_and_ones(audit) else "suits",
        f"With {counted(d, 'column')} the best graph by BIC can be proven best: it shows whether "
        "the search of topo-bic has missed something.",
    )


def _lingam(audit: "TableAudit") -> SolverAdvice:
    verdict, because = _lingam_verdict(audit)
    return SolverAdvice(("direct-lingam",), verdict, because)


def _lingam_verdict(audit: "TableAudit") -> tuple[str, str]:
    if has_few_rows(audit):
        return "does not suit", "It needs more rows than columns, and none that others determine."
    if audit.graph is None:
        return "compare", "It needs non-Gaussian noise, which was not tested here."
    d, tested, found = (
        len(audit.usable), len(audit.graph.residuals), len(non_gaussian(audit.graph))
    )  # fmt: skip
    if 2 * tested < d:
        return "does not suit", (
            f"{d - tested} of {counted(d, 'column')} hold few values only; its noise is a real "
            "number, independent of the causes."
        )
    if found == 0:
        return "does not suit", (
            f"None of {counted(tested, 'residual')} can be told from a Gaussian, and on Gaussian "
            "noise its order is chance."
        )
    because = (
        f"{found} of {counted(tested, 'residual')} {'is' if found == 1 else 'are'} not Gaussian. "
        "In linear models that directs the edges that topo-bic leaves open, in any units."
    )
    bent = len(nonlinear_along_lingam(audit.graph))
    if tested < d:
        because += " Columns with few distinct values have no such noise."
    if found < tested - 1:
        because += " Between variables whose noise is Gaussian its directions are chance."
    if bent:
        because += (
            f" But {counted(bent, 'regression')} along its graph "
            f"{'bends' if bent == 1 else 'bend'}, so that linear relations with independent noise "
            "do not describe this table."
        )
    suits = found >= tested - 1 and tested == d and not bent
    because += " Fit each half of the rows: directions that differ were not decided."
    return "suits" if suits else "compare", because


def _likelihood(audit: "TableAudit") -> SolverAdvice:
    return SolverAdvice(
        ("golem-nv", "logll", "colide-nv"),
        "compare",
        "They allow every variable its own noise variance, as topo-bic does, but see local optima "
        "only, and their thresholds and penalties depend on units. With polish=topo-bic the "
        "order search goes on from their graph.",
        scale="standardized",
    )


def _nonlinear(audit: "TableAudit") -> SolverAdvice:
    """Return what is said of networks, which are ``notears`` with another model."""
    d = len(audit.usable)
    bent = nonlinear(audit.graph) if audit.graph is not None else []
    if bent and d <= MOST_COLUMNS_NONLINEAR:
        return SolverAdvice(
            ("notears",),
            "compare",
            f"{counted(len(bent), 'relation')} to the parents "
            f"{'bends' if len(bent) == 1 else 'bend'}: networks learn such functions, and additive "
            "noise then directs edges. They, too, take noise variances to be about equal.",
            {"nonlinear": "mlp"},
            "standardized",
        )
    reason = (
        f"With {d} columns networks take very long."
        if bent
        else "No bend in the fitted relations calls for networks."
    )
    return SolverAdvice(("notears",), "does not suit", reason, {"nonlinear": "mlp"}, "standardized")


def _baselines() -> SolverAdvice:
    return SolverAdvice(
        ("empty", "random", "sortnregress-var", "sortnregress-r2"),
        "compare",
        "The baselines: a method that is no better than they are has found nothing. "
        "causal-dag compare always adds them.",
    )


def _without_rules(known: set[str]) -> Iterator[SolverAdvice]:
    """Yield what is said of solvers that were added to the registry, and that no rule knows."""
    others = tuple(name for name in compared_solvers() if name not in known)
    if others:
        yield SolverAdvice(
            others,
            "compare",
            "This advice has no rule for them; causal-dag solvers NAME says what they assume.",
        )
