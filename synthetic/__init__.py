"""Data whose causal graph is known: simulated models, named scenarios, published graphs, a table.

Every function draws from its own ``numpy.random.Generator``; the global random state is never
read or written.
"""

if __name__ != "causal_dag.synthetic":
    raise ImportError(f"import this package as causal_dag.synthetic, not as {__name__!r}")

from causal_dag.synthetic.discrete_network import DiscreteNetwork, make_discrete_network, read_bif
from causal_dag.synthetic.experiments import make_experiments
from causal_dag.synthetic.graphs import GRAPHS, random_dag
from causal_dag.synthetic.lagged_sem import LaggedSEM, make_time_series
from causal_dag.synthetic.latent import LatentSEM, hide_variables
from causal_dag.synthetic.linear_sem import LinearSEM
from causal_dag.synthetic.make_linear import SCALES, WEIGHT_LAWS, make_linear_sem
from causal_dag.synthetic.mechanisms import MECHANISMS
from causal_dag.synthetic.mixed_table import make_mixed_table
from causal_dag.synthetic.networks import NETWORKS, load_network
from causal_dag.synthetic.noise import NOISES
from causal_dag.synthetic.nonlinear_sem import NonlinearSEM, make_nonlinear_sem
from causal_dag.synthetic.onion import onion_weights
from causal_dag.synthetic.sachs import load_sachs
from causal_dag.synthetic.scenarios import SCENARIOS, Scenario, available_scenarios, make_scenario
from causal_dag.synthetic.semisynthetic import fit_linear_sem
from causal_dag.synthetic.weights import random_weights

__all__ = [
    "GRAPHS",
    "MECHANISMS",
    "NETWORKS",
    "NOISES",
    "SCALES",
    "SCENARIOS",
    "WEIGHT_LAWS",
    "DiscreteNetwork",
    "LaggedSEM",
    "LatentSEM",
    "LinearSEM",
    "NonlinearSEM",
    "Scenario",
    "available_scenarios",
    "fit_linear_sem",
    "hide_variables",
    "load_network",
    "load_sachs",
    "make_discrete_network",
    "make_experiments",
    "make_linear_sem",
    "make_mixed_table",
    "make_nonlinear_sem",
    "make_scenario",
    "make_time_series",
    "onion_weights",
    "random_dag",
    "random_weights",
    "read_bif",
]
