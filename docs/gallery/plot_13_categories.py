"""
Tables of categories
====================

Text has no mean and no variance. ``topo-bdeu`` counts labels instead, and the fitted model
speaks in labels.
"""

from causal_dag.plotting import plot_comparison
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_discrete_network

X, network = make_discrete_network(
    3000, 7, edges_per_node=1.2, n_levels=(2, 3), concentration=0.5, random_state=2
)
X.head(3)

# %%
# What the columns hold is detected, and can be stated with ``kinds``.

model = make_solver("topo-bdeu").fit(X)
model.column_kinds_.description()

# %%
# As the data decide no more than the equivalence class, an open edge may be drawn the other way
# round.

plot_comparison(network.adjacency, model)

# %%
# Every column has a table of probabilities given its parents.

child = model.edges_["effect"].iloc[0]
model.probability_tables_[child].round(3)

# %%
# Probabilities under an intervention range over all graphs that fit alike.

cause = model.edges_["cause"].iloc[0]
label = X[cause].iloc[0]
model.interventional_mean({cause: label}).loc[child].round(3)
