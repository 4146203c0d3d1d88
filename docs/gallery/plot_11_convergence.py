"""
How a fit went
==============

A continuous solver works in stages. ``trace_`` keeps a record of each, and ``plot_convergence``
draws them: objective, score, acyclicity and the parameter that forces the graph to become
acyclic.
"""

from causal_dag import NOTEARS, CoLiDE
from causal_dag.plotting import plot_convergence
from causal_dag.synthetic import make_linear_sem

X, sem = make_linear_sem(1000, 12, edges_per_node=2, random_state=0)
fits = {"NOTEARS": NOTEARS().fit(X), "CoLiDE": CoLiDE().fit(X)}
plot_convergence(fits)

# %%
# ``status_`` says in words how it ended, ``projection_`` what the threshold and the projection to a
# DAG cut.

for name, fit in fits.items():
    print(f"{name}: {fit.status_}")
    print(f"    threshold removed {fit.projection_.n_below_threshold} weights")
