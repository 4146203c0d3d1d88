"""
Sampling, and what happens if
=============================

A fitted model is a structural equation model: rows can be drawn from it, also from the model in
which a variable is set by hand, which no row of the table shows.
"""

import matplotlib.pyplot as plt

from causal_dag import TOPO
from causal_dag.plotting import plot_graph
from causal_dag.synthetic import make_linear_sem

X, sem = make_linear_sem(1000, 6, edges_per_node=1.5, random_state=11)
model = TOPO(criterion="bic-ev").fit(X)
plot_graph(model)

# %%
# Total effects run along all directed paths. Which pair has the largest?

import numpy as np

effects = model.total_effects()
cause, effect = np.unravel_index(np.abs(effects).argmax(), effects.shape)
print(f"x{cause} -> x{effect}: {effects[cause, effect]:.2f} per unit")

# %%
# The effect's distribution if the cause is set to 2, in the fitted model and in the true one, and
# without an intervention.

fig, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
bins = np.linspace(-20, 20, 81)
options = {"bins": bins, "density": True, "histtype": "step", "linewidth": 1.5}
do = {int(cause): 2.0}
ax.hist(X[:, effect], **options, color="0.6", label="observed")
ax.hist(model.sample(5000, do=do)[:, effect], **options, color="tab:blue", label="fitted, do(2)")
ax.hist(sem.sample(5000, do=do)[:, effect], **options, color="tab:orange", label="true, do(2)")
ax.set(xlabel=f"x{effect}", ylabel="density")
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
