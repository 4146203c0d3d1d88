"""Every solver against a reference, on the same rows."""

import numpy as np
import pandas as pd

from causal_dag.benchmarks.report.by_setting import by_setting
from causal_dag.benchmarks.report.document import Block, Entry, Paragraph, Row, Section, Table
from causal_dag.benchmarks.report.measures import DISTANCES, SHD, Better, p_text
from causal_dag.benchmarks.report.paired import holm, interval_text, paired_differences
from causal_dag.benchmarks.report.study import Setting, Study
from causal_dag.benchmarks.report.summaries import reference_of

MEASURES = tuple(m for m in DISTANCES.values() if m.better is not Better.NEITHER)


def differences_section(study: Study, reference: str | None) -> Section:
    """Return a table a setting of differences to the reference.

    Parameters
    ----------
    study : Study
        The runs.
    reference : str or None
        A solver; by default the best method of every setting, by mean SHD.
    """
    chosen = "the method with the lowest mean SHD" if reference is None else reference
    body: list[Block] = [
        Paragraph(
            "Solver minus reference, over the n seeds that both finished; the reference is "
            f"{chosen}. Brackets are 95 % t intervals of the mean difference, not adjusted; the "
            "last column is the p-value of the paired t test on SHD, adjusted for the number of "
            "solvers (Holm). A positive difference of SHD, CPDAG distance or SID, or a negative "
            "one of F1, favours the reference. Choosing the reference by the same runs favours "
            "it a little."
        )
    ]
    body += by_setting(study, lambda setting: (_differences_in(study, setting, reference),))
    return Section("differences", "Paired differences", tuple(body))


def _differences_in(study: Study, setting: Setting, chosen: str | None) -> Block:
    reference = reference_of(study, setting, chosen)
    if reference is None:
        return Paragraph("The reference finished no run here.")
    return _table(study, setting, reference)


def _table(study: Study, setting: Setting, reference: str) -> Table:
    found = {m.column: _differences(study, setting, reference, m.column) for m in MEASURES}
    by_solver = {column: table.to_dict("index") for column, table in found.items()}
    p_values = holm(found[SHD.column]["p_value"])
    rows = [
        Row(
            solver,
            (
                Entry(str(by_solver[SHD.column][solver]["n"])),
                *(Entry(interval_text(m, by_solver[m.column][solver])) for m in MEASURES),
                Entry(p_text(p_values[solver])),
            ),
            solver in study.baselines,
        )
        for solver in found[SHD.column].index
    ]
    columns = ("solver", "n", *(f"{m.title} [95 %]" for m in MEASURES), "p (SHD)")
    return Table(f"{setting.label}: difference to {reference}", columns, tuple(rows))


def _differences(study: Study, setting: Setting, reference: str, column: str) -> pd.DataFrame:
    values = study.values(setting, column)
    found = paired_differences(values.drop(columns=reference), values[reference])
    if setting.rows == "fixed":
        found[["low", "high", "p_value"]] = np.nan
    return found
