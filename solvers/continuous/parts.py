"""What the parts of a continuous method ask of one another.

A method is a score, a penalty, an acyclicity function and a scheme. A part that has a property
others may need lists it in a class attribute ``offers``; a part that cannot do without a property
of another lists it in ``needs``, by the kind of the other part. Most parts need and offer nothing.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Protocol

from causal_dag.arrays import FloatArray


class Acyclicity(Protocol):
    """An acyclicity function of a non-negative matrix A."""

    def value_and_grad(self, A: FloatArray) -> tuple[float, FloatArray]:
        """Return h(A) and dh/dA, shape (d, d); infinity and 0 where h overflows or is undefined.

        The schemes take the gradient on to W themselves: ∂h/∂W = 2 W ∘ dh/dA.
        """


class Property(StrEnum):
    """What a part may need of another; the value is what the error message calls it."""

    #: Of scores.
    SCALED_LEAST_SQUARES = "least squares over noise scales, such as ConcomitantScore"
    #: Of penalties.
    L1_NORM = "a penalty that is an ℓ1 norm, such as L1"
    #: Of acyclicity functions.
    DOMAIN = "an acyclicity function with a domain to stay in, such as LogDeterminant"
    LOG_DETERMINANT = "the acyclicity function LogDeterminant"


def check_parts(**parts: Any) -> None:
    """Refuse parts that do not go together.

    Parameters
    ----------
    **parts : object
        The parts, by kind: ``score``, ``penalty``, ``acyclicity`` and ``scheme``.

    Raises
    ------
    ValueError
        If a part lacks what another one needs; the message names both and what is missing.

    Examples
    --------
    >>> from causal_dag.solvers.continuous.acyclicity.exponential import TraceExponential
    >>> from causal_dag.solvers.continuous.central_path import CentralPath
    >>> from causal_dag.solvers.continuous.parts import check_parts
    >>> check_parts(scheme=CentralPath(mu=(1.0,), s=(1.0,)), acyclicity=TraceExponential())
    Traceback (most recent call last):
    ValueError: CentralPath needs an acyclicity function with a domain to stay in, such as \
LogDeterminant, which TraceExponential is not
    """
    for complaint in _complaints(parts):
        raise ValueError(complaint)


def go_together(**parts: Any) -> bool:
    """Return whether ``check_parts`` finds nothing to refuse."""
    return not any(_complaints(parts))


def _complaints(parts: dict[str, Any]) -> Iterator[str]:
    for part in parts.values():
        for kind, needed in getattr(part, "needs", {}).items():
            other = parts.get(kind)
            if needed not in getattr(other, "offers", ()):
                yield f"{_name(part)} needs {needed}, which {_name(other)} is not"


def _name(part: Any) -> str:
    return part.__name__ if isinstance(part, type) else type(part).__name__
