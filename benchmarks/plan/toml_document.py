"""From a file to the tables of a TOML document, with one line for whatever is wrong with it."""

import tomllib
from pathlib import Path
from typing import Any

LARGEST_FILE = 2**20


def read_text(path: Path) -> str:
    """Return the text of a suite file.

    Raises
    ------
    ValueError
        If there is no such file, it is a folder, larger than 1 MiB, or not in UTF-8.
    """
    try:
        if path.is_dir():
            raise ValueError(f"{path} is a folder; name a file that ends in .toml")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise ValueError(f"no such file: {path}") from None
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > LARGEST_FILE:
        raise ValueError(f"{path} is larger than 1 MiB; a suite is a page of TOML")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not a text file in UTF-8 (byte {error.start + 1}); save it as UTF-8"
        ) from error


def parse(text: str, place: str) -> dict[str, Any]:
    """Return the tables in a TOML text.

    Raises
    ------
    ValueError
        If the text is not TOML; the message begins with ``place`` and names the line.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.toml_document import parse
    >>> parse("seeds = 10", "mine.toml")
    {'seeds': 10}
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError(f"{place}: values are nested too deeply; flatten them") from None
    except tomllib.TOMLDecodeError as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{place} is not TOML: {reason}") from error
    except ValueError:  # what Python says of numbers of thousands of digits
        raise ValueError(f"{place}: a number or date cannot be read; correct it") from None
