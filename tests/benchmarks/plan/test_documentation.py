"""The page on benchmarks knows every suite, every key, and suites that can be read."""

import doctest
import re

import pytest

from causal_dag.benchmarks.plan import available_suites
from causal_dag.benchmarks.plan.real_data import DATASET_KEYS, TABLE_KEYS
from causal_dag.benchmarks.plan.simulated_data import MODEL_KEYS, SCENARIO_KEYS
from causal_dag.benchmarks.plan.solvers import SOLVER_KEYS
from causal_dag.benchmarks.plan.suite_file import LIMIT_KEYS, SUITE_KEYS


@pytest.fixture(scope="module")
def page(repository):
    return (repository / "docs" / "guide" / "benchmarks.md").read_text(encoding="utf-8")


def first_cells(page, heading):
    """Return the names in the first column of the table below a heading."""
    section = re.search(rf"^### {re.escape(heading)}$(.*?)^##", page, re.M | re.S).group(1)
    cells = re.findall(r"^\| (`.*?) \|", section, re.M)
    return {name.strip("[]") for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("At the top", SUITE_KEYS),
        ("`[limits]`", LIMIT_KEYS),
        ("`[[data]]`", (*SCENARIO_KEYS, *MODEL_KEYS, *DATASET_KEYS, *TABLE_KEYS)),
        ("`[[solvers]]`", SOLVER_KEYS),
    ],
)
def test_every_key_is_in_its_table_and_no_other(page, heading, keys):
    assert first_cells(page, heading) == set(keys)


def test_every_shipped_suite_is_described(page):
    for name in available_suites():
        assert f"| `{name}` |" in page


def test_the_example_is_a_suite(page, read, folder, peers):
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.S)
    (folder / "mine.csv").write_bytes((folder / "real.csv").read_bytes())
    suite = read(example)
    assert suite.n_cells == 60 * 9 + 60 * 8 + 20 * 8 + 1 * 9


def test_the_examples_in_python_print_what_they_say(page):
    test = doctest.DocTestParser().get_doctest(page, {}, "benchmarks.md", None, 0)
    assert doctest.DocTestRunner().run(test).failed == 0
