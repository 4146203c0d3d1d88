"""Hostile inputs for every solver: each ends in a DAG, or in an error that names what is wrong."""

import numpy as np
import pytest

from causal_dag.benchmarks.fuzz.__main__ import main
from causal_dag.benchmarks.fuzz.cases import TABLES, Case, draw_case, violation
from causal_dag.registry import available_solvers


@pytest.mark.parametrize("hundred", range(5))
def test_a_hundred_hostile_inputs_end_as_they_may(hundred):
    solvers = available_solvers()
    for seed in range(100 * hundred, 100 * (hundred + 1)):
        case = draw_case(np.random.default_rng(seed), solvers)
        assert violation(case) is None, (seed, case)


@pytest.mark.parametrize("table", TABLES)
def test_every_kind_of_table_is_fitted_or_refused_by_the_default_solver(table):
    for seed in range(3):
        assert violation(Case("topo-bic", {}, TABLES[table](np.random.default_rng(seed)))) is None


def test_what_is_wrong_is_found():
    class Leaky(Case):
        def estimator(self):
            estimator = super().estimator()
            estimator.solve = lambda problem: 1 / 0
            return estimator

    assert violation(Leaky("empty", {}, [[1.0, 2.0], [2.0, 1.0]])).startswith("ZeroDivisionError")


def test_the_command_counts_and_reports(monkeypatch, capfd):
    monkeypatch.setattr("sys.argv", ["fuzz", "--inputs", "3"])
    assert main() == 0
    assert capfd.readouterr().out.startswith("3 inputs, 0 wrong, longest fit ")
