"""Numba kernels for ℓ1-penalized regressions of every node on the nodes before it in an order.

For node j, let R = R_PP be the correlations of its candidates P and c = R_Pj those of the
candidates with j. In standardized units, the node's problem is ::

    min over b and lowest ≤ τ ≤ highest of  q(b) / 2τ + (τ − lowest) / 2 + Σ_i price_i |b_i|,
    q(b) = R_jj − 2 cᵀb + bᵀRb,

a jointly convex problem. With a fixed noise scale (lowest = highest) it is a lasso with penalty
τ · price; with a free one it is the square-root lasso [1]_, also called scaled lasso [2]_, with
the smoothing [3]_ that results from a lower bound on τ. At its solution ::

    (c − Rb)_i = τ price_i sign(b_i)  where b_i ≠ 0,   |c − Rb|_i ≤ τ price_i  elsewhere,

If b ≥ 0 is required, the last condition holds without the absolute value.

The problem is solved by the active-set method of feature-sign search [4]_, because coordinate
descent takes hundreds to thousands of passes for variables that are as strongly correlated as here.

References
----------
.. [1] Belloni, Chernozhukov and Wang, "Square-root lasso", Biometrika 98 (2011).
.. [2] Sun and Zhang, "Scaled sparse linear regression", Biometrika 99 (2012).
.. [3] Ndiaye, Fercoq, Gramfort, Leclère and Salmon, "Efficient smoothed concomitant lasso
   estimation", arXiv 1606.02702.
.. [4] Lee, Battle, Raina and Ng, "Efficient sparse coding algorithms", NeurIPS 2006.
"""

from typing import NamedTuple

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.kernel_cache import CompactCode, compiled, inner_kernel

_entry = compiled(nogil=True, error_model="numpy", pipeline_class=CompactCode)

# The gradient of an inactive variable may exceed its bound by ``KKT_TOLERANCE`` relative to the
# bound, plus ``ROUNDING`` times one plus the sum of the absolute coefficients, for rounding error.
KKT_TOLERANCE = 1e-10
ROUNDING = 1e-14
# Limit on entries into one active set per variable. It has never been reached, but guarantees
# termination in spite of rounding error.
MOST_ENTRIES = 50
NOISE_TOLERANCE = 1e-10
MOST_NOISE_STEPS = 100


class NodeProblems(NamedTuple):
    """Data shared by the regressions of all nodes."""

    correlation: FloatArray  # (d, d), positive definite
    price: FloatArray  # (d, d) penalty per unit of |b_i|, [node, parent]
    scale: FloatArray  # (d,) factor on the value of each node's problem in the loss
    allowed: BoolArray  # (d, d) allowed[i, j]: i may be a parent of j
    is_nonnegative: bool  # whether b >= 0


class NodeFits(NamedTuple):
    """Solutions of the regressions of all nodes; row j of the matrices belongs to node j."""

    lowest: FloatArray  # (d,) bounds of τ
    highest: FloatArray  # (d,)
    candidates: BoolArray  # (d, d)
    coefficients: FloatArray  # (d, d) b, 0 outside the candidates
    gradient: FloatArray  # (d, d) R_j − Rb: covariances of all variables with the residual
    noise: FloatArray  # (d,) τ
    residual: FloatArray  # (d,) q(b)
    bias: FloatArray  # (d,) (q(b) − q of least squares on the active set) / τ²
    value: FloatArray  # (d,) minimum of the node's problem


class ActiveSet(NamedTuple):
    """Work space for one node's problem; ``factor`` is the Cholesky factor L of R_SS."""

    support: IntArray  # (d,) S, in order of entry
    sign: FloatArray  # (d,) of the coefficients
    factor: FloatArray  # (d, d)
    explained: FloatArray  # (d,) L⁻¹ c_S
    penalized: FloatArray  # (d,) L⁻¹ (price ∘ sign)_S
    target: FloatArray  # (d,) minimizer with these signs


@_entry
def fit_positions(
    problem: NodeProblems, fits: NodeFits, order: IntArray, first: int, stop: int
) -> None:
    """Solve the nodes at positions first..stop-1, starting from the coefficients in ``fits``."""
    active = _new_active_set(order.size)
    for position in range(first, stop):
        _fit_position(problem, fits, order, position, active)


