"""Fixtures shared by all tests."""

from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine must not fail a test, and a test that failed must fail again.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")

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
