"""
A model in a file
=================

A fitted model is saved as a JSON document and loaded with the same predictions to the last bit.
Graphs can be written for other programs.
"""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from causal_dag import CoLiDE, load_model
from causal_dag.graph_files import read_graph, write_graph
from causal_dag.plotting import plot_weights
from causal_dag.synthetic import load_sachs

folder = Path(tempfile.mkdtemp())
sachs = load_sachs()
data = pd.DataFrame(sachs.data, columns=sachs.feature_names)
model = CoLiDE(noise="unequal").fit(data)
model.save(folder / "model.json")
loaded = load_model(folder / "model.json")
print(np.array_equal(loaded.predict(data), model.predict(data)))

# %%
# The weights in causal order: the row is the cause, the column the effect, and all of them stand
# above the diagonal.

plot_weights(loaded)

# %%
# The ending of a file decides its format; any of them can be read again if it holds a graph.

write_graph(model, folder / "graph.dot")
print((folder / "graph.dot").read_text())
read_graph(folder / "graph.dot").names
