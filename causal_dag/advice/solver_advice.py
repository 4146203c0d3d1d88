"""What is said of a solver, with the estimator it means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from causal_dag.estimator import DAGEstimator

#: From what to run first to what to leave alone.
VERDICTS = ("start with", "suits", "compare", "does not suit")


@dataclass(frozen=True)
class SolverAdvice:
    """One solver, or several of which the same holds.

    Parameters
    ----------
    solvers : tuple of str
        Registry names.
    verdict : {"start with", "suits", "compare", "does not suit"}
        ``"compare"``: its answer says something beside that of another, not by itself.
    because : str
        The reason, from what the table shows.
    parameters : mapping
        Parameters that are not left at their defaults.
    scale : {"any", "raw", "standardized"}
        The scale of the columns to give it; ``"any"``, where its answer does not depend on units.

    Examples
    --------
    >>> from causal_dag.advice.solver_advice import SolverAdvice
    >>> SolverAdvice(("topo-bic",), "start with", "no units", {"penalty": 1.0}).estimator()
    TOPO(penalty=1.0)
    """

    solvers: tuple[str, ...]
    verdict: str
    because: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    scale: str = "any"

    def estimator(self) -> "DAGEstimator":
        """Return the first of the solvers, with the parameters, unfitted."""
        from causal_dag.solvers import make_solver

        return make_solver(self.solvers[0], **self.parameters)
