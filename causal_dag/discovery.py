"""Finding what registers itself: every module of a folder is imported once.

Solvers, criteria, acyclicity functions, metrics, graph formats and peers are each one file in a
folder of their kind, so that adding one needs no second list.
"""

import functools
import importlib
import pkgutil
import sys

from causal_dag.wording import quoted


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


def check_registration(kind: str, name: object, package: str) -> None:
    """Refuse a name that could not be shown; a ``register_`` function calls this first.

    If another package registers something, all that stands in ours is registered before: a name of
    ours is then refused where it is given, and not where ours is imported.

    Parameters
    ----------
    kind : str
        What is registered, for example ``"solver"``.
    name : object
        What was given as its name.
    package : str
        Where ours stand, as in ``import_modules``.

    Raises
    ------
    ValueError
        If the name is not a string of printable characters, or begins or ends with a blank.

    Examples
    --------
    >>> from causal_dag.discovery import check_registration
    >>> check_registration("solver", "", "causal_dag.solvers")
    Traceback (most recent call last):
    ...
    ValueError: solver name '' is not a string of printable characters; choose another name
    """
    if not (isinstance(name, str) and name and name.isprintable()):
        raise ValueError(
            f"{kind} name {quoted(name)} is not a string of printable characters; "
            "choose another name"
        )
    if name != name.strip():
        raise ValueError(
            f"{kind} name {quoted(name)} begins or ends with a blank; choose another name"
        )
    registering = str(sys._getframe(2).f_globals.get("__name__"))
    if registering.partition(".")[0] != "causal_dag":
        import_modules(package)
