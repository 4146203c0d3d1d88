"""Words that messages share: quoted values, lists, counts, and suggestions for mistyped names."""

import difflib
import reprlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

# How much a message shows of one value, and of a list of names.
LONGEST_QUOTE = 60
MOST_NAMES = 12
MOST_SUGGESTED = 4


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
    r"""Return a value as messages show it: control characters escaped, long strings cut.

    Examples
    --------
    >>> from causal_dag.wording import quoted
    >>> print(quoted("two\nlines"))
    'two\nlines'
    """
    # Loaded here: the command's help is quick.
    import numpy as np

    text = _QUOTATION.repr(value.item() if isinstance(value, np.generic) else value)
    return text if isinstance(value, str) else " ".join(text.split())


def escaped(name: str) -> str:
    r"""Return a name as :func:`quoted` does, but without quotes, for edges and paths.

    Examples
    --------
    >>> from causal_dag.wording import escaped
    >>> print(escaped("two\nlines"), "->", escaped("b"))
    two\nlines -> b
    """
    return quoted(name)[1:-1]


def listed(values: Iterable[object], written: Callable[[Any], str] = quoted) -> str:
    """Return values as a message lists them: quoted by default, and only the first few of many.

    Examples
    --------
    >>> from causal_dag.wording import listed
    >>> listed(["a", "b"])
    "'a', 'b'"
    """
    shown = list(values)
    more = f", … ({len(shown)} in all)" if len(shown) > MOST_NAMES else ""
    return ", ".join(map(written, shown[:MOST_NAMES])) + more


def shortened_list(texts: Sequence[str], most: int, total: int | None = None) -> str:
    """Return strings separated by commas, and the number of those beyond the first few.

    Parameters
    ----------
    texts : sequence of str
        Strings; those beyond ``most`` are not written.
    most : int
        Maximum number to write.
    total : int, optional
        Their number, if ``texts`` does not hold all of them.

    Examples
    --------
    >>> from causal_dag.wording import shortened_list
    >>> shortened_list(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    more = max(len(texts), total or 0) - most
    return ", ".join(texts[:most]) + (f" and {more} more" if more > 0 else "")


def alternatives(texts: Sequence[str]) -> str:
    """Return strings as alternatives.

    Examples
    --------
    >>> from causal_dag.wording import alternatives
    >>> alternatives([".csv", ".json", ".dot"])
    '.csv, .json or .dot'
    """
    return " or ".join(part for part in (", ".join(texts[:-1]), *texts[-1:]) if part)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> from causal_dag.wording import counted
    >>> counted(1, "row"), counted(3, "edge"), counted(2, "entry")
    ('1 row', '3 edges', '2 entries')
    """
    plural = f"{noun[:-1]}ies" if noun.endswith("try") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question with the nearest known names, or nothing.

    Names that go on from what was typed come first, in their order: they are its family.

    Parameters
    ----------
    name : str
        What was typed.
    known : iterable of str
        What there is.

    Examples
    --------
    >>> from causal_dag.wording import did_you_mean
    >>> did_you_mean("notear", ["notears", "golem-ev"])
    "did you mean 'notears'? "
    >>> did_you_mean("topo", ["exact", "topo-bic", "topo-ls"])
    "did you mean 'topo-bic' or 'topo-ls'? "
    >>> did_you_mean("lamda", ["lambda1", "lambda2"])
    "did you mean 'lambda1' or 'lambda2'? "
    >>> did_you_mean("xyz", ["exact"])
    ''
    """
    by_lower_case = {text.lower(): text for text in known}
    typed = name.lower()
    family = [text for text in by_lower_case if typed and text.startswith(typed)]
    near = family or _closest(typed, by_lower_case)
    texts = [repr(by_lower_case[text]) for text in near[:MOST_SUGGESTED]]
    return f"did you mean {alternatives(texts)}? " if texts else ""


def _closest(typed: str, known: Iterable[str]) -> list[str]:
    """Return the most similar strings: several if they are equally similar."""
    near = difflib.get_close_matches(typed, known, n=MOST_SUGGESTED)
    ratios = [difflib.SequenceMatcher(None, text, typed).ratio() for text in near]
    return sorted(text for text, ratio in zip(near, ratios, strict=True) if ratio == ratios[0])
