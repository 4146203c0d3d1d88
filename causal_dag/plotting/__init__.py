"""Pictures in plain matplotlib: graphs, comparisons, heat maps, traces, regularization paths.

Every function returns a ``matplotlib.figure.Figure`` and leaves pyplot's global state alone.
"""

from causal_dag.plotting.certainty_plot import plot_certainty
from causal_dag.plotting.check_plot import plot_graph_check
from causal_dag.plotting.comparison_plot import plot_comparison
from causal_dag.plotting.graph_plot import plot_graph
from causal_dag.plotting.lagged_plots import plot_summary_graph, plot_unrolled_graph
from causal_dag.plotting.mechanisms_plot import plot_mechanisms
from causal_dag.plotting.trace_plots import plot_convergence, plot_path
from causal_dag.plotting.weights_plot import plot_weights

__all__ = [
    "plot_certainty",
    "plot_comparison",
    "plot_convergence",
    "plot_graph",
    "plot_graph_check",
    "plot_mechanisms",
    "plot_path",
    "plot_summary_graph",
    "plot_unrolled_graph",
    "plot_weights",
]
