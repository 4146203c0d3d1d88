"""
A benchmark of your own
=======================

A suite says which methods meet which data; every run is a process of its own, and finished runs
are kept. The report writes tables, paired tests and pictures; here its records make a picture of
our own.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

from causal_dag.benchmarks.plan import read_suite
from causal_dag.benchmarks.report import write_report
from causal_dag.benchmarks.runner.local_pool import LocalPool
from causal_dag.benchmarks.runner.run import run_suite
from causal_dag.benchmarks.store.store import Store

folder = Path(tempfile.mkdtemp())
(folder / "sizes.toml").write_text(
    """
seeds = 4
[[data]]
scenario = "er2-ev"
n_samples = [50, 200, 800]
n_features = 8
[[solvers]]
name = "topo-bic"
[[solvers]]
name = "colide-ev"
[[solvers]]
name = "eqvar"
"""
)
suite = read_suite(folder / "sizes.toml")
run_suite(suite, folder / "runs.sqlite", LocalPool(2))
with Store.open(folder / "runs.sqlite") as store:
    records = store.records(suite.name)
write_report(records, folder / "report.html", title="Sizes")
sorted(path.name for path in folder.iterdir())

# %%
# Structural Hamming distance against the number of rows, mean and range over the seeds.

records[["solver", "n_samples", "seed", "shd", "cpu_seconds"]].head(4)

# %%
# Mean structural Hamming distance against the number of rows.

fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
baselines = {"empty": "-", "random": "--", "sortnregress-var": "-.", "sortnregress-r2": ":"}
for solver, runs in records.groupby("solver"):
    mean = runs.groupby("n_samples")["shd"].mean()
    if solver in baselines:
        style = {"color": "0.6", "linestyle": baselines[solver]}
    else:
        style = {"marker": "o"}
    ax.plot(mean.index, mean, label=solver, **style)
ax.set(xscale="log", xlabel="rows", ylabel="structural Hamming distance")
ax.set_xticks(mean.index, [str(n) for n in mean.index])
ax.minorticks_off()
ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
ax.spines[["top", "right"]].set_visible(False)
