"""One table of a suite file, read as declared; every error says where it is and what is wanted."""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from causal_dag.parameters import REFUSALS, Choice, Flag, Rule
from causal_dag.wording import did_you_mean, quoted

LONGEST_LIST = 1000
_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Between(Rule):
    """A number within bounds; TOML's ``1e3`` is not a whole number, and ``true`` is no number.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.section import Between
    >>> Between(2, 1_000_000, whole=True).demand
    'must be a whole number from 2 to 1,000,000'
    """

    low: float
    high: float
    whole: bool = False

    @property
    def demand(self) -> str:
        """Say kind and bounds."""
        return f"must be a {'whole ' * self.whole}number from {self.low:,} to {self.high:,}"

    def convert(self, value: Any) -> float | int:
        """Return an int or a float."""
        is_number = isinstance(value, int if self.whole else int | float)
        if not is_number or isinstance(value, bool) or not self.low <= value <= self.high:
            raise ValueError
        return int(value) if self.whole else float(value)


@dataclass(frozen=True)
class Bounds(Rule):
    """A list of two numbers, the least and the largest."""

    each: Between

    @property
    def demand(self) -> str:
        """Say what it holds."""
        numbers = self.each.demand.removeprefix("must be a number ")
        return f"must be [least, largest], two numbers {numbers}"

    def convert(self, value: Any) -> list[float]:
        """Return a list of two floats."""
        least, largest = map(self.each.convert, _list(value))
        if least > largest:
            raise ValueError
        return [least, largest]


@dataclass(frozen=True)
class Text(Rule):
    """A text that passes a test."""

    wanted: str
    passes: Callable[[str], bool]

    @property
    def demand(self) -> str:
        """Say which texts pass."""
        return f"must be a text of {self.wanted}"

    def convert(self, value: Any) -> str:
        """Return the text."""
        if not isinstance(value, str) or not self.passes(value):
            raise ValueError
        return value


def joined_lines(text: str) -> str:
    """Return a text in one line."""
    return " ".join(text.split())


def line_of_text(longest: int) -> Text:
    r"""Return the rule for a text that is not blank and fits into one line.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.section import line_of_text
    >>> [line_of_text(80).passes(text) for text in ("CoLiDE, λ .1", "two\nlines", " ")]
    [True, False, False]
    """
    return Text(
        f"one line, of 1 to {longest:,} characters",
        lambda text: 0 < len(text.strip()) <= len(text) <= longest and text.isprintable(),
    )


class OneOf(Choice):
    """One of some names."""

    @property
    def demand(self) -> str:
        """List the names."""
        return f"must be one of {', '.join(self.choices)}"


class Switch(Flag):
    """True or false, as TOML writes them."""

    demand = "must be true or false"


@dataclass(frozen=True)
class ListOf(Rule):
    """A list of different values that each obey a rule."""

    each: Rule

    @property
    def demand(self) -> str:
        """Say what each must be."""
        each = self.each.demand.removeprefix("must be ")
        return f"must be a list of up to {LONGEST_LIST:,} different values, each {each}"

    def convert(self, value: Any) -> list[Any]:
        """Return a list."""
        values = [self.each.convert(entry) for entry in _list(value)]
        if not 0 < len(values) <= LONGEST_LIST or len(set(values)) < len(values):
            raise ValueError
        return values


class OneOrSeveral(ListOf):
    """One value that obeys a rule, or a list of different ones; becomes a list."""

    @property
    def demand(self) -> str:
        """Say what each must be."""
        most = "" if isinstance(self.each, Choice) else f"up to {LONGEST_LIST:,} "
        return f"{self.each.demand}, or a list of {most}different ones"

    def convert(self, value: Any) -> list[Any]:
        """Return a list."""
        return super().convert(value if isinstance(value, list) else [value])


@dataclass(frozen=True)
class Table(Rule):
    """A table, whose keys are checked elsewhere; with ``several``, a list of at least one.

    Parameters
    ----------
    example : str
        How it is written.
    several : bool
        Whether it may stand more than once.
    """

    example: str
    several: bool = False

    @property
    def demand(self) -> str:
        """Say how it is written."""
        return f"must be {'at least one table' if self.several else 'a table'} {self.example}"

    def convert(self, value: Any) -> Any:
        """Return the table, or the list."""
        if (not value and self.several) or not isinstance(value, list if self.several else Mapping):
            raise ValueError
        return value


@dataclass(frozen=True, eq=False)
class Key:
    """A key of a table: what it stands for, and what its value must be.

    Parameters
    ----------
    meaning : str
        What it stands for, for the documentation.
    rule : Rule
        What its value must be.
    default : object
        The value where it is left out; by default it must be given.
    usual : str
        What the documentation says instead of the default.
    """

    meaning: str
    rule: Rule
    default: Any = ...
    usual: str = ""


