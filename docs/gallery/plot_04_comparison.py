"""
Comparing solvers
=================

``compare_solvers`` fits several solvers to one table, on the raw and on the standardized columns,
and always adds the baselines: the empty graph, a random one, and sorting by variance or R².
"""

from causal_dag.comparison.compare import compare_solvers
from causal_dag.synthetic import load_sachs

sachs = load_sachs()
solvers = ["topo-bic", "topo-ls", "colide-ev", "direct-lingam"]
comparison = compare_solvers(sachs.data, solvers, feature_names=sachs.feature_names)

# %%
# Without a known graph, BIC ranks the graphs, whatever weights the solvers gave them.
# ``varsortability`` near 1 means that the answer follows the order of the variances.

frame = comparison.to_frame()
frame.loc[frame["scale"] == "raw"].sort_values("bic")[
    ["solver", "edges", "bic", "varsortability", "r2_sortability"]
]

# %%
# On which edges do the solvers agree? Each row is a pair of columns, each bar the share of the
# solvers that join them, split by direction. Agreement is no proof: solvers that rest on the same
# assumption err together.

import matplotlib.pyplot as plt
import numpy as np

pairs = [pair for pair in comparison.agreement() if pair.adjacent > 0.25]
fig, ax = plt.subplots(figsize=(7, 4.4), layout="constrained")
rows = np.arange(len(pairs))[::-1]
directed = np.array([pair.directed for pair in pairs])
turned = np.array([pair.reversed for pair in pairs])
undecided = np.array([pair.adjacent for pair in pairs]) - directed - turned
ax.barh(rows, directed, color="tab:blue", label="cause → effect")
ax.barh(rows, turned, left=directed, color="tab:orange", label="cause ← effect")
ax.barh(rows, undecided, left=directed + turned, color="0.8", label="direction left open")
ax.set_yticks(rows, [f"{pair.cause} – {pair.effect}" for pair in pairs])
ax.set_xlabel("share of the solvers")
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
