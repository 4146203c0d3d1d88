"""Rules for parameters: what a value must be, and what it is converted to.

A rule is part of a parameter's type: ``Annotated[float, Number(low=0)]``, or one of the types at
the end of this file. What the code behind it sees is a Python float, int, bool or str, however the
user wrote it (``np.float32``, ``Fraction``, ``Decimal``, an array without axes). Errors begin with
the parameter's name and value.
"""

import math
import numbers
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from causal_dag.wording import quoted

# Beyond this, products of a parameter with moments of the data leave the range of float64.
LARGEST_NUMBER = 1e100
LARGEST_INTEGER = 2**63 - 1

# What a conversion raises for values that are not allowed.
REFUSALS = (ValueError, TypeError, ArithmeticError)


class Rule(ABC):
    """What a parameter's value must be."""

    @property
    @abstractmethod
    def demand(self) -> str:
        """What the message of an error says after name and value."""

    @abstractmethod
    def convert(self, value: Any) -> Any:
        """Return the value as the code behind it takes it; ``ValueError`` if it is not allowed."""

    def check(self, name: str, value: Any) -> Any:
        """Return the converted value.

        Raises
        ------
        ValueError
            If the value is not allowed; the message begins with name and value.
        """
        try:
            return self.convert(value)
        except REFUSALS:
            message = f"{name}={quoted(value)} {self.demand}{self.remark(value)}"
            raise ValueError(message) from None

    def remark(self, value: Any) -> str:
        """Return an addition to the message if the demand alone does not explain the refusal."""
        return ""


@dataclass(frozen=True)
class Number(Rule):
    """A finite number within bounds.

    Parameters
    ----------
    low, high : float, optional
        Inclusive bounds.
    strict : bool
        Exclude ``low`` itself.
    integer : bool
        Demand a whole number.
    infinite : bool
        Allow infinity.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.parameters import Number
    >>> Number(low=0).check("lambda1", np.float32(0.5)), Number(integer=True).check("n", 3.0)
    (0.5, 3)
    >>> Number(low=0).check("lambda1", -1)
    Traceback (most recent call last):
    ...
    ValueError: lambda1=-1 must be a number >= 0
    """

    low: float | None = None
    high: float | None = None
    strict: bool = False
    integer: bool = False
    infinite: bool = False

    @property
    def demand(self) -> str:
        """Say kind and bounds."""
        bounds = [] if self.low is None else [f"{'>' if self.strict else '>='} {self.low:g}"]
        bounds += [] if self.high is None else [f"<= {self.high:g}"]
        what = "an integer" if self.integer else "a number"
        return f"must be {what} {' and '.join(bounds)}".rstrip()

    def remark(self, value: Any) -> str:
        """Report a number that is too large for any use, and a share given in percent."""
        try:
            if self.high == 1 and not self.integer and 1 < _plain_number(value) <= 100:
                return f"; {value:g} % is {value / 100:g}"
            is_too_large = not self.infinite and abs(_plain_number(value)) > self._largest
        except (TypeError, ArithmeticError):
            is_too_large = False
        return ", and not as large as this" if is_too_large else ""

    @property
    def _largest(self) -> float:
        return LARGEST_INTEGER if self.integer else LARGEST_NUMBER

    def convert(self, value: Any) -> float | int:
        """Return a float or an int."""
        number = _plain_number(value)
        converted = int(number) if self.integer else float(number)
        in_range = converted == number if self.integer else not math.isnan(converted)
        if not self.infinite:
            in_range = in_range and abs(converted) <= self._largest
        if self.low is not None:
            above = converted > self.low if self.strict else converted >= self.low
            in_range = in_range and above
        if not in_range or (self.high is not None and converted > self.high):
            raise ValueError
        return converted


@dataclass(frozen=True)
class Numbers(Rule):
    """A sequence of numbers, at least one, each of which obeys a rule; becomes a tuple.

    Examples
    --------
    >>> from causal_dag.parameters import Number, Numbers
    >>> Numbers(Number(low=0)).check("mu", [1, 0.5])
    (1.0, 0.5)
    """

    each: Number

    @property
    def demand(self) -> str:
        """Say what each must be."""
        kind = "integer" if self.each.integer else "number"
        bounds = self.each.demand.partition(kind)[2]
        return f"must be a sequence of one or more {kind}s{bounds}"

    def convert(self, value: Any) -> tuple[float | int, ...]:
        """Return a tuple."""
        if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__len__"):
            raise TypeError
        converted = tuple(self.each.convert(number) for number in value)
        if not converted:
            raise ValueError
        return converted


