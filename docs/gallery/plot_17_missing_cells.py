"""
Missing cells
=============

Rows with gaps need not be thrown away: ``missing="em"`` estimates the covariance from incomplete
rows. What that saves, and when dropping rows misleads.
"""

import numpy as np

from causal_dag import TOPO
from causal_dag.metrics import cpdag_distance
from causal_dag.plotting import plot_comparison
from causal_dag.synthetic import make_linear_sem

X, sem = make_linear_sem(1000, 8, edges_per_node=1.5, random_state=4)
gappy = np.where(np.random.default_rng(0).random(X.shape) < 0.2, np.nan, X)
dropped = TOPO(missing="drop").fit(gappy)
print(dropped.missing_cells_.sentence)

# %%
# A fifth of the cells is missing, and most rows lack at least one. Incomplete rows hold far more:

model = TOPO(missing="em").fit(gappy)
print(model.missing_cells_.sentence)

# %%

for name, fitted in {"complete rows": dropped, "incomplete rows": model}.items():
    print(f"{name}: distance to the true class {cpdag_distance(sem, fitted)}")
plot_comparison(sem.weights, model)

# %%
# Now a cell is missing wherever another column of its row is large. Complete rows are a selection
# then, and regressions on them are biased. ``advise`` tests for it.

from causal_dag.advice import audit_table

effect = int(sem.weights.any(axis=0).argmax())
cause = int(np.abs(sem.weights[:, effect]).argmax())
selected = X.copy()
is_large = X[:, effect] > np.quantile(X[:, effect], 0.6)
selected[is_large, cause] = np.nan
print(audit_table(selected).little)

# %%
# The distribution of the cause, as each policy estimates it:

print(f"all cells:       mean {X[:, cause].mean():.2f}, sd {X[:, cause].std():.2f}")
for policy in ("drop", "em"):
    rows = TOPO(missing=policy).fit(selected).sample(100_000)[:, cause]
    print(f"missing={policy!r}: mean {rows.mean():.2f}, sd {rows.std():.2f}")
