"""Bars are for people who look: on stderr, on a terminal, never beside JSON."""

import io
import logging
import sys

import click
import pandas as pd
import pytest
from click.testing import CliRunner

from causal_dag.cli import main
from causal_dag.cli.terminal.progress import progress_bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_shows_steps_on_a_terminal(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("comparing") as advance:
        advance("eqvar", 1, 2)
        advance("stage 3")
    assert "comparing" in terminal.getvalue()


def test_what_the_library_logs_stands_beside_the_bar_and_only_while_it_is_there(monkeypatch):
    terminal, logger = Terminal(), logging.getLogger("causal_dag")
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "150")
    before = logger.level, list(logger.handlers)
    with progress_bar("exact"):
        logger.info("exact search: %d of about 9 s", 3)
    assert "3 of about 9 s" in terminal.getvalue()
    assert (logger.level, logger.handlers) == before


@pytest.mark.parametrize(
    ("asked", "terminal"),
    [({"quiet": True}, Terminal()), ({"as_json": True}, Terminal()), ({}, io.StringIO())],
)
def test_no_bar_where_nobody_looks(monkeypatch, asked, terminal):
    monkeypatch.setattr(sys, "stderr", terminal)
    with click.Context(main) as context:
        context.params = asked
        with progress_bar("comparing") as advance:
            advance("eqvar", 1, 2)
    assert terminal.getvalue() == ""


def test_the_bar_of_a_fit_leaves_no_trace_in_the_result(tmp_path, monkeypatch):
    path = tmp_path / "data.csv"
    pd.DataFrame({"a": [1.0, 2.0, 4.0, 3.0], "b": [2.0, 1.0, 3.0, 5.0]}).to_csv(path, index=False)
    monkeypatch.setattr("causal_dag.cli.terminal.progress.is_watched", lambda: True)
    result = CliRunner().invoke(main, ["fit", str(path), "-s", "eqvar", "-o", str(path)[:-4]])
    assert result.exit_code == 0, result.output
    assert '"callback": null' in (tmp_path / "data.json").read_text()
