"""The page on benchmarks has the declared keys, every suite, and suites that can be read."""

import doctest
import re

import pytest

from causal_dag.benchmarks.plan import available_suites
from causal_dag.benchmarks.plan.schema import DATA_KINDS, LIMITS, SACHS_DAGS, SOLVER, SUITE
from causal_dag.benchmarks.plan.section import markdown_table
from causal_dag.graph import find_cycle
from causal_dag.synthetic import load_sachs
from causal_dag.synthetic.sachs import GRAPH_NAMES


@pytest.fixture(scope="module")
def page(repository):
    return (repository / "docs" / "guide" / "benchmarks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "tables", [{"suite": SUITE}, {"limits": LIMITS}, DATA_KINDS, {"solver": SOLVER}]
)
def test_the_tables_of_keys_are_those_declared(page, tables):
    assert markdown_table(tables) in page


def test_the_sachs_graphs_that_can_be_named_are_those_without_cycles():
    graphs = {name: load_sachs(graph=name).adjacency for name in GRAPH_NAMES}
    assert {name for name, graph in graphs.items() if find_cycle(graph) is None} == set(SACHS_DAGS)


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
