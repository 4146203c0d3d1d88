"""Pages of the site: their examples, their pictures, and where they stand."""

import doctest
import re


def test_pictures_that_are_kept_are_shown_and_small(repository):
    docs = repository / "docs"
    shown = {
        (page.parent / picture).resolve()
        for page in docs.rglob("*.md")
        for picture in re.findall(r"!\[[^\]]+\]\(([\w./-]+)\)", page.read_text("utf-8"))
    }
    kept = set((docs / "images").resolve().iterdir())
    assert kept <= shown
    assert sum(path.stat().st_size for path in kept) < 200_000


def test_gallery_pictures_that_pages_show_are_of_examples_that_exist(repository):
    docs = repository / "docs"
    text = "".join(page.read_text("utf-8") for page in docs.rglob("*.md"))
    examples = {path.stem for path in (docs / "gallery").glob("plot_*.py")}
    assert len(examples) >= 10
    assert set(re.findall(r"images/sphx_glr_(plot_\w+)_\d{3}\.png", text)) <= examples


def test_the_examples_of_the_guide_show_what_they_print(repository):
    pages = sorted((repository / "docs" / "guide").glob("*.md"))
    found = {
        page.name: doctest.testfile(
            str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
        )
        for page in pages
    }
    assert sum(results.attempted for results in found.values()) > 100
    assert [name for name, results in found.items() if results.failed] == []
