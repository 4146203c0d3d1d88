"""Arguments of a wrong type are refused by what is called, in a line that a message can be."""

import numpy as np
import pytest

from causal_dag import (
    NOTEARS,
    EmptyDAG,
    Moments,
    PriorKnowledge,
    graph,
    kkt_report,
    load_model,
    plotting,
    selection,
    synthetic,
)
from causal_dag.advice import audit_table, unit_change_audit
from causal_dag.comparison.compare import compare_solvers
from causal_dag.constraints import Constraints
from causal_dag.graph_files import read_graph, write_graph
from causal_dag.problem import Problem
from causal_dag.solvers import make_solver

X = np.random.default_rng(0).normal(size=(30, 2))
EDGE = np.array([[0, 1], [0, 0]])
PROBLEM = Problem(Moments.from_rows(X), Constraints.none(2))
MODEL = EmptyDAG().fit(X)

CALLS = {
    "random_state of a model": lambda v: MODEL.sample(3, random_state=v),
    "random_state of a graph": lambda v: synthetic.random_dag(3, random_state=v),
    "random_state of an audit": lambda v: unit_change_audit(EmptyDAG(), X, random_state=v),
    "factors": lambda v: unit_change_audit(EmptyDAG(), X, factors=v),
    "estimator of an audit": lambda v: unit_change_audit(v, X),
    "estimator of a path": lambda v: selection.regularization_path(v, X),
    "estimator of a grid": lambda v: selection.smallest_empty_lambda(v, PROBLEM),
    "problem": lambda v: selection.lambda_grid(NOTEARS(), v, 3),
    "prior_knowledge of an audit": lambda v: audit_table(X, prior_knowledge=v),
    "prior_knowledge": lambda v: compare_solvers(X, ["empty"], prior_knowledge=v),
    "prior_knowledge of a certificate": lambda v: kkt_report(MODEL, X, prior_knowledge=v),
    "weight_threshold": lambda v: graph.project_to_dag(EDGE, weight_threshold=v),
    "edges_within_tiers": lambda v: PriorKnowledge(edges_within_tiers=v),
    "max_parents": lambda v: PriorKnowledge(max_parents=v),
    "ax of a graph": lambda v: plotting.plot_graph(EDGE, ax=v),
    "ax of a heat map": lambda v: plotting.plot_weights(EDGE, ax=v),
    "titles": lambda v: plotting.plot_comparison(EDGE, EDGE, titles=v),
    "runs": plotting.plot_convergence,
    "name": make_solver,
    "path of a model": load_model,
    "path to a model": MODEL.save,
    "path of a graph": read_graph,
    "path to a graph": lambda v: write_graph(EDGE, v),
    "noise_variance": lambda v: synthetic.LinearSEM(EDGE, noise_variance=v),
    "weight_range": lambda v: synthetic.random_weights(EDGE, weight_range=v),
}


@pytest.mark.parametrize("argument", CALLS)
def test_a_value_of_a_wrong_type_is_refused_in_one_short_line(argument):
    for value in (np.zeros((9, 9)), [np.zeros((9, 9))], object(), {"a": "two\nlines"}):
        with pytest.raises((TypeError, ValueError)) as refusal:
            CALLS[argument](value)
        assert "\n" not in str(refusal.value)
        assert len(str(refusal.value)) < 600


@pytest.mark.parametrize("factors", [(2.0, 1.0), (0.0, 1.0), (1.0,), (1.0, 2.0, 3.0)])
def test_factors_of_units_are_a_range(factors):
    with pytest.raises(ValueError, match="factors="):
        unit_change_audit(EmptyDAG(), X, factors=factors)
