"""Requirements that the parts of a continuous method place on one another.

A method combines a score, a penalty, an acyclicity function and a scheme. A part with a property
that others may need lists it in the class attribute ``offers``; a part that requires a property of
another lists it in ``needs``, keyed by the role of the other part. Most parts need and offer
nothing.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Protocol

from causal_dag.arrays import FloatArray


class Acyclicity(Protocol):
    """An acyclicity function of a non-negative matrix A."""

    def value_and_grad(self, A: FloatArray) -> tuple[float, FloatArray]:
        """Return h(A) and dh/dA, shape (d, d); infinity and 0 where h overflows or is undefined.

        The schemes apply the chain rule for W themselves: ∂h/∂W = 2 W ∘ dh/dA.
        """


class Property(StrEnum):
    """Property that a part may require of another; the value describes it in error messages."""

    #: Of scores.
    SCALED_LEAST_SQUARES = "least squares over noise scales, such as ConcomitantScore"
    #: Of penalties.
    L1_NORM = "a penalty that is an ℓ1 norm, such as L1"
    #: Of acyclicity functions.
    DOMAIN = "an acyclicity function with a domain to stay in, such as LogDeterminant"
    LOG_DETERMINANT = "the acyclicity function LogDeterminant"


def check_parts(**parts: Any) -> None:
    """Raise an error if the parts are incompatible.

    Parameters
    ----------
    **parts : object
        The parts, by role: ``score``, ``penalty``, ``acyclicity`` and ``scheme``.

    Raises
    ------
    ValueError
        If a part lacks a property that another one needs; the message names both parts and the
        property.

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
    for problem in _incompatibilities(parts):
        raise ValueError(problem)


def go_together(**parts: Any) -> bool:
    """Return whether the parts are compatible, that is, whether ``check_parts`` accepts them."""
    return not any(_incompatibilities(parts))


def _incompatibilities(parts: dict[str, Any]) -> Iterator[str]:
    for part in parts.values():
        for kind, needed in getattr(part, "needs", {}).items():
            other = parts.get(kind)
            if needed not in getattr(other, "offers", ()):
                yield f"{_name(part)} needs {needed}, which {_name(other)} is not"


def _name(part: Any) -> str:
    return part.__name__ if isinstance(part, type) else type(part).__name__
