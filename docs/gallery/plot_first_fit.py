"""
A first fit
===========

The Sachs table holds the amounts of eleven proteins in 853 cells.
"""

from causal_dag import TOPO
from causal_dag.plotting import plot_comparison
from causal_dag.synthetic import load_sachs

sachs = load_sachs()
model = TOPO().fit(sachs.data)
plot_comparison(sachs.adjacency, model)
