"""Calls tigramite."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]


def load_pcmci_plus() -> Fit:
    """Return the function that runs PCMCI+ with partial correlations on a series.

    With L lags, the last L of L + 1 equal shares of the columns are placeholders: the answer has
    the causes one row earlier in the second share of its rows, and so on.
    """
    from tigramite.data_processing import DataFrame
    from tigramite.independence_tests.parcorr import ParCorr
    from tigramite.pcmci import PCMCI

    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        n_lags, alpha = parameters["n_lags"], parameters["alpha"]
        series = X[:, : X.shape[1] // (n_lags + 1)]
        search = PCMCI(DataFrame(series), ParCorr(), verbosity=0)
        found = search.run_pcmciplus(tau_min=0, tau_max=n_lags, pc_alpha=alpha)
        return as_pdag(found["graph"])

    return fit


def as_pdag(marks: NDArray[np.str_]) -> Matrix:
    """Convert marks ``[i, j, lag]``; an edge with an open or contradictory direction has both."""
    d, _, n_tables = marks.shape
    # "o-o" and "x-x" stand at (i, j) and (j, i).
    is_edge = np.isin(marks, ["-->", "o-o", "x-x"])
    edges = np.zeros((d * n_tables, d * n_tables))
    edges[:, :d] = np.moveaxis(is_edge, 2, 0).reshape(d * n_tables, d)
    return edges


DISTRIBUTION = "tigramite"
REQUIREMENTS = [["tigramite==5.2.10.1", "joblib==1.6.0"]]
LICENCE = "GPL-3.0-or-later"
URL = "https://github.com/jakobrunge/tigramite"
METHODS = {
    "pcmci-plus": {
        "summary": "PCMCI+ with partial correlations",
        "output": "pdag",
        "parameters": {"n_lags": 0, "alpha": 0.01},
        "load": load_pcmci_plus,
    },
}
