"""
A first fit
===========

Eleven proteins and phospholipids were measured in 853 single cells (Sachs et al., Science 2005),
and biologists agree on 17 influences among them. How many of those does a table of measurements
show?
"""

# %%
# Every solver is an estimator. ``TOPO`` with its default criterion, BIC, is the one to start with:
# it needs no assumption about units or equal noise variances.

import pandas as pd

from causal_dag import TOPO
from causal_dag.metrics import edge_scores, structural_hamming_distance
from causal_dag.plotting import plot_comparison
from causal_dag.synthetic import load_sachs

sachs = load_sachs()
frame = pd.DataFrame(sachs.data, columns=sachs.feature_names)
model = TOPO().fit(frame)
model.edges_.head()

# %%
# The fit against the consensus. Grey edges are correct; the rest shows what a single table of
# observations cannot settle.

plot_comparison(sachs.adjacency, model, titles=("consensus", "TOPO", "difference"))

# %%
# In numbers: the structural Hamming distance counts extra, missing and reversed edges. The graph
# without edges is at distance 17, so that a small distance alone proves little.

scores = edge_scores(sachs.adjacency, model)
print(structural_hamming_distance(sachs.adjacency, model), "edges differ")
print(f"{scores.n_correct} correct, {scores.n_reversed} reversed, {scores.n_missing} missing")
