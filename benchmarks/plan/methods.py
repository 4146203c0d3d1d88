"""``[[solvers]]``: what is fitted, with the baselines that every suite has."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from causal_dag.benchmarks.peers.catalogue import PEERS
from causal_dag.benchmarks.peers.installation import installed_version
from causal_dag.benchmarks.plan.cell import OURS, Method
from causal_dag.benchmarks.plan.schema import SOLVER
from causal_dag.benchmarks.plan.section import Section, is_plain, joined_lines, shown, unknown
from causal_dag.benchmarks.plan.suite import PlannedMethod
from causal_dag.comparison.comparison import BASELINES
from causal_dag.registry import make_solver, registered_solvers
from causal_dag.version import __version__

#: Parameters of other packages that are not a suite's to choose.
SET_BY_THE_RUNNER = ("seed", "random_state", "n_jobs", "verbose", "show_progress")
#: Parameters of solvers that a suite file cannot express, or that the run sets itself.
NOT_TAKEN = {
    "random_state": "is the seed of the run; leave it out, and list seeds",
    "prior_knowledge": "cannot be written in a suite; leave it out",
    "callback": "cannot be written in a suite; leave it out",
    "verbose": "would be read by nobody; leave it out",
}


def read_solvers(entries: Sequence[Any], file: str) -> list[PlannedMethod]:
    """Return the methods of a suite: those listed, then the baselines that are not.

    Parameters
    ----------
    entries : sequence
        The tables ``[[solvers]]``.
    file : str
        Name of the suite file, for messages.

    Raises
    ------
    ValueError
        If a method or a parameter is unknown, or two methods or labels are the same.
    """
    found: list[PlannedMethod] = []
    for place, values in enumerate(entries, start=1):
        section = Section(f"{file}: [[solvers]] {place}", values, SOLVER)
        planned = _peer_method(section) if "peer" in section else _registered_method(section)
        _refuse_repetition(section, planned.method, [known.method for known in found])
        found.append(planned)
    return found + _missing_baselines(found, file)


def is_peer_method(method: Method) -> bool:
    """Return whether a method belongs to another package and is not a registered solver."""
    entry = registered_solvers().get(method.name)
    package = None if entry is None else entry.package
    is_registered = package is not None and package.name == method.origin
    return method.origin != OURS and not is_registered and method.origin in PEERS


def _registered_method(section: Section) -> PlannedMethod:
    name = section["name"]
    if name not in registered_solvers():
        section.fail(unknown("solver", name, sorted(registered_solvers())))
    package = registered_solvers()[name].package
    if package is None:
        section.fail(
            f"{name} is registered in this process only, but runs take place in others, and are "
            "kept by the version of their solver; install it as a package with an entry point in "
            "the group causal_dag.solvers"
        )
    parameters = _parameters(section)
    column_values = _column_values(section, name, parameters)
    label = section["label"] or name
    method = Method(label, name, parameters, package.name, package.version, name in BASELINES)
    return PlannedMethod(method, section["max_features"], column_values)


def _peer_method(section: Section) -> PlannedMethod:
    peer, name = section["peer"], section["name"]
    if peer not in PEERS:
        section.fail(unknown("peer", peer, sorted(PEERS)))
    methods = PEERS[peer].methods
    if name not in methods:
        section.fail(unknown(f"method of {peer},", name, sorted(methods)))
    given = _parameters(section)
    for key in given:
        if key in SET_BY_THE_RUNNER:
            section.fail(
                f"parameters: {key} cannot be set; it is the seed of the run, one thread, or "
                "silence"
            )
    # Our defaults for another package are part of what determines a run.
    parameters = {**methods[name].parameters, **given}
    label = section["label"] or f"{name} ({peer})"
    method = Method(label, name, parameters, peer, installed_version(PEERS[peer]))
    return PlannedMethod(method, section["max_features"])


def _parameters(section: Section) -> dict[str, Any]:
    """Return the parameters of a solver: values that JSON can hold."""
    for key, value in section["parameters"].items():
        if not is_plain(value):
            name = key if key.isidentifier() else shown(key)
            section.fail(
                f"parameters: {name} = {shown(value)} must be a finite number, a text, true or "
                "false, or a list or table of these"
            )
    return dict(section["parameters"])


def _column_values(section: Section, name: str, parameters: Mapping[str, Any]) -> str:
    """Return what columns a solver with these parameters takes.

    Raises
    ------
    ValueError
        If it has no such parameter, or cannot be built with such a value.
    """
    known = inspect.signature(registered_solvers()[name].estimator_class).parameters
    for key in parameters:
        if key in NOT_TAKEN and key in known:
            section.fail(f"parameters: {key} {NOT_TAKEN[key]}")
        if key not in known:
            free = [other for other in known if other not in NOT_TAKEN]
            section.fail(f"parameters: {unknown(f'parameter of {name},', key, free)}")
    try:
        # Some criteria are looked up only when the estimator is asked.
        column_values: str = make_solver(name, **parameters).column_values
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        section.fail(f"parameters: {joined_lines(str(error))}")
    return column_values


def _refuse_repetition(section: Section, method: Method, known: Sequence[Method]) -> None:
    for place, other in enumerate(known, start=1):
        if method.label == other.label:
            section.fail(
                f"the label {method.label!r} is that of [[solvers]] {place} too; give each a label "
                "of its own"
            )
        if replace(method, label=other.label) == other:
            section.fail(f"this is [[solvers]] {place} under another label; remove one")


def _missing_baselines(found: Sequence[PlannedMethod], file: str) -> list[PlannedMethod]:
    listed = {planned.method.name for planned in found if planned.method.is_baseline}
    labels = {planned.method.label for planned in found}
    missing = [name for name in BASELINES if name not in listed]
    for name in missing:
        if name in labels:
            raise ValueError(
                f"{file}: the label {name!r} is that of a baseline, which every suite has; "
                "choose another label"
            )
    return [
        PlannedMethod(Method(name, name, {}, OURS, __version__, is_baseline=True))
        for name in missing
    ]
