"""Fixtures shared by all tests."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

# A busy machine must not fail a test, and a test that failed must fail again.
settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("repeatable")

# Before numpy is imported and starts more threads of linear algebra: with small matrices, and as
# many processes as there are cores, they would only wait for one another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

REPOSITORY = Path(__file__).resolve().parent.parent


@given(st.none())
def run_hypothesis_once(_: None) -> None:
    """Let hypothesis find numpy's generator, which it takes for garbage once it is frozen."""


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
        run_hypothesis_once()
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
