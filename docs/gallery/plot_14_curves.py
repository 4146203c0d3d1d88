"""
Curves decide directions
========================

Two variables in a linear Gaussian relation fit equally well in both directions. A curve does not:
seen from the effect, it is not a function plus independent noise. ``topo-curves`` fits a smooth
function to every parent, and says of each edge whether its curve decides the direction.
"""

import numpy as np
import pandas as pd

from causal_dag.plotting import plot_graph, plot_mechanisms
from causal_dag.solvers import make_solver

generator = np.random.default_rng(0)
noise = generator.normal(size=(500, 5))
X = pd.DataFrame({"sun": noise[:, 0], "wind": noise[:, 1]})
X["heat"] = np.tanh(2 * X["sun"]) + 0.4 * noise[:, 2]
X["sales"] = np.cos(2 * X["heat"]) + 0.3 * noise[:, 3]
X["waves"] = 0.8 * X["wind"] + 0.5 * noise[:, 4]

# %%
# The relation of wind and waves is linear, so that nothing decides its direction.

model = make_solver("topo-curves").fit(X)
print(model.edges_[["cause", "effect", "decided_by"]].to_string(index=False))
plot_graph(model)

# %%
# What the model has learned of every edge, beside the rows.

plot_mechanisms(model, X)
