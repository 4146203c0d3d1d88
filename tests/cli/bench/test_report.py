"""``causal-dag bench report`` on a store."""

import pytest
from click.testing import CliRunner

from causal_dag.benchmarks.store.store import Store
from causal_dag.cli import main


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "runs.sqlite"
    with Store.open(path, create=True) as opened:
        opened.plan("pilot", "A few <runs>", "", [])
    return path


def test_it_writes_three_files_and_says_so(store, tmp_path):
    page = tmp_path / "page.html"
    result = CliRunner().invoke(main, ["bench", "report", "--store", store, "--output", page])
    assert result.exit_code == 0, result.output
    assert result.output == f"wrote {page}, {page.with_suffix('.md')}, {page.with_suffix('.tex')}\n"
    html = page.read_text(encoding="utf-8")
    assert "<title>Benchmark pilot</title>" in html
    assert "A few &lt;runs&gt;" in html


def test_a_suite_that_is_not_there_is_an_error_of_one_line(store, tmp_path):
    result = CliRunner().invoke(main, ["bench", "report", "plot", "--store", store])
    assert result.exit_code == 1
    assert "has no suite 'plot'" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("ending", ["html", "md", "tex"])
def test_the_store_is_not_replaced_by_a_report_on_it(store, ending):
    renamed = store.rename(store.with_suffix(f".{ending}"))
    before = renamed.read_bytes()
    page = renamed.with_suffix(".html")
    result = CliRunner().invoke(main, ["bench", "report", "--store", renamed, "-o", page])
    assert result.exit_code == 2
    assert "would replace an input" in result.output
    assert renamed.read_bytes() == before
