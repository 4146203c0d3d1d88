"""Rows that belong together: numbered groups, and the number of independent rows they count as."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.fitting.missing_values import DataOfFit
from causal_dag.wording import counted, quoted

if TYPE_CHECKING:
    from causal_dag.estimator import DAGEstimator

#: Of numbers of rows.
ROUNDING = 1e-9


def numbered_groups(groups: Any, n_samples: int, name: str = "groups") -> IntArray:
    """Return the number of every row's group; without groups, each row is one.

    Parameters
    ----------
    groups : sequence of length n_samples, optional
        Labels of groups.
    n_samples : int
        Number of rows.
    name : str
        Name of the argument, for messages.

    Raises
    ------
    ValueError
        If the length differs from the number of rows, a label is missing or not hashable, or all
        are the same.

    Examples
    --------
    >>> from causal_dag.fitting.clustered_rows import numbered_groups
    >>> numbered_groups(["b", "a", "b"], 3)
    array([0, 1, 0])
    """
    if groups is None:
        return np.arange(n_samples)
    from pandas import factorize

    if isinstance(groups, str):
        raise ValueError(
            f"{name}={quoted(groups)} must be one label per row; pass the column itself, such as "
            f"table[{quoted(groups)}]"
        )
    try:
        labels = list(groups)
        set(labels)
    except TypeError as error:
        raise ValueError(
            f"{name}={quoted(groups)} must hold one number or string per row ({error})"
        ) from None
    if len(labels) != n_samples:
        raise ValueError(
            f"{name} has {counted(len(labels), 'entry')} for {counted(n_samples, 'row')}; pass one "
            "label per row"
        )
    cells = np.empty(n_samples, dtype=object)
    cells[:] = labels
    numbers, distinct = factorize(cells)
    if (numbers < 0).any():
        raise ValueError(
            f"{name}: {counted(int((numbers < 0).sum()), 'row')} without a label; give each row "
            "that belongs to no other a label of its own"
        )
    if len(distinct) < 2:
        raise ValueError(
            f"{name}: a single label for all {counted(n_samples, 'row')}, and groups are never "
            "split; label at least two groups"
        )
    return np.asarray(numbers, dtype=np.intp)


def counted_by_groups(data: DataOfFit, groups: Any, solvers: "Sequence[DAGEstimator]") -> DataOfFit:
    """Return the data with moments that count as those of the effective number of rows.

    Parameters
    ----------
    data : DataOfFit
        Of a table.
    groups : sequence of length n
        One label per row of the table.
    solvers : sequence of DAGEstimator
        Those that are fitted.

    Raises
    ------
    ValueError
        If a solver uses more than moments, rows are incomplete, or the groups do not fit the rows.
    """
    for solver in solvers:
        if solver.needs_rows or data.kinds is not None:
            raise ValueError(
                f"groups: {type(solver).__name__} with these parameters uses rows one by one, and "
                "only the number of rows behind moments can be corrected; use a solver that needs "
                "no more than moments, such as topo-bic, or BootstrapDAG, which draws groups"
            )
    if data.rows is None:
        raise ValueError('groups: missing="em" has no complete rows; use missing="drop"')
    is_used = np.ones(len(data.rows), dtype=bool) if data.is_used is None else data.is_used
    group_of = numbered_groups(groups, is_used.size)[is_used]
    n_rows = effective_rows(data.rows, numbered_groups(group_of, group_of.size))
    return replace(data, moments=replace(data.moments, n_samples=n_rows))


def effective_rows(rows: FloatArray, group_of: IntArray) -> int:
    """Return how many independent rows would estimate slopes as precisely.

    It is n / (1 + (m − 1) ρ ρ'), the design effect [1]_ of the slope of one column on another when
    neither is a cause of the other: ρ and ρ' are their intraclass correlations [2]_, [3]_, here the
    two largest of all columns, estimated by analysis of variance; m = Σ m_g² / n for groups of
    m_g rows. At least d + 1 rows remain, which regressions on all other columns need.

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        Without missing cells.
    group_of : ndarray of int, shape (n,)
        Number of the group of every row, from 0.

    References
    ----------
    .. [1] Kish, "Survey sampling", Wiley (1965), section 5.4.
    .. [2] Scott and Holt, "The effect of two-stage sampling on ordinary least squares methods",
       JASA 77 (1982).
    .. [3] Moulton, "Random group effects and the precision of regression estimates", Journal of
       Econometrics 32 (1986).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.fitting.clustered_rows import effective_rows
    >>> of_groups = np.random.default_rng(0).normal(size=(25, 2))
    >>> group_of = np.repeat(np.arange(25), 4)
    >>> effective_rows(of_groups[group_of], group_of)  # rows of a group are equal
    25
    """
    (n, d), sizes = rows.shape, np.bincount(group_of)
    if sizes.size == n or d < 2:
        return int(n)
    means = np.array([np.bincount(group_of, column) for column in rows.T]).T / sizes[:, None]
    mean_size = float((sizes**2).sum() / n)
    between = sizes @ (means - rows.mean(axis=0)) ** 2 / (sizes.size - 1)
    within = ((rows - means[group_of]) ** 2).sum(axis=0) / (n - sizes.size)
    # The size of equal groups that would have the same expectation of the mean squares.
    size = (n - mean_size) / (sizes.size - 1)
    correlation = np.sort(np.maximum((between - within) / (between + (size - 1) * within), 0.0))
    design_effect = 1 + (mean_size - 1) * correlation[-1] * correlation[-2]
    n_effective = math.ceil(n / float(design_effect) - ROUNDING)
    return int(max(n_effective, min(n, d + 1)))
