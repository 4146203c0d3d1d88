"""The one rule from a name or a number to a column, and from a table's labels to names.

A string is a name. An integer is a position, 0 to d − 1, unless the columns are labeled by
numbers: then it is a label. Nothing else denotes a column.
"""

import math
import numbers
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from causal_dag.tables.data_frames import labels_of_columns
from causal_dag.wording import did_you_mean, listed, quoted

#: Joins the parts of a label that has several, such as one of a pandas ``MultiIndex``.
LABEL_SEPARATOR = "/"


def names_of_labels(labels: Iterable[Any], kind: str = "column") -> tuple[str, ...]:
    """Return the labels of a table's columns, or of a graph's nodes, as strings.

    Parameters
    ----------
    labels : iterable
        All strings, or none: numbers become their digits, and the parts of a tuple are joined by
        ``"/"`` (empty parts are left out).
    kind : str
        What is labelled, for messages.

    Raises
    ------
    ValueError
        If some labels are strings and others are not, one is missing or not valid text, or two
        become the same name.
    TypeError
        If ``labels`` is a single string.

    Examples
    --------
    >>> from causal_dag.tables.columns import names_of_labels
    >>> names_of_labels([2, 0, 1]), names_of_labels([("price", "mean"), ("price", "max")])
    (('2', '0', '1'), ('price/mean', 'price/max'))
    """
    if isinstance(labels, str):
        raise TypeError(f"{kind} names: {quoted(labels)} is a single string; write a list of names")
    given = list(labels)
    is_text = [isinstance(label, str) for label in given]
    if any(is_text) and not all(is_text):
        other = given[is_text.index(False)]
        raise ValueError(
            f"{kind} names are of mixed types: {quoted(other)} is not a string; make all of them "
            "strings"
        )
    names = tuple(_name(label, kind) for label in given)
    _refuse_surrogates(names, kind)
    refuse_repeated(names, kind)
    return names


def column_labels(X: Any) -> tuple[str, ...] | None:
    """Return the labels of a data frame's columns as names; None where X has no columns.

    Raises
    ------
    ValueError
        As :func:`names_of_labels` does.
    """
    labels = labels_of_columns(X)
    return None if labels is None else names_of_labels(labels)


def column_names(X: Any) -> tuple[str, ...] | None:
    """Return the names of a table's columns; None where it has none.

    The numbers 0 to d − 1 in order, which pandas writes over a table without names, are none.

    Raises
    ------
    ValueError
        As :func:`names_of_labels` does.

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.tables.columns import column_names
    >>> column_names(pd.DataFrame([[5, 6]])), column_names(pd.DataFrame([[5, 6]])[[1, 0]])
    (None, ('1', '0'))
    """
    labels = labels_of_columns(X)
    if labels is None:
        return None
    names = names_of_labels(labels)
    is_text = bool(labels) and isinstance(labels[0], str)
    return names if is_text or not are_positions(names) else None


def refuse_repeated(names: Sequence[str], kind: str) -> None:
    """Raise ``ValueError`` if a name occurs twice."""
    if len(set(names)) < len(names):
        repeated = [name for name, count in Counter(names).items() if count > 1]
        raise ValueError(
            f"{kind} name {listed(repeated)} occurs more than once; rename or drop all but one"
        )


def _refuse_surrogates(names: Sequence[str], kind: str) -> None:
    """Raise ``ValueError`` if a name holds half a character, which no file can hold."""
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise ValueError(
                f"{kind} name {quoted(name)} is not valid text (half a surrogate pair); rename it"
            ) from None


def _name(label: Any, kind: str) -> str:
    if isinstance(label, tuple):
        return LABEL_SEPARATOR.join(str(part) for part in label if part != "")
    if label is None or label != label:
        raise ValueError(f"a {kind} has the label {label!r}; give it a name")
    if isinstance(label, float | np.floating):
        return str(int(label)) if float(label).is_integer() else str(float(label))
    return str(label)


def are_positions(names: Sequence[str]) -> bool:
    """Whether names are the numbers 0 to d − 1 in order, and so add nothing to positions.

    Examples
    --------
    >>> from causal_dag.tables.columns import are_positions
    >>> are_positions(["0", "1"]), are_positions(["1", "0"])
    (True, False)
    """
    return all(name == str(position) for position, name in enumerate(names))


def written_names(names: Sequence[str] | None, n_columns: int) -> tuple[str, ...]:
    """Return column names as files and pictures show them: ``x0, x1, ...`` where there are none.

    Examples
    --------
    >>> from causal_dag.tables.columns import written_names
    >>> written_names(None, 2), written_names(["a", "b"], 2)
    (('x0', 'x1'), ('a', 'b'))
    """
    if names is None:
        return tuple(f"x{position}" for position in range(n_columns))
    return tuple(names)


