"""Numba kernel of the Gaussian score of a node that consists of several columns.

A node has *target* columns, which are modeled given its parents, and *design* columns, by which it
enters the models of its children. Its score given parents P is the sum over its terms e of::

    n_e (log det S_e[T | D_P] + offset_e) + |T| · (prices of P and of ``|P|``),

where S_e[T | D_P] is the residual covariance of its targets T given the design columns D_P of all
parents, a Schur complement of its own matrix S_e. Where columns are penalized (``ridge`` > 0),
S_e[D_P, D_P] + Λ takes the place of S_e[D_P, D_P], and log det(S_e[D_P, D_P] + Λ) − log det Λ is
added, as in the marginal likelihood of a Gaussian process. There may be several versions of the
design columns, such as curves and straight lines; the score is the least over the versions.

With a given noise variance σ², nodes have one target each, and n_e det S_e[T | D_P] / σ² in squared
units of the target takes the place of n_e (log det S_e[T | D_P] + offset_e).
"""

from typing import NamedTuple

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.kernel_cache import compact_kernel, inner_kernel
from causal_dag.solvers.order.scores.local_score_kernel import register_local_score

# A pivot below this share of its diagonal entry is rounding error: the column is collinear.
SMALLEST_PIVOT = 1e-10


class Blocks(NamedTuple):
    """The columns of all nodes, and the moments that they are scored with."""

    matrices: FloatArray  # (m, c, c) correlations of all columns, over different rows
    term_starts: IntArray  # (d + 1,) where the terms of each node begin
    term_matrices: IntArray  # (terms,)
    term_weights: FloatArray  # (terms,) n_e
    term_offsets: FloatArray  # (terms,) Σ log variance of the targets
    target_starts: IntArray  # (d + 1,)
    targets: IntArray  # (all targets,) columns
    design_starts: IntArray  # (versions, d + 1)
    designs: IntArray  # (all design columns,) columns
    prices: FloatArray  # (versions, d) of each node as a parent, per column of the child
    number_prices: FloatArray  # (d,) of 0, 1, 2, ... parents, whichever they are, beside these
    ridge: FloatArray  # (versions, c) penalties of the columns; 0: not penalized
    noise_variance: float  # 0: that of every node is estimated
    columns: IntArray  # (most,) work space: columns of the parents, then of the node
    factor: FloatArray  # (most, most) work space: their Cholesky factor


@inner_kernel
def block_score(model: Blocks, node: int, parents: IntArray, k: int) -> float:
    """Return the score of a node given its first k parents."""
    least = np.inf
    for version in range(model.prices.shape[0]):
        least = min(least, _score_of_version(model, version, node, parents, k))
    return least


@inner_kernel
def _score_of_version(model: Blocks, version: int, node: int, parents: IntArray, k: int) -> float:
    """Return the score with one version of the parents' design columns."""
    columns, n_design, price = model.columns, 0, model.number_prices[k]
    starts = model.design_starts[version]
    for m in range(k):
        price += model.prices[version, parents[m]]
        for c in range(starts[parents[m]], starts[parents[m] + 1]):
            columns[n_design] = model.designs[c]
            n_design += 1
    size = n_design
    for c in range(model.target_starts[node], model.target_starts[node + 1]):
        columns[size] = model.targets[c]
        size += 1
    value = 0.0
    for e in range(model.term_starts[node], model.term_starts[node + 1]):
        weight = model.term_weights[e]
        matrix, ridge = model.matrices[model.term_matrices[e]], model.ridge[version]
        fit = _log_determinants(model, matrix, ridge, n_design, size)
        misfit = fit[0] + model.term_offsets[e]
        if model.noise_variance > 0.0:
            misfit = np.exp(misfit) / model.noise_variance
        value += weight * misfit + fit[1]
        value += price * (size - n_design)
    return value


@inner_kernel
def _log_determinants(
    model: Blocks, matrix: FloatArray, penalties: FloatArray, n_design: int, size: int
) -> tuple[float, float]:
    """Return log det S[T | D], and log det(S[D, D] + Λ) − log det Λ of penalized columns."""
    factor, columns = model.factor, model.columns
    of_targets, of_penalty = 0.0, 0.0
    for i in range(size):
        for j in range(i):
            entry = matrix[columns[i], columns[j]]
            for q in range(j):
                entry -= factor[i, q] * factor[j, q]
            # The column of a collinear node is 0, so that it explains nothing.
            factor[i, j] = entry / factor[j, j] if factor[j, j] > 0.0 else 0.0
        ridge = penalties[columns[i]] if i < n_design else 0.0
        whole = matrix[columns[i], columns[i]] + ridge
        pivot = whole
        for q in range(i):
            pivot -= factor[i, q] * factor[i, q]
        if i >= n_design:
            pivot = max(pivot, SMALLEST_PIVOT * whole)
            of_targets += np.log(pivot)
        elif ridge > 0.0:
            of_penalty += np.log(pivot / ridge)
        factor[i, i] = np.sqrt(pivot) if pivot > SMALLEST_PIVOT * whole else 0.0
        if i >= n_design:
            factor[i, i] = np.sqrt(pivot)
    return of_targets, of_penalty


register_local_score(Blocks, block_score)


@compact_kernel
def scores_of_versions(model: Blocks, node: int, parents: IntArray, scores: FloatArray) -> None:
    """Fill ``scores`` with those of a node given ``parents``, one per version of the design."""
    for version in range(scores.size):
        scores[version] = _score_of_version(model, version, node, parents, parents.size)
