"""``[[solvers]]``: what is fitted, with the baselines that every suite has."""

from collections.abc import Iterable, Sequence
from typing import Any

from causal_dag.benchmarks.plan import peer_methods
from causal_dag.benchmarks.plan.cell import OURS, Method
from causal_dag.benchmarks.plan.section import Section, unknown
from causal_dag.benchmarks.plan.solver_parameters import build, read_parameters
from causal_dag.benchmarks.plan.suite import PlannedMethod
from causal_dag.comparison.compare import BASELINES
from causal_dag.registry import registered_solvers
from causal_dag.version import __version__

#: Parameters of other packages that are not a suite's to choose.
SET_BY_THE_RUNNER = ("seed", "random_state", "n_jobs", "verbose", "show_progress")
SOLVER_KEYS = ("name", "label", "peer", "parameters", "max_features")
LARGEST_MAX_FEATURES = 1_000_000


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
        section = Section(f"{file}: [[solvers]] {place}", values, SOLVER_KEYS)
        planned = _peer_method(section) if "peer" in section else _own_method(section)
        _refuse_repetition(section, planned.method, [known.method for known in found])
        found.append(planned)
    return found + _missing_baselines(found, file)


def column_values_wanted(planned: PlannedMethod) -> str:
    """Return what the columns have to hold, in words."""
    return {"binary": "0 and 1", "count": "counts", "real": "numbers"}[planned.column_values]


def _own_method(section: Section) -> PlannedMethod:
    name = section.text("name")
    if name not in registered_solvers():
        raise ValueError(
            f"{section.place}: {unknown('solver', name, sorted(registered_solvers()))}"
        )
    package = registered_solvers()[name].package
    if package is None:
        raise ValueError(
            f"{section.place}: {name} is registered in this process only, but runs take place in "
            "others, and are kept by the version of their solver; install it as a package with an "
            "entry point in the group causal_dag.solvers"
        )
    parameters = read_parameters(section)
    column_values = _column_values(section, build(section, name, parameters))
    label, is_baseline = section.text("label", name), name in BASELINES
    method = Method(label, name, parameters, package.name, package.version, is_baseline)
    return PlannedMethod(method, _max_features(section), column_values)


def _peer_method(section: Section) -> PlannedMethod:
    peer, name = section.text("peer"), section.text("name")
    peers = peer_methods.peers()
    if peer not in peers:
        raise ValueError(f"{section.place}: {unknown('peer', peer, sorted(peers))}")
    methods = peers[peer].methods
    if name not in methods:
        raise ValueError(f"{section.place}: {unknown(f'method of {peer},', name, sorted(methods))}")
    label = section.text("label", f"{name} ({peer})")
    given = read_parameters(section)
    _refuse_what_the_runner_sets(section, given)
    # Our defaults for another package are part of what determines a run.
    parameters = {**methods[name].parameters, **given}
    method = Method(label, name, parameters, peer, peer_methods.peer_version(peer))
    return PlannedMethod(method, _max_features(section))


def _refuse_what_the_runner_sets(section: Section, parameters: Iterable[str]) -> None:
    for key in parameters:
        if key in SET_BY_THE_RUNNER:
            raise ValueError(
                f"{section.place}: parameters: {key} cannot be set; it is the seed of the run, one "
                "thread, or silence"
            )


def _column_values(section: Section, estimator: Any) -> str:
    """Return what columns the estimator takes; some criteria are looked up only here."""
    try:
        column_values: str = estimator.column_values
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{section.place}: parameters: {reason}") from error
    return column_values


def _max_features(section: Section) -> int | None:
    if "max_features" not in section:
        return None
    return section.whole_number("max_features", 2, LARGEST_MAX_FEATURES)


def _refuse_repetition(section: Section, method: Method, known: Sequence[Method]) -> None:
    for place, other in enumerate(known, start=1):
        if method.label == other.label:
            raise ValueError(
                f"{section.place}: the label {method.label!r} is that of [[solvers]] {place} too; "
                "give each a label of its own"
            )
        if _identity(method) == _identity(other):
            raise ValueError(
                f"{section.place}: this is [[solvers]] {place} under another label; remove one"
            )


def _identity(method: Method) -> tuple[object, ...]:
    return method.origin, method.name, method.parameters


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
