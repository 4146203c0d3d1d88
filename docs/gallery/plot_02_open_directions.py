"""
What the data left open
=======================

Linear Gaussian data determine a graph only up to Markov equivalence: some edges could point
either way without any change of the likelihood. A fit says which.
"""

from causal_dag import TOPO
from causal_dag.plotting import plot_graph
from causal_dag.synthetic import make_linear_sem

X, sem = make_linear_sem(
    1000, 8, edges_per_node=1, noise_variance=(0.5, 2.0), scale="standardized", random_state=4
)
model = TOPO().fit(X)

# %%
# An edge with an arrow head points the same way in every graph of the equivalence class. An edge
# without one is open: ``weights_`` gives it a direction, but the data did not.

plot_graph(model)

# %%
# The same as a table: ``decided_by`` is ``data`` or ``open``.

model.edges_

# %%
# The equivalence class itself is ``cpdag_``, in which an open edge is set in both directions. For
# these pairs of variables the effect of one on the other is not determined either:

from causal_dag.graph import undecided_effects

undecided_effects(model.cpdag_)
