"""Records as files that other programs read."""

from pathlib import Path
from typing import TYPE_CHECKING

from causal_dag.json_values import json_text
from causal_dag.table_files import write_table

if TYPE_CHECKING:
    import pandas as pd


def write_records(records: "pd.DataFrame", path: Path) -> None:
    """Write records as CSV, Parquet or JSON (a list of objects), by the file's ending.

    Raises
    ------
    ValueError
        If the ending is none of these, or pyarrow is missing.
    """
    if path.suffix.lower() == ".json":
        path.write_text(json_text(records.to_dict(orient="records")) + "\n", encoding="utf-8")
    else:
        write_table(records, path, names=list(records.columns))
