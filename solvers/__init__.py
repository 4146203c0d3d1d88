"""Solvers, one file per method; the files in this folder are discovered automatically.

``available_solvers`` lists the registered names, ``compared_solvers`` those that a comparison of
all solvers includes, ``make_solver`` builds an unfitted estimator from a name, and
``register_solver`` adds a name (a class and preset parameters).
"""

if __name__ != "causal_dag.solvers":
    raise ImportError(f"import this package as causal_dag.solvers, not as {__name__!r}")

from causal_dag.registry import (
    available_solvers,
    compared_solvers,
    make_solver,
    register_solver,
    registered_solvers,
    solver_classes,
)

__all__ = [
    "available_solvers",
    "compared_solvers",
    "make_solver",
    "register_solver",
    "registered_solvers",
    "solver_classes",
]