@_entry
def fit_common_noise(problem: NodeProblems, fits: NodeFits, floor: float) -> float:
    """Find the σ ≥ floor common to all nodes with Σ_j scale_j² q_j = d σ² at their solutions.

    This σ minimizes the sum of all problems, which is convex. While the active sets do not change,
    the left side is a + b σ², so Newton's method converges quickly; if it would leave the bracket,
    the step alternates between σ and the coefficients instead. Returns σ.
    """
    d = fits.noise.size
    active = _new_active_set(d)
    sigma: float = fits.lowest[0] * problem.scale[0]
    low, high = floor, np.inf
    for _ in range(MOST_NOISE_STEPS):
        total, bias = 0.0, 0.0
        for node in range(d):
            fits.lowest[node] = fits.highest[node] = sigma / problem.scale[node]
            _solve(problem, fits, node, active)
            total += problem.scale[node] ** 2 * fits.residual[node]
            bias += fits.bias[node]
        alternated = max(np.sqrt(total / d), floor)
        if abs(alternated - sigma) <= NOISE_TOLERANCE * sigma:
            break
        if alternated > sigma:
            low = sigma
        else:
            high = sigma
        newton = np.sqrt(max(total - bias * sigma**2, 0.0) / (d - bias)) if bias < d else np.inf
        sigma = newton if low < newton < high else alternated
    return sigma


@_entry
def insertion_sweep(
    problem: NodeProblems,
    fits: NodeFits,
    trial: NodeFits,
    precedence: BoolArray,
    order: IntArray,
    least_gain: float,
) -> int:
    """Move every node once to its best position; ``fits`` and ``order`` are modified in place.

    ``fits`` holds the solutions for ``order``, and ``trial`` is a working copy of them. Every move
    decreases the sum of scale · value by more than ``least_gain``. Returns the number of moves.
    """
    active = _new_active_set(order.size)
    least = np.empty(order.size)
    _least_values(problem, fits, trial, least, active)
    n_moves = 0
    for node in order.copy():
        position = 0
        while order[position] != node:
            position += 1
        target = _best_position(
            problem, fits, trial, precedence, order, position, least_gain, least, active
        )
        if target != position:
            n_moves += 1
            step = 1 if target > position else -1
            for k in range(position, target, step):
                order[k] = order[k + step]
                _copy_fit(trial, fits, order[k])
            order[target] = node
            _fit_position(problem, fits, order, target, active)
    return n_moves


@inner_kernel
def _best_position(
    problem: NodeProblems,
    fits: NodeFits,
    trial: NodeFits,
    precedence: BoolArray,
    order: IntArray,
    position: int,
    least_gain: float,
    least: FloatArray,
    active: ActiveSet,
) -> int:
    """Evaluate the positions of a node in both directions; ``trial`` keeps the fits after passing.

    Each direction is followed until the largest possible further gain could not make it the best:
    to the left only the losses of the other nodes can decrease, to the right only the node's own.
    """
    node = order[position]
    lowest, target = -least_gain, position
    for step in (-1, 1):
        _copy_fit(fits, trial, node)
        change, possible_gain = 0.0, 0.0
        if step < 0:
            for k in range(position):
                possible_gain += problem.scale[order[k]] * fits.value[order[k]] - least[order[k]]
        k = position + step
        while 0 <= k < order.size:
            other = order[k]
            if precedence[other, node] if step < 0 else precedence[node, other]:
                break
            _copy_fit(fits, trial, other)
            change += _toggle_candidate(problem, trial, node, other, active)
            change += _toggle_candidate(problem, trial, other, node, active)
            if change < lowest:
                lowest, target = change, k
            if step < 0:
                possible_gain -= problem.scale[other] * fits.value[other] - least[other]
            else:
                possible_gain = problem.scale[node] * trial.value[node] - least[node]
            if change - possible_gain >= lowest:
                break
            k += step
    return target


@inner_kernel
def _least_values(
    problem: NodeProblems,
    fits: NodeFits,
    trial: NodeFits,
    least: FloatArray,
    active: ActiveSet,
) -> None:
    """Fill ``least`` (d,) with scale · value of every node if it were last in the order."""
    for node in range(least.size):
        _copy_fit(fits, trial, node)
        for v in range(least.size):
            trial.candidates[node, v] = problem.allowed[v, node]
        _solve(problem, trial, node, active)
        least[node] = problem.scale[node] * trial.value[node]


