"""Small problems and few steps: what is tested here is the choice, not the solvers."""

import pytest

from causal_dag import DAGMA, NOTEARS, CoLiDE
from causal_dag.synthetic import make_linear_sem

FEW_STEPS = {"warm_up_iter": 2000, "max_iter": 2000, "learning_rate": 3e-3}


@pytest.fixture(scope="session")
def simulated():
    """Rows of an equal-variance model of five variables, and the model."""
    return make_linear_sem(200, 5, graph="er", edges_per_node=1, random_state=4)


@pytest.fixture(scope="session")
def quick_solvers():
    """Solvers by name, at settings that take some milliseconds."""
    return {
        "notears": NOTEARS(h_tol=1e-3, tol=1e-6),
        "dagma": DAGMA(**FEW_STEPS),
        "colide-ev": CoLiDE(noise="equal", **FEW_STEPS),
        "colide-nv": CoLiDE(noise="unequal", **FEW_STEPS),
    }
