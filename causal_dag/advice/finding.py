"""A finding about a table: the observation, why it matters and what to do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from causal_dag.wording import shortened_list

#: From problems that must be fixed to useful information.
LEVELS = ("problem", "caution", "note")
MOST_NAMES = 5


@dataclass(frozen=True)
class Finding:
    """An observation about a table, why it matters and what to do.

    Parameters
    ----------
    topic : str
        A few words, for example ``"missing values"``.
    level : {"problem", "caution", "note"}
        ``"problem"``: solvers refuse such a table, or give a meaningless result. ``"caution"``:
        solvers run, but the result may mislead. ``"note"``: useful information.
    seen, why, remedy : str
        Sentences; ``seen`` quotes the figures.
    columns : tuple of str
        All columns that the finding concerns.
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
    """Return names as a comma-separated list of at most ``most`` names."""
    return shortened_list(names, most)
