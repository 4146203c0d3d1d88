"""The public criteria: each makes a search."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from causal_dag import TOPO
from causal_dag.graph import is_dag
from causal_dag.solvers import available_solvers, criteria
from causal_dag.synthetic import make_linear_sem

ARGUMENTS = {"RegressorScore": (LinearRegression(),)}
NAMES = [name for name in criteria.__all__ if name != "Criterion"]


@pytest.mark.parametrize("name", NAMES)
def test_every_public_criterion_makes_a_search(name):
    criterion = getattr(criteria, name)(*ARGUMENTS.get(name, ()))
    assert isinstance(criterion, criteria.Criterion)
    model = TOPO(criterion=criterion, n_restarts=1, random_state=0, weight_threshold=0.1)
    X = make_linear_sem(200, 4, edges_per_node=1, random_state=0)[0]
    X = X if model.column_values == "real" else (np.median(X, axis=0) < X).astype(float)
    model.fit(X)
    assert model.adjacency_.any()
    assert is_dag(model.adjacency_)
    assert not np.tril(model.raw_weights_[np.ix_(model.order_, model.order_)]).any()


def test_every_documented_criterion_is_public(repository):
    page = (repository / "docs" / "solvers.md").read_text(encoding="utf-8")
    for name in NAMES:
        assert f"| `{name}(" in page
    assert "criteria" not in available_solvers()
