"""The one table of solvers: a registry name is a class plus preset parameters.

Every module of this folder is imported once and registers its own names, so that a new solver
is one new file. Installed packages add theirs through the entry-point group ``causal_dag.solvers``
(each entry is a module or a callable that calls ``register_solver``); one that cannot be loaded is
left out with a warning.
"""

import functools
import importlib
import inspect
import pkgutil
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import causal_dag.solvers
from causal_dag.estimator import DAGEstimator
from causal_dag.solvers.packages import ENTRY_POINT_GROUP, Package, package_of
from causal_dag.wording import did_you_mean, quoted


@dataclass(frozen=True)
class RegisteredSolver:
    """A registry entry.

    Parameters
    ----------
    estimator_class : type
        Subclass of ``DAGEstimator``.
    preset : mapping
        The parameters preset for this name.
    module : str
        Where it was registered.
    """

    estimator_class: type[DAGEstimator]
    preset: Mapping[str, Any]
    module: str = field(compare=False)

    @property
    def package(self) -> Package | None:
        """The installed package that registered it; None if it is of this process only."""
        return package_of(self.module)


_REGISTRY: dict[str, RegisteredSolver] = {}


def register_solver(name: str, cls: type[DAGEstimator], **preset: Any) -> None:
    """Make a solver available under a name.

    Parameters
    ----------
    name : str
        Registry name, for example ``"colide-ev"``.
    cls : type
        Subclass of ``DAGEstimator``.
    **preset
        Constructor parameters that this name stands for.

    Raises
    ------
    ValueError
        If the name is taken by another class or other parameters, or a preset parameter is unknown.
    TypeError
        If ``cls`` is not a subclass of ``DAGEstimator``.

    Examples
    --------
    >>> from causal_dag import EmptyDAG
    >>> from causal_dag.solvers import available_solvers, register_solver
    >>> register_solver("empty", EmptyDAG)  # the same entry twice is no conflict
    >>> "empty" in available_solvers()
    True
    """
    if not (inspect.isclass(cls) and issubclass(cls, DAGEstimator)):
        raise TypeError(
            f"register_solver({quoted(name)}): {quoted(cls)} is not a subclass of DAGEstimator"
        )
    _check_parameters(name, cls, preset)
    module = sys._getframe(1).f_globals.get("__name__", "__main__")
    entry = RegisteredSolver(cls, preset, module)
    if _REGISTRY.setdefault(name, entry) != entry:
        taken = _REGISTRY[name].estimator_class.__name__
        raise ValueError(f"solver name {name!r} is taken by {taken}; choose another name")


def available_solvers() -> list[str]:
    """Return the registered names, sorted.

    Examples
    --------
    >>> from causal_dag.solvers import available_solvers
    >>> "notears" in available_solvers()
    True
    """
    return sorted(registered_solvers())


def compared_solvers() -> list[str]:
    """Return the names that a comparison of all solvers takes, sorted.

    Examples
    --------
    >>> from causal_dag.solvers.registry import compared_solvers
    >>> "notears" in compared_solvers()
    True
    """
    solvers = registered_solvers()
    return sorted(name for name in solvers if solvers[name].estimator_class.is_compared)


def make_solver(name: str, /, **params: Any) -> DAGEstimator:
    """Build an unfitted estimator from a registry name.

    Parameters
    ----------
    name : str
        One of ``available_solvers()``.
    **params
        Constructor parameters; they override the preset ones.

    Raises
    ------
    ValueError
        If the name or a parameter is unknown; the message lists what is known.

    Examples
    --------
    >>> from causal_dag.solvers import make_solver
    >>> make_solver("colide-ev", lambda1=0.1)
    CoLiDE(lambda1=0.1)
    """
    solvers = registered_solvers()
    if name not in solvers:
        known = sorted(solvers)
        raise ValueError(
            f"unknown solver {quoted(name)}; {did_you_mean(str(name), known)}available: "
            f"{', '.join(known)}"
        )
    entry = solvers[name]
    _check_parameters(name, entry.estimator_class, params)
    return entry.estimator_class(**{**entry.preset, **params})


def make_seeded_solver(name: str, random_state: int | None, /, **params: Any) -> DAGEstimator:
    """Build an unfitted estimator that gets a random state, where it takes one.

    Parameters
    ----------
    name : str
        One of ``available_solvers()``.
    random_state : int or None
        For solvers that leave something to chance, unless ``params`` have one.
    **params
        As in ``make_solver``.

    Examples
    --------
    >>> from causal_dag.solvers.registry import make_seeded_solver
    >>> make_seeded_solver("random", 7), make_seeded_solver("empty", 7)
    (RandomDAG(random_state=7), EmptyDAG())
    """
    estimator = make_solver(name, **params)
    if "random_state" in estimator.get_params(deep=False) and "random_state" not in params:
        estimator.set_params(random_state=random_state)
    return estimator


def registered_solvers() -> Mapping[str, RegisteredSolver]:
    """Return the whole table, after every solver module has been imported."""
    _discover()
    return dict(_REGISTRY)


def solver_classes() -> dict[str, type[DAGEstimator]]:
    """Return the registered classes by class name."""
    return {
        entry.estimator_class.__name__: entry.estimator_class
        for entry in registered_solvers().values()
    }


@functools.cache
def _discover() -> None:
    for module in pkgutil.iter_modules(causal_dag.solvers.__path__):
        if not module.ispkg and module.name != "registry":
            importlib.import_module(f"causal_dag.solvers.{module.name}")
    for entry_point in entry_points(group=ENTRY_POINT_GROUP):
        _load(entry_point)


def _load(entry_point: EntryPoint) -> None:
    """Let a package register its solvers, or warn that it is broken and go on without it."""
    try:
        loaded = entry_point.load()
        if callable(loaded):
            loaded()
    except (Exception, SystemExit) as error:
        package = entry_point.dist.name if entry_point.dist else "an unknown package"
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        warnings.warn(
            f"solvers of {package} are left out, because its entry point {entry_point.name!r} "
            f"({entry_point.value}) cannot be loaded: {reason}; upgrade or remove {package}",
            UserWarning,
            stacklevel=4,
        )


def _check_parameters(name: str, cls: type[DAGEstimator], params: Mapping[str, Any]) -> None:
    known = list(inspect.signature(cls).parameters)
    unknown = [key for key in params if key not in known]
    if unknown:
        raise ValueError(
            f"solver {name!r} has no parameter {unknown[0]!r}; it takes: {', '.join(known)}"
        )
