"""Time and memory: what a fit costs."""

from causal_dag.benchmarks.report.by_setting import by_setting
from causal_dag.benchmarks.report.document import Block, Paragraph, Section
from causal_dag.benchmarks.report.measures import COST, PEAK, WALL
from causal_dag.benchmarks.report.setting_table import setting_table
from causal_dag.benchmarks.report.size_picture import size_figure
from causal_dag.benchmarks.report.study import Study
from causal_dag.benchmarks.report.trade_off_picture import trade_off_figure


def cost_section(study: Study) -> Section:
    """Return time and memory: pictures, and a table a setting."""
    figures = [
        trade_off_figure(study),
        *(
            size_figure(study, measure, size, is_cost=True)
            for measure in (WALL, PEAK)
            for size in ("n_features", "n_samples")
        ),
    ]
    body: list[Block] = [Paragraph(_COST)]
    body += [figure for figure in figures if figure is not None]
    body += by_setting(study, lambda setting: (setting_table(study, setting, COST),))
    return Section("cost", "Time and memory", tuple(body))


_COST = (
    "Of the fit alone, in a process of its own, after compiled code was loaded. CPU time above "
    "wall time means several threads. Peak memory includes Python and the packages; the last "
    "column is what the fit added. Means ± standard deviations over the seeds that finished; a "
    "dagger † marks fewer than all."
)
