"""Published networks, whose sizes the literature states."""

import json
from importlib.resources import files

import numpy as np
import pytest

from causal_dag.graph import cpdag, is_dag
from causal_dag.synthetic import NETWORKS, load_network

SIZES = {
    "alarm": (37, 46), "arth150": (107, 150), "asia": (8, 8), "child": (20, 25),
    "ecoli70": (46, 70), "hailfinder": (56, 66), "hepar2": (70, 123), "insurance": (27, 52),
    "magic-irri": (64, 102), "magic-niab": (44, 66), "win95pts": (76, 112),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_a_dag_with_its_numbers_of_nodes_and_edges(name):
    network = load_network(name)
    assert (network.n_nodes, network.adjacency.sum()) == SIZES[name]
    assert is_dag(network.weights)
    assert list(network.names) == sorted(network.names)


def test_the_file_holds_the_networks_that_are_listed():
    source = files("causal_dag.synthetic.data") / "networks.json"
    assert (
        sorted(json.loads(source.read_text(encoding="utf-8"))) == sorted(NETWORKS) == sorted(SIZES)
    )


def test_asia_has_the_edges_of_its_figure():
    """Lauritzen and Spiegelhalter (1988), figure 2; only asia - tub and smoke - bronc are open."""
    asia = load_network("asia")
    edges = {(asia.names[i], asia.names[j]) for i, j in np.argwhere(asia.adjacency)}
    assert edges == {
        ("asia", "tub"), ("smoke", "lung"), ("smoke", "bronc"), ("tub", "either"),
        ("lung", "either"), ("either", "xray"), ("either", "dysp"), ("bronc", "dysp"),
    }  # fmt: skip
    pattern = cpdag(asia.weights)
    undirected = np.argwhere(np.triu(pattern & pattern.T))
    open_edges = {(asia.names[i], asia.names[j]) for i, j in undirected}
    assert open_edges == {("asia", "tub"), ("lung", "smoke"), ("bronc", "smoke")}


def test_an_unknown_network_lists_the_known():
    with pytest.raises(ValueError, match="name='alarms' is not known; choose one of 'alarm'"):
        load_network("alarms")
