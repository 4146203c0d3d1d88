"""Numba kernels that find exogenous variables by pairwise likelihood ratios.

``columns`` (d, n) holds one standardized variable per row, with mean 0 and mean square 1. Entropies
are Hyvärinen's maximum-entropy approximations. Nearly all the time is spent on two exponentials per
value. They are written out because calls to a mathematical library prevent loops from being
vectorized.
"""

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.kernel_cache import compiled

# Of H(u) ≈ H(gauss) - k1 (E log cosh u - γ)² - k2 (E u exp(-u²/2))², Hyvärinen and Smith (2013).
K1, K2, GAMMA = 79.047, 7.4129, 0.37457
# 1 - ρ² below this is rounding error.
SMALLEST_VARIANCE = 1e-15
# Factors 1 + exp(-2|u|) are at most 2, so a product of this many is far from overflow.
BLOCK = 512
# exp(-40) is negligible compared with 1.
LARGEST_EXPONENT = 40.0

LOG_2, LOG2_E = 0.6931471805599453, 1.4426950408889634
# Adding 1.5 · 2⁵² to a small number leaves its nearest integer in the last bits of the sum.
ROUNDER = 6755399441055744.0
EXPONENT_BIAS, MANTISSA_BITS = 1023, 52


@compiled(nogil=True, fastmath={"contract"})
def exp_of_minus(x: float) -> float:
    """Return exp(-min(x, 40)) for x >= 0: a power of 2 times the Taylor series of the remainder."""
    x = min(x, LARGEST_EXPONENT)
    shifted = np.float64(ROUNDER - x * LOG2_E)
    power = shifted - ROUNDER
    r = -x - power * LOG_2
    series = 1 / 362880 + r * (1 / 3628800 + r * (1 / 39916800))
    series = 1 / 720 + r * (1 / 5040 + r * (1 / 40320 + r * series))
    series = 1 / 6 + r * (1 / 24 + r * (1 / 120 + r * series))
    series = 1 + r * (1 + r * (1 / 2 + r * series))
    bits = (shifted.view(np.int64) + EXPONENT_BIAS) << MANTISSA_BITS
    return series * np.int64(bits).view(np.float64)


@compiled(nogil=True, fastmath={"contract", "reassoc", "nsz"})
def negentropy(x: FloatArray, y: FloatArray, a: float, b: float) -> float:
    """Return H(gauss) - H(a x + b y), for a combination of mean 0 and variance 1.

    log cosh u = ``|u|`` + log(1 + exp(-2|u|)) - log 2. The factors 1 + exp(-2|u|) of a block are
    multiplied first, so only one logarithm per block is needed.
    """
    log_cosh, odd = 0.0, 0.0
    for start in range(0, x.size, BLOCK):
        factors = 1.0
        for t in range(start, min(start + BLOCK, x.size)):
            u = a * x[t] + b * y[t]
            log_cosh += abs(u)
            factors *= 1.0 + exp_of_minus(2.0 * abs(u))
            odd += u * exp_of_minus(0.5 * u * u)
        log_cosh += np.log(factors)
    log_cosh = log_cosh / x.size - LOG_2
    odd /= x.size
    return K1 * (log_cosh - GAMMA) ** 2 + K2 * odd**2


@compiled(nogil=True, fastmath={"contract", "reassoc", "nsz"})
def mean_product(x: FloatArray, y: FloatArray) -> float:
    """Return the mean of x y."""
    total = 0.0
    for t in range(x.size):
        total += x[t] * y[t]
    return total / x.size


@compiled(nogil=True)
def likelihood_ratio(
    x: FloatArray, y: FloatArray, negentropy_x: float, negentropy_y: float
) -> float:
    """Return the mean log-likelihood ratio of x -> y to y -> x; positive if x comes first.

    It equals H(y) + H(x given y) - H(x) - H(y given x), for standardized variables and residuals.
    """
    correlation = mean_product(x, y)
    scale = np.sqrt(max((1.0 - correlation) * (1.0 + correlation), SMALLEST_VARIANCE))
    of_y, of_x = 1.0 / scale, -correlation / scale
    y_given_x, x_given_y = negentropy(y, x, of_y, of_x), negentropy(x, y, of_y, of_x)
    return negentropy_x + y_given_x - negentropy_y - x_given_y


@compiled(nogil=True)
def _lowest(scores: FloatArray, eligible: BoolArray) -> int:
    """Return the first eligible node with the lowest score, or -1 if none is eligible."""
    node = -1
    for v in range(scores.size):
        if eligible[v] and (node < 0 or scores[v] < scores[node]):
            node = v
    return node


@compiled(nogil=True)
def most_exogenous(
    columns: FloatArray, is_left: BoolArray, is_candidate: BoolArray, is_open: BoolArray
) -> int:
    """Return the candidate i that minimizes Σ_j min(0, R_ij)², with R_ij the likelihood ratio.

    The sum runs over the remaining nodes j whose order relative to i is undetermined. Partial sums
    never decrease, so the candidate with the lowest partial sum is the minimizer once its own sum
    is complete; until then it is compared with the pending node of lowest partial sum. Because
    R_ji = -R_ij, each comparison contributes to one of the two sums.

    ``is_left`` (d,) marks the nodes not yet placed, ``is_candidate`` (d,) those that may come next,
    and ``is_open`` (d, d) the pairs whose order is undetermined; ``is_pending`` (d, d) marks the
    comparisons not yet made.
    """
    d = is_left.size
    scores, negentropies = np.zeros(d), np.zeros(d)
    is_pending = is_open.copy()
    for v in range(d):
        if is_left[v]:
            negentropies[v] = negentropy(columns[v], columns[v], 1.0, 0.0)
        else:
            is_pending[:, v] = False
    while True:
        node = _lowest(scores, is_candidate)
        rival = _lowest(scores, is_pending[node])
        if rival < 0:
            return node
        is_pending[node, rival] = is_pending[rival, node] = False
        ratio = likelihood_ratio(
            columns[node], columns[rival], negentropies[node], negentropies[rival]
        )
        scores[node if ratio < 0.0 else rival] += ratio**2


@compiled(nogil=True)
def regress_out(columns: FloatArray, is_left: BoolArray, node: int) -> None:
    """Replace every remaining variable by its standardized residual on one node."""
    for v in range(columns.shape[0]):
        if is_left[v]:
            slope = mean_product(columns[v], columns[node])
            for t in range(columns.shape[1]):
                columns[v, t] -= slope * columns[node, t]
            scale = np.sqrt(max(mean_product(columns[v], columns[v]), SMALLEST_VARIANCE))
            for t in range(columns.shape[1]):
                columns[v, t] /= scale
