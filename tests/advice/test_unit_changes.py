"""Edges that survive other units, and those that owe themselves to the given ones."""

import numpy as np
import pandas as pd
import pytest

from causal_dag.advice import unit_change_audit
from causal_dag.scaling import scaled
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_linear_sem


@pytest.fixture(scope="module")
def table():
    X, _ = make_linear_sem(500, 5, edges_per_node=1.5, random_state=3)
    return pd.DataFrame(X, columns=list("abcde"))


def test_a_solver_that_looks_at_units_is_told_from_one_that_does_not(table):
    free = unit_change_audit(make_solver("topo-bic"), table, n_changes=6)
    bound = unit_change_audit(make_solver("topo-bic-ev"), table, n_changes=6)
    assert free.n_classes == 1
    assert bound.n_classes > 1
    assert not bound.is_unit_free


def test_shares_are_those_of_refits_by_hand(table):
    audit = unit_change_audit(make_solver("eqvar"), table, n_changes=4, random_state=7)
    factors = np.exp(np.random.default_rng(7).uniform(np.log(0.1), np.log(10), size=(4, 5)))
    graphs = [
        make_solver("eqvar").fit(changed).adjacency_
        for changed in [
            table,
            scaled(table, "standardized"),
            *(table * factor for factor in factors),
        ]
    ]
    share = np.mean(graphs, axis=0)
    either = np.mean([graph | graph.T for graph in graphs], axis=0)
    assert audit.n_fits == 6
    assert len(audit.edges) == np.count_nonzero(share)
    for edge in audit.edges:
        i, j = "abcde".index(edge.source), "abcde".index(edge.target)
        assert edge.directed == pytest.approx(share[i, j])
        assert edge.either == pytest.approx(either[i, j])
        assert edge.in_given_units == graphs[0][i, j]
        assert edge.in_standardized_units == graphs[1][i, j]


def test_survivors_are_the_edges_that_every_fit_has(table):
    audit = unit_change_audit(make_solver("topo-bic-ev"), table, n_changes=6)
    survivors = audit.survivors()
    sure = {(edge.source, edge.target) for edge in audit.edges if edge.directed == 1.0}
    found = {("abcde"[i], "abcde"[j]) for i, j in np.argwhere(survivors.adjacency)}
    assert found == sure
    assert len(audit.to_frame()) == len(audit.edges)


def test_the_number_of_processes_changes_nothing(table):
    one, two = (
        unit_change_audit(make_solver("topo-bic"), table, n_changes=3, n_jobs=jobs)
        for jobs in (1, 2)
    )
    assert one == two


def test_an_array_has_numbered_columns(table):
    audit = unit_change_audit(make_solver("eqvar"), table.to_numpy(), n_changes=1)
    assert {edge.source for edge in audit.edges} <= {f"x{j}" for j in range(5)}


@pytest.mark.parametrize(
    ("solver", "parameters", "reason"),
    [
        ("topo-logistic", {}, "no units"),
        ("notears", {"init": np.zeros((5, 5))}, "init="),
    ],
)
def test_solvers_without_units_or_with_a_start_in_units_are_refused(
    table, solver, parameters, reason
):
    with pytest.raises(ValueError, match=reason):
        unit_change_audit(make_solver(solver, **parameters), table)


def test_settings_out_of_range_are_refused(table):
    with pytest.raises(ValueError, match="n_changes=0"):
        unit_change_audit(make_solver("eqvar"), table, n_changes=0)
    with pytest.raises(ValueError, match="factors"):
        unit_change_audit(make_solver("eqvar"), table, factors=(10.0, 0.1))


def test_a_solver_that_refuses_the_table_says_why(table):
    table = table.assign(sum=table["a"] + table["b"])
    with pytest.raises(ValueError, match="sum"):
        unit_change_audit(make_solver("eqvar"), table)
