"""Which edges of two groups of rows differ by more than chance."""

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.blas_threads import one_blas_thread
from causal_dag.certainty.bootstrap_dag import unfitted_solver
from causal_dag.certainty.graph_distribution import GraphDistribution
from causal_dag.certainty.resampled_fits import ResampledFits
from causal_dag.certainty.resampling import Resampler
from causal_dag.estimator import DAGEstimator
from causal_dag.fit_warnings import held_back, warn
from causal_dag.fitting.clustered_rows import numbered_groups
from causal_dag.fitting.missing_values import DataOfFit
from causal_dag.moments import Moments
from causal_dag.parameters import RandomState
from causal_dag.selection.parallel import in_batches
from causal_dag.tables.columns import column_names, written_names
from causal_dag.tables.rows import named_rows, usable_rows
from causal_dag.validation import check_number
from causal_dag.wording import counted

if TYPE_CHECKING:
    from pandas import DataFrame

# Pairs that fewer resamples join, over all permutations, are not tested.
LEAST_MEAN_PROBABILITY = 0.05
ROUNDING = 1e-9


def compare_groups(
    estimator: Any,
    X: Any,
    labels: Any,
    *,
    n_permutations: int = 500,
    n_resamples: int = 10,
    method: str = "fdr_bh",
    n_jobs: int | None = 1,
    random_state: int | np.random.Generator | None = 0,
) -> "DataFrame":
    """Test for every pair of variables whether its edge differs between two groups of rows.

    The solver is fitted to halves of each group's rows, as ``BootstrapDAG`` does. The difference
    of a pair is the total variation distance between the two distributions of its edge (none, one
    direction, the other). It is compared with those after the labels have been permuted among the
    rows, each row taken from the mean of its own group, and the p-values are adjusted for the
    number of pairs by ``statsmodels.stats.multitest.multipletests``. Pairs that hardly any resample
    joins, over all permutations, are left out.

    Parameters
    ----------
    estimator : DAGEstimator or None
        Solver of tables of numbers; None is ``TOPO()``.
    X : array-like or data frame of shape (n, d)
        Rows of both groups.
    labels : sequence of length n
        The group of every row; two different values.
    n_permutations : int
        How many permutations. The smallest p-value is 1 / (n_permutations + 1).
    n_resamples : int
        Halves of each group per permutation.
    method : str
        As for ``multipletests``: ``"fdr_bh"`` controls the false discovery rate, ``"holm"`` the
        probability of any false difference.
    n_jobs : int
        Processes, -1 for one per core. The answer is the same for any number.
    random_state : int, Generator or None
        Source of permutations and halves.

    Returns
    -------
    DataFrame
        One row per tested pair, the smallest p-value first: ``first``, ``second`` (the variables),
        ``forward_a``, ``backward_a``, ``forward_b``, ``backward_b`` (probabilities of first →
        second and back in the group of the first row, a, and in the other, b), ``difference``,
        ``p_value`` and ``adjusted_p_value``.

    Raises
    ------
    ValueError
        If there are not two groups, or the solver refuses the rows.

    Warns
    -----
    UserWarning
        If the permutations are so few that no single difference could be significant at 0.05.

    Notes
    -----
    Under the hypothesis that is tested, the groups have the same distribution apart from their
    means. Groups with the same graph and other weights or noise variances can differ, too, in how
    often an edge is found.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.certainty import compare_groups
    >>> rows = np.random.default_rng(0).normal(size=(600, 2))
    >>> rows[:300, 1] += rows[:300, 0]
    >>> labels = np.repeat(["young", "old"], 300)
    >>> found = compare_groups(None, rows, labels, n_permutations=99, n_resamples=4)
    >>> found[["first", "second", "difference", "p_value"]].values.tolist()
    [['x0', 'x1', 1.0, 0.01]]
    """
    from pandas import DataFrame
    from statsmodels.stats.multitest import multipletests

    n_permutations = check_number("n_permutations", n_permutations, low=1, integer=True)
    n_resamples = check_number("n_resamples", n_resamples, low=1, integer=True)
    group_of = numbered_groups(labels, len(X), "labels")
    if group_of.max() != 1:
        raise ValueError(
            f"labels has {counted(int(group_of.max()) + 1, 'different value')}; compare two groups"
        )
    rows, names = np.array(usable_rows(X)), column_names(X)
    for group in (0, 1):
        rows[group_of == group] -= rows[group_of == group].mean(axis=0)
    solver = _warm_solver(estimator, rows, names)
    entropy = int(
        np.random.default_rng(RandomState().check("random_state", random_state)).integers(2**63)
    )
    jobs = (
        (solver, rows, names, group_of, (entropy, number), n_resamples)
        for number in range(n_permutations + 1)
    )
    probabilities = np.array(list(in_batches(_edge_probabilities, jobs, n_jobs)))
    first, second = np.triu_indices(rows.shape[1], 1)
    forward, backward = probabilities[..., first, second], probabilities[..., second, first]
    is_tested = (forward + backward).mean(axis=(0, 1)) >= LEAST_MEAN_PROBABILITY
    first, second = first[is_tested], second[is_tested]
    forward, backward = forward[..., is_tested], backward[..., is_tested]
    differences = _total_variation(forward, backward)
    p_values = (differences >= differences[0] - ROUNDING).mean(axis=0)
    if first.size > 0.05 * (n_permutations + 1):
        warn(
            f"with n_permutations={n_permutations} and {counted(first.size, 'tested pair')}, no "
            "single difference can be significant at 0.05; use at least "
            f"n_permutations={20 * first.size}"
        )
    adjusted = multipletests(p_values, method=method)[1] if first.size else p_values
    labels_of = np.array(written_names(names, rows.shape[1]), dtype=object)
    frame = DataFrame(
        {
            "first": labels_of[first],
            "second": labels_of[second],
            "forward_a": forward[0, 0],
            "backward_a": backward[0, 0],
            "forward_b": forward[0, 1],
            "backward_b": backward[0, 1],
            "difference": differences[0],
            "p_value": p_values,
            "adjusted_p_value": adjusted,
        }
    )
    return frame.sort_values("p_value", kind="stable", ignore_index=True)


