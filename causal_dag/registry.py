"""The one table of solvers: a registry name is a class plus preset parameters.

Every module of ``causal_dag.solvers`` registers its own names when the table is first read, so that
a new solver is one new file. Installed packages add theirs through the entry-point group
``causal_dag.solvers`` (each entry is a module, or a callable that calls ``register_solver``); one
that cannot be loaded is left out with a warning.

The table stands below the estimator, which asks it for the solver that ``polish`` names.
"""

import functools
import inspect
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import Distribution, EntryPoint, entry_points, packages_distributions
from importlib.metadata import distribution as installed
from typing import TYPE_CHECKING, Any

from causal_dag.column_values import TAKEN_BY, column_values_of
from causal_dag.discovery import check_registration, import_modules
from causal_dag.moments import Moments
from causal_dag.tables.rows import finite_rows
from causal_dag.version import __version__
from causal_dag.wording import did_you_mean, quoted

if TYPE_CHECKING:
    from causal_dag.estimator import DAGEstimator

#: Entry points of other packages: each names a module, or a callable, that registers solvers.
ENTRY_POINT_GROUP = "causal_dag.solvers"


@dataclass(frozen=True)
class Package:
    """An installed package: the name that pip knows, and the version."""

    name: str
    version: str


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

    estimator_class: "type[DAGEstimator]"
    preset: Mapping[str, Any]
    module: str = field(compare=False)

    @property
    def package(self) -> Package | None:
        """The installed package that registered it; None if it is of this process only."""
        return package_of(self.module)


_REGISTRY: dict[str, RegisteredSolver] = {}


def register_solver(name: str, cls: "type[DAGEstimator]", **preset: Any) -> None:
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
        If the name is taken by another class or other parameters, or is not printable, or begins
        or ends with a blank, or a preset parameter is unknown.
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
    check_registration("solver", name, "causal_dag.solvers")
    if not (inspect.isclass(cls) and hasattr(cls, "checked_copy") and hasattr(cls, "solve")):
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
    >>> from causal_dag.registry import compared_solvers
    >>> "notears" in compared_solvers()
    True
    """
    solvers = registered_solvers()
    return sorted(name for name in solvers if solvers[name].estimator_class.is_compared)


def make_solver(name: str, /, **params: Any) -> "DAGEstimator":
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
    if not isinstance(name, str) or name not in solvers:
        known = sorted(solvers)
        raise ValueError(
            f"unknown solver {quoted(name)}; {did_you_mean(str(name), known)}available: "
            f"{', '.join(known)}"
        )
    entry = solvers[name]
    _check_parameters(name, entry.estimator_class, params)
    return entry.estimator_class(**{**entry.preset, **params})


def make_seeded_solver(name: str, random_state: int | None, /, **params: Any) -> "DAGEstimator":
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
    >>> from causal_dag.registry import make_seeded_solver
    >>> make_seeded_solver("random", 7), make_seeded_solver("empty", 7)
    (RandomDAG(random_state=7), EmptyDAG())
    """
    estimator = make_solver(name, **params)
    if "random_state" in estimator.get_params(deep=False) and "random_state" not in params:
        estimator.set_params(random_state=random_state)
    return estimator


def solvers_for(X: Any) -> list[str]:
    """Return the names of the solvers to compare on a table, sorted: those that can take it.

    Estimators that fit a whole path to choose λ are left out; name them to compare them.

    Parameters
    ----------
    X : array-like or data frame of shape (n, d), or Moments
        The data; of moments, solvers that need rows are left out.

    Raises
    ------
    ValueError
        If the data cannot be used at all.

    Examples
    --------
    >>> from causal_dag.registry import solvers_for
    >>> names = solvers_for([[0.5, 1.5], [2.5, 1.5]])
    >>> "topo-bic" in names, "topo-logistic" in names
    (True, False)
    """
    is_moments = isinstance(X, Moments)
    takers = TAKEN_BY["real" if is_moments else column_values_of(finite_rows(X))]
    solvers = {name: make_solver(name) for name in compared_solvers()}
    return [
        name
        for name, solver in solvers.items()
        if solver.column_values in takers and not (is_moments and solver.needs_rows)
    ]


def registered_solvers() -> Mapping[str, RegisteredSolver]:
    """Return the whole table, after every solver module has been imported."""
    _discover()
    return dict(_REGISTRY)


def solver_classes() -> "dict[str, type[DAGEstimator]]":
    """Return the registered classes by class name."""
    return {
        entry.estimator_class.__name__: entry.estimator_class
        for entry in registered_solvers().values()
    }


def package_of(module: str) -> Package | None:
    """Return the installed package that a module belongs to, or None if it belongs to none.

    Parameters
    ----------
    module : str
        Dotted name.

    Examples
    --------
    >>> from causal_dag.registry import package_of
    >>> package_of("causal_dag.solvers.exact_dag").name, package_of("__main__")
    ('causal-dag', None)
    """
    top = module.partition(".")[0]
    if top == "causal_dag":
        return Package("causal-dag", __version__)
    found = _with_entry_point(module) or _with_files(top)
    return None if found is None else Package(found.name, found.version)


@functools.cache
def _discover() -> None:
    import_modules("causal_dag.solvers")
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


def _check_parameters(name: str, cls: "type[DAGEstimator]", params: Mapping[str, Any]) -> None:
    known = list(inspect.signature(cls).parameters)
    unknown = [key for key in params if key not in known]
    if unknown:
        raise ValueError(
            f"solver {name!r} has no parameter {unknown[0]!r}; "
            f"{did_you_mean(unknown[0], known)}it takes: {', '.join(known)}"
        )


def _with_entry_point(module: str) -> Distribution | None:
    """Return the package that has an entry point for our solvers nearest to the module."""
    near = [
        (_common_parts(module, entry_point.module), entry_point.dist)
        for entry_point in entry_points(group=ENTRY_POINT_GROUP)
        if entry_point.dist is not None
    ]
    best, distribution = max(near, key=lambda pair: pair[0], default=(0, None))
    return distribution if best else None


def _with_files(top: str) -> Distribution | None:
    names = packages_distributions().get(top)
    return installed(names[0]) if names else None


def _common_parts(one: str, other: str) -> int:
    """Return how many parts two dotted names have in common, from the left."""
    parts = list(zip(one.split("."), other.split("."), strict=False))
    return next((i for i, (a, b) in enumerate(parts) if a != b), len(parts))