@inner_kernel
def _toggle_candidate(
    problem: NodeProblems, fits: NodeFits, node: int, other: int, active: ActiveSet
) -> float:
    """Remove ``other`` from the node's candidates, or add it; return the change of the loss.

    The solution does not change if a removed candidate has weight 0, or an added candidate
    satisfies its optimality condition with weight 0.
    """
    if not problem.allowed[other, node]:
        return 0.0
    is_gained = not fits.candidates[node, other]
    fits.candidates[node, other] = is_gained
    if is_gained:
        bound = fits.noise[node] * problem.price[node, other]
        stays = _pull(problem, fits.gradient[node, other]) <= bound
    else:
        stays = fits.coefficients[node, other] == 0.0
        fits.coefficients[node, other] = 0.0
    if stays:
        return 0.0
    before = fits.value[node]
    _solve(problem, fits, node, active)
    return float(problem.scale[node] * (fits.value[node] - before))


@inner_kernel
def _pull(problem: NodeProblems, gradient: float) -> float:
    """Return the gradient's pull on a coefficient of 0 towards feasible values."""
    return gradient if problem.is_nonnegative else abs(gradient)


@inner_kernel
def _fit_position(
    problem: NodeProblems, fits: NodeFits, order: IntArray, position: int, active: ActiveSet
) -> None:
    """Solve the node at a position given its allowed predecessors, from its current fit."""
    node = order[position]
    for k in range(order.size):
        is_candidate = k < position and problem.allowed[order[k], node]
        fits.candidates[node, order[k]] = is_candidate
        if not is_candidate:
            fits.coefficients[node, order[k]] = 0.0
    _solve(problem, fits, node, active)


@inner_kernel
def _copy_fit(source: NodeFits, target: NodeFits, node: int) -> None:
    """Copy one node's row of every array of the fits."""
    for v in range(source.noise.size):
        target.candidates[node, v] = source.candidates[node, v]
        target.coefficients[node, v] = source.coefficients[node, v]
        target.gradient[node, v] = source.gradient[node, v]
    target.noise[node] = source.noise[node]
    target.residual[node] = source.residual[node]
    target.bias[node] = source.bias[node]
    target.value[node] = source.value[node]


@_entry
def _new_active_set(d: int) -> ActiveSet:
    """Return work space for the active set of a node with up to d candidates."""
    return ActiveSet(
        np.empty(d, dtype=np.intp),
        np.empty(d),
        np.empty((d, d)),
        np.empty(d),
        np.empty(d),
        np.empty(d),
    )


@inner_kernel
def _solve(problem: NodeProblems, fits: NodeFits, node: int, active: ActiveSet) -> None:
    """Minimize the node's problem over its candidates, starting from its coefficients.

    For fixed signs of the active coefficients, the minimizer has a closed form. The step towards it
    ends where the first coefficient becomes 0, which then leaves the active set. Once the minimizer
    is reached, the variable that violates its optimality condition most enters. The value decreases
    with every step.
    """
    coefficients = fits.coefficients[node]
    size = _activate_non_zeros(coefficients, active)
    factored, n_entries = 0, 0
    while True:
        for m in range(factored, size):
            _factorize_row(problem, node, m, active)
        _minimize_with_signs(problem, fits, node, size, active)
        leaving = _step(coefficients, size, active)
        if leaving < size:
            size -= 1
            for m in range(leaving, size):
                active.support[m] = active.support[m + 1]
                active.sign[m] = active.sign[m + 1]
            factored = leaving
            continue
        factored = size
        entering = _update_gradient(problem, fits, node, size, active)
        if entering == node or n_entries == MOST_ENTRIES * coefficients.size:
            break
        active.support[size] = entering
        active.sign[size] = np.sign(fits.gradient[node, entering])
        size += 1
        n_entries += 1
    _update_value(problem, fits, node, size, active)


@inner_kernel
def _activate_non_zeros(coefficients: FloatArray, active: ActiveSet) -> int:
    """List the non-zero coefficients with their signs; return how many there are."""
    size = 0
    for v in range(coefficients.size):
        if coefficients[v] != 0.0:
            active.support[size] = v
            active.sign[size] = np.sign(coefficients[v])
            size += 1
    return size


