"""Suggestions for mistyped names."""

import difflib
from collections.abc import Iterable

MOST_SUGGESTED = 4


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
    >>> from causal_dag.suggestions import did_you_mean
    >>> did_you_mean("notear", ["notears", "golem-ev"])
    "did you mean 'notears'? "
    >>> did_you_mean("topo", ["exact", "topo-bic", "topo-ls"])
    "did you mean 'topo-bic' or 'topo-ls'? "
    >>> did_you_mean("xyz", ["exact"])
    ''
    """
    by_lower_case = {text.lower(): text for text in known}
    typed = name.lower()
    family = [text for text in by_lower_case if typed and text.startswith(typed)]
    near = family or difflib.get_close_matches(typed, by_lower_case, n=1)
    texts = [repr(by_lower_case[text]) for text in near[:MOST_SUGGESTED]]
    if not texts:
        return ""
    several = ", ".join(texts[:-1])
    return f"did you mean {several + ' or ' if several else ''}{texts[-1]}? "
