"""The tables of a report as LaTeX, to be copied into a paper."""

from collections.abc import Iterable

from causal_dag.benchmarks.report.document import (
    Block,
    Document,
    Emphasis,
    Entry,
    Fold,
    Part,
    Table,
)

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "[": "{[}",
    "]": "{]}",
    "-": "{-}",
    "*": "{*}",
    "\u00a0": "~",
    "±": r"$\pm$",
    "−": "$-$",
    "–": "--",
    "…": r"\dots{}",
    "†": r"$^\dagger$",
    "↓": r"$\downarrow$",
    "↑": r"$\uparrow$",
    "×": r"$\times$",
    "²": "$^2$",
    "λ": r"$\lambda$",
    "“": "``",
    "”": "''",
}
_TABLE = str.maketrans(_ESCAPES)
_FRAMES = {
    Emphasis.NONE: "{}",
    Emphasis.BEST: r"\textbf{{{}}}",
    Emphasis.TIED: r"\textit{{{}}}",
}
_PREAMBLE = r"""% Needs in the preamble:
% \usepackage[T1]{fontenc} \usepackage{booktabs,longtable,array,textcomp}
% Letters beyond Latin need LuaLaTeX or XeLaTeX and a font that has them.
"""


def escaped(text: str) -> str:
    r"""Return text that LaTeX sets as it is.

    Examples
    --------
    >>> from causal_dag.benchmarks.report.latex import escaped
    >>> print(escaped("100%_$x^2 \\input"))
    100\%\_\$x\textasciicircum{}2 \textbackslash{}input
    """
    return text.translate(_TABLE)


def latex_tables(document: Document) -> str:
    """Return all tables; long ones may go over several pages (``longtable``)."""
    parts = [f"{_PREAMBLE}% {escaped(document.title)}"]
    for section in document.sections:
        tables = list(_tables(section.body))
        if tables:
            parts.append(f"% {'-' * 20} {escaped(section.title)}")
            parts += [_table(table) for table in tables]
    return "\n\n".join(parts) + "\n"


def _tables(body: Iterable[Block]) -> Iterable[Table]:
    for block in body:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Part | Fold):
            yield from _tables(block.body)


def _table(table: Table) -> str:
    others = len(table.columns) - 1
    # Texts are set in paragraphs that share the width of the line.
    width = f"p{{{0.7 / others:.2f}\\linewidth}}"
    columns = "l" + (width * others if table.is_text else "r" * others)
    heading = _line(map(escaped, table.columns))
    lines = [
        rf"\begin{{longtable}}{{{columns}}}",
        rf"\caption{{{escaped(table.caption)}}} \\",
        rf"\toprule {heading} \midrule \endhead",
        *_rows(table),
        r"\bottomrule",
        r"\end{longtable}",
    ]
    return "\n".join(lines)


def _rows(table: Table) -> Iterable[str]:
    was_baseline = table.rows[0].is_baseline if table.rows else False
    for row in table.rows:
        if row.is_baseline and not was_baseline:
            yield r"\midrule"
        was_baseline = row.is_baseline
        yield _line([escaped(row.header), *map(_entry, row.entries)])


def _entry(entry: Entry) -> str:
    return _FRAMES[entry.emphasis].format(escaped(entry.text))


def _line(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"
