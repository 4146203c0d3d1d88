"""The files: complete, offline, valid, and safe whatever labels and messages hold."""

import itertools
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from causal_dag.benchmarks.report import write_report
from causal_dag.benchmarks.report.report import MARKS

HOSTILE = (
    "<script>document.title='owned'</script>",
    "a&b <img src=x onerror=alert(1)>",
    "100%_$x^2$ \\input{/etc/passwd}",
    "one | two\n# three\x1b[31m\x00",
    '" onload="alert(1)',
)
VOID = {"meta", "br", "img", "hr", "input", "link"}


class Page(HTMLParser):
    """Collects what the tests ask about, and checks that elements nest."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text = [], [], ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert "svg" in self.open, f"<{tag}/> outside of a picture"
        self.elements.append((tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, *tags):
        return [attrs for tag, attrs, _ in self.elements if tag in tags]


def written(records, folder, **options):
    paths = write_report(records, folder / "report.html", title="A title", **options)
    return [path.read_text(encoding="utf-8") for path in paths]


@pytest.fixture(scope="module")
def hostile_files(make_records, fail, tmp_path_factory):
    """Page, Markdown and LaTeX on records in which all that can be hostile is."""
    records = make_records()
    names = dict(zip(dict.fromkeys(records["solver"]), HOSTILE, strict=True))
    records = records.assign(
        solver=records["solver"].map(names),
        data=HOSTILE[0] + HOSTILE[2],
        method=HOSTILE[3],
        packages='{"<script>": "</style>"}',
        platform=HOSTILE[4],
        suite="; rm -rf $HOME",
    )
    records = fail(records, records["seed"] == 2, "failed", HOSTILE[1])
    return written(records, tmp_path_factory.mktemp("hostile"), description=HOSTILE[1])


@pytest.fixture(scope="module")
def files(make_records, tmp_path_factory):
    return written(make_records(), tmp_path_factory.mktemp("plain"))


def test_the_page_asks_for_nothing_from_outside(files):
    html, _, _ = files
    page = Page(html)
    assert "http:" not in html.replace('http-equiv="', "")
    assert "https:" not in html
    assert "url(" not in html
    assert "@import" not in html
    assert not page.all("script", "link", "img", "iframe", "object", "embed", "base")
    assert all(a["href"].startswith("#") for a in page.all("a"))
    (policy,) = (m["content"] for m in page.all("meta") if "http-equiv" in m)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_headings_tables_and_pictures_are_accessible(files):
    html, _, _ = files
    page = Page(html)
    levels = [int(tag[1]) for tag, _, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    assert len(page.all("caption")) == len(page.all("table")) > 10
    assert all(th.get("scope") in ("row", "col") for th in page.all("th"))
    pictures = [svg for svg in page.all("svg") if "aria-hidden" not in svg]
    assert pictures
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in pictures)
    ids = [attrs["id"] for _, attrs, _ in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.all("a")} <= set(ids)


def test_hostile_labels_are_shown_and_not_obeyed(hostile_files):
    html, markdown, latex = hostile_files
    page = Page(html)
    assert HOSTILE[0] in page.text
    assert HOSTILE[1] in page.text
    assert not page.all("script", "img")
    assert not [name for _, attrs, _ in page.elements for name in attrs if name.startswith("on")]
    assert "\x1b" not in html + markdown + latex
    assert not re.search(r"(?<!\\)<", markdown.removeprefix(MARKS[".md"]))
    assert "causal-dag bench run '; rm -rf $HOME'" in page.text


def test_every_line_of_a_markdown_table_has_as_many_cells_as_its_head(hostile_files):
    _, markdown, _ = hostile_files
    for table in re.findall(r"(?:^\|.*\n)+", markdown, flags=re.MULTILINE):
        widths = {len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1


def test_latex_holds_no_command_and_no_column_that_a_label_brought(hostile_files):
    _, _, latex = hostile_files
    assert r"\input" not in latex
    assert r"100\%\_\$x\textasciicircum{}2\$ \textbackslash{}input\{/etc/passwd\}" in latex
    for table in re.findall(r"\\begin\{longtable\}(.*?)\\end\{longtable\}", latex, flags=re.DOTALL):
        lines = [line for line in table.splitlines() if line.endswith(r"\\") and " & " in line]
        assert len({len(re.findall(r"(?<!\\)&", line)) for line in lines}) == 1
    assert latex.count("{") - latex.count(r"\{") == latex.count("}") - latex.count(r"\}")


@pytest.mark.parametrize("n_solvers", [1, 2, 20])
def test_any_number_of_solvers_makes_a_page(make_records, tmp_path, n_solvers):
    names = [f"_method {i}" for i in range(n_solvers)]
    html, _, _ = written(make_records(solvers=names, sizes=((50, 5),)), tmp_path)
    assert f"_method {n_solvers - 1}" in Page(html).text


def test_an_empty_store_says_so(records, tmp_path):
    for nothing in (records.head(0), pd.DataFrame()):
        html, markdown, _ = written(nothing, tmp_path)
        assert "There are no runs in this store yet." in Page(html).text
        assert "There are no runs in this store yet." in markdown


def test_runs_that_all_failed_make_a_page_on_failures(records, fail, tmp_path):
    html, _, _ = written(fail(records, records["seed"] >= 0, "failed", "out of luck"), tmp_path)
    page = Page(html)
    assert "None of 120 runs finished" in page.text
    assert "out of luck" in page.text


def test_the_same_records_make_the_same_files_in_place_of_an_earlier_report(
    records, files, tmp_path
):
    for ending, text in zip(("html", "md", "tex"), files, strict=True):
        (tmp_path / f"report.{ending}").write_text(text + "\n", encoding="utf-8")
    assert written(records, tmp_path) == files


def test_parameters_versions_and_seeds_are_told(files):
    html, _, _ = files
    text = Page(html).text
    for fact in (
        "lambda1 = 0.1",
        "abc1234",
        "A processor",
        "0 to 5",
        "edges_per_node = 2",
    ):
        assert fact in text
    assert "causal-dag bench run small-world" in text


def test_a_page_of_another_kind_and_foreign_records_are_refused(records, tmp_path):
    with pytest.raises(ValueError, match=r"must end with \.html"):
        write_report(records, tmp_path / "report.pdf", title="")
    with pytest.raises(ValueError, match="no column 'key'"):
        write_report(records.drop(columns="key"), tmp_path / "report.html", title="")


@pytest.mark.parametrize("ending", ["html", "md", "tex"])
def test_a_file_that_no_report_has_written_stays(make_records, tmp_path, ending):
    notes = tmp_path / f"report.{ending}"
    notes.write_text("what I must not forget: causal-dag bench report")
    with pytest.raises(ValueError, match=rf"report\.{ending} is there already.*move"):
        written(make_records(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [notes.name]
    assert notes.read_text().startswith("what I must")
