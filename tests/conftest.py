"""Fixtures shared by all tests."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Answers of the published programs on data sets too large to ship; skips without them."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not (folder / "reference").is_dir():
        pytest.skip("reference data is not on this machine")
    return folder