class Section:
    """A table of a suite file, all of whose values have been checked.

    Parameters
    ----------
    place : str
        Where it stands, for example ``"mine.toml: [[data]] 2"``; errors begin with it.
    values : object
        What TOML holds there; ``ValueError`` unless it is a table.
    keys : mapping of str to Key
        The keys it may have; any other is a ``ValueError`` that names the nearest one.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.section import Between, Key, OneOrSeveral, Section
    >>> keys = {"n_features": Key("variables", OneOrSeveral(Between(2, 2000, whole=True)))}
    >>> Section("mine.toml: [[data]] 2", {"n_features": 5}, keys)["n_features"]
    [5]
    >>> Section("mine.toml: [[data]] 2", {"n_features": "many"}, keys)
    Traceback (most recent call last):
    ...
    ValueError: mine.toml: [[data]] 2: n_features = 'many' must be a whole number from 2 to 2,000, \
or a list of up to 1,000 different ones
    """

    def __init__(self, place: str, values: Any, keys: Mapping[str, Key]) -> None:
        if not isinstance(values, Mapping):
            raise ValueError(f"{place} = {shown(values)} must be a table")
        self.place = place
        self._given = values
        for name in values:
            if name not in keys:
                self.fail(unknown("key", name, keys))
        self._values = {name: self._checked(name, key) for name, key in keys.items()}

    def __contains__(self, name: str) -> bool:
        return name in self._given

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def fail(self, message: str) -> NoReturn:
        """Raise the ``ValueError`` that says where the table is."""
        raise ValueError(f"{self.place}: {message}")

    def refuse(self, name: str, demand: str) -> NoReturn:
        """Raise the ``ValueError`` that says what a key is, and what is wanted of it."""
        self.fail(f"{name} = {shown(self._given[name])} {demand}")

    def _checked(self, name: str, key: Key) -> Any:
        if name not in self._given:
            if key.default is ...:
                self.fail(f"{name} is missing; it {key.rule.demand}")
            return None if key.default is None else key.rule.convert(key.default)
        try:
            return key.rule.convert(self._given[name])
        except REFUSALS:
            self.refuse(name, key.rule.demand + _suggestion(key.rule, self._given[name]))


def markdown_table(tables: Mapping[str, Mapping[str, Key]]) -> str:
    """Return the documentation of keys, as a table of Markdown.

    Parameters
    ----------
    tables : mapping of str to mapping of str to Key
        One table, or several of different kinds; keys that these share stand once.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.schema import LIMITS
    >>> from causal_dag.benchmarks.plan.section import markdown_table
    >>> print(markdown_table({"limits": LIMITS}).splitlines()[2])
    | `seconds` | wall time | a number from 0.1 to 2,592,000 | `300` |
    """
    kinds_of: dict[tuple[str, Key], list[str]] = {}
    for kind, keys in tables.items():
        for named in keys.items():
            kinds_of.setdefault(named, []).append(kind)
    rows = [["key", "meaning", "value", "default"], ["---"] * 4]
    for (name, key), kinds in kinds_of.items():
        some = f" ({', '.join(kinds)})" if len(kinds) < len(tables) else ""
        demand = key.rule.demand.removeprefix("must be ")
        default = "must be given" if key.default is ... else key.usual or f"`{shown(key.default)}`"
        rows.append([f"`{name}`{some}", key.meaning, demand, default])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def unknown(kind: str, name: str, known: Collection[str]) -> str:
    """Return what is to be said of an unknown name.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.section import unknown
    >>> unknown("key", "seed", ["name", "seeds"])
    "unknown key 'seed'; did you mean 'seeds'? available: name, seeds"
    """
    hint = did_you_mean(name[:_LONGEST_SHOWN], known)
    return f"unknown {kind} {shown(name)}; {hint}available: {', '.join(known)}"


def shown(value: Any) -> str:
    r"""Return a value for a message, as TOML has it: one line, and not a long one.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.section import shown
    >>> shown("two\nlines"), shown([True, 0.5, [1]]), shown({"a": 1})
    ("'two\\nlines'", '[true, 0.5, […]]', 'a table')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        text = ", ".join("[…]" if isinstance(v, list) else shown(v) for v in value[:10])
        return f"[{text}]" if len(text) <= _LONGEST_SHOWN else f"[{text[:_LONGEST_SHOWN]}…]"
    return quoted(value) if isinstance(value, str | int | float) else str(value)


def is_plain(value: Any, depth: int = 4) -> bool:
    """Return whether a value is a finite number, a text, a bool, or a list or table of these."""
    if isinstance(value, list | Mapping):
        entries = value.values() if isinstance(value, Mapping) else value
        return depth > 0 and all(is_plain(entry, depth - 1) for entry in entries)
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return isinstance(value, str) or (isinstance(value, float) and math.isfinite(value))


def _suggestion(rule: Rule, value: Any) -> str:
    """Return the question whether the nearest known name is meant; empty if none is near."""
    choices = getattr(getattr(rule, "each", rule), "choices", ())
    texts = (v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str))
    wrong = next((text for text in texts if text not in choices), "")
    return f"; {did_you_mean(wrong[:_LONGEST_SHOWN], choices)}".rstrip("; ")


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value
