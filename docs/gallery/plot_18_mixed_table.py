"""
Numbers and labels in one table
===============================

``topo-mixed`` takes numbers, text, booleans and categoricals side by side. Levels without an order
are scored as indicators, and the fitted model answers in the types of the table.
"""

from causal_dag.plotting import plot_comparison
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_mixed_table

X, adjacency = make_mixed_table(1000, 8, edges_per_node=1.2, random_state=3)
X.head(3).round(2)

# %%
# What the columns hold is detected, and can be stated with ``kinds``.

model = make_solver("topo-mixed").fit(X)
model.column_kinds_.description()

# %%
# A weight is a strength of dependence between 0 and 1. Between two numbers it is their partial
# correlation given the other parents, with its sign.

model.edges_

# %%
# As the data decide no more than the equivalence class, an open edge may be drawn the other way
# round.

plot_comparison(adjacency, model)

# %%
# Samples under an intervention are rows of numbers and labels; ``member=0`` draws them from the
# fitted graph where directions are open.

cause = model.edges_["cause"].iloc[0]
model.sample(2000, do={cause: X[cause].iloc[0]}, member=0).head(3).round(2)
