"""
Columns of zeros and ones
=========================

Answers of yes and no are no real numbers. ``TOPO(criterion="logistic")`` searches over orders
with one logistic regression per column.
"""

from causal_dag import TOPO
from causal_dag.advice import advise
from causal_dag.plotting import plot_comparison
from causal_dag.synthetic import make_nonlinear_sem

X, sem = make_nonlinear_sem(2000, 7, edges_per_node=1, mechanism="logistic", random_state=3)
X[:3]

# %%
# ``advise`` looks at a table before any fit and names the solver to start with.

advise(X).first.estimator()

# %%
# The logistic score identifies the equivalence class and no more. An open edge that the fit draws
# the other way round counts as reversed here.

model = TOPO(criterion="logistic").fit(X)
plot_comparison(sem.adjacency, model)

# %%
# Against the class of the true graph, in which open edges are undirected:

from causal_dag.metrics import cpdag_distance

cpdag_distance(sem.adjacency, model)
