"""What registers itself is checked at once, so that nothing else is broken by it later."""

import subprocess
import sys

import pytest

from causal_dag import EmptyDAG
from causal_dag.graph_files import register_format
from causal_dag.metrics.registry import register_metric
from causal_dag.solvers import make_solver, register_solver
from causal_dag.solvers.continuous.acyclicity import acyclicity_functions, register_acyclicity
from causal_dag.solvers.criteria import BIC, available_criteria, register_criterion

REGISTER = {
    "solver": lambda name: register_solver(name, EmptyDAG),
    "criterion": lambda name: register_criterion(name, BIC),
    "metric": lambda name: register_metric(name, max, title="Largest"),
    "format": lambda name: register_format(name, write=max),
    "acyclicity": lambda name: register_acyclicity(name)(EmptyDAG),
}


@pytest.mark.parametrize("kind", REGISTER)
@pytest.mark.parametrize("name", [3, None, "", "two\nlines", "\x1b[31mred"])
def test_names_are_strings_that_can_be_shown(kind, name):
    with pytest.raises(ValueError, match=rf"^{kind} name .* printable characters; .*another name$"):
        REGISTER[kind](name)


@pytest.mark.parametrize("kind", REGISTER)
@pytest.mark.parametrize("name", [" ", " mine", "mine ", "\u00a0"])
def test_names_have_no_blanks_at_their_ends_that_nobody_sees(kind, name):
    with pytest.raises(ValueError, match=rf"^{kind} name .*another name$"):
        REGISTER[kind](name)


@pytest.mark.parametrize("kind", ["solver", "criterion", "acyclicity", "metric", "format"])
def test_a_name_that_is_taken_is_refused(kind):
    taken = {"solver": "notears", "criterion": "lasso", "metric": "shd", "format": ".dot"}
    with pytest.raises(ValueError, match=r"choose another"):
        REGISTER[kind](taken.get(kind, "polynomial"))
    assert "polynomial" in acyclicity_functions()


@pytest.mark.parametrize("ending", ["dot", ".DOT"])
def test_endings_are_written_as_they_are_looked_up(ending):
    with pytest.raises(ValueError, match=r"is not lower case with a dot, such as"):
        register_format(ending, write=max)


def test_criteria_are_dataclasses_that_score_orders():
    with pytest.raises(TypeError, match=r"'mine'\): 3 is not a dataclass with the method"):
        register_criterion("mine", 3)
    with pytest.raises(ValueError, match=r"'mine' has no field 'lambda1'; it has: penalty, gamma"):
        register_criterion("mine", BIC, lambda1=1.0)
    assert "mine" not in available_criteria()


def test_metrics_are_functions_with_a_known_direction():
    with pytest.raises(ValueError, match=r"^better='up' is not known; choose one of 'lower'"):
        register_metric("mine", max, title="Mine", better="up")
    with pytest.raises(ValueError, match=r"^function=3 must be callable$"):
        register_metric("mine", 3, title="Mine")


def test_what_is_no_name_is_an_unknown_solver():
    with pytest.raises(ValueError, match=r"^unknown solver \['notears'\]; did you mean 'notears'"):
        make_solver(["notears"])


UNUSED = """
import sys
from causal_dag.registry import register_solver
from causal_dag.solvers.empty_dag import EmptyDAG
from causal_dag.graph_files.formats import register_format
from causal_dag.solvers.order.criteria.criterion import register_criterion
from causal_dag.solvers.order.criteria.least_squares import LeastSquares

for module, register in {
    "graph_files.json_documents": lambda: register_format(".json", write=max),
    "solvers.order.criteria.lasso": lambda: register_criterion("lasso", LeastSquares),
    "solvers.notears": lambda: register_solver("notears", EmptyDAG),
}.items():
    assert f"causal_dag.{module}" not in sys.modules, module
    try:
        register()
    except ValueError as error:
        print(error)
from causal_dag.solvers import available_solvers
print(len(available_solvers()))
"""


def test_a_name_of_ours_is_refused_in_a_process_that_has_not_used_it_yet():
    command = [sys.executable, "-c", UNUSED]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    *refusals, n_solvers = run.stdout.splitlines()
    assert len(refusals) == 3
    assert all(line.endswith(("choose another name", "choose another")) for line in refusals)
    assert int(n_solvers) > 20
