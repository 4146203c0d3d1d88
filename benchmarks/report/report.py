"""The report on records of runs: a page, and its tables as Markdown and LaTeX."""

from pathlib import Path

import pandas as pd

from causal_dag.benchmarks.report.document import (
    Document,
    Section,
    html_page,
    latex_tables,
    markdown_page,
)
from causal_dag.benchmarks.report.findings import summary_section
from causal_dag.benchmarks.report.measures import listed, plain_text
from causal_dag.benchmarks.report.provenance import failures_section, provenance_section
from causal_dag.benchmarks.report.sections import (
    accuracy_section,
    cost_section,
    differences_section,
    rank_section,
    scale_section,
    search_section,
)
from causal_dag.benchmarks.report.study import study_of
from causal_dag.files.atomic_files import write_whole_text

__all__ = ["report_on", "write_report"]

#: Lines near the top of written files, by which later reports recognize them. The page's line is
#: in its template.
MARKS = {
    ".html": '<meta name="generator" content="causal-dag bench report">',
    ".md": "<!-- written by causal-dag bench report -->",
    ".tex": "% written by causal-dag bench report",
}
_MARKED_BYTES = 1000


def write_report(
    records: pd.DataFrame,
    path: str | Path,
    *,
    title: str,
    description: str = "",
    reference: str | None = None,
) -> list[Path]:
    """Write a page that needs no other file and no network, and its tables beside it.

    Parameters
    ----------
    records : pandas.DataFrame
        A row per run, as ``Store.records`` returns them; may be empty.
    path : str or Path
        Of the page; ends in ``.html``. Tables go to the same name with ``.md`` and ``.tex``.
    title, description : str
        Shown on top; any text.
    reference : str, optional
        Solver that the others are compared with; by default the best method of every setting.

    Returns
    -------
    list of Path
        The three files.

    Raises
    ------
    ValueError
        If the name ends otherwise, columns are missing, there is no solver ``reference``, or one of
        the three files is there and is no report's.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from causal_dag.benchmarks.report import write_report
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = write_report(pd.DataFrame(), f"{folder}/report.html", title="Nothing yet")
    >>> [path.name for path in paths]
    ['report.html', 'report.md', 'report.tex']
    """
    page = Path(path)
    if page.suffix.lower() != ".html":
        raise ValueError(f"report {page}: the page's name must end with .html")
    beside = page.with_suffix(".md"), page.with_suffix(".tex")
    for target in (page, *beside):
        _refuse_what_others_wrote(target)
    document = report_on(records, title=title, description=description, reference=reference)
    texts = (
        html_page(document),
        f"{MARKS['.md']}\n\n{markdown_page(document)}",
        f"{MARKS['.tex']}\n{latex_tables(document)}",
    )
    for target, text in zip((page, *beside), texts, strict=True):
        write_whole_text(target, text)
    return [page, *beside]


def report_on(
    records: pd.DataFrame, *, title: str, description: str = "", reference: str | None = None
) -> Document:
    """Return the report as a document, for one's own rendering; parameters as ``write_report``."""
    study = study_of(records)
    if reference is not None and reference not in study.solvers:
        raise ValueError(
            f"reference {reference!r}: no such solver among the runs; "
            f"there are: {listed(study.solvers, most=40) or 'none'}"
        )
    sections: list[Section | None] = [summary_section(study)]
    if len(study.done):
        sections += [
            accuracy_section(study),
            cost_section(study),
            differences_section(study, reference),
            scale_section(study),
            rank_section(study),
        ]
    if len(study.runs):
        sections += [failures_section(study), search_section(study), provenance_section(study)]
    present = tuple(section for section in sections if section is not None)
    return Document(plain_text(title), plain_text(description), present)


def _refuse_what_others_wrote(target: Path) -> None:
    """Raise ``ValueError`` if a file is there that no report has written."""
    if not target.is_file():
        return
    with target.open("rb") as file:
        beginning = file.read(_MARKED_BYTES)
    if MARKS[target.suffix.lower()].encode() not in beginning:
        raise ValueError(
            f"{target} is there already, and no report has written it; give the report another "
            f"name, or move {target.name} away"
        )