@inner_kernel
def _factorize_row(problem: NodeProblems, node: int, m: int, active: ActiveSet) -> None:
    """Fill row m of L, and entry m of the vectors that L⁻¹ is applied to; earlier rows stay."""
    v, row = active.support[m], active.factor[m]
    pivot = problem.correlation[v, v]
    active.explained[m] = problem.correlation[v, node]
    active.penalized[m] = problem.price[node, v] * active.sign[m]
    for k in range(m):
        row[k] = problem.correlation[v, active.support[k]]
        earlier = active.factor[k]
        for q in range(k):
            row[k] -= row[q] * earlier[q]
        row[k] /= earlier[k]
        pivot -= row[k] ** 2
        active.explained[m] -= row[k] * active.explained[k]
        active.penalized[m] -= row[k] * active.penalized[k]
    # The correlations are positive definite by far more than rounding error.
    row[m] = np.sqrt(max(pivot, 1e-14))
    active.explained[m] /= row[m]
    active.penalized[m] /= row[m]


@inner_kernel
def _minimize_with_signs(
    problem: NodeProblems, fits: NodeFits, node: int, size: int, active: ActiveSet
) -> None:
    """Fill ``active.target``, and the node's noise scale and bias there.

    For given τ the minimizer is b = R⁻¹(c − τ price ∘ sign), with q(b) = q₀ + τ² bias, where q₀ is
    that of least squares. The derivative in τ, ½(1 − bias − q₀/τ²), vanishes at τ² = q₀/(1 − bias).
    """
    least_squares, bias = problem.correlation[node, node], 0.0
    for m in range(size):
        least_squares -= active.explained[m] ** 2
        bias += active.penalized[m] ** 2
    noise = np.sqrt(max(least_squares, 0.0) / (1.0 - bias)) if bias < 1.0 else np.inf
    noise = min(max(noise, fits.lowest[node]), fits.highest[node])
    fits.noise[node], fits.bias[node] = noise, bias
    for m in range(size):
        active.target[m] = active.explained[m] - noise * active.penalized[m]
    for m in range(size - 1, -1, -1):
        row = active.factor[m]
        active.target[m] /= row[m]
        for q in range(m):
            active.target[q] -= row[q] * active.target[m]


@inner_kernel
def _step(coefficients: FloatArray, size: int, active: ActiveSet) -> int:
    """Step towards the target; return which entry of the support became 0, ``size`` if none."""
    step, leaving = 1.0, size
    for m in range(size):
        if active.target[m] * active.sign[m] < 0.0:
            now = coefficients[active.support[m]]
            share = now / (now - active.target[m])
            if share < step:
                step, leaving = share, m
    for m in range(size):
        v = active.support[m]
        coefficients[v] = (1.0 - step) * coefficients[v] + step * active.target[m]
    if leaving < size:
        coefficients[active.support[leaving]] = 0.0
    return leaving


@inner_kernel
def _update_gradient(
    problem: NodeProblems, fits: NodeFits, node: int, size: int, active: ActiveSet
) -> int:
    """Fill the node's gradient; return the candidate with the largest violation, or the node."""
    coefficients, gradient = fits.coefficients[node], fits.gradient[node]
    length = 1.0
    for v in range(gradient.size):
        gradient[v] = problem.correlation[node, v]
    for m in range(size):
        parent = active.support[m]
        coefficient, row = coefficients[parent], problem.correlation[parent]
        length += abs(coefficient)
        for v in range(gradient.size):
            gradient[v] -= coefficient * row[v]
    largest, entering = 0.0, node
    for v in range(gradient.size):
        if fits.candidates[node, v] and coefficients[v] == 0.0:
            bound = (1.0 + KKT_TOLERANCE) * fits.noise[node] * problem.price[node, v]
            excess = _pull(problem, gradient[v]) - bound - ROUNDING * length
            if excess > largest:
                largest, entering = excess, v
    return entering


@inner_kernel
def _update_value(
    problem: NodeProblems, fits: NodeFits, node: int, size: int, active: ActiveSet
) -> None:
    """Store the residual variance r, and the objective r / (2σ) + (σ − lowest) / 2 + penalty.

    The gradient is up to date at this point, so one pass over the active set suffices for r.
    """
    coefficients, gradient = fits.coefficients[node], fits.gradient[node]
    residual, penalty = gradient[node], 0.0
    for m in range(size):
        v = active.support[m]
        residual -= coefficients[v] * gradient[v]
        penalty += problem.price[node, v] * abs(coefficients[v])
    residual = max(residual, 0.0)
    noise = fits.noise[node]
    fits.residual[node] = residual
    fits.value[node] = residual / (2.0 * noise) + (noise - fits.lowest[node]) / 2.0 + penalty
