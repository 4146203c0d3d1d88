"""The page on the command knows every command and option, and shows pictures that are there."""

import re
import shlex

import click
import pytest
from click.testing import CliRunner

from causal_dag.cli import main
from causal_dag.solvers import available_solvers


@pytest.fixture(scope="module")
def page(repository):
    return (repository / "docs" / "guide" / "command-line.md").read_text(encoding="utf-8")


def all_commands(command):
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from all_commands(below)


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_option_is_documented_in_its_command_s_section(page, name):
    section = re.search(rf"^## {name}$(.*?)(^## |\Z)", page, re.M | re.S).group(1)
    assert f"$ causal-dag {name} " in section or f"$ causal-dag {name}\n" in section
    for command in all_commands(main.commands[name]):
        for option in command.params:
            for flag in option.opts if isinstance(option, click.Option) else ():
                assert flag in section, f"{command.name} {flag}"


def test_documented_solvers_exist(repository):
    pages = [repository / "README.md", *(repository / "docs").rglob("*.md")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in pages)
    named = re.findall(r"causal-dag [^`\n]*?(?:-s|--solver)[ =]([a-z][\w-]*)", text)
    named += re.findall(r"(?<=[` ])([a-z]+(?:-[a-z]+)*-cv)(?=`)", text)
    assert len(named) > 10
    assert set(named) - {"notear"} <= set(available_solvers())


def examples(page, heading):
    """Return the commands of a section, and what it says they print."""
    section = re.search(rf"^## {heading}$(.*?)(^## |\Z)", page, re.M | re.S).group(1)
    return re.findall(r"```console\n\$ causal-dag ([^\n]*)\n(.*?)```", section, re.S)


def test_examples_of_quick_commands_print_what_the_page_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for heading in ("simulate", "solvers", "When something is wrong"):
        assert examples(page, heading)
        for command, shown in examples(page, heading):
            result = CliRunner().invoke(main, shlex.split(command), prog_name="causal-dag")
            assert result.output == shown, command


def test_documented_options_exist(page):
    known = {flag for command in all_commands(main) for p in command.params for flag in p.opts}
    known |= {"--help", "-h"}
    for flag in re.findall(r"(?<![\w-])--[a-z][a-z-]+", page):
        assert flag in known, flag


def test_pictures_are_there_and_small(page, repository):
    pictures = re.findall(r"\]\((\.\./images/[\w-]+\.png)\)", page)
    assert pictures
    for picture in pictures:
        assert (repository / "docs" / "guide" / picture).is_file()
    folder = repository / "docs" / "images"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 600_000
