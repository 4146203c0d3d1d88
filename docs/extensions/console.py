"""Directives that run the command while the site is built, so that no output is typed.

``{console}`` shows commands with what they print; ``{file}`` shows a file and writes it where the
commands of the same page run. Each page has a folder of its own, which starts empty.
"""

import contextlib
import shlex
import shutil
from pathlib import Path

from click.testing import CliRunner
from docutils import nodes
from docutils.parsers.rst import Directive, directives

PROMPT = "$ causal-dag "


def run_command(command: str, folder: Path) -> tuple[int, str]:
    """Return the exit code of a command, and what it prints: errors only where it fails."""
    from causal_dag.cli import main

    environment = {"COLUMNS": "80", "NO_COLOR": "1"}
    with contextlib.chdir(folder):
        result = CliRunner().invoke(
            main, shlex.split(command), prog_name="causal-dag", env=environment
        )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output if result.exit_code else result.stdout


def shortened(output: str, first: int | None, last: int | None) -> str:
    """Return the first and last lines of an output, with an ellipsis for those between them."""
    lines = output.rstrip("\n").split("\n")
    if first is None or len(lines) <= first + (last or 0) + 1:
        return "\n".join(lines)
    return "\n".join([*lines[:first], "...", *(lines[-last:] if last else ())])


class Console(Directive):
    """Commands, one per line that begins with ``$ causal-dag``, and what they print.

    Options: ``exit``, the exit code expected (0); ``first`` and ``last``, how many lines are shown;
    ``picture``, a file that the commands draw, shown below them, and ``alt``, its description.
    """

    has_content = True
    option_spec = {  # noqa: RUF012
        "exit": directives.nonnegative_int,
        "first": directives.nonnegative_int,
        "last": directives.nonnegative_int,
        "picture": directives.unchanged,
        "alt": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Run the commands one after the other."""
        shown = []
        for line in self.content:
            if not line.startswith(PROMPT):
                raise self.error(f"{line!r} does not begin with {PROMPT!r}")
            code, output = run_command(line.removeprefix(PROMPT), page_folder(self))
            if code != self.options.get("exit", 0):
                raise self.error(f"{line!r} ended with {code}: {output}")
            output = shortened(output, self.options.get("first"), self.options.get("last"))
            shown.append(f"{line}\n{output}")
        text = "\n".join(shown)
        classes = ["message"] if self.options.get("exit") else []
        block = nodes.literal_block(text, text, language="console", classes=classes)
        if "picture" not in self.options:
            return [block]
        picture = page_folder(self) / self.options["picture"]
        place = picture.relative_to(self.state.document.settings.env.srcdir)
        return [block, nodes.image(uri=f"/{place.as_posix()}", alt=self.options.get("alt", ""))]


class File(Directive):
    """A file that later commands of the page use; its name is the argument."""

    has_content = True
    required_arguments = 1
    option_spec = {"language": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Write the file and show it under its name."""
        text = "\n".join(self.content)
        (page_folder(self) / self.arguments[0]).write_text(text + "\n", encoding="utf-8")
        block = nodes.literal_block(text, text, language=self.options.get("language", "text"))
        caption = nodes.caption("", "", nodes.literal(text=self.arguments[0]))
        return [
            nodes.container(
                "", caption, block, classes=["literal-block-wrapper"], literal_block=True
            )
        ]


def folder_of(app, docname: str) -> Path:
    """Return the folder in which the commands of a page run."""
    return Path(app.srcdir, "_build", "console", docname.replace("/", "-"))


def page_folder(directive: Directive) -> Path:
    """Return the folder of the page that a directive stands in."""
    env = directive.state.document.settings.env
    return folder_of(env.app, env.docname)


def empty_folder(app, docname: str, _source: list[str]) -> None:
    """Start each page with an empty folder."""
    shutil.rmtree(folder_of(app, docname), ignore_errors=True)
    folder_of(app, docname).mkdir(parents=True)


def setup(app) -> dict[str, bool]:
    """Add the directives."""
    app.add_directive("console", Console)
    app.add_directive("file", File)
    app.connect("source-read", empty_folder)
    return {"parallel_read_safe": True}
