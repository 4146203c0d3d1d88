"""Tables that a solver can take."""

import numpy as np
import pandas as pd
import pytest

from causal_dag.solvers import make_solver


def table_for(name, X):
    """Return a table of real numbers as it is; cut columns at their medians for a binary one."""
    if make_solver(name).column_values == "real":
        return X
    values = np.asarray(X, dtype=np.float64)
    above = (values > np.median(values, axis=0)).astype(np.float64)
    return pd.DataFrame(above, columns=X.columns) if isinstance(X, pd.DataFrame) else above


@pytest.fixture(scope="session")
def suited():
    """From a registry name and a table to one whose columns the solver can take."""
    return table_for
