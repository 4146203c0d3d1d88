"""Every installed package finds an asymmetric graph, its edges in our direction.

Run them with ``CAUSAL_DAG_PEERS`` set, after ``causal-dag bench peers install``.
"""

import numpy as np
import pytest

from causal_dag.benchmarks.peers.call import fit_peer
from causal_dag.benchmarks.peers.catalogue import PEERS
from causal_dag.benchmarks.peers.installation import installed_version

pytestmark = pytest.mark.slow

#: 0 -> 2 <- 1, 2 -> 3, 3 -> 4: the collider makes every direction identifiable, without any
#: assumption on the noise.
EDGES = [(0, 2), (1, 2), (2, 3), (3, 4)]
#: Fewer steps than their defaults, which take minutes.
PARAMETERS = {
    ("gcastle", "golem"): {"num_iter": 3000, "learning_rate": 0.01},
    ("dagma", "dagma-mlp"): {"warm_iter": 1000, "max_iter": 2000, "lr": 0.003},
}

#: They end in local optima here: pgmpy's, which breaks ties by rounding, with an edge 0 - 1 that
#: leaves all undirected, andrey's with two edges too many (seeds 0 and 1, not 2). Their answers are
#: converted as those of the other methods of their packages are. VARLiNGAM needs a time series.
LEFT_OUT = [("pgmpy", "hill-climb"), ("andrey-core", "grasp"), ("lingam", "varlingam")]
METHODS = [(peer, name) for peer in PEERS for name in PEERS[peer].methods]


@pytest.fixture(scope="module")
def rows():
    """Equal variances and uniform noise: what each method assumes holds."""
    X = np.random.default_rng(3).uniform(-1.7, 1.7, size=(2000, 5))
    X[:, 2] += 1.0 * X[:, 0] - 1.4 * X[:, 1]
    X[:, 3] += 0.9 * X[:, 2]
    X[:, 4] += 1.1 * X[:, 3]
    return X


@pytest.mark.parametrize(("peer", "name"), [pair for pair in METHODS if pair not in LEFT_OUT])
def test_edges_point_from_cause_to_effect(rows, peer, name):
    version = installed_version(PEERS[peer])
    if version is None:
        pytest.skip(f"{peer} is not installed")
    fit = fit_peer(peer, name, rows, 0, PARAMETERS.get((peer, name), {}), version)
    found = [(int(i), int(j)) for i, j in np.argwhere(fit.weights)]
    assert found == EDGES
