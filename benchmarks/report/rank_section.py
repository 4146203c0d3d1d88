"""Average ranks over all blocks of a scale, with a critical-difference diagram."""

import math

from causal_dag.benchmarks.report.document import (
    Block,
    Entry,
    Figure,
    Paragraph,
    Row,
    Section,
    Table,
)
from causal_dag.benchmarks.report.measures import p_text
from causal_dag.benchmarks.report.plain_text import counted, listed
from causal_dag.benchmarks.report.rank_picture import rank_picture
from causal_dag.benchmarks.report.ranks import FEWEST_BLOCKS, FEWEST_SOLVERS, Ranking, ranking
from causal_dag.benchmarks.report.study import Study

_OPENING = (
    "In every block (data, size, scale and seed) the solvers are ranked by SHD; equal ones share "
    "a rank, and a run that did not finish ranks last. Friedman's test asks whether all solvers "
    "are alike, and two average ranks that differ by more than Nemenyi's critical difference are "
    "told apart at 5 % (Demšar 2006). Each scale has its own ranks: raw and standardised columns "
    "of one seed are the same data, and no two blocks. Blocks that share a seed and differ in n "
    "only may share a model too, so the test is somewhat optimistic. Of many "
    "solvers in few blocks it tells few apart; paired differences tell more."
)


def rank_section(study: Study) -> Section:
    """Return a diagram and a table a scale."""
    body: list[Block] = [Paragraph(_OPENING)]
    rankings = {scale: ranking(study, scale) for scale in study.scales}
    pictures = tuple(
        rank_picture(study, found, scale)
        for scale, found in rankings.items()
        if math.isfinite(found.critical_difference)
    )
    if pictures:
        body.append(
            Figure(
                "Critical-difference diagrams: upright bars join solvers that are not told apart. "
                "Baselines are hollow.",
                pictures,
            )
        )
    for scale, found in rankings.items():
        body.append(Paragraph(_sentence(scale, found)))
        if found.n_blocks:
            body.append(_table(study, scale, found))
    return Section("ranks", "Ranks", tuple(body))


def _sentence(scale: str, found: Ranking) -> str:
    sentence = f"{scale} columns: {counted(found.n_blocks, 'block')}."
    if found.n_left_out:
        sentence += (
            f" {counted(found.n_left_out, 'block')} in which not every solver has a record are "
            "left out."
        )
    if found.left_out:
        sentence += (
            f" Without a rank, as their packages are missing: {listed(list(found.left_out))}."
        )
    if math.isfinite(found.critical_difference):
        return sentence + (
            f" Friedman's test: p-value {p_text(found.p_value)}; critical difference "
            f"{found.critical_difference:.2f}."
        )
    return sentence + (
        f" Too few for a test, which needs at least {FEWEST_SOLVERS} solvers in {FEWEST_BLOCKS} "
        "blocks."
    )


def _table(study: Study, scale: str, found: Ranking) -> Table:
    rows = [
        Row(
            str(solver),
            (Entry(f"{rank:.2f}"), Entry(str(int(found.failures[solver])))),
            solver in study.baselines,
        )
        for solver, rank in found.average.items()
    ]
    columns = ("solver", "average rank", "blocks not finished")
    return Table(f"{scale} columns: average ranks by SHD", columns, tuple(rows))
