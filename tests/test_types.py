"""What type checkers make of programs that use the package."""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from causal_dag import DAGMACV, NOTEARSCV, CoLiDECV
from causal_dag.declared_parameters import rules_of
from causal_dag.solvers import solver_classes
from causal_dag.solvers.order.search.linear_extensions import STARTS, StartName
from causal_dag.solvers.order.search.named_moves import (
    FIRST_IMPROVEMENT_SEARCHES,
    LOCAL_SEARCHES,
    MoveName,
)
from causal_dag.synthetic import GRAPHS, MECHANISMS, NOISES, SCALES, SCENARIOS
from causal_dag.synthetic.graphs import GraphName
from causal_dag.synthetic.make_linear import ScaleName
from causal_dag.synthetic.mechanisms import MechanismName
from causal_dag.synthetic.noise import NoiseName
from causal_dag.synthetic.scenarios import ScenarioName

EXAMPLES = ("accepted.py", "refused.py")


def lines_that_mypy_refuses(repository):
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context",
         *(f"tests/types/{name}" for name in EXAMPLES)],
        cwd=repository, capture_output=True, text=True,
    )  # fmt: skip
    found = re.findall(r"^tests/types/(\w+\.py):(\d+): error", result.stdout, re.MULTILINE)
    assert found, result.stdout + result.stderr
    return {(name, int(line)) for name, line in found}


def lines_that_pyright_refuses(repository):
    result = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable,
         *(f"tests/types/{name}" for name in EXAMPLES)],
        cwd=repository, capture_output=True, text=True,
    )  # fmt: skip
    return {
        (report["file"].rsplit("/", 1)[-1], report["range"]["start"]["line"] + 1)
        for report in json.loads(result.stdout)["generalDiagnostics"]
        if report["severity"] == "error"
    }


def marked_lines(repository):
    for name in EXAMPLES:
        lines = (repository / "tests/types" / name).read_text().split("\n")
        for number, line in enumerate(lines, start=1):
            if line.endswith("# refused"):
                yield name, number


@pytest.mark.slow
@pytest.mark.parametrize(
    ("checker", "refused_lines"),
    [("mypy", lines_that_mypy_refuses), ("pyright", lines_that_pyright_refuses)],
)
def test_a_checker_takes_right_programs_and_refuses_mistakes(repository, checker, refused_lines):
    if find_spec(checker) is None:
        pytest.skip(f"{checker} is not installed")
    assert refused_lines(repository) == set(marked_lines(repository))


# A dictionary's type refuses names that are not listed; that none is missing is for a test.
@pytest.mark.parametrize(
    ("listed", "known"),
    [
        (MoveName, LOCAL_SEARCHES),
        (MoveName, FIRST_IMPROVEMENT_SEARCHES),
        (StartName, STARTS),
        (GraphName, GRAPHS),
        (MechanismName, MECHANISMS),
        (NoiseName, NOISES),
        (ScaleName, SCALES),
        (ScenarioName, SCENARIOS),
    ],
)
def test_types_list_every_name(listed, known):
    assert get_args(listed) == tuple(known)


def names_in(annotation):
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    return set().union(*map(names_in, get_args(annotation)))


OWN = [cls for cls in solver_classes().values() if cls.__module__.startswith("causal_dag.")]


@pytest.mark.parametrize("estimator", [*OWN, NOTEARSCV, DAGMACV, CoLiDECV])
def test_types_of_parameters_list_the_names_that_are_taken(estimator):
    for parameter, annotation in get_type_hints(estimator.__init__).items():
        if listed := names_in(annotation):
            with pytest.raises(ValueError, match=f"^{parameter}='no such name' ") as refused:
                rules_of(estimator)[parameter].check(parameter, "no such name")
            demand = str(refused.value).removeprefix(f"{parameter}='no such name' ")
            assert set(re.findall("'[^']*'", demand)) == set(map(repr, listed))
