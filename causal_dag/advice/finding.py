"""One thing seen in a table: what it is, why it matters, what to do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from causal_dag.wording import shortened_list

#: From what must be fixed to what is good to know.
LEVELS = ("problem", "caution", "note")
MOST_NAMES = 5


@dataclass(frozen=True)
class Finding:
    """What was seen in a table, why it matters, and what to do.

    Parameters
    ----------
    topic : str
        A few words, for example ``"missing values"``.
    level : {"problem", "caution", "note"}
        ``"problem"``: solvers refuse such a table, or cannot make sense of it. ``"caution"``: they
        run, and the answer may mislead. ``"note"``: good to know.
    seen, why, remedy : str
        Sentences; ``seen`` holds the figures.
    columns : tuple of str
        The columns it is about, all of them.
    figures : mapping of str to number or text
        The figures that ``seen`` quotes.

    Examples
    --------
    >>> from causal_dag.advice import audit_table
    >>> [finding.topic for finding in audit_table([[1.0, 2.0], [2.0, 3.0]]).findings]
    ['too few rows']
    """

    topic: str
    level: str
    seen: str
    why: str
    remedy: str
    columns: tuple[str, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)


def listed(names: Sequence[str], most: int = MOST_NAMES) -> str:
    """Return names as a text, with no more than ``most`` of them written out."""
    return shortened_list(names, most)
