"""Text from suites and stores, made fit for one line of a table or a picture."""

LONGEST_MESSAGE = 300


def plain_text(value: object) -> str:
    r"""Return a value as one line of printable characters.

    Line ends, control characters and those that turn the direction of writing become spaces.

    Examples
    --------
    >>> from causal_dag.benchmarks.report.plain_text import plain_text
    >>> plain_text(" a\n\tb\x1b[31m")
    'a b [31m'
    """
    text = str(value)
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(text.split())


def shortened(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """Return the text, or its beginning and an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def listed(names: list[str], most: int = 12) -> str:
    """Return names as a phrase.

    Examples
    --------
    >>> from causal_dag.benchmarks.report.plain_text import listed
    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], most=2)
    ('a, b and c', 'a, b and 1 more')
    """
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
