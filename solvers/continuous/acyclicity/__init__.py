"""Acyclicity functions h: zero if and only if the weights form an acyclic graph, else positive.

Each module of this folder defines one function of A = W∘W, or of any other non-negative matrix
whose entry A_ij is 0 if and only if there is no edge i → j, and registers it under the name that
solvers accept. To add a function, add a file to this folder; it is discovered automatically.
"""

from collections.abc import Callable
from typing import TypeVar

from causal_dag.discovery import check_registration, import_modules
from causal_dag.solvers.continuous.parts import Acyclicity

#: Names of the functions of this folder, for type checkers.
Function = TypeVar("Function", bound=type[Acyclicity])

_FUNCTIONS: dict[str, type[Acyclicity]] = {}


def register_acyclicity(name: str) -> Callable[[Function], Function]:
    """Register the decorated class as an acyclicity function under a name.

    Parameters
    ----------
    name : str
        Name by which users select it, as in ``NOTEARS(acyclicity="polynomial")``.

    Raises
    ------
    ValueError
        If the name is taken by another class, or is not printable.

    Examples
    --------
    >>> from causal_dag.solvers.continuous.acyclicity import acyclicity_functions
    >>> "polynomial" in acyclicity_functions()
    True
    """
    check_registration("acyclicity", name, __name__)

    def register(function: Function) -> Function:
        taken = _FUNCTIONS.setdefault(name, function)
        if taken is not function:
            raise ValueError(
                f"acyclicity name {name!r} is taken by {taken.__name__}; choose another name"
            )
        return function

    return register


def acyclicity_functions() -> dict[str, Callable[[], Acyclicity]]:
    """Return the registered acyclicity functions by name."""
    import_modules(__name__)
    return dict(_FUNCTIONS)
