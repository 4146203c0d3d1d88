"""Text as a terminal can show it: no control characters, no line wider than the window."""

import re
import shutil
import textwrap

#: Used where the width is unknown, or there is no terminal.
DEFAULT_WIDTH = 80
_NARROWEST = 40

# Control characters (escape sequences among them), lone surrogates, line separators, and marks that
# reverse the direction of what follows. Line feeds are kept.
_UNPRINTABLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    r"""Return a text in which characters that would control the terminal are escaped.

    Names of columns and files come from anywhere; an escape sequence in one must not reach the
    terminal.

    Examples
    --------
    >>> from causal_dag.cli.terminal_text import printable
    >>> print(printable("dose\x1b[2J"))
    dose\u001b[2J
    """
    # These escapes are valid in JSON, too.
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def terminal_width() -> int:
    """Return the number of columns to print in."""
    return max(shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns, _NARROWEST)


def wrapped(text: str, *, indent: str = "", hanging: str | None = None) -> str:
    """Return a text in lines that fit the terminal.

    Parameters
    ----------
    text : str
        One paragraph.
    indent, hanging : str
        What the first line starts with, and the others (by default the same).

    Examples
    --------
    >>> from causal_dag.cli.terminal_text import wrapped
    >>> len(wrapped("word " * 40).splitlines()) > 1
    True
    """
    # A number is not separated from its percent sign.
    return textwrap.fill(
        text.replace(" %", "\N{NO-BREAK SPACE}%"),
        terminal_width(),
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_on_hyphens=False,
    )
