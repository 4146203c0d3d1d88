"""Read and write moments: files of sufficient statistics, without any row."""

from causal_dag.files.atomic_files import FilePath, require_file, write_whole_text
from causal_dag.files.json_values import json_text, read_json
from causal_dag.moments import Moments, require_moments
from causal_dag.wording import quoted

MOMENTS_ENDING = ".moments"
FORMAT, VERSION = "causal-dag moments", 2
FIELDS = ("n_samples", "mean", "covariance", "feature_names", "mean_remainder")


def write_moments(moments: Moments, path: FilePath) -> None:
    """Write moments as a JSON document, whole or not at all.

    The file holds the number of rows, the means and what rounding left of them, the covariance and
    the names of the columns, and no row: a site can pass it on where its table must stay.

    Parameters
    ----------
    moments : Moments
        What to write; every digit is kept.
    path : path
        File to write, such as ``sales.moments``.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from causal_dag import Moments
    >>> from causal_dag.files.moments_files import read_moments, write_moments
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "sales.moments")
    ...     write_moments(Moments.from_rows([[1.0], [3.0]], ["price"]), path)
    ...     moments = read_moments(path)
    >>> moments.n_samples, moments.mean.item(), moments.feature_names
    (2, 2.0, ('price',))
    """
    require_moments(moments)
    document = {name: getattr(moments, name) for name in FIELDS}
    write_whole_text(path, json_text({"format": FORMAT, "version": VERSION, **document}) + "\n")


def read_moments(path: FilePath) -> Moments:
    """Read a file that ``write_moments`` wrote.

    Parameters
    ----------
    path : path
        File to read.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it does not hold moments, or those of no table; the message names the file.
    """
    require_file(path)
    try:
        document = read_json(path)
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise ValueError("not a file of moments; write one with causal-dag moments")
        if document.get("version") != VERSION:
            raise ValueError(
                f"the file has version {quoted(document.get('version'))} of the format, and this "
                f"release reads version {VERSION}; compute the moments again with causal-dag "
                "moments"
            )
        lacking = [name for name in FIELDS if name not in document]
        if lacking:
            raise ValueError(f"it lacks {', '.join(lacking)}")
        return Moments(**{name: document[name] for name in FIELDS})
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error
