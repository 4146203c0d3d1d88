"""Fixtures shared by all tests."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine must not fail a test, and a test that failed must fail again.
settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("repeatable")

# Before numpy is imported and starts more threads of linear algebra: with small matrices, and as
# many processes as there are cores, they would only wait for one another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep what is there after collection, all modules and tests, out of garbage collections.

    They would take half a second each, and statsmodels asks for one in each call.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


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
