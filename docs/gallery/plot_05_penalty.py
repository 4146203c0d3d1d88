"""
Choosing the penalty
====================

The continuous methods ask for a penalty λ and a threshold on the weights. ``NOTEARSCV``,
``DAGMACV`` and ``CoLiDECV`` try a whole path of penalties and choose both by a criterion.
"""

from causal_dag import TOPOCV, CoLiDE, CoLiDECV
from causal_dag.metrics import structural_hamming_distance
from causal_dag.plotting import plot_path
from causal_dag.synthetic import make_linear_sem

X, sem = make_linear_sem(200, 8, edges_per_node=1, random_state=7)
model = CoLiDECV(criterion="bic", lambdas=12).fit(X)

# %%
# Each line is the weight of an edge along the path, from a strong penalty to a weak one. The upper
# axis counts edges; the vertical line is the chosen λ, dotted lines are the threshold.

plot_path(model)

# %%
# Against the truth, beside the default penalty and threshold:

for name, fitted in {"default": CoLiDE().fit(X), "chosen by BIC": model}.items():
    print(f"{name}: distance {structural_hamming_distance(sem.weights, fitted)}")

# %%
# Order search has a penalty per edge instead of λ. ``TOPOCV`` searches at decreasing penalties,
# each time starting from the previous graph:

plot_path(TOPOCV(lambdas=12).fit(X))
