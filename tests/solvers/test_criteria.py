"""The public criteria: each makes a search."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from causal_dag import TOPO, ExactDAG, kkt_report
from causal_dag.graph import is_dag
from causal_dag.solvers import available_solvers, criteria
from causal_dag.synthetic import make_linear_sem

ARGUMENTS = {"RegressorScore": (LinearRegression(),)}
NAMES = [name for name in criteria.__all__ if name[0].isupper() and name != "Criterion"]


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
    page = (repository / "docs" / "theory" / "order-search.md").read_text(encoding="utf-8")
    for name in NAMES:
        assert f"| `{name}(" in page
    assert "criteria" not in available_solvers()


NAMED = {
    "bic": criteria.BIC(), "bic-ev": criteria.EqualVarianceBIC(),
    "least-squares": criteria.LeastSquares(), "lasso": criteria.Lasso(),
    "colide-ev": criteria.ProfiledCoLiDE("equal"), "colide-nv": criteria.ProfiledCoLiDE("unequal"),
    "logistic": criteria.Logistic(), "poisson": criteria.Poisson(),
    "bdeu": criteria.Categories(), "mixed": criteria.MixedColumns(),
    "mixed-cuts": criteria.MixedColumns(ordered="cuts"),
}  # fmt: skip


def answer(examine):
    """What comes of a criterion: weights, a report, or the sentence that refuses it."""
    try:
        return examine()
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("name", NAMED)
def test_a_name_and_its_object_are_treated_alike_everywhere(name):
    X = make_linear_sem(100, 4, edges_per_node=1, random_state=0)[0]
    if name in {"logistic", "poisson", "bdeu"}:
        X = (np.median(X, axis=0) < X).astype(float)
    searched = TOPO().fit(X)
    for examine in (
        lambda criterion: TOPO(criterion=criterion, n_restarts=1).fit(X).weights_.tolist(),
        lambda criterion: ExactDAG(criterion=criterion).fit(X).weights_.tolist(),
        lambda criterion: kkt_report(searched, X, criterion=criterion).loss_of_graph,
    ):
        by_name, by_object = (
            answer(lambda: examine(criterion))  # noqa: B023
            for criterion in (name, NAMED[name])
        )
        if isinstance(by_name, str):
            assert "ExactDAG" in by_name
            assert name in by_name
            assert isinstance(by_object, str)
            assert type(NAMED[name]).__name__ in by_object
        else:
            assert by_name == by_object
