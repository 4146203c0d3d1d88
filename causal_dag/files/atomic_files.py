"""Files that are written whole or not at all."""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FilePath = str | os.PathLike[str]


@contextlib.contextmanager
def whole_file(path: FilePath) -> Iterator[Path]:
    r"""Yield a temporary path beside ``path``, which takes its place once the block succeeds.

    Whoever reads ``path`` finds the old file or the new one, even if the process is killed or the
    disk is full in between. If the block raises, or Ctrl-C ends it, the temporary file is removed
    and ``path`` is left as it was. A killed process leaves a hidden file ``.causal-dag-...``.

    Parameters
    ----------
    path : path
        File to write. The new file has the permissions of the old one, or those that the umask
        gives. A symbolic link stays, and the file that it names is replaced.

    Yields
    ------
    Path
        File to write to. It ends like ``path``, for libraries that go by the ending.

    Raises
    ------
    OSError
        If there is no such folder, it cannot be written to, or ``path`` is a folder or read-only.
    ValueError
        If ``path`` is a device or a pipe.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from causal_dag.files.atomic_files import whole_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "graph.csv")
    ...     with whole_file(path) as temporary:
    ...         _ = temporary.write_text("a,b\n")
    ...     path.read_text(), len(list(path.parent.iterdir()))
    ('a,b\n', 1)
    """
    require_path(path)
    target = Path(os.path.realpath(path))
    mode = _mode_of(target)
    temporary = target.with_name(f".causal-dag-{secrets.token_hex(6)}{_ending(target)}")
    try:
        # Made here, so that it has the umask's permissions and no writer follows a planted link.
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
    try:
        yield temporary
        _to_disk(temporary)
        if mode is not None:
            temporary.chmod(mode)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _folder_to_disk(target.parent)


def write_whole_text(path: FilePath, text: str) -> None:
    r"""Write a text in UTF-8, with lines ended by ``\n`` everywhere, whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_whole_figure(path: FilePath, figure: Any, *, dpi: int = 150) -> None:
    """Save a matplotlib figure in the format that the ending names, whole or not at all."""
    with whole_file(path) as temporary:
        figure.savefig(temporary, dpi=dpi)


def require_path(path: object) -> None:
    """Raise ``TypeError`` for what names no file, such as a number (an open file to Python).

    Examples
    --------
    >>> from causal_dag.files.atomic_files import require_path
    >>> require_path("model.json")
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path: a {type(path).__name__} names no file; pass a text or a Path")


def require_file(path: FilePath) -> None:
    """Raise ``ValueError`` if a path exists but is not a file: reading it would fail or block.

    Examples
    --------
    >>> from causal_dag.files.atomic_files import require_file
    >>> require_file(".")
    Traceback (most recent call last):
    ...
    ValueError: . is a folder, a device or a pipe; name a file
    """
    require_path(path)
    if os.path.exists(path) and not os.path.isfile(path):
        raise ValueError(f"{path} is a folder, a device or a pipe; name a file")


def same_file(one: FilePath, other: FilePath) -> bool:
    """Return whether two paths name one file, through links and differing spellings.

    Examples
    --------
    >>> from causal_dag.files.atomic_files import same_file
    >>> same_file("a.csv", "folder/../a.csv"), same_file("a.csv", "b.csv")
    (True, False)
    """
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    try:
        return os.path.samefile(one, other)
    except OSError:  # one of them is not there
        return False


def _mode_of(target: Path) -> int | None:
    """Return the permissions of the file that is to be replaced, None if there is none."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "is a folder; name a file", str(target))
    if not stat.S_ISREG(mode):
        raise ValueError(f"{target} is a device or a pipe; name a file")
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "is read-only", str(target))
    return stat.S_IMODE(mode)


def _ending(target: Path) -> str:
    """Return the ending that says the format: the last one, or two before a compression."""
    return "".join(target.suffixes[-2:] if target.suffix == ".gz" else target.suffixes[-1:])


def _to_disk(file: Path) -> None:
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _folder_to_disk(folder: Path) -> None:
    """Flush the folder, so that the new name survives a crash, where the system allows it."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
