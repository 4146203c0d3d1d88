"""Which other packages can be compared, and what they offer."""

from collections.abc import Mapping
from pathlib import Path

from causal_dag.benchmarks.peers.installation import installed_version, interpreter
from causal_dag.benchmarks.peers.peer import Peer, PeerMethod
from causal_dag.validation import check_choice

__all__ = [
    "PEERS",
    "Peer",
    "PeerMethod",
    "find_method",
    "find_peer",
    "installed_version",
    "interpreter",
]

ADAPTERS = Path(__file__).parent / "adapters"

# One release that works with every package that needs it, so that environments are alike.
TORCH = ("torch==2.13.0",)

PEERS: Mapping[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer(
            name="causal-learn",
            import_name="causallearn",
            distribution="causal-learn",
            requirements=(("causal-learn==0.1.4.8",),),
            methods={
                "pc": PeerMethod(
                    "PC, stable version, Fisher's z",
                    "pdag",
                    {"alpha": 0.05, "indep_test": "fisherz"},
                ),
                # Its BIC counts lambda_value * log n a parameter: 0.5 is Schwarz's criterion.
                "ges": PeerMethod("greedy equivalence search, BIC", "pdag", {"lambda_value": 0.5}),
                "boss": PeerMethod("best order score search, BIC", "pdag", {"lambda_value": 2.0}),
                "grasp": PeerMethod(
                    "greedy relaxations of the sparsest permutation, BIC",
                    "pdag",
                    {"lambda_value": 2.0},
                ),
            },
            licence="MIT",
            url="https://github.com/py-why/causal-learn",
            adapter=ADAPTERS / "causal_learn.py",
        ),
        Peer(
            name="dagma",
            import_name="dagma",
            distribution="dagma",
            requirements=(TORCH, ("dagma==1.1.1",)),
            methods={
                "dagma-linear": PeerMethod(
                    "DAGMA, linear, least squares",
                    "dag",
                    {"loss_type": "l2", "lambda1": 0.03, "w_threshold": 0.3},
                ),
                "dagma-mlp": PeerMethod(
                    "DAGMA, a network of one hidden layer a variable",
                    "dag",
                    {"hidden": 10, "lambda1": 0.02, "lambda2": 0.005, "w_threshold": 0.3},
                ),
            },
            licence="Apache-2.0",
            url="https://github.com/kevinsbello/dagma",
            adapter=ADAPTERS / "dagma.py",
        ),
        Peer(
            name="flopsearch",
            import_name="flopsearch",
            distribution="flopsearch",
            requirements=(("flopsearch==0.3.0", "numpy"),),
            methods={
                "flop": PeerMethod(
                    "FLOP: iterated local search over orders, BIC",
                    "pdag",
                    {"lambda_bic": 2.0, "restarts": 20},
                ),
            },
            licence="MPL-2.0",
            url="https://github.com/CausalDisco/flopsearch",
            adapter=ADAPTERS / "flopsearch.py",
        ),
        Peer(
            name="gcastle",
            import_name="castle",
            distribution="gcastle",
            requirements=(TORCH, ("gcastle==1.0.4",)),
            methods={
                "notears": PeerMethod(
                    "NOTEARS, linear, least squares", "dag", {"lambda1": 0.1, "w_threshold": 0.3}
                ),
                "golem": PeerMethod(
                    "GOLEM by Adam steps",
                    "dag",
                    {"lambda_1": 0.02, "lambda_2": 5.0, "equal_variances": True},
                ),
                "pc": PeerMethod("PC, Fisher's z", "pdag", {"variant": "original", "alpha": 0.05}),
                "ges": PeerMethod("greedy equivalence search, BIC", "pdag", {"criterion": "bic"}),
                "direct-lingam": PeerMethod("DirectLiNGAM", "dag", {"measure": "pwling"}),
                "ica-lingam": PeerMethod("ICA-LiNGAM", "dag"),
            },
            licence="Apache-2.0",
            url="https://github.com/huawei-noah/trustworthyAI",
            adapter=ADAPTERS / "gcastle.py",
        ),
        Peer(
            name="lingam",
            import_name="lingam",
            distribution="lingam",
            requirements=(("lingam==1.13.0",),),
            methods={
                "direct-lingam": PeerMethod("DirectLiNGAM", "dag", {"measure": "pwling"}),
                "ica-lingam": PeerMethod("ICA-LiNGAM", "dag", {"max_iter": 1000}),
            },
            licence="MIT",
            url="https://github.com/cdt15/lingam",
            adapter=ADAPTERS / "lingam.py",
        ),
        Peer(
            name="pgmpy",
            import_name="pgmpy",
            distribution="pgmpy",
            requirements=(("pgmpy==1.1.2",),),
            methods={
                "hill-climb": PeerMethod(
                    "hill climbing over graphs with a tabu list, BIC",
                    "pdag",
                    {"scoring_method": "bic-g"},
                ),
                "ges": PeerMethod(
                    "greedy equivalence search, BIC", "pdag", {"scoring_method": "bic-g"}
                ),
                "pc": PeerMethod(
                    "PC, partial correlations",
                    "pdag",
                    {"ci_test": "pearsonr", "significance_level": 0.01, "max_cond_vars": 5},
                ),
            },
            licence="MIT",
            url="https://github.com/pgmpy/pgmpy",
            adapter=ADAPTERS / "pgmpy.py",
        ),
    )
}


def find_peer(name: str) -> Peer:
    """Return a peer.

    Raises
    ------
    ValueError
        If there is none of that name; the message lists all.

    Examples
    --------
    >>> from causal_dag.benchmarks.peers.catalogue import find_peer
    >>> find_peer("causal-learn").import_name
    'causallearn'
    """
    check_choice("peer", name, PEERS)
    return PEERS[name]


def find_method(peer: Peer, name: str) -> PeerMethod:
    """Return a method of a peer.

    Raises
    ------
    ValueError
        If there is none of that name; the message lists all.

    Examples
    --------
    >>> from causal_dag.benchmarks.peers.catalogue import find_method, find_peer
    >>> find_method(find_peer("flopsearch"), "flop").output
    'pdag'
    """
    check_choice(f"{peer.name}: method", name, peer.methods)
    return peer.methods[name]
