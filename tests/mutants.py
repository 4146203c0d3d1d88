"""Change a source file in one place at a time, and see whether its tests notice.

python tests/mutants.py SOURCE TEST... [--number 20] [--seed 0] [-k EXPRESSION]

Works on a copy of the checkout; kernels run without compilation. Prints every mutant that survives,
and exits with 1 if one does.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

OPERATORS = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.Pow: "*",
    ast.BitAnd: "|", ast.BitOr: "&", ast.And: "or", ast.Or: "and",
}  # fmt: skip
SECONDS = 300


class Mutant(NamedTuple):
    """One change of a source text."""

    start: int
    end: int
    line: int
    text: str

    def applied(self, source: str) -> str:
        """Return the changed source."""
        return source[: self.start] + self.text + source[self.end :]


def mutants(source: str) -> Iterator[Mutant]:
    """Yield other operators, dropped negations and other numbers, outside docstrings and types."""
    offsets = [0]
    for line in source.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line.encode()))
    encoded = source.encode()

    def place(line: int, column: int) -> int:
        return len(encoded[: offsets[line - 1] + column].decode())

    for node in ast.walk(ast.parse(source)):
        start = place(node.lineno, node.col_offset) if hasattr(node, "lineno") else 0
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            pairs = [(node.left, node.ops[0], node.comparators[0])]
        elif isinstance(node, ast.BinOp):
            pairs = [(node.left, node.op, node.right)]
        elif isinstance(node, ast.BoolOp):
            pairs = [(node.values[0], node.op, node.values[1])]
        elif isinstance(node, ast.UnaryOp):
            operand = place(node.operand.lineno, node.operand.col_offset)
            yield Mutant(start, operand, node.lineno, "")
            continue
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            end = place(node.end_lineno, node.end_col_offset)
            yield Mutant(start, end, node.lineno, f"({source[start:end]} + 1)")
            continue
        else:
            continue
        for left, operator, right in pairs:
            if type(operator) in OPERATORS:
                begin = place(left.end_lineno, left.end_col_offset)
                end = place(right.lineno, right.col_offset)
                between = source[begin:end]
                if between.strip(" \n\\") and set(between) <= set(" \n<>=!+-*/&|andor"):
                    yield Mutant(begin, end, left.end_lineno, f" {OPERATORS[type(operator)]} ")


def survives(copy: Path, arguments: list[str], is_kernel: bool) -> bool:
    """Whether the tests pass in the copy."""
    environment = os.environ | {"PYTHONPATH": str(copy)}
    if is_kernel:
        environment["NUMBA_DISABLE_JIT"] = "1"
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *arguments]
    try:
        run = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    return run.returncode == 0


def main() -> int:
    """Try a random choice of mutants; the number of survivors decides the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("tests", nargs="+")
    parser.add_argument("--number", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-k", default="")
    options = parser.parse_args()
    arguments = [*options.tests, *(["-k", options.k] if options.k else [])]
    original = options.source.read_text()
    found = sorted(set(mutants(original)))
    chosen = random.Random(options.seed).sample(found, min(options.number, len(found)))
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        ignored = shutil.ignore_patterns(".git", ".venv", "build", "dist")
        shutil.copytree(".", copy, symlinks=True, ignore=ignored)
        is_kernel = options.source.stem.endswith("kernels")
        if not survives(copy, arguments, is_kernel):
            raise SystemExit("the tests fail without a mutant")
        for mutant in sorted(chosen):
            (copy / options.source).write_text(mutant.applied(original))
            if survives(copy, arguments, is_kernel):
                survivors += 1
                before = original[mutant.start : mutant.end].strip()
                line = original.splitlines()[mutant.line - 1].strip()
                print(f"{options.source}:{mutant.line}: {before!r} -> {mutant.text!r} in: {line}")
    print(f"{survivors} of {len(chosen)} mutants survived ({len(found)} possible)")
    return survivors > 0


if __name__ == "__main__":
    sys.exit(main())
