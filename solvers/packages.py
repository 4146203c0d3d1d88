"""Which installed package a registered solver comes from."""

from dataclasses import dataclass
from importlib.metadata import Distribution, entry_points, packages_distributions
from importlib.metadata import distribution as installed

from causal_dag.version import __version__

#: Entry points of other packages: each names a module, or a callable, that registers solvers.
ENTRY_POINT_GROUP = "causal_dag.solvers"


@dataclass(frozen=True)
class Package:
    """An installed package: the name that pip knows, and the version."""

    name: str
    version: str


def package_of(module: str) -> Package | None:
    """Return the installed package that a module belongs to, or None if it belongs to none.

    Parameters
    ----------
    module : str
        Dotted name.

    Examples
    --------
    >>> from causal_dag.solvers.packages import package_of
    >>> package_of("causal_dag.solvers.exact_dag").name, package_of("__main__")
    ('causal-dag', None)
    """
    top = module.partition(".")[0]
    if top == "causal_dag":
        return Package("causal-dag", __version__)
    found = _with_entry_point(module) or _with_files(top)
    return None if found is None else Package(found.name, found.version)


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
