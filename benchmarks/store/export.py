"""Records as files that other programs read."""

from pathlib import Path
from typing import TYPE_CHECKING

from causal_dag.files.atomic_files import write_whole_text
from causal_dag.files.json_values import json_text
from causal_dag.files.table_files import write_table

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".csv.gz", ".parquet", ".json")


def write_records(records: "pd.DataFrame", path: Path) -> None:
    """Write records as CSV, Parquet or JSON (a list of objects), by the file's ending.

    Raises
    ------
    ValueError
        If the ending is none of these, the folder is not there, or pyarrow is missing.
    """
    if not path.name.lower().endswith(ENDINGS):
        raise ValueError(f"{path} is of an unknown kind; end it with one of {', '.join(ENDINGS)}")
    if not path.parent.is_dir():
        raise ValueError(f"{path}: there is no folder {path.parent}; make it first")
    if path.suffix.lower() == ".json":
        write_whole_text(path, json_text(records.to_dict(orient="records")) + "\n")
    else:
        write_table(records, path, names=list(records.columns))
