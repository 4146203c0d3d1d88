"""Whether rows look independent: repeated rows, and rows that resemble the one before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from causal_dag.advice.multiple_tests import adjusted
from causal_dag.arrays import FloatArray

LEVEL = 0.01
# Correlation below which even a significant dependence changes little.
SMALLEST_CORRELATION = 0.1


@dataclass(frozen=True)
class RowReport:
    """How far rows depend on one another.

    Parameters
    ----------
    n_repeated : int
        Rows that equal an earlier row.
    autocorrelated : tuple of (str, float)
        Columns whose values resemble those of the row before, with the correlation: at least 0.1
        in size, and significant at 1 % after Holm's correction for the number of columns.
    """

    n_repeated: int
    autocorrelated: tuple[tuple[str, float], ...]


def row_report(rows: FloatArray, names: Sequence[str]) -> RowReport:
    """Return how far rows, shape (n, d) in the order of the file, depend on one another.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.advice.row_order import row_report
    >>> walk = np.random.default_rng(0).normal(size=(200, 1)).cumsum(axis=0)
    >>> [name for name, _ in row_report(walk, ["price"]).autocorrelated]
    ['price']
    """
    import pandas as pd

    centred = rows - rows.mean(axis=0)
    correlation = (centred[1:] * centred[:-1]).sum(axis=0) / (centred**2).sum(axis=0)
    # Of independent rows it is about Gaussian, with variance 1/n.
    p = adjusted(2 * stats.norm.sf(np.abs(correlation) * np.sqrt(len(rows))))
    is_found = (p < LEVEL) & (np.abs(correlation) >= SMALLEST_CORRELATION)
    found = [(names[j], float(correlation[j])) for j in np.flatnonzero(is_found).tolist()]
    return RowReport(
        int(pd.DataFrame(rows).duplicated().sum()),
        tuple(sorted(found, key=lambda pair: -abs(pair[1]))),
    )
