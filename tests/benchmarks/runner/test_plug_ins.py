"""Runs of solvers that other packages have registered."""

from dataclasses import replace

import pytest

from causal_dag.benchmarks.plan.cell import Cell, Method
from causal_dag.benchmarks.runner.fit import python_code
from causal_dag.benchmarks.store.outcome import Status


@pytest.fixture
def cell(small_data):
    return Cell(small_data, Method("plug-in", "hostile", {}, "hostile", "1.0"), 0)


def test_the_solver_of_another_package_is_fitted_in_the_worker(worker, cell, limits):
    outcome = worker.run(cell, limits).outcome
    assert outcome.status is Status.DONE
    assert outcome.measures["edges"] == 0
    assert "make_seeded_solver('hostile', 0)" in python_code(cell).replace(", **{}", "")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": "0.9"}, "hostile 0.9 was planned, but 1.0 is installed here"),
        ({"origin": "ghosts"}, "hostile of ghosts 1.0 is not installed here"),
        (
            {"name": "ghost", "origin": "ghosts"},
            "ghost of ghosts 1.0 is not installed here",
        ),
        ({"origin": "causal-dag"}, "hostile of causal-dag 1.0 is not installed here"),
    ],
)
def test_another_package_or_version_than_the_planned_one_is_missing(
    worker, cell, limits, changes, message
):
    outcome = worker.run(replace(cell, method=replace(cell.method, **changes)), limits).outcome
    assert outcome.status is Status.MISSING
    assert outcome.message == message
