"""Numba kernel of the entropy of a node's residuals given its parents.

With non-Gaussian noise, the entropies of the residuals of all nodes add up to less in the true
graph than in any other, Markov equivalent ones included (Hyvärinen and Smith, "Pairwise likelihood
ratios for estimation of non-Gaussian structural equation models", Journal of Machine Learning
Research 14, 2013). The density of the residuals r of a least-squares regression on the parents is
estimated by Gaussian kernels of bandwidth h = 0.9 · min(σ, √(π/2) · mean ``|r|``) · n^(−1/5)
(Silverman, "Density estimation for statistics and data analysis", 1986, eq. 3.31, with the mean
absolute deviation in place of the quartiles). Residuals are counted in bins first, so that the time
is O(n k) for k parents and a small multiple of the number of bins that are not empty.

Were residuals normal, the score would depend on covariances only. Its changes predict what single
changes of the parents gain, at a fraction of the time.
"""

import math
from typing import NamedTuple

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.kernel_cache import compact_kernel, inner_kernel
from causal_dag.solvers.order.scores.block_kernels import SMALLEST_PIVOT
from causal_dag.solvers.order.scores.local_score_kernel import register_local_score

# Bins per bandwidth, and bandwidths after which a kernel is cut off.
BINS_PER_BANDWIDTH, REACH = 4, 4
# √(π/2): of a normal distribution, the standard deviation over the mean absolute deviation.
NORMAL_RATIO = 1.2533141373155003
SILVERMAN = 0.9
# Of the residuals of a standardized column: less is rounding error.
SMALLEST_SPREAD = 1e-7
# Of a normal distribution of variance 1.
NORMAL_ENTROPY = 0.5 * math.log(2.0 * math.pi * math.e)


class Residuals(NamedTuple):
    """Standardized columns, and work space for one thread."""

    columns: FloatArray  # (d, n) of mean 0 and mean square 1
    correlation: FloatArray  # (d, d)
    log_scales: FloatArray  # (d,) log standard deviation of the columns in their own units
    prices: FloatArray  # (d,) of the first, second, ... parent, summed up
    density: FloatArray  # (BINS_PER_BANDWIDTH * REACH + 1,) of a kernel, by distance in bins
    factor: FloatArray  # (most, most) work space: Cholesky factor of the parents
    coefficients: FloatArray  # (most,) work space
    residuals: FloatArray  # (n,) work space
    known: IntArray  # (most + 2,) a node, its number of parents, and these, of the next three:
    inverse: FloatArray  # (most, most) work space: inverse of the parents' Cholesky factor
    solved: FloatArray  # (most,) work space: that inverse times their correlations with the node
    rest: FloatArray  # (1,) work space: residual variance of the node
    counts: FloatArray  # (bins,) work space, left at 0


@inner_kernel
def entropy_score(model: Residuals, node: int, parents: IntArray, k: int) -> float:
    """Return 2n times the entropy of the residuals of a node given its first k parents, plus price.

    Shifted so that a normal distribution of variance σ² has n log σ².
    """
    regress(model, node, parents, k)
    entropy = residual_entropy(model)
    n = model.residuals.size
    value: float = 2.0 * n * (entropy + model.log_scales[node] - NORMAL_ENTROPY) + model.prices[k]
    return value


@inner_kernel
def regress(model: Residuals, node: int, parents: IntArray, k: int) -> None:
    """Fill the coefficients and residuals of a regression of the node on its first k parents."""
    _factorize(model, node, parents, k)
    factor, beta = model.factor, model.coefficients
    for a in range(k - 1, -1, -1):
        total = beta[a]
        for c in range(a + 1, k):
            total -= factor[c, a] * beta[c]
        beta[a] = total / factor[a, a] if factor[a, a] > 0.0 else 0.0
    residuals = model.residuals
    for i in range(residuals.size):
        residuals[i] = model.columns[node, i]
    for a in range(k):
        x, weight = model.columns[parents[a]], beta[a]
        for i in range(residuals.size):
            residuals[i] -= weight * x[i]


@inner_kernel
def _factorize(model: Residuals, node: int, parents: IntArray, k: int) -> None:
    """Fill the Cholesky factor L of the parents' correlations, and as coefficients L⁻¹ r.

    r are the correlations with the node. Rows of parents that are collinear with those before are
    passed over, so that they get the coefficient 0.
    """
    factor, beta, correlation = model.factor, model.coefficients, model.correlation
    for a in range(k):
        x = parents[a]
        for b in range(a + 1):
            total = correlation[x, parents[b]]
            for c in range(b):
                total -= factor[a, c] * factor[b, c]
            if b < a:
                factor[a, b] = total / factor[b, b] if factor[b, b] > 0.0 else 0.0
            else:
                factor[a, a] = math.sqrt(total) if total > SMALLEST_PIVOT else 0.0
        total = correlation[x, node]
        for c in range(a):
            total -= factor[a, c] * beta[c]
        beta[a] = total / factor[a, a] if factor[a, a] > 0.0 else 0.0


