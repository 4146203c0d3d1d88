"""The README's benchmark: ``python -m causal_dag.benchmarks.quickstart``.

Runs the suite ``quickstart`` and writes its table and its picture where the README has them: the
table between the two comments ``<!-- quickstart -->``, the picture to
``docs/images/quickstart.svg``.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from causal_dag.benchmarks.plan import read_suite
from causal_dag.benchmarks.report.comparisons import scale_pairs
from causal_dag.benchmarks.report.pictures import scale_figure
from causal_dag.benchmarks.report.study import study_of
from causal_dag.benchmarks.runner.local_pool import LocalPool
from causal_dag.benchmarks.runner.run import run_suite
from causal_dag.benchmarks.store.store import Store
from causal_dag.files.atomic_files import write_whole_text
from causal_dag.metrics import available_metrics

if TYPE_CHECKING:
    import pandas as pd

SUITE = "quickstart"
MARK = "<!-- quickstart -->"
PICTURE = Path("docs", "images", "quickstart.svg")
COLUMNS = ["shd", "cpdag_distance", "sid"]
SCALES = ["raw", "standardized"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the suite and write table and picture."""
    parser = argparse.ArgumentParser(prog="python -m causal_dag.benchmarks.quickstart")
    parser.add_argument("--store", type=Path, default=Path("quickstart.sqlite"))
    parser.add_argument("--jobs", type=int, default=2, help="runs at a time")
    parser.add_argument("--repository", type=Path, default=Path(), help="folder of README.md")
    options = parser.parse_args(arguments)
    run_suite(read_suite(SUITE), options.store, LocalPool(options.jobs))
    with Store.open(options.store) as store:
        records = store.records(SUITE)
    readme = options.repository / "README.md"
    text = readme.read_text(encoding="utf-8")
    write_whole_text(readme, with_table(text, table(records)))
    write_whole_text(options.repository / PICTURE, picture(records))


def table(records: "pd.DataFrame") -> str:
    """Return the means over the seeds as a Markdown table, best SHD on standardized columns first.

    Parameters
    ----------
    records : pandas.DataFrame
        Of a suite on raw and standardized columns, as ``Store.records`` returns them.
    """
    means = records.groupby(["solver", "scale"])[COLUMNS].mean().unstack()
    means = means.sort_values([("shd", "standardized"), ("shd", "raw")])
    metrics = available_metrics()
    heads = [f"{metrics[name].title}, {scale}" for name in COLUMNS for scale in SCALES]
    lines = [f"| | {' | '.join(heads)} |", f"|---|{'---:|' * len(heads)}"]
    for solver, row in means.iterrows():
        cells = [f"{row[name, scale]:.1f}" for name in COLUMNS for scale in SCALES]
        lines.append(f"| `{solver}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def picture(records: "pd.DataFrame") -> str:
    """Return the report's picture of raw beside standardized columns, as an SVG file."""
    study = study_of(records)
    figure = scale_figure(study, scale_pairs(study))
    assert figure is not None
    frame = '<svg xmlns="http://www.w3.org/2000/svg" style="background:white" '
    return figure.pictures[0].replace("<svg ", frame, 1) + "\n"


def with_table(text: str, lines: str) -> str:
    """Return the README with another table between its two marks.

    Raises
    ------
    ValueError
        If it has not just two marks.

    Examples
    --------
    >>> from causal_dag.benchmarks.quickstart import MARK, with_table
    >>> print(with_table(f"before {MARK} old {MARK} after", "new"))
    before <!-- quickstart -->
    new
    <!-- quickstart --> after
    """
    parts = text.split(MARK)
    if len(parts) != 3:
        raise ValueError(f"README.md has {len(parts) - 1} marks {MARK}; it needs two")
    return f"{parts[0]}{MARK}\n{lines}\n{MARK}{parts[2]}"


if __name__ == "__main__":
    main()
