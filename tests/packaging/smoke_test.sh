#!/usr/bin/env bash
# What a user does first, with an installed wheel and nothing else: smoke_test.sh BIN_FOLDER
set -euo pipefail
bin=$1
"$bin/causal-dag" --help >/dev/null
"$bin/causal-dag" solvers
"$bin/causal-dag" simulate --nodes 8 --samples 500 --random-state 1 \
  --output data.csv --graph-output truth.json
# The same is said the first time, when solvers are being compiled, and later.
"$bin/causal-dag" advise data.csv --json >first.json
"$bin/causal-dag" advise data.csv --json >later.json
cmp first.json later.json
"$bin/causal-dag" fit data.csv --solver topo-ls --output fitted
"$bin/causal-dag" compare data.csv --truth truth.json --solver eqvar --solver colide-ev
"$bin/causal-dag" evaluate truth.json fitted.json
"$bin/causal-dag" plot truth.json fitted.json --output difference.png
"$bin/causal-dag" advise data.csv --unit-changes 3
printf 'seeds = 2\n[[data]]\nscenario = "er2-ev"\nn_samples = 100\nn_features = 6\n[[solvers]]\nname = "eqvar"\n' \
  >small.toml
"$bin/causal-dag" bench list
"$bin/causal-dag" bench run small.toml --jobs 2
"$bin/causal-dag" bench report small --output report.html
"$bin/causal-dag" bench export small --output runs.csv
"$bin/causal-dag" bench peers list
"$bin/python" - <<'PY'
from pathlib import Path

import causal_dag
from causal_dag import CoLiDE
from causal_dag.metrics import structural_hamming_distance
from causal_dag.synthetic import load_sachs

assert "site-packages" in Path(causal_dag.__file__).parts, causal_dag.__file__
sachs = load_sachs()
distance = structural_hamming_distance(sachs.adjacency, CoLiDE().fit(sachs.data))
assert distance == 13, distance
PY
echo "smoke test passed"
