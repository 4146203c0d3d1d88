"""
Non-Gaussian noise decides directions
=====================================

With Gaussian noise, the two directions of a single edge fit equally well. With any other noise
they do not: the residual is independent of the cause only in the true direction.
``topo-nongaussian`` and ``DirectLiNGAM`` use this.
"""

import matplotlib.pyplot as plt

from causal_dag import TOPO
from causal_dag.plotting import plot_comparison
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_linear_sem

X, sem = make_linear_sem(
    1000, 6, edges_per_node=1, noise="uniform", scale="standardized", random_state=2
)

# %%
# BIC looks at covariances only and leaves edges open. The entropies of the residuals direct all of
# them here, in any units. Every direction is tested, and stays open where the noise does not decide
# it.

model = make_solver("topo-nongaussian").fit(X)
print("left open by BIC:", (TOPO().fit(X).edges_["decided_by"] == "open").sum())
print("left open by the noise:", (model.edges_["decided_by"] == "open").sum())
plot_comparison(sem.weights, model, titles=("truth", "topo-nongaussian", "difference"))

# %%
# Why it works: one true edge, and the residuals both ways. In the true direction nothing is left
# to see; in the other one the residual depends on the regressor.

cause, effect = max(zip(*sem.adjacency.nonzero(), strict=True), key=lambda e: abs(sem.weights[e]))
x, y = X[:, cause], X[:, effect]
slope = x @ y / len(x)
fig, axes = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained", sharey=True)
axes[0].scatter(x, y - slope * x, s=4, alpha=0.5)
axes[0].set(title="effect given cause", xlabel="cause", ylabel="residual")
axes[1].scatter(y, x - slope * y, s=4, alpha=0.5, color="tab:orange")
axes[1].set(title="cause given effect", xlabel="effect")
