"""Published Bayesian networks: their nodes and edges, without parameters."""

import json
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

import numpy as np

from causal_dag.graph.named_graph import NamedGraph
from causal_dag.validation import check_choice

NetworkName = Literal[
    "alarm", "arth150", "asia", "child", "ecoli70", "hailfinder", "hepar2", "insurance",
    "magic-irri", "magic-niab", "win95pts",
]  # fmt: skip
NETWORKS: tuple[NetworkName, ...] = get_args(NetworkName)


def load_network(name: NetworkName) -> NamedGraph:
    """Load the graph of a published Bayesian network.

    Parameters
    ----------
    name : str
        With nodes and edges: ``"alarm"`` (37, 46), ``"arth150"`` (107, 150), ``"asia"`` (8, 8),
        ``"child"`` (20, 25), ``"ecoli70"`` (46, 70), ``"hailfinder"`` (56, 66), ``"hepar2"``
        (70, 123), ``"insurance"`` (27, 52), ``"magic-irri"`` (64, 102), ``"magic-niab"`` (44, 66),
        ``"win95pts"`` (76, 112). In the literature, arth150, ecoli70 and the two magic networks
        are Gaussian, the others discrete.

    Returns
    -------
    NamedGraph
        The graph, with ``adjacency`` and ``names``. Nodes are sorted by name, so their positions
        say nothing about the causal order, and every edge has weight 1.

    Raises
    ------
    ValueError
        If the network is unknown; the message lists the known ones.

    Notes
    -----
    ``synthetic/data/networks.md`` says where the graphs come from.

    Examples
    --------
    >>> from causal_dag.synthetic import load_network
    >>> ecoli = load_network("ecoli70")
    >>> ecoli.n_nodes, ecoli.adjacency.sum().item(), ecoli.names[:3]
    (46, 70, ('aceB', 'asnA', 'atpD'))
    """
    check_choice("name", name, NETWORKS)
    parents_of = _parents_of_networks()[name]
    position = {node: column for column, node in enumerate(parents_of)}
    weights = np.zeros((len(position), len(position)))
    for node, parents in parents_of.items():
        weights[[position[parent] for parent in parents], position[node]] = 1.0
    return NamedGraph(weights, tuple(parents_of))


@cache
def _parents_of_networks() -> dict[str, dict[str, list[str]]]:
    source = files("causal_dag.synthetic.data") / "networks.json"
    networks: dict[str, dict[str, list[str]]] = json.loads(source.read_text(encoding="utf-8"))
    return networks
