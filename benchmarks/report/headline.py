"""The first section: what was compared, what came out, and what that rests on."""

from collections.abc import Mapping

from causal_dag.benchmarks.report.document import (
    Block,
    Emphasis,
    Entry,
    Paragraph,
    Part,
    Points,
    Row,
    Section,
    Table,
    texts,
)
from causal_dag.benchmarks.report.findings import findings, limits
from causal_dag.benchmarks.report.measures import NOTHING
from causal_dag.benchmarks.report.plain_text import counted, listed
from causal_dag.benchmarks.report.provenance import numbers
from causal_dag.benchmarks.report.study import Study
from causal_dag.benchmarks.report.verdicts import Verdict, Verdicts, verdicts


def headline_section(study: Study) -> Section:
    """Return facts, findings and limits; what is missing where nothing is done."""
    if study.runs.empty:
        return Section("summary", "Summary", (Paragraph("There are no runs in this store yet."),))
    if study.done.empty:
        sentence = f"None of {counted(len(study.runs), 'run')} finished; see the part on failures."
        return Section("summary", "Summary", (_facts(study), Paragraph(sentence)))
    found = {scale: verdicts(study, scale) for scale in study.scales}
    body: list[Block] = [_facts(study), Part("What came out", (Points(findings(study, found)),))]
    table = _verdict_table(study, found)
    if table is not None:
        body.append(Part("Against the baselines", (Paragraph(_VERDICTS), table)))
    body.append(Part("What this rests on", (Points(limits(study)),)))
    return Section("summary", "Summary", tuple(body))


_VERDICTS = (
    "Settings (data, size) in which a method has a smaller SHD than the best baseline there: "
    "paired t test over seeds at 5 %, adjusted for the number of methods (Holm)."
)


def _facts(study: Study) -> Table:
    runs = study.runs
    baselines = [solver for solver in study.solvers if solver in study.baselines]
    rows = [
        ("methods", listed(list(study.methods), most=30) or NOTHING),
        ("baselines", listed(baselines) or NOTHING),
        ("data", listed(sorted(set(runs["data"])), most=30)),
        ("rows n", numbers(runs["n_samples"])),
        ("columns d", numbers(runs["n_features"])),
        ("scales", listed(list(study.scales))),
        ("seeds", numbers(runs["seed"])),
        ("runs", f"{len(runs):,}, of which {len(study.done):,} finished"),
    ]
    table_rows = tuple(Row(name, texts(value)) for name, value in rows)
    return Table("What was compared", ("what", "which"), table_rows, is_text=True)


def _verdict_table(study: Study, found: Mapping[str, Verdicts]) -> Table | None:
    scales = [scale for scale in study.scales if found[scale]]
    if not scales:
        return None
    rows = [
        Row(method, tuple(_entry(found[scale].get(method)) for scale in scales))
        for method in study.methods
    ]
    return Table(
        "Better than the best baseline?", ("method", *(f"{s} columns" for s in scales)), tuple(rows)
    )


def _entry(verdict: Verdict | None) -> Entry:
    if verdict is None:
        return Entry(NOTHING)
    parts = [f"better in {verdict.better} of {verdict.n_settings}"]
    parts += [f"worse in {verdict.worse}"] if verdict.worse else []
    parts += [f"untested in {verdict.untested}"] if verdict.untested else []
    is_clear = verdict.better == verdict.n_settings
    return Entry(", ".join(parts), Emphasis.BEST if is_clear else Emphasis.NONE)
