"""The page on the command knows every command and option, and shows pictures that are there."""

import re

import pytest

from causal_dag.cli import main
from causal_dag.solvers import available_solvers
from tests.docs.extensions import load_extension


@pytest.fixture(scope="module")
def page(repository):
    return (repository / "docs" / "guide" / "command-line.md").read_text(encoding="utf-8")


def all_commands(command):
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from all_commands(below)


def helped(command, name):
    """Yield every command that carries out something, as it is typed."""
    below = getattr(command, "commands", {})
    for key, value in below.items():
        yield from helped(value, f"{name} {key}")
    if not below:
        yield name


@pytest.mark.parametrize("name", sorted(main.commands))
def test_the_help_of_every_command_is_shown_in_its_section(page, name):
    section = re.search(rf"^## {name}$(.*?)(^## |\Z)", page, re.M | re.S).group(1)
    assert f"$ causal-dag {name} " in section or f"$ causal-dag {name}\n" in section
    for command in helped(main.commands[name], name):
        # Commands below a group may be shown by the help of the group.
        assert any(
            f"\n$ causal-dag {shown} --help\n" in section
            for shown in (command, command.rpartition(" ")[0])
        ), command


def test_documented_solvers_exist(repository):
    pages = [repository / "README.md", *(repository / "docs").rglob("*.md")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in pages)
    named = re.findall(r"causal-dag [^`\n]*?(?:-s|--solver)[ =]([a-z][\w-]*)", text)
    named += re.findall(r"(?<=[` ])([a-z]+(?:-[a-z]+)*-cv)(?=`)", text)
    assert len(named) > 10
    assert set(named) - {"notear"} <= set(available_solvers())


def test_examples_of_quick_commands_end_as_the_page_says(page, repository, tmp_path):
    console = load_extension(repository, "console")
    for heading in ("simulate", "solvers", "When something is wrong"):
        section = re.search(rf"^## {heading}$(.*?)(^## |\Z)", page, re.M | re.S).group(1)
        shown = re.findall(r"{console}\n(?::exit: (\d)\n)?\$ causal-dag (.*)\n", section)
        assert shown
        for code, command in shown:
            ended, output = console.run_command(command, tmp_path)
            assert ended == int(code or 0), command
            assert output.startswith("error: ") == bool(code)


def test_documented_options_exist(page):
    known = {flag for command in all_commands(main) for p in command.params for flag in p.opts}
    known |= {"--help", "-h"}
    for flag in re.findall(r"(?<![\w-])--[a-z][a-z-]+", page):
        assert flag in known, flag
