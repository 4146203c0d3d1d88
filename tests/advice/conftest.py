"""Tables with one thing wrong with each of them."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def table():
    """Four columns of real numbers with one edge, nothing wrong with them."""
    rows = np.random.default_rng(0).normal(size=(300, 4))
    rows[:, 3] += rows[:, 0]
    return pd.DataFrame(rows, columns=list("abcd"))


@pytest.fixture
def topics():
    """Return a function from an audit to the topics of its findings, by level."""

    def by_level(audit, *levels):
        wanted = levels or ("problem", "caution", "note")
        return [finding.topic for finding in audit.findings if finding.level in wanted]

    return by_level
