"""Acyclicity functions h: zero exactly where the weights form an acyclic graph, else positive.

Each module of this folder holds one function of A = W∘W, or of any other non-negative matrix whose
entry A_ij is 0 exactly where there is no edge i → j, and registers it under the name by which
solvers take it. A new function is a new file here; it is found by being here.
"""

from collections.abc import Callable
from typing import TypeVar

from causal_dag.discovery import check_registration, import_modules
from causal_dag.solvers.continuous.parts import Acyclicity

#: Names of the functions of this folder, for type checkers.
Function = TypeVar("Function", bound=type[Acyclicity])

_FUNCTIONS: dict[str, type[Acyclicity]] = {}


def register_acyclicity(name: str) -> Callable[[Function], Function]:
    """Make the decorated class an acyclicity function that solvers take under a name.

    Parameters
    ----------
    name : str
        What users write, as in ``NOTEARS(acyclicity="polynomial")``.

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
    """Return the functions that solvers can be given, by name."""
    import_modules(__name__)
    return dict(_FUNCTIONS)
