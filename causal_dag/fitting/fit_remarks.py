"""What there is to say of a fitted graph, in sentences that summaries and the command print."""

from collections import Counter
from typing import Any

from causal_dag.fitting.presentation import one_line
from causal_dag.identification import ASSUMPTIONS_IN_WORDS
from causal_dag.wording import counted, escaped, listed

_DECIDERS = {
    "data": "by the data",
    "targets": "by interventions",
    "knowledge": "by {known_by}",
    "assumption": "by the assumption of {assumption}",
    "open": "open",
}


def verdict(model: Any, known_by: str = "prior knowledge") -> str:
    """Return the number of edges, and of those of each kind of evidence for their directions.

    Parameters
    ----------
    model : fitted estimator
        Any ``FittedDAG``.
    known_by : str
        What directs edges that are known beforehand.

    Examples
    --------
    >>> from causal_dag import EqVar
    >>> from causal_dag.fitting.fit_remarks import verdict
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 5, edges_per_node=1, random_state=2)
    >>> verdict(EqVar().fit(X))
    '3 edges; directions: 3 by the assumption of equal noise variances'
    """
    decided_by = Counter(model.edges_["decided_by"])
    names = {"known_by": known_by, "assumption": _assumption(model)}
    parts = [
        f"{decided_by[key]} {words.format_map(names)}"
        for key, words in _DECIDERS.items()
        if decided_by[key]
    ]
    directions = f"; directions: {', '.join(parts)}" if parts else ""
    return f"{counted(decided_by.total(), 'edge')}{directions}"


def remarks(model: Any) -> list[str]:
    """Return what explains the table of edges of a fitted model, and how its fit went.

    Parameters
    ----------
    model : fitted estimator
        Any ``FittedDAG``.
    """
    missing = getattr(model, "missing_cells_", None)
    chosen = getattr(model, "best_estimator_", None)
    return [
        *_legend(model),
        *_without_edges(model),
        *([missing.sentence] if missing and missing.n_cells else []),
        *([f"chosen: {one_line(chosen)}"] if chosen else []),
        f"status: {model.status_} ({counted(model.n_iter_, 'iteration')}); "
        f"objective {model.objective_:.6g}",
        f"projection: {_projection(model)}",
        *_optimality_gap(model),
        *_kinds(model),
    ]


def _assumption(model: Any) -> str:
    own = model._own_assumption
    return ASSUMPTIONS_IN_WORDS[own] if own else "the solver"


def _legend(model: Any) -> list[str]:
    decided_by = set(model.edges_["decided_by"])
    explained = {
        "open": "— the direction of this edge is undetermined: its weight assumes an effect from "
        "left to right, one of the two possibilities",
        "assumption": "assumption: the data alone leave this direction open; the assumption of "
        f"{_assumption(model)} decides it",
        "targets": "targets: the rows with interventions decide this direction",
    }
    return [sentence for key, sentence in explained.items() if key in decided_by]


def _without_edges(model: Any) -> list[str]:
    has_edge = (model.adjacency_.sum(axis=0) + model.adjacency_.sum(axis=1)) > 0
    lonely = [label for label, known in zip(model._labels, has_edge, strict=True) if not known]
    return [f"without edges: {listed(lonely, escaped)}"] if lonely else []


def _projection(model: Any) -> str:
    projection, labels = model.projection_, [escaped(label) for label in model._labels]
    small = "no weight below the threshold"
    if projection.n_below_threshold:
        weights = counted(projection.n_below_threshold, "weight")
        small = f"{weights} at or below {model.weight_threshold_:g} set to 0"
    if not projection.cut_edges:
        return f"{small}; no cycle to cut"
    cut = ", ".join(f"{labels[i]} -> {labels[j]} ({w:.3g})" for i, j, w in projection.cut_edges)
    kept = f"{100 * projection.retained_weight:.1f} % of the weight kept"
    return f"{small}; cut to reach a DAG: {cut}; {kept}"


def _optimality_gap(model: Any) -> list[str]:
    if not hasattr(model, "gap_"):
        return []
    return [
        f"optimality gap: the objective is {model.objective_:.6g}; that of the best DAG is at most "
        f"{model.gap_:.4g} lower"
    ]


def _kinds(model: Any) -> list[str]:
    if not hasattr(model, "column_kinds_"):
        return []
    described = "; ".join(model.column_kinds_.description())
    kinds = f"columns (the parameter kinds overrides this): {described}"
    if model.column_values == "mixed":
        criterion = getattr(model, "best_estimator_", model).resolved_criterion()
        are_cuts = getattr(criterion, "ordered", "codes") == "cuts"
        scored = "cuts of a latent Gaussian" if are_cuts else "numbers 0, 1, 2, …"
        kinds += (
            f". Ordered levels are scored as {scored}, unordered ones as a column of 0 and 1 "
            "for each level except the first"
        )
    return [kinds]
