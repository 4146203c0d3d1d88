"""Check, before anything is computed, that what a command will write can be written."""

from collections.abc import Iterable
from pathlib import Path

import click

STANDARD_INPUT = Path("-")


def check_outputs(
    outputs: Iterable[tuple[str, Path | None]], inputs: Iterable[Path | None] = ()
) -> None:
    """Refuse outputs that are an input or another output, or that have no folder to be in.

    Parameters
    ----------
    outputs : iterable of (option, Path or None)
        Every file that the command will write, with the option that asked for it.
    inputs : iterable of Path or None
        Every file that it reads; None and ``-`` (standard input) are left out.

    Raises
    ------
    click.UsageError
        If two of them are the same file.
    ValueError
        If the folder is not there, or the output is a folder.
    """
    from causal_dag.files.atomic_files import same_file

    read = [path for path in inputs if path is not None and path != STANDARD_INPUT]
    written: list[tuple[str, Path]] = []
    for option, path in outputs:
        if path is None:
            continue
        if not path.parent.is_dir():
            raise ValueError(f"{option} {path}: there is no folder {path.parent}; make it first")
        if path.is_dir():
            raise ValueError(f"{option} {path} is a folder; name a file")
        if any(same_file(path, other) for other in read):
            raise click.UsageError(f"{option} {path} would replace an input; choose another name")
        for earlier, other in written:
            if same_file(path, other):
                raise click.UsageError(
                    f"{option} {path} would replace what {earlier} writes; choose another name"
                )
        written.append((option, path))
