"""Rules that rate each solver for a table by the properties the solver declares.

No rule names a solver: a new solver is rated as soon as it is registered.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from causal_dag.advice.graph_findings import (
    equal_variances_are_refuted,
    non_gaussian,
    nonlinear,
    nonlinear_along_lingam,
)
from causal_dag.advice.graph_report import extended_bic_gamma
from causal_dag.registry import compared_solvers, make_solver
from causal_dag.wording import counted

if TYPE_CHECKING:
    from causal_dag.advice.table_audit import TableAudit
    from causal_dag.estimator import DAGEstimator

#: From the solver to run first to those to avoid.
VERDICTS = ("start with", "suits", "compare", "does not suit")
# Order within one verdict: the weakest assumptions and the best search first.
NOISE_ORDER = ("unequal", "non-Gaussian", "equal")
SEARCH_ORDER = ("orders", "exact", "classes", "one pass", "local", "baseline")

BASELINE = (
    "The baselines: a method that does not beat them has found nothing. causal-dag compare always "
    "adds them."
)
NEEDS_FULL_RANK = "It needs more rows than columns, and no column that the others determine."
LOCAL_OPTIMA = (
    "It allows every variable its own noise variance, but finds only local optima, and its "
    "threshold and penalty depend on units. With polish=topo-bic an order search continues from "
    "its graph."
)
CLASSES = (
    "It searches equivalence classes greedily, with the same score as topo-bic and in any units. "
    "Where the two end in different classes, the lower BIC is the better optimum; if they agree, "
    "both are more credible."
)

#: Reasons for solvers that read labels, by what they take columns to hold.
LABELS = {
    "category": (
        "It counts the levels of categories, lets causes interact in any way, and reports which "
        "directions the data decide."
    ),
    "mixed": (
        "It takes numbers and labels side by side, supposes that the effects of several causes add "
        "up, and reports which directions the data decide."
    ),
}
NUMBERS_ALONE = (
    "It takes numbers and labels side by side; where columns are codes of categories, state it "
    "with kinds. On numbers alone it is a linear search by another BIC."
)
CODES = (
    "All columns have few different values. If these are codes of categories, it counts them and "
    "lets causes interact in any way; solvers for numbers take codes for quantities."
)


@dataclass(frozen=True)
class SolverAdvice:
    """Advice on one solver, or on several with the same verdict and reason.

    Parameters
    ----------
    solvers : tuple of str
        Registry names.
    verdict : {"start with", "suits", "compare", "does not suit"}
        ``"compare"``: its result is informative only next to that of another solver.
    because : str
        The reason, from what the table shows.
    parameters : mapping
        Parameters that are not left at their defaults.
    scale : {"any", "raw", "standardized"}
        Scale of the columns to pass; ``"any"`` if the result does not depend on units.

    Examples
    --------
    >>> from causal_dag.advice import SolverAdvice
    >>> SolverAdvice(("topo-bic",), "start with", "no units", {"penalty": 1.0}).estimator()
    TOPO(penalty=1.0)
    """

    solvers: tuple[str, ...]
    verdict: str
    because: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    scale: str = "any"

    def estimator(self) -> "DAGEstimator":
        """Return the first of the solvers, with the parameters, unfitted."""
        solver: DAGEstimator = make_solver(self.solvers[0], **self.parameters)
        return solver


def recommended_solvers(audit: "TableAudit") -> tuple[SolverAdvice, ...]:
    """Return the advice on every solver, starting with those to run first.

    The result is empty if the table cannot be fitted.
    """
    if audit.kinds:
        first, others = ("category", "mixed") if audit.has_only_levels else ("mixed", "")
        solvers = {name: make_solver(name) for name in compared_solvers()}
        return tuple(
            SolverAdvice((name,), verdict, LABELS[solver.column_values])
            for verdict, values in (("start with", first), ("compare", others))
            for name, solver in solvers.items()
            if solver.column_values == values
        )
    if not audit.can_be_fitted:
        return ()
    variants = [(name, make_solver(name)) for name in compared_solvers()]
    variants += [
        (name, make_solver(name, nonlinear="mlp"))
        for name, solver in variants
        if "nonlinear" in solver.get_params(deep=False) and solver.column_values == "real"
    ]
    variants.sort(key=lambda variant: _place(variant[1]))
    grouped: dict[tuple[object, ...], SolverAdvice] = {}
    for name, solver in variants:
        entry = _advice_on(name, solver, audit)
        key = (entry.verdict, entry.because, tuple(entry.parameters.items()), entry.scale)
        known = grouped.get(key)
        grouped[key] = replace(entry, solvers=(*known.solvers, name)) if known else entry
    return tuple(sorted(grouped.values(), key=lambda entry: VERDICTS.index(entry.verdict)))


def has_zeros_and_ones(audit: "TableAudit") -> bool:
    """Return whether all usable columns hold only 0 and 1."""
    return _has_only(audit, "binary") and all(
        abs(column.mean - 0.5) < 0.5
        and math.isclose(column.standard_deviation**2, column.mean * (1 - column.mean))
        for column in audit.columns
        if column.is_usable
    )


def _place(solver: "DAGEstimator") -> tuple[int, int]:
    return NOISE_ORDER.index(solver.assumed_noise), SEARCH_ORDER.index(solver.search)


def _advice_on(name: str, solver: "DAGEstimator", audit: "TableAudit") -> SolverAdvice:
    parameters: dict[str, Any] = {}
    kind = getattr(solver, "nonlinear", None)
    if kind == "curves" and solver.assumed_noise == "equal":
        verdict, because = _verdict(solver, audit)
    elif kind is not None:
        is_parameter = "nonlinear" in solver.get_params(deep=False)
        parameters = {"nonlinear": kind} if is_parameter else {}
        verdict, because = _curves(audit) if kind == "curves" else _networks(solver, audit)
    elif _is_order_search(solver, audit):
        verdict, because, parameters = _order_search(audit)
    else:
        verdict, because = _verdict(solver, audit)
    return SolverAdvice((name,), verdict, because, parameters, solver.column_scale)


def _is_order_search(solver: "DAGEstimator", audit: "TableAudit") -> bool:
    """Whether it searches orders of real columns without any assumption on the noise."""
    takes = (solver.column_values, solver.assumed_noise, solver.search)
    fits = not (solver.needs_full_rank and _has_few_rows(audit))
    return takes == ("real", "unequal", "orders") and fits


def _verdict(solver: "DAGEstimator", audit: "TableAudit") -> tuple[str, str]:
    d = len(audit.usable)
    if solver.search == "baseline":
        return "compare", BASELINE
    if solver.column_values == "category":
        is_coded = _has_only(audit, "binary", "discrete")
        return ("suits", CODES) if is_coded else ("does not suit", "It accepts only categories.")
    if solver.column_values == "mixed":
        return "compare", NUMBERS_ALONE
    if solver.column_values != "real":
        return _binary(solver, audit) if solver.column_values == "binary" else _counts(audit)
    if solver.most_columns is not None and d > solver.most_columns:
        return "does not suit", f"It takes at most {solver.most_columns} columns, not {d}."
    if solver.needs_full_rank and _has_few_rows(audit):
        return "does not suit", NEEDS_FULL_RANK
    if solver.assumed_noise == "equal":
        return _equal_variances(solver, audit)
    if solver.assumed_noise == "non-Gaussian":
        return _non_gaussian(audit)
    if solver.search == "classes":
        return "compare", CLASSES
    return _exact(audit) if solver.search == "exact" else ("compare", LOCAL_OPTIMA)


def _has_only(audit: "TableAudit", *kinds: str) -> bool:
    return all(column.kind in kinds for column in audit.columns if column.is_usable)


def _has_few_rows(audit: "TableAudit") -> bool:
    """Return whether regressions on all other columns are impossible: n ≤ d, or collinear."""
    return audit.n_complete <= len(audit.usable) or bool(audit.determined)


def _binary(solver: "DAGEstimator", audit: "TableAudit") -> tuple[str, str]:
    if not has_zeros_and_ones(audit):
        return "does not suit", "It accepts only columns of 0 and 1."
    if solver.search == "local":
        return "compare", (
            "Logistic regressions by continuous optimization; its directions are mostly due to "
            "the ℓ1 term."
        )
    because = (
        "All columns are 0 and 1, for which logistic regression is designed. Directions come "
        "mostly from v-structures; check what decided a direction before interpreting it."
    )
    d = len(audit.usable)
    if solver.most_columns is not None and d > solver.most_columns:
        return "compare", f"{because} With {d} columns it is slow."
    return "start with", because


def _counts(audit: "TableAudit") -> tuple[str, str]:
    if _has_only(audit, "count") or (
        _has_only(audit, "count", "discrete") and audit.names_of_kind("count")
    ):
        return "compare", (
            "All columns are counts. Poisson noise identifies directions, through the larger "
            "spread of effects; where counts spread for other reasons, it is misled. "
            "topo-bic with criterion=poisson searches orders by the same regressions."
        )
    return "does not suit", "It accepts only counts."


def _order_search(audit: "TableAudit") -> tuple[str, str, dict[str, Any]]:
    n, d = audit.n_complete, len(audit.usable)
    because = (
        "It does not depend on units, assumes nothing about the noise variances, and reports "
        "which directions the data decide"
    )
    if audit.graph is not None:
        because += (
            f" (of {counted(audit.graph.n_edges, 'edge')}, {audit.graph.n_undirected} undecided)"
        )
    gamma = extended_bic_gamma(n, d)
    if gamma:
        because += (
            f". With {d} columns for {n} rows the extended BIC guards against spurious edges: "
            "BIC alone is intended for d below √n (Chen and Chen 2008)"
        )
    if audit.determined:
        lost = ", ".join(column.name for column in audit.determined[:3])
        because += f". Leave out what other columns determine ({lost}) first"
    verdict = "start with"
    if has_zeros_and_ones(audit):
        because += ". For columns of 0 and 1 its Gaussian model is an approximation"
        verdict = "suits"
    return verdict, f"{because}.", {"gamma": gamma} if gamma else {}


def _exact(audit: "TableAudit") -> tuple[str, str]:
    return "compare" if has_zeros_and_ones(audit) else "suits", (
        f"With {counted(len(audit.usable), 'column')} the best graph by BIC can be proven best: it "
        "shows whether a search has missed something."
    )


def _equal_variances(solver: "DAGEstimator", audit: "TableAudit") -> tuple[str, str]:
    reason = _against_equal_variances(audit)
    if reason is not None:
        return "does not suit", (
            f"{reason} It directs edges by equal noise variances in the units given."
        )
    condition = (
        "Equal noise variances in these units are not refuted by the data. Only if the columns "
        "share a unit and equal noise is plausible"
    )
    if solver.search == "local":
        return "compare", (
            f"{condition} can its directions be read as causes; it finds local optima only, where "
            "topo-bic-ev searches orders."
        )
    return "compare", (
        f"{condition} does the assumption direct all edges; topo-bic-ev searches best. Edges that "
        "topo-bic directs otherwise rest on it."
    )


def _against_equal_variances(audit: "TableAudit") -> str | None:
    """Return why the assumption cannot be relied on, if the table shows it."""
    if audit.units is not None and audit.units.looks_scaled:
        return (
            "Columns were scaled, so that their spreads are no longer those of the units of "
            "measurement."
        )
    if audit.graph is not None and equal_variances_are_refuted(audit.graph):
        ratio = audit.graph.equal_variances.variance_ratio
        return (
            f"In the best graph under equal variances the residual variances differ by a factor "
            f"of {ratio:.3g}, more than chance allows."
        )
    return None


def _non_gaussian(audit: "TableAudit") -> tuple[str, str]:
    if audit.graph is None:
        return "compare", "It needs non-Gaussian noise, which was not tested here."
    d, tested = len(audit.usable), len(audit.graph.residuals)
    found, bent = len(non_gaussian(audit.graph)), len(nonlinear_along_lingam(audit.graph))
    if 2 * tested < d:
        return "does not suit", (
            f"{d - tested} of {counted(d, 'column')} hold few distinct values; it assumes noise "
            "that is a real number, independent of the causes."
        )
    if found == 0:
        return "does not suit", (
            f"None of {counted(tested, 'residual')} differs significantly from a Gaussian, and "
            "with Gaussian noise nothing decides these directions."
        )
    because = (
        f"{found} of {counted(tested, 'residual')} {'is' if found == 1 else 'are'} not Gaussian. "
        "In linear models this directs the edges that topo-bic leaves undetermined, in any units."
    )
    if tested < d:
        because += " Columns with few distinct values have no such noise."
    if found < tested - 1:
        because += " Between variables whose noise is Gaussian nothing decides them."
    if bent:
        because += (
            f" But {counted(bent, 'regression')} along its graph "
            f"{'is' if bent == 1 else 'are'} nonlinear, so linear relations with independent noise "
            "do not describe this table."
        )
    because += " Fit each half of the rows: directions that differ were not decided."
    suits = found >= tested - 1 and tested == d and not bent
    return "suits" if suits else "compare", because


def _curves(audit: "TableAudit") -> tuple[str, str]:
    bent = nonlinear(audit.graph) if audit.graph is not None else []
    if not bent:
        return "compare", (
            "The fitted relations show no nonlinearity, without which it finds what topo-bic finds."
        )
    return "suits", (
        f"{counted(len(bent), 'relation')} to the parents {'is' if len(bent) == 1 else 'are'} "
        "nonlinear: it fits a smooth curve to each parent, and says of every edge whether the "
        "curves decide its direction. It assumes that the effects of several parents add up."
    )


def _networks(solver: "DAGEstimator", audit: "TableAudit") -> tuple[str, str]:
    d = len(audit.usable)
    bent = nonlinear(audit.graph) if audit.graph is not None else []
    if not bent:
        return (
            "does not suit",
            "The fitted relations show no nonlinearity that would call for networks.",
        )
    if solver.most_columns is not None and d > solver.most_columns:
        return "does not suit", f"With {d} columns networks are very slow."
    return "compare", (
        f"{counted(len(bent), 'relation')} to the parents {'is' if len(bent) == 1 else 'are'} "
        "nonlinear: networks learn such functions, and additive noise then directs edges. They "
        "also assume approximately equal noise variances."
    )
