"""Values and lists of values as messages show them: on one line, and not too long."""

import reprlib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

# How much a message shows of one value, and of a list of names.
LONGEST_QUOTE = 60
MOST_NAMES = 12


class _Quotation(reprlib.Repr):
    """What ``repr`` returns, cut in the middle where it is long."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = LONGEST_QUOTE

    def repr_int(self, x: int, level: int) -> str:
        # Python refuses to write integers of thousands of digits.
        return repr(x) if x.bit_length() <= 128 else f"an integer of {x.bit_length()} bits"

    def repr_instance(self, x: Any, level: int) -> str:
        # Arrays and frames take several lines.
        return " ".join(super().repr_instance(x, level).split())


_QUOTATION = _Quotation()


def quoted(value: object) -> str:
    r"""Return a value as messages show it: control characters escaped, long texts cut.

    Examples
    --------
    >>> from causal_dag.quoting import quoted
    >>> print(quoted("two\nlines"))
    'two\nlines'
    """
    text = _QUOTATION.repr(value.item() if isinstance(value, np.generic) else value)
    return text if isinstance(value, str) else " ".join(text.split())


def escaped(name: str) -> str:
    r"""Return a name as :func:`quoted` does, but without quotes, for edges and paths.

    Examples
    --------
    >>> from causal_dag.quoting import escaped
    >>> print(escaped("two\nlines"), "->", escaped("b"))
    two\nlines -> b
    """
    return quoted(name)[1:-1]


def listed(values: Iterable[object], written: Callable[[Any], str] = quoted) -> str:
    """Return values as a message lists them: quoted by default, and only the first few of many.

    Examples
    --------
    >>> from causal_dag.quoting import listed
    >>> listed(["a", "b"])
    "'a', 'b'"
    """
    shown = list(values)
    more = f", … ({len(shown)} in all)" if len(shown) > MOST_NAMES else ""
    return ", ".join(map(written, shown[:MOST_NAMES])) + more
