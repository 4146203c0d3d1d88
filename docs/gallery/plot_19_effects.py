"""
Effects with honest ranges
==========================

Several graphs fit alike, and the effect of one column on another can be a different one in each.
``effect`` returns all of them, with intervals, and the edges that would decide.
"""

import matplotlib.pyplot as plt

from causal_dag import TOPO, PriorKnowledge
from causal_dag.plotting import plot_graph
from causal_dag.synthetic import make_linear_sem

X, sem = make_linear_sem(1000, 6, edges_per_node=2, random_state=3)
model = TOPO().fit(X)
plot_graph(model)

# %%
# What do the other columns do to column 2?

frame = model.effects(on=2)
frame.round(2)

# %%
# A line per column, from the lowest to the highest number in the intervals of its possible effects.

fig, ax = plt.subplots(figsize=(7, 3), layout="constrained")
shown = frame.iloc[::-1]
ax.hlines(shown["cause"], shown["interval_low"], shown["interval_high"], linewidth=3)
ax.plot(shown["lowest"], shown["cause"], "k|", shown["highest"], shown["cause"], "k|")
ax.axvline(0.0, color="0.7", linewidth=1)
ax.set(xlabel="change of x2 per unit")
ax.spines[["top", "right"]].set_visible(False)

# %%
# In words:

print(model.effect(4, 2))

# %%
# Knowing that direction decides the effect.

known = TOPO(prior_knowledge=PriorKnowledge(forbidden=[(4, 3)])).fit(X)
print(known.effect(4, 2))
