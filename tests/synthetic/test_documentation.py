"""The examples of docs/guide/synthetic.md run, and print what the page says."""

import doctest


def test_the_page_on_synthetic_data_is_true(repository):
    page = repository / "docs" / "guide" / "synthetic.md"
    failed, attempted = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert attempted > 10
    assert failed == 0
