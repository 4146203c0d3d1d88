"""What was missing in a table, how often columns were seen together, and what was done."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.wording import counted

#: What to do with rows that lack a number.
MissingPolicy: TypeAlias = Literal["refuse", "drop", "em"]


@dataclass(frozen=True, eq=False)
class MissingCells:
    """What was missing in the rows of a fit, and what was done about it.

    Parameters
    ----------
    policy : {"drop", "em"}
        Rows with missing cells were left out, or moments estimated from incomplete rows.
    n_rows : int
        Rows of the table.
    n_cells : int
        Missing or infinite cells.
    n_rows_used : int
        Rows that the fit used: the complete ones, or those with at least one number.
    n_samples : int
        Number of complete rows that count as equivalent in penalties and likelihoods.
    pair_counts : ndarray of int, shape (d, d)
        In how many rows of the table two columns are both seen; on the diagonal, each of them.
    """

    policy: MissingPolicy
    n_rows: int
    n_cells: int
    n_rows_used: int
    n_samples: int
    pair_counts: IntArray

    @classmethod
    def of(
        cls,
        rows: FloatArray,
        policy: MissingPolicy,
        n_samples: int,
        row_counts: IntArray | None = None,
    ) -> "MissingCells":
        """Describe rows, NaN where a cell is missing.

        Parameters
        ----------
        rows : ndarray of shape (n, d)
            The rows of the table.
        policy : {"drop", "em"}
            What is done about missing cells.
        n_samples : int
            Number of rows behind the moments.
        row_counts : ndarray of int, shape (n,), optional
            How often each row occurs; default once.

        Examples
        --------
        >>> import numpy as np
        >>> from causal_dag.incomplete.missing_cells import MissingCells
        >>> rows = np.array([[1.0, 2.0], [np.nan, 3.0], [2.0, np.nan], [4.0, 1.0]])
        >>> print(MissingCells.of(rows, "em", n_samples=2).sentence)
        25 % of the cells are missing; moments were estimated by expectation-maximization from 4 \
rows, which count as 2 complete rows; any two columns are seen together in at least 2 rows
        """
        is_missing = np.isnan(rows)
        is_lost = is_missing.any(axis=1) if policy == "drop" else is_missing.all(axis=1)
        times = np.ones(len(rows), dtype=np.int64) if row_counts is None else row_counts
        n_used, n_cells = int(times @ ~is_lost), int(times @ is_missing.sum(axis=1))
        return cls(
            policy, int(times.sum()), n_cells, n_used, n_samples, pair_counts(rows, row_counts)
        )

    @property
    def sentence(self) -> str:
        """How much was missing, and what was done."""
        share = 100 * self.n_cells / (self.n_rows * len(self.pair_counts))
        missing = f"{share:.2g} % of the cells are missing"
        if self.policy == "drop":
            lost = self.n_rows - self.n_rows_used
            return f"{missing}; {lost} of {counted(self.n_rows, 'row')} left out"
        return (
            f"{missing}; moments were estimated by expectation-maximization from "
            f"{counted(self.n_rows_used, 'row')}, which count as "
            f"{counted(self.n_samples, 'complete row')}; any two columns are seen together in at "
            f"least {counted(int(self.pair_counts.min()), 'row')}"
        )


def pair_counts(rows: FloatArray, row_counts: IntArray | None = None) -> IntArray:
    """Return in how many rows two columns are both seen, shape (d, d).

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        Numbers; NaN where a cell is missing.
    row_counts : ndarray of int, shape (n,), optional
        How often each row occurs; default once.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.incomplete.missing_cells import pair_counts
    >>> pair_counts(np.array([[1.0, 2.0], [np.nan, 3.0]])).tolist()
    [[1, 1], [1, 2]]
    """
    seen = (~np.isnan(rows)).astype(np.float64)
    times = 1.0 if row_counts is None else row_counts[:, None]
    return np.asarray(seen.T @ (times * seen), dtype=np.intp)


def effective_rows(counts: IntArray) -> int:
    """Return the harmonic mean of the numbers of rows in which two columns are both seen.

    A correlation of two columns that are seen together in n_ij rows has a variance proportional to
    1 / n_ij, so this is the number of complete rows from which the correlations would have the same
    mean variance. What other columns tell about missing cells is not counted: it helps where
    columns are related, and false edges arise where they are not.

    Parameters
    ----------
    counts : ndarray of int, shape (d, d)
        ``pair_counts`` of the rows, with at least two columns; all positive.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.incomplete.missing_cells import effective_rows
    >>> effective_rows(np.array([[90, 60, 60], [60, 90, 30], [60, 30, 90]]))  # 3 / (2/60 + 1/30)
    45
    """
    pairs = counts[np.triu_indices(len(counts), k=1)]
    return round(1.0 / float(np.mean(1.0 / pairs)))
