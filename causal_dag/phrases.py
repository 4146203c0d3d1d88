"""Phrases that messages share: counts, and lists cut short."""

from collections.abc import Sequence


def shortened_list(texts: Sequence[str], most: int, total: int | None = None) -> str:
    """Return texts separated by commas, and how many there are beyond the first few.

    Parameters
    ----------
    texts : sequence of str
        Texts; those beyond ``most`` are not written.
    most : int
        How many are written.
    total : int, optional
        How many there are, where ``texts`` are not all.

    Examples
    --------
    >>> from causal_dag.phrases import shortened_list
    >>> shortened_list(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    more = max(len(texts), total or 0) - most
    return ", ".join(texts[:most]) + (f" and {more} more" if more > 0 else "")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> from causal_dag.phrases import counted
    >>> counted(1, "row"), counted(3, "edge")
    ('1 row', '3 edges')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