@dataclass(frozen=True)
class Choice(Rule):
    """One of some names.

    Examples
    --------
    >>> from causal_dag.parameters import Choice
    >>> Choice(("equal", "unequal")).check("noise", "equal")
    'equal'
    """

    choices: Collection[str]

    @property
    def demand(self) -> str:
        """List the names."""
        return f"is not known; choose one of {', '.join(map(repr, self.choices))}"

    def convert(self, value: Any) -> str:
        """Return a string."""
        if not (isinstance(value, str) and value in self.choices):
            raise ValueError
        return str(value)


@dataclass(frozen=True)
class Word(Rule):
    """One fixed string.

    Examples
    --------
    >>> from causal_dag.parameters import Either, Number, Word
    >>> Either(Number(low=0), Word("auto")).check("penalty", "large")
    Traceback (most recent call last):
    ...
    ValueError: penalty='large' must be a number >= 0, or 'auto'
    """

    word: str

    @property
    def demand(self) -> str:
        """Quote the word."""
        return f"must be {self.word!r}"

    def convert(self, value: Any) -> str:
        """Return the word."""
        if not (isinstance(value, str) and value == self.word):
            raise ValueError
        return self.word


@dataclass(frozen=True)
class Flag(Rule):
    """True or False; strings such as ``"no"``, which Python takes for true, are refused.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.parameters import Flag
    >>> Flag().check("refit", np.True_)
    True
    """

    demand = "must be True or False"

    def convert(self, value: Any) -> bool:
        """Return a bool."""
        if not isinstance(_without_axes(value), bool):
            raise TypeError
        return bool(value)


@dataclass(frozen=True)
class Function(Rule):
    """Anything that can be called."""

    demand = "must be callable"

    def convert(self, value: Any) -> Any:
        """Return the function itself."""
        if not callable(value):
            raise TypeError
        return value


@dataclass(frozen=True)
class RandomState(Rule):
    """What ``numpy.random.default_rng`` takes: a seed, a seed sequence, a generator or None."""

    demand = "must be an integer >= 0, a numpy.random.Generator, or None for new randomness"

    def convert(self, value: Any) -> Any:
        """Return an int, or the object itself."""
        kept = np.random.Generator | np.random.BitGenerator | np.random.SeedSequence
        if value is None or isinstance(value, kept):
            return value
        number = _plain_number(value)
        if int(number) != number or number < 0:
            raise ValueError
        return int(number)


@dataclass(frozen=True)
class Jobs(Rule):
    """Number of parallel jobs: 1 or more, -1 for one per core (-2 for all but one, and so on).

    None is one job.
    """

    most: int = 1024
    demand = "must be an integer from 1 to 1024, -1 for one job per core, or None"

    def convert(self, value: Any) -> int | None:
        """Return an int or None."""
        if value is None:
            return None
        jobs = Number(low=-self.most, high=self.most, integer=True).convert(value)
        if jobs == 0:
            raise ValueError
        return int(jobs)


@dataclass(frozen=True)
class Matrix(Rule):
    """A square array of numbers >= 0, whose size is checked together with the data."""

    demand = "must be a square array of finite numbers >= 0 (forbid edges by prior_knowledge)"

    def convert(self, value: Any) -> Any:
        """Return an array of float64 of its own."""
        matrix = np.array(value, dtype=np.float64)
        is_square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]
        if not (is_square and np.isfinite(matrix).all() and (matrix >= 0).all()):
            raise ValueError
        return matrix


@dataclass(frozen=True)
class Instance(Rule):
    """An object of a class.

    Parameters
    ----------
    kind : type
        The class.
    hint : str
        What to write instead of anything else.
    """

    kind: type
    hint: str

    @property
    def demand(self) -> str:
        """Name the class, and what to write."""
        return f"is not a {self.kind.__name__}; write {self.hint}"

    def convert(self, value: Any) -> Any:
        """Return the object itself."""
        if not isinstance(value, self.kind):
            raise TypeError
        return value


