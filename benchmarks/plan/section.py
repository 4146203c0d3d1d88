"""One table of a suite file, read key by key; every error says where it is and what is wanted."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from causal_dag.wording import did_you_mean

LONGEST_LABEL = 80
LONGEST_LIST = 1000
_LONGEST_SHOWN = 60

Name = TypeVar("Name", bound=str)


class Section:
    """A table of a suite file.

    Parameters
    ----------
    place : str
        Where it stands, for example ``"mine.toml: [[data]] 2"``; errors begin with it.
    values : object
        What TOML holds there; ``ValueError`` unless it is a table.
    known : collection of str
        The keys it may have; any other is a ``ValueError`` that names the nearest one.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.section import Section
    >>> section = Section("mine.toml: [[data]] 2", {"n_samples": "many"}, ["n_samples"])
    >>> section.whole_numbers("n_samples", 2, 1000)
    Traceback (most recent call last):
    ...
    ValueError: mine.toml: [[data]] 2: n_samples = 'many' must be a whole number from 2 to 1000, \
or a list of them
    """

    def __init__(self, place: str, values: Any, known: Collection[str]) -> None:
        if not isinstance(values, Mapping):
            raise ValueError(f"{place} = {shown(values)} must be a table")
        self.place = place
        self.values = values
        for key in values:
            if key not in known:
                raise ValueError(f"{place}: {unknown('key', key, known)}")

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def refuse(self, key: str, wanted: str) -> NoReturn:
        """Raise the ``ValueError`` that says what ``key`` is and what is wanted of it."""
        if key not in self.values:
            raise ValueError(f"{self.place}: {key} is missing; it {wanted}")
        raise ValueError(f"{self.place}: {key} = {shown(self.values[key])} {wanted}")

    def text(self, key: str, default: str | None = None, longest: int = LONGEST_LABEL) -> str:
        """Return a text that fits into one line."""
        value = self.values.get(key, default)
        if not is_line(value, longest):
            self.refuse(key, f"must be a text of one line, of 1 to {longest} characters")
        return str(value)

    def flag(self, key: str) -> bool:
        """Return true or false; false if it is left out."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.refuse(key, "must be true or false")
        return value

    def choice(self, key: str, choices: Collection[str]) -> str:
        """Return one of ``choices``."""
        value = self.values.get(key)
        if not (isinstance(value, str) and value in choices):
            self.refuse(key, f"must be one of {', '.join(choices)}{nearest(value, choices)}")
        return value

    def choices(self, key: str, choices: Collection[Name], default: Sequence[str]) -> list[Name]:
        """Return one or several of ``choices``, none of them twice."""
        values = _listed(self.values.get(key, default))
        for value in values:
            if not (isinstance(value, str) and value in choices):
                among = f"must hold one or several of {', '.join(choices)}"
                self.refuse(key, f"{among}{nearest(value, choices)}")
        if not values or len(set(values)) < len(values):
            self.refuse(key, "must hold at least one value, and none of them twice")
        return list(values)

    def whole_numbers(self, key: str, low: int, high: int) -> list[int]:
        """Return one or several whole numbers within the bounds, none of them twice."""
        values = _listed(self.values.get(key))
        fits = all(is_whole(value) and low <= value <= high for value in values)
        if not values or not fits:
            self.refuse(key, f"must be a whole number from {low} to {high}, or a list of them")
        if len(set(values)) < len(values):
            self.refuse(key, "must hold every number once")
        if len(values) > LONGEST_LIST:
            self.refuse(key, f"must be a list of at most {LONGEST_LIST} numbers")
        return list(values)

    def whole_number(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number within the bounds."""
        value = self.values.get(key, default)
        if not (is_whole(value) and low <= value <= high):
            self.refuse(key, f"must be a whole number from {low} to {high}")
        return int(value)

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """Return a number within the bounds."""
        value = self.values.get(key, default)
        if not _is_between(value, low, high):
            self.refuse(key, f"must be a number from {low:g} to {high:g}")
        return float(value)

    def bounds(
        self, key: str, low: float, high: float, default: list[float] | None = None
    ) -> list[float]:
        """Return a list [least, largest] of numbers within the bounds."""
        value = self.values.get(key, default)
        pair = isinstance(value, list) and len(value) == 2
        if not pair or not all(_is_between(v, low, high) for v in value) or value[0] > value[1]:
            self.refuse(key, f"must be [least, largest], numbers from {low:g} to {high:g}")
        return [float(bound) for bound in value]


def unknown(kind: str, name: str, known: Collection[str]) -> str:
    """Return what is to be said of an unknown name.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.section import unknown
    >>> unknown("key", "seed", ["name", "seeds"])
    "unknown key 'seed'; did you mean 'seeds'? available: name, seeds"
    """
    hint = nearest(name, known)
    return f"unknown {kind} {shown(name)}{hint or ';'} available: {', '.join(known)}"


def nearest(value: Any, known: Collection[str]) -> str:
    """Return the question whether the nearest known name is meant; empty if none is near."""
    text = value[:LONGEST_LABEL] if isinstance(value, str) else ""
    return f"; {did_you_mean(text, known)}".rstrip("; ")


def shown(value: Any) -> str:
    r"""Return a value for a message: one line, and not a long one.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.section import shown
    >>> shown("two\nlines"), shown(10**100), shown([True, 0.5])
    ("'two\\nlines'", 'a number of more than 60 digits', '[true, 0.5]')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        small = abs(value) < 10**_LONGEST_SHOWN
        return str(value) if small else f"a number of more than {_LONGEST_SHOWN} digits"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return _shortened(f"[{', '.join(_inside_a_list(entry) for entry in value[:10])}", "]")
    if isinstance(value, str):
        return repr(value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}…")
    return str(value)


def is_whole(value: Any) -> bool:
    """Return whether a value is a whole number; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_line(value: Any, longest: int = LONGEST_LABEL) -> bool:
    r"""Return whether a value is a text, not blank, that fits into one line.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.section import is_line
    >>> is_line("CoLiDE, λ .1"), is_line("two\nlines"), is_line(" "), is_line(3)
    (True, False, False, False)
    """
    return (
        isinstance(value, str)
        and 0 < len(value.strip()) <= len(value) <= longest
        and value.isprintable()
    )


def _is_between(value: Any, low: float, high: float) -> bool:
    is_number = is_whole(value) or (isinstance(value, float) and math.isfinite(value))
    return is_number and low <= value <= high


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _inside_a_list(value: Any) -> str:
    return "[…]" if isinstance(value, list) else shown(value)


def _shortened(text: str, end: str) -> str:
    return text + end if len(text) < _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…{end}"