def _warm_solver(estimator: Any, rows: FloatArray, names: tuple[str, ...] | None) -> DAGEstimator:
    """Return the solver, which starts from the graph of all rows."""
    solver = unfitted_solver(estimator)
    table = rows if names is None else named_rows(rows, names)
    with held_back():
        warm = solver.warm_started(clone(solver).fit(table))
    warm.callback, warm.verbose = None, False
    return warm


def _edge_probabilities(
    solver: DAGEstimator,
    rows: FloatArray,
    names: tuple[str, ...] | None,
    group_of: IntArray,
    stream: tuple[int, int],
    n_resamples: int,
) -> FloatArray:
    """Return both groups' probabilities, shape (2, d, d), of a permutation; the 0th is none."""
    entropy, number = stream
    generator = np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=(number,)))
    permuted = generator.permutation(group_of) if number else group_of
    found = []
    for group in (0, 1):
        of_group = rows[permuted == group]
        n = len(of_group)
        seed = int(generator.integers(2**63))
        resampler = Resampler(np.arange(n), np.zeros(n, dtype=np.intp), "half", seed)
        with one_blas_thread():
            data = DataOfFit(Moments.from_finite_rows(of_group, names), of_group)
            fits = ResampledFits(solver, data, None, None, resampler)
            graphs = list(fits.graphs(n_resamples, 1, np.inf))
        if len(graphs) < n_resamples:
            raise KeyboardInterrupt
        found.append(GraphDistribution(graphs).edge_probability_)
    return np.array(found)


def _total_variation(forward: FloatArray, backward: FloatArray) -> FloatArray:
    """Return the distances between two groups' distributions of an edge: axis 1 has the groups."""
    states = (forward, backward, forward + backward)
    distance: FloatArray = sum(abs(state[:, 0] - state[:, 1]) for state in states) / 2  # type: ignore[assignment]
    return distance
