"""Arranges what is said of every setting, so that a reader finds one among many."""

from collections.abc import Callable

from causal_dag.benchmarks.report.document import Block, Fold, Part
from causal_dag.benchmarks.report.plain_text import counted
from causal_dag.benchmarks.report.study import Setting, Study

# More settings than these are folded away, a fold a data set.
MOST_OPEN = 4


def by_setting(study: Study, blocks: Callable[[Setting], tuple[Block, ...]]) -> list[Block]:
    """Return a part a setting; where they are many, folded by data set."""
    parts = {setting: Part(setting.label, blocks(setting)) for setting in study.settings}
    if len(parts) <= MOST_OPEN:
        return list(parts.values())
    folds: list[Block] = []
    for data in dict.fromkeys(setting.data for setting in study.settings):
        inside = tuple(part for setting, part in parts.items() if setting.data == data)
        folds.append(Fold(f"{data}: {counted(len(inside), 'setting')}", inside, is_open=False))
    return folds
