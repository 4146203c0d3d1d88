"""The example of docs/guide/selection.md runs, and prints what the page says."""

import doctest


def test_the_page_on_selection_is_true(repository):
    page = repository / "docs" / "guide" / "selection.md"
    failed, attempted = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert attempted >= 8
    assert failed == 0