@dataclass(frozen=True)
class Optional(Rule):
    """None, or what another rule says."""

    rule: Rule

    @property
    def demand(self) -> str:
        """Add None."""
        return f"{self.rule.demand}, or None"

    def remark(self, value: Any) -> str:
        """Return the rule's remark."""
        return self.rule.remark(value)

    def convert(self, value: Any) -> Any:
        """Return None or the converted value."""
        return None if value is None else self.rule.convert(value)


@dataclass(frozen=True)
class Either(Rule):
    """What the first of two rules says, or else the second.

    Examples
    --------
    >>> from causal_dag.parameters import Either, Number, Numbers
    >>> rule = Either(Number(low=1, integer=True), Numbers(Number(low=0)))
    >>> rule.check("lambdas", 20), rule.check("lambdas", [0.1, 1])
    (20, (0.1, 1.0))
    """

    first: Rule
    second: Rule

    @property
    def demand(self) -> str:
        """Join both."""
        return f"{self.first.demand}, or {self.second.demand.removeprefix('must be ')}"

    def remark(self, value: Any) -> str:
        """Return the remark of a rule that has one."""
        return self.first.remark(value) or self.second.remark(value)

    def convert(self, value: Any) -> Any:
        """Return what the first rule makes of the value that takes it."""
        try:
            return self.first.convert(value)
        except REFUSALS:
            return self.second.convert(value)


@dataclass(frozen=True)
class NameOrObject(Rule):
    """One of some names, or an object of a kind.

    Parameters
    ----------
    names : callable
        Returns the names.
    kind : type
        The kind of object; a protocol if any object with certain methods is of it.
    where : str
        Where such objects are, with an example.
    mark_of_other : str
        An attribute by which objects of another kind, that users mix up with this one, are known.
    other : str
        What an error message says of such an object.

    Examples
    --------
    >>> from causal_dag.solvers.order.criteria.criterion import ORDER_CRITERION
    >>> ORDER_CRITERION.check("criterion", "bic")
    'bic'
    """

    names: Callable[[], Collection[str]]
    kind: type
    where: str
    mark_of_other: str
    other: str

    @property
    def demand(self) -> str:
        """List the names, and say where the objects are."""
        names = ", ".join(map(repr, self.names()))
        return f"is not known; choose one of {names}, or an object of {self.where}"

    def convert(self, value: Any) -> Any:
        """Return the name or object itself."""
        is_name = isinstance(value, str)
        is_known = value in self.names() if is_name else isinstance(value, self.kind)
        if not is_known or isinstance(value, type):
            raise ValueError
        return value

    def check(self, name: str, value: Any) -> Any:
        """Return the name or object itself; tell an object of another kind apart."""
        if hasattr(value, self.mark_of_other) and not isinstance(value, self.kind | type):
            raise ValueError(f"{name}={quoted(value)} {self.other}")
        return super().check(name, value)


@dataclass(frozen=True)
class WithData(Rule):
    """Anything: the value can be checked only together with the data, by the code that uses it."""

    demand = ""

    def convert(self, value: Any) -> Any:
        """Return the value itself."""
        return value


# Types of parameters that many classes have: a type checker sees the first part, and
# ``declared_parameters`` the rule.
NonNegative: TypeAlias = Annotated[float, Number(low=0)]
Positive: TypeAlias = Annotated[float, Number(low=0, strict=True)]
PositiveInteger: TypeAlias = Annotated[int, Number(low=1, integer=True)]
Seed: TypeAlias = Annotated[int | np.random.Generator | None, RandomState()]
NumberOfJobs: TypeAlias = Annotated[int | None, Jobs()]
NonNegativeOrAuto: TypeAlias = Annotated[
    float | Literal["auto"], Either(Number(low=0), Word("auto"))
]
PenaltyWeights: TypeAlias = Annotated[ArrayLike | None, Optional(Matrix())]


def _without_axes(value: Any) -> Any:
    """Return the Python object that a numpy scalar or an array without axes holds."""
    is_scalar = isinstance(value, np.generic | np.ndarray) and value.ndim == 0
    return value.item() if is_scalar else value


def _plain_number(value: Any) -> Any:
    """Return a number that can be compared; ``TypeError`` for what is none, or a bool."""
    number = _without_axes(value)
    is_number = isinstance(number, numbers.Real | Decimal)
    if not is_number or isinstance(number, bool):
        raise TypeError
    return number
