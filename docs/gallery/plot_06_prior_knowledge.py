"""
Prior knowledge
===============

Data often leave directions open that anyone who knows the subject can tell: a price list comes
before the sales of the month. Prior knowledge holds exactly, in every solver.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from causal_dag import TOPO, PriorKnowledge
from causal_dag.plotting import plot_graph

rng = np.random.default_rng(0)
price = rng.normal(size=500)
adverts = 0.6 * price + rng.normal(size=500)
visits = 0.8 * adverts + rng.normal(size=500)
sales = 0.7 * visits - 0.5 * price + rng.normal(size=500)
frame = pd.DataFrame({"price": price, "adverts": adverts, "visits": visits, "sales": sales})

# %%
# Three tiers: no edge from a later tier to an earlier one. They direct edges inside and between
# the tiers that the data leave open.

alone = TOPO().fit(frame)
knowledge = PriorKnowledge(tiers=[["price"], ["adverts", "visits"], ["sales"]])
informed = TOPO(prior_knowledge=knowledge).fit(frame)

fig, axes = plt.subplots(1, 2, figsize=(8, 4.5), layout="constrained")
for ax, model, title in zip(axes, (alone, informed), ("data alone", "with tiers"), strict=True):
    plot_graph(model, ax=ax)
    ax.set_title(title)

# %%
# ``decided_by`` says for each edge whether the data or the knowledge decided its direction.

informed.edges_
