"""Moments of tables larger than memory: throughput and peak memory.

Run ``python -m causal_dag.benchmarks.speed.large_tables --megabytes 500``. It writes a Parquet file
of 50 columns to a temporary folder, which is deleted afterwards, and compares
``Moments.from_parquet`` with pyarrow reading the same batches alone. Then it compares
``Moments.from_batches`` with the bare product of each generated batch with itself. Peak memory is
that of a process of its own, its imports included (Linux only).
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

N_COLUMNS = 50
ROWS_PER_GROUP = 500_000
BYTES_PER_ROW = 8 * N_COLUMNS

MEASUREMENT = """
import json, sys, time
import numpy as np
import pyarrow.parquet
from causal_dag import Moments
from causal_dag.batches import CELLS_PER_BATCH

def read_alone(path):
    reader = pyarrow.parquet.ParquetFile(path, buffer_size=2**18, pre_buffer=False)
    for batch in reader.iter_batches(CELLS_PER_BATCH // len(reader.schema_arrow.names)):
        pass

def batches(path):
    rows = np.random.default_rng(0).normal(size=(40_000, 50))
    for _ in range(int(path) // rows.nbytes):
        yield rows

def bare_product(path):
    total = 0.0
    for batch in batches(path):
        total = total + batch.T @ batch

tasks = {
    "pyarrow alone": read_alone,
    "from_parquet": Moments.from_parquet,
    "bare product": bare_product,
    "from_batches": lambda path: Moments.from_batches(batches(path)),
}
started = time.perf_counter(), time.process_time()
tasks[sys.argv[1]](sys.argv[2])
seconds = [time.perf_counter() - started[0], time.process_time() - started[1]]
# ru_maxrss would count the process that started this one.
status = open("/proc/self/status").read()
peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
print(json.dumps([*seconds, peak]))
"""


def main() -> None:
    """Print seconds, CPU seconds and peak memory of each of the four tasks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500, help="size of the table")
    n_rows = parser.parse_args().megabytes * 10**6 // BYTES_PER_ROW
    print(f"{n_rows} rows of {N_COLUMNS} columns")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.parquet")
        write_table(path, n_rows)
        for task in ("pyarrow alone", "from_parquet"):
            print_measurement(task, str(path), n_rows)
    for task in ("bare product", "from_batches"):
        print_measurement(task, str(n_rows * BYTES_PER_ROW), n_rows)


def write_table(path: Path, n_rows: int) -> None:
    """Write a table of random numbers, in row groups of 200 MB."""
    import numpy as np
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    rng = np.random.default_rng(0)
    names = [f"x{j}" for j in range(N_COLUMNS)]
    schema = pa.schema([(name, pa.float64()) for name in names])
    with ParquetWriter(path, schema, use_dictionary=False) as writer:
        for first in range(0, n_rows, ROWS_PER_GROUP):
            size = min(ROWS_PER_GROUP, n_rows - first)
            columns = [rng.normal(loc=1e8, size=size) for _ in names]
            table = pa.Table.from_arrays(columns, schema=schema)
            writer.write_table(table, row_group_size=ROWS_PER_GROUP)


def print_measurement(task: str, argument: str, n_rows: int) -> None:
    """Run a task in a process of its own, and print what it took."""
    command = [sys.executable, "-c", MEASUREMENT, task, argument]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, cpu_seconds, peak = json.loads(result.stdout)
    print(
        f"{task:14} {seconds:7.2f} s  {cpu_seconds:7.2f} CPU s  {n_rows / seconds:12,.0f} rows/s  "
        f"peak {peak / 1e6:5.0f} MB"
    )


if __name__ == "__main__":
    main()
