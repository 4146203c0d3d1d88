"""Finding what registers itself: every module of a folder is imported once.

Solvers, criteria, acyclicity functions, metrics, graph formats and peers are each one file in a
folder of their kind, so that adding one needs no second list.
"""

import functools
import importlib
import pkgutil


@functools.cache
def import_modules(package: str) -> tuple[str, ...]:
    """Import the modules that stand directly in a package, and return their names.

    Parameters
    ----------
    package : str
        Full name of the package, for example ``"causal_dag.solvers"``.

    Returns
    -------
    tuple of str
        Names of the modules without the package, sorted.

    Examples
    --------
    >>> from causal_dag.discovery import import_modules
    >>> "structural" in import_modules("causal_dag.metrics")
    True
    """
    path = importlib.import_module(package).__path__
    names = sorted(module.name for module in pkgutil.iter_modules(path) if not module.ispkg)
    for name in names:
        importlib.import_module(f"{package}.{name}")
    return tuple(names)
