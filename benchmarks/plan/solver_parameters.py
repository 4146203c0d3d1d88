"""``parameters`` of ``[[solvers]]``: values that JSON can hold, and that the solver has."""

import inspect
import math
from collections.abc import Mapping
from typing import Any

from causal_dag.benchmarks.plan.section import Section, is_whole, shown, unknown
from causal_dag.estimator import DAGEstimator
from causal_dag.registry import registered_solvers
from causal_dag.solvers import make_solver

# What a page of TOML cannot say, or a run says itself.
NOT_TAKEN = {
    "random_state": "is the seed of the run; leave it out, and list seeds",
    "prior_knowledge": "cannot be written in a suite; leave it out",
    "callback": "cannot be written in a suite; leave it out",
    "verbose": "would be read by nobody; leave it out",
}

_DEEPEST = 4
_LARGEST_WHOLE = 2**63


def read_parameters(section: Section) -> dict[str, Any]:
    """Return the ``parameters`` of a solver, after a look at every value."""
    values = section.values.get("parameters", {})
    if not isinstance(values, Mapping):
        section.refuse("parameters", "must be a table, such as { lambda1 = 0.1 }")
    for key, value in values.items():
        if not _is_plain(value, _DEEPEST):
            raise ValueError(
                f"{section.place}: parameters: {shown_key(key)} = {shown(value)} must be a finite "
                "number, a text, true or false, or a list or table of these"
            )
    return dict(values)


def build(section: Section, name: str, parameters: Mapping[str, Any]) -> DAGEstimator:
    """Return the estimator that a solver of ours stands for.

    Raises
    ------
    ValueError
        If it has no such parameter, or cannot be built with such a value.
    """
    known = inspect.signature(registered_solvers()[name].estimator_class).parameters
    free = [key for key in known if key not in NOT_TAKEN]
    for key in parameters:
        if key in NOT_TAKEN and key in known:
            raise ValueError(f"{section.place}: parameters: {key} {NOT_TAKEN[key]}")
        if key not in known:
            raise ValueError(
                f"{section.place}: parameters: {unknown(f'parameter of {name},', key, free)}"
            )
    try:
        return make_solver(name, **parameters)
    except (TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{section.place}: {name} cannot be built: {reason}") from error


def shown_key(key: str) -> str:
    """Return a key for a message: as it is, or quoted if it is odd."""
    return key if key.isidentifier() else shown(key)


def _is_plain(value: Any, depth: int) -> bool:
    if isinstance(value, bool | str):
        return True
    if is_whole(value):
        return -_LARGEST_WHOLE <= int(value) < _LARGEST_WHOLE
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, list):
        return depth > 0 and all(_is_plain(entry, depth - 1) for entry in value)
    if isinstance(value, Mapping):
        return depth > 0 and all(_is_plain(entry, depth - 1) for entry in value.values())
    return False
