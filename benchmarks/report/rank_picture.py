"""Critical-difference diagram: average ranks, and bars over those that are not told apart."""

from causal_dag.benchmarks.report.document import Picture
from causal_dag.benchmarks.report.panels import LONGEST_LABEL, labelled_panel
from causal_dag.benchmarks.report.plain_text import shortened
from causal_dag.benchmarks.report.ranks import Ranking
from causal_dag.benchmarks.report.study import Study
from causal_dag.benchmarks.report.svg import drawing, svg_picture
from causal_dag.plotting.palette import INK, POSITIVE

GREY = "#8a8a8a"
BAR_STEP = 0.055


def rank_picture(study: Study, ranking: Ranking, scale: str) -> Picture:
    """Draw a line a solver, best on top; upright bars join those within a critical difference."""
    solvers = list(ranking.average.index)
    groups = ranking.groups()
    with drawing():
        figure, ax = labelled_panel(f"{scale} columns", (5.6, 1.2 + 0.2 * len(solvers)))
        for place, solver in enumerate(solvers):
            is_baseline = solver in study.baselines
            colour = GREY if is_baseline else POSITIVE
            face = "white" if is_baseline else colour
            rank = ranking.average[solver]
            ax.plot([1.0, rank], [place] * 2, color="#dddddd", linewidth=0.8, zorder=1)
            ax.plot([rank], [place], "o", color=colour, markerfacecolor=face, markersize=6)
            ax.annotate(
                f"{rank:.2f}", (rank, place), xytext=(6, 0), textcoords="offset points",
                va="center", fontsize=8, color=INK,
            )  # fmt: skip
        n_solvers = len(solvers)
        for number, (first, last) in enumerate(groups):
            x = 1.02 + BAR_STEP * number
            ax.plot(
                [x] * 2, [first - 0.3, last + 0.3], color=INK, linewidth=3.0,
                transform=ax.get_yaxis_transform(), clip_on=False, solid_capstyle="butt",
            )  # fmt: skip
        ax.plot([1.0, 1.0 + ranking.critical_difference], [-1.0] * 2, color=INK, marker="|")
        ax.text(
            1.15 + ranking.critical_difference, -1.0,
            f"critical difference {ranking.critical_difference:.2f}", va="center", fontsize=8,
        )  # fmt: skip
        ax.set_yticks(range(n_solvers), [shortened(s, LONGEST_LABEL) for s in solvers])
        ax.set_ylim(n_solvers - 0.4, -1.6)
        ax.set_xlim(0.9, n_solvers + 0.35)
        ax.set_xticks(range(1, n_solvers + 1))
        ax.set_xlabel("average rank by SHD (1 is best)")
        return svg_picture(
            figure,
            f"Average ranks on {scale} columns with the critical difference; the table below holds "
            "the same figures",
        )
