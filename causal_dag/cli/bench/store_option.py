"""The option ``--store`` that the commands on runs share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

DEFAULT_STORE = Path("causal-dag-bench.sqlite")


def store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--store``."""
    return click.option(
        "--store",
        "store_path",
        type=click.Path(path_type=Path, dir_okay=False),
        default=DEFAULT_STORE,
        show_default=True,
        metavar="FILE",
        help="File that holds the runs.",
    )(command)