def position_names(names: Sequence[str]) -> tuple[str, ...] | None:
    """Return the names in the order of the positions they stand for; None if they are others.

    Columns without names are called ``0, 1, ...`` by users and ``x0, x1, ...`` in what is written.

    Examples
    --------
    >>> from causal_dag.tables.columns import position_names
    >>> position_names(["1", "0"]), position_names(["b", "a"])
    (('0', '1'), None)
    """
    for prefix in ("", "x"):
        in_order = tuple(f"{prefix}{position}" for position in range(len(names)))
        if set(in_order) == set(names):
            return in_order
    return None


@dataclass(frozen=True)
class Columns:
    """The columns of a table, or the nodes of a graph, as users refer to them.

    Parameters
    ----------
    n_columns : int
        Number of columns d.
    names : sequence of str, optional
        Their names. Where all of them are numbers, numbers denote names, not positions.

    Examples
    --------
    >>> from causal_dag.tables.columns import Columns
    >>> Columns(2, ("a", "b")).position("b", "do"), Columns(2, ("a", "b")).position(0, "do")
    (1, 0)
    >>> Columns(3, ("2", "0", "1")).position(2, "do")
    0
    >>> Columns(2, ("price", "promo")).position("Price", "do")
    Traceback (most recent call last):
    ...
    ValueError: do: there is no column 'Price'; did you mean 'price'? columns: 'price', 'promo'
    """

    n_columns: int
    names: Sequence[str] | None = None

    def position(self, column: Any, source: str) -> int:
        """Return the position of the column that a name or number denotes.

        Parameters
        ----------
        column : str or int
            What the user wrote.
        source : str
            Where the user wrote it, for the message.

        Raises
        ------
        ValueError
            If there is no such column.
        TypeError
            If ``column`` is neither a text nor a whole number.
        """
        require_name_or_number(column, source)
        if isinstance(column, str):
            return self._named(column, source)
        if self._are_labelled_by_numbers:
            return self._labelled(int(column), source)
        if 0 <= column < self.n_columns:
            return int(column)
        raise ValueError(
            f"{source}: there is no column {quoted(int(column))}; columns are numbered "
            f"{self._numbers()}"
        )

    def distinct_positions(self, columns: Iterable[Any], source: str) -> list[int]:
        """Return the positions of columns; ``ValueError`` if two of them denote the same one."""
        found: dict[int, Any] = {}
        for column in columns:
            position = self.position(column, source)
            if position in found:
                raise ValueError(
                    f"{source}: {quoted(found[position])} and {quoted(column)} are the same "
                    "column; keep one"
                )
            found[position] = column
        return list(found)

    def label(self, position: int) -> str:
        """Return how messages call a column: its name in quotes, or its number."""
        return str(position) if self.names is None else quoted(self.names[position])

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self.names or ())}

    @cached_property
    def _are_labelled_by_numbers(self) -> bool:
        return bool(self.names) and all(_is_number(name) for name in self.names or ())

    def _named(self, name: str, source: str) -> int:
        position = self._positions.get(name)
        if position is not None:
            return position
        if self.names is None:
            raise ValueError(
                f"{source}: there is no column {quoted(name)}, because the columns have no names; "
                "pass a DataFrame (after a transformer of scikit-learn: "
                'set_output(transform="pandas")), or use the numbers '
                f"{self._numbers()}"
            )
        # The comparison is slow for long strings, and for very many.
        near = did_you_mean(name[:100], (n for n in self.names[:2000] if len(n) <= 100))
        raise ValueError(
            f"{source}: there is no column {quoted(name)}; {near}columns: {listed(self.names)}"
        )

    def _labelled(self, number: int, source: str) -> int:
        position = self._positions.get(quoted(number))
        if position is None:
            raise ValueError(
                f"{source}: there is no column {quoted(number)}; the columns are labelled by "
                f"numbers, so that numbers denote labels, not positions. The labels are "
                f"{listed(self.names or ())}"
            )
        return position

    def _numbers(self) -> str:
        return f"0 to {self.n_columns - 1}"


def require_name_or_number(column: Any, source: str) -> None:
    """Raise ``TypeError`` unless something is of a type that can denote a column."""
    is_number = isinstance(column, numbers.Integral) and not isinstance(column, bool)
    if not (is_number or isinstance(column, str)):
        raise TypeError(f"{source}: {quoted(column)} is neither a column name nor a column number")


def _is_number(name: str) -> bool:
    """Whether a name reads as a number: ``'2020'`` does, ``'x1'`` and ``'nan'`` do not."""
    try:
        return math.isfinite(float(name))
    except ValueError:
        return False
