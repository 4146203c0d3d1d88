"""One decorator prints what every command reports: for people, for programs, or not at all."""

import click
import pytest
from click.testing import CliRunner

from causal_dag.cli.options.command import KnownName, Report, command, reported
from causal_dag.cli.terminal.output import print_line, print_table


@command("Count.", "count 3")
@click.argument("number", type=int)
@click.option("--unit", type=KnownName("unit", lambda: ["metre", "mile"]), default="mile")
@reported
def count(number, unit):
    error = click.ClickException("too many") if number > 3 else None
    return Report({"number": number, "unit": unit}, lambda: print_line(f"{number} {unit}s"), error)


def run(*arguments):
    return CliRunner().invoke(count, list(arguments))


@pytest.mark.parametrize(("options", "shown"), [([], "2 miles\n"), (["--quiet"], ""), (["-q"], "")])
def test_a_report_is_shown_unless_quiet_is_asked_for(options, shown):
    assert run("2", *options).stdout == shown


def test_programs_get_the_document():
    assert run("2", "--json").stdout.split() == ["{", '"number":', "2,", '"unit":', '"mile"', "}"]


@pytest.mark.parametrize("options", [[], ["--json"], ["--quiet"]])
def test_an_error_follows_the_report(options):
    result = run("4", *options)
    assert result.exit_code == 1
    assert "too many" in result.stderr
    assert ("4" in result.stdout) == (options != ["--quiet"])


def test_an_unknown_name_is_refused_with_a_suggestion():
    result = run("2", "--unit", "meter")
    assert result.exit_code == 2
    assert "unknown unit 'meter'; did you mean 'metre'? available: metre, mile" in result.stderr


def test_an_option_given_twice_is_refused():
    result = run("2", "--unit", "mile", "--unit", "metre")
    assert result.exit_code == 2
    assert "--unit is given 2 times; give it once" in result.stderr


def test_a_long_table_says_how_many_rows_it_leaves_out(capsys):
    print_table(["name", "n"], [["a", 1], ["b", 2], ["c", 3]], most=1, rest="more (--json has all)")
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].split() == ["a", "1"]
    assert lines[-1] == "... and 2 more (--json has all)"
    print_table(["name", "n"], [["a", 1]], most=1, rest="more")
    assert "..." not in capsys.readouterr().out
