"""
Rows from experiments
=====================

Sachs et al. measured proteins in cells that they also treated with substances which activate or
inhibit one of them. These rows direct edges that observations leave open.
"""

import matplotlib.pyplot as plt
import numpy as np

from causal_dag import TOPO
from causal_dag.plotting import plot_graph
from causal_dag.synthetic import load_sachs

sachs = load_sachs("all", as_frame=True)
intensities = np.log(sachs.data)

# %%
# ``targets`` has one entry per row. Two conditions only stimulate the cells, and have none.

print({name: sachs.targets.count(name) for name in dict.fromkeys(sachs.targets)})

# %%
# The intensities differ between conditions for many reasons, so means are compared within
# conditions, as they are by default. A substance changes how its target responds to others without
# setting its value: ``intervention="soft"``.

is_observed = sachs.row_conditions == sachs.row_conditions[0]
alone = TOPO().fit(intensities[is_observed])
model = TOPO(intervention="soft", n_restarts=20).fit(intensities, targets=sachs.targets)

fig, axes = plt.subplots(1, 2, figsize=(11, 6), layout="constrained")
for ax, fitted, title in zip(axes, (alone, model), ("observations", "all conditions"), strict=True):
    plot_graph(fitted, ax=ax)
    ax.set_title(title)

# %%
# What decided the directions:

model.edges_["decided_by"].value_counts()
