"""
Effects within a row, and of earlier rows
=========================================

In a time series, yesterday's values are causes, too. ``LaggedDAG`` estimates effects within a row
and effects of earlier rows together, and time directs most of the edges.
"""

import pandas as pd

from causal_dag import LaggedDAG
from causal_dag.plotting import plot_summary_graph, plot_unrolled_graph
from causal_dag.synthetic import make_time_series

X, process = make_time_series(500, 5, n_lags=2, random_state=3)
frame = pd.DataFrame(X, columns=["rain", "sales", "price", "visits", "staff"])

# %%
# The number of earlier rows that act is chosen among several by BIC.

model = LaggedDAG(n_lags=[1, 2, 3]).fit(frame)
print(model.summary())

# %%
# Unrolled: one column per row of time, and all edges into the current row.

plot_unrolled_graph(model)

# %%
# One node per variable, with the lags on the edges; 0 is an effect within a row.

plot_summary_graph(model)

# %%
# Forecasts use the fitted equations, also with a variable that is set.

print(model.forecast(frame, 2).round(2))
print(model.forecast(frame, 2, do={"price": 1.0}).round(2))