@inner_kernel
def residual_entropy(model: Residuals) -> float:
    """Return the entropy of the residuals by the binned density, of all rows themselves."""
    residuals, counts, density = model.residuals, model.counts, model.density
    n, n_bins = residuals.size, counts.size
    squares, absolute, least = 0.0, 0.0, residuals[0]
    for i in range(n):
        squares += residuals[i] * residuals[i]
        absolute += abs(residuals[i])
        least = min(least, residuals[i])
    spread = min(math.sqrt(squares / n), NORMAL_RATIO * absolute / n)
    spread = max(spread, SMALLEST_SPREAD)
    bandwidth = SILVERMAN * spread * n**-0.2
    per_bin, reach = BINS_PER_BANDWIDTH / bandwidth, density.size - 1
    last = 0
    for i in range(n):
        place = int(min((residuals[i] - least) * per_bin, n_bins - 1.0))
        counts[place] += 1.0
        last = max(last, place)
    total = 0.0
    for b in range(last + 1):
        if counts[b] > 0.0:
            near = 0.0
            for c in range(max(0, b - reach), min(last, b + reach) + 1):
                near += counts[c] * density[abs(b - c)]
            total += counts[b] * math.log(near)
    for b in range(last + 1):
        counts[b] = 0.0
    entropy: float = math.log(n * bandwidth) - total / n
    return entropy


@inner_kernel
def predicted_gain(model: Residuals, node: int, parents: IntArray, k: int, other: int) -> float:
    """Return by how much a normal score falls once ``other`` is added to the parents, or dropped.

    That is n log σ² and the price, by the covariances alone, in O(k²).
    """
    _invert_factor(model, node, parents, k)
    n, rest, m = model.residuals.size, model.rest[0], 0
    while m < k and parents[m] != other:
        m += 1
    gain = -np.inf
    if m < k:
        lost = _explained_by_parent(model, k, m)
        gain = model.prices[k] - model.prices[k - 1] - n * math.log(1.0 + lost / rest)
    else:
        square = _explained_by_addition(model, node, parents, k, other)
        if square >= 0.0:
            left = max(rest - square, SMALLEST_PIVOT)
            gain = model.prices[k] - model.prices[k + 1] - n * math.log(left / rest)
    return gain


@inner_kernel
def _invert_factor(model: Residuals, node: int, parents: IntArray, k: int) -> None:
    """Fill the inverse of the Cholesky factor, unless it is that of the previous prediction."""
    inverse, solved, known = model.inverse, model.solved, model.known
    is_known = known[0] == node and known[1] == k
    for a in range(k):
        is_known = is_known and known[a + 2] == parents[a]
    if is_known:
        return
    _factorize(model, node, parents, k)
    factor, rest = model.factor, 1.0
    known[0], known[1] = node, k
    for a in range(k):
        known[a + 2], solved[a] = parents[a], model.coefficients[a]
        rest -= solved[a] * solved[a]
        inverse[a, a] = 1.0 / factor[a, a] if factor[a, a] > 0.0 else 0.0
        for b in range(a):
            total = 0.0
            for c in range(b, a):
                total -= factor[a, c] * inverse[c, b]
            inverse[a, b] = total * inverse[a, a]
    model.rest[0] = max(rest, SMALLEST_PIVOT)


@inner_kernel
def _explained_by_parent(model: Residuals, k: int, m: int) -> float:
    """Return the residual variance that the m-th parent saves: β² over its entry of (LLᵀ)⁻¹."""
    weight, entry = 0.0, 0.0
    for a in range(m, k):
        weight += model.inverse[a, m] * model.solved[a]
        entry += model.inverse[a, m] * model.inverse[a, m]
    return weight * weight / entry if entry > 0.0 else 0.0


@inner_kernel
def _explained_by_addition(
    model: Residuals, node: int, parents: IntArray, k: int, other: int
) -> float:
    """Return the residual variance that a further parent would save; −1 if it is collinear."""
    pivot, shared = 1.0, model.correlation[other, node]
    for a in range(k):
        total = 0.0
        for b in range(a + 1):
            total += model.inverse[a, b] * model.correlation[other, parents[b]]
        pivot -= total * total
        shared -= total * model.solved[a]
    return shared * shared / pivot if pivot > SMALLEST_PIVOT else -1.0


register_local_score(Residuals, entropy_score, predicted_gain)


@compact_kernel
def score_of(model: Residuals, node: int, parents: IntArray) -> float:
    """Return the score of a node given all of ``parents``; the coefficients are filled."""
    value: float = entropy_score(model, node, parents, parents.size)
    return value
