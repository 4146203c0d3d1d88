"""Numba kernel of the scores of categories, from counts of a node's levels given its parents'.

With N_jk rows in which the parents have their j-th configuration and the node its k-th level, and
N_j = Σ_k N_jk, the log scores of a node with r levels, whose parents have q configurations, are::

    Dirichlet:   Σ_j [log Γ(a r) − log Γ(N_j + a r) + Σ_k (log Γ(N_jk + a) − log Γ(a))]
    likelihood:  Σ_j [Σ_k N_jk log N_jk − N_j log N_j − regret(r, N_j)] − ½ price · q (r − 1)

Only configurations that occur are counted. They are numbered anew whenever there could be more of
them than rows, so that no number overflows and no table outgrows the rows.
"""

import math
from typing import NamedTuple

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.kernel_cache import compact_kernel, inner_kernel
from causal_dag.solvers.order.scores.local_score_kernel import register_local_score

# With more configurations than numbers can be, a prior of no rows would remain.
LEAST_PRIOR = 1e-280


class Counts(NamedTuple):
    """Rows of levels, without repetition, and the parameters of the score."""

    levels: IntArray  # (d, m) level of every node in every distinct row
    weights: FloatArray  # (m,) how often each row occurs
    n_levels: IntArray  # (d,)
    equivalent_sample_size: float  # a = cell_prior + equivalent_sample_size / (q r);
    cell_prior: float  # where both are 0, the score is the likelihood
    price: float  # of a free probability
    edge_price: float  # of a parent
    regrets: FloatArray  # (kinds, n + 1) log regret of a multinomial; (kinds, 0): none
    regret_kinds: IntArray  # (d,) rows of ``regrets``
    configurations: IntArray  # (m,) work space: configuration of the parents in every row
    numbers: IntArray  # (m · most levels,) work space: new number of every configuration
    counts: FloatArray  # (m · most levels,) work space, left at 0


@inner_kernel
def _renumber(model: Counts, n_configurations: int) -> int:
    """Give the configurations that occur new numbers; return how many there are."""
    numbers, configurations, used = model.numbers, model.configurations, 0
    for c in range(n_configurations):
        numbers[c] = -1
    for i in range(configurations.size):
        c = configurations[i]
        if numbers[c] < 0:
            numbers[c] = used
            used += 1
        configurations[i] = numbers[c]
    return used


@inner_kernel
def _count(model: Counts, node: int, parents: IntArray, k: int) -> int:
    """Count the levels of a node in every configuration of its parents; return how many fit."""
    configurations, size = model.configurations, 1
    n_rows = configurations.size
    for i in range(n_rows):
        configurations[i] = 0
    for m in range(k):
        levels, n_levels = model.levels[parents[m]], model.n_levels[parents[m]]
        for i in range(n_rows):
            configurations[i] = configurations[i] * n_levels + levels[i]
        size *= n_levels
        if size > n_rows:
            size = _renumber(model, size)
    levels, n_levels = model.levels[node], model.n_levels[node]
    for i in range(n_rows):
        model.counts[configurations[i] * n_levels + levels[i]] += model.weights[i]
    return size


@inner_kernel
def count_score(model: Counts, node: int, parents: IntArray, k: int) -> float:
    """Return −2 times the log score of a node given its first k parents."""
    size, n_levels = _count(model, node, parents, k), model.n_levels[node]
    possible = 1.0
    for m in range(k):
        possible *= model.n_levels[parents[m]]
    is_dirichlet = model.cell_prior + model.equivalent_sample_size > 0.0
    a = model.cell_prior + model.equivalent_sample_size / (possible * n_levels)
    a = max(a, LEAST_PRIOR)
    of_empty_cell, of_empty_row = math.lgamma(a), math.lgamma(a * n_levels)
    regrets, has_regret = model.regrets[model.regret_kinds[node]], model.regrets.shape[1] > 0
    value = 0.0
    for j in range(size):
        total = 0.0
        for cell in range(j * n_levels, (j + 1) * n_levels):
            count = model.counts[cell]
            if count > 0.0:
                model.counts[cell] = 0.0
                total += count
                if is_dirichlet:
                    value += math.lgamma(count + a) - of_empty_cell
                else:
                    value += count * math.log(count)
        if total > 0.0:
            if is_dirichlet:
                value += of_empty_row - math.lgamma(total + a * n_levels)
            else:
                value -= total * math.log(total)
            if has_regret:
                value -= regrets[int(total)]
    penalty = model.price * possible * (n_levels - 1) + model.edge_price * k
    score: float = penalty - 2.0 * value
    return score


register_local_score(Counts, count_score)


@compact_kernel
def score_of(model: Counts, node: int, parents: IntArray) -> float:
    """Return the score of a node given all of ``parents``."""
    value: float = count_score(model, node, parents, parents.size)
    return value
