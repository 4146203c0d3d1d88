"""Adaptive lasso of one variable on its predecessors, along the whole path, from correlations."""

from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import FloatArray, IntArray

# A regressor is redundant if the active ones leave less than this fraction of its norm unexplained.
SMALLEST_REST = 1e-7
# Slopes within this fraction of the largest one are equal to it, up to rounding.
TIED = 1e-9


@dataclass(frozen=True)
class _Regression:
    """Gram matrix, right-hand side and number of rows of a least-squares problem."""

    gram: FloatArray
    target: FloatArray
    n_samples: int


def adaptive_lasso_bic(
    correlation: FloatArray,
    child: int,
    candidates: IntArray,
    required: IntArray,
    n_samples: int,
    most: int | None = None,
) -> FloatArray:
    """Regress a variable on others, with an ℓ1 penalty whose strength minimizes BIC.

    The penalty of each candidate is divided by its absolute least-squares coefficient [1]_, which
    makes the result independent of units. Along the lasso path, computed by least-angle
    regression, the criterion is RSS/σ² + df · log n, where σ² is the residual variance of least
    squares with n − p − 1 degrees of freedom and df the number of non-zero coefficients [2]_.

    Parameters
    ----------
    correlation : ndarray of shape (d, d)
        Correlations, of full rank.
    child : int
        The response variable.
    candidates : ndarray of int
        Candidate regressors.
    required : ndarray of int
        Regressors that are always included and not penalized; disjoint from ``candidates``.
    n_samples : int
        Number of rows, larger than the number of variables.
    most : int, optional
        Maximum number of non-zero coefficients, including those of required variables.

    Returns
    -------
    ndarray of shape (d,)
        Coefficients on the scale of correlations; 0 for all other variables.

    References
    ----------
    .. [1] Zou, "The adaptive lasso and its oracle properties", JASA 101 (2006).
    .. [2] Zou, Hastie and Tibshirani, "On the degrees of freedom of the lasso", Annals of
       Statistics 35 (2007).

    Examples
    --------
    >>> import numpy as np
    >>> correlation = np.array([[1.0, 0.0, 0.8], [0.0, 1.0, 0.01], [0.8, 0.01, 1.0]])
    >>> none = np.array([], dtype=int)
    >>> adaptive_lasso_bic(correlation, 2, np.array([0, 1]), none, 100).round(2).tolist()
    [0.8, 0.0, 0.0]
    """
    coefficients = np.zeros(correlation.shape[0])
    everything = np.concatenate([candidates, required])
    least_squares = _solve(correlation, everything, child)
    unexplained = 1.0 - correlation[child, everything] @ least_squares
    variance = max(unexplained, np.finfo(np.float64).eps)
    variance *= n_samples / (n_samples - everything.size - 1)
    # In units of the noise, because least-angle regression uses absolute tolerances.
    noise = np.sqrt(variance)
    problem = _without_required(correlation, child, candidates, required, n_samples, noise)
    strength = np.abs(least_squares[: candidates.size]) / noise
    room = candidates.size if most is None else most - required.size
    coefficients[candidates] = noise * _best_on_path(problem, strength, room)
    if required.size:
        rest = correlation[required, child] - correlation[required] @ coefficients
        coefficients[required] = np.linalg.solve(correlation[np.ix_(required, required)], rest)
    return coefficients


def _solve(correlation: FloatArray, parents: IntArray, child: int) -> FloatArray:
    return np.linalg.solve(correlation[np.ix_(parents, parents)], correlation[parents, child])


def _without_required(
    correlation: FloatArray,
    child: int,
    candidates: IntArray,
    required: IntArray,
    n_samples: int,
    noise: float,
) -> _Regression:
    """Partial the required variables out of both sides (Frisch, Waugh and Lovell)."""
    explained_by_required = np.linalg.solve(
        correlation[np.ix_(required, required)], correlation[required]
    )
    partial = correlation - correlation[:, required] @ explained_by_required
    gram = partial[np.ix_(candidates, candidates)]
    return _Regression(gram, partial[candidates, child] / noise, n_samples)


def _best_on_path(problem: _Regression, strength: FloatArray, most: int) -> FloatArray:
    """Return the coefficients of lowest BIC on the lasso path of the columns times ``strength``.

    At most ``most`` of them are non-zero.
    """
    if not strength.any():
        return np.zeros_like(strength)
    n = problem.n_samples
    path = lasso_path(
        n * strength[:, None] * problem.gram * strength, n * strength * problem.target, 1e-7 * n
    )
    coefficients = strength[:, None] * path
    explained = 2 * problem.target @ coefficients
    explained -= np.einsum("ik,ik->k", coefficients, problem.gram @ coefficients)
    degrees = (np.abs(path) > np.finfo(np.float64).eps).sum(axis=0)
    criterion = np.where(degrees <= most, -n * explained + np.log(n) * degrees, np.inf)
    best: FloatArray = coefficients[:, np.argmin(criterion)]
    return np.where(np.abs(path[:, np.argmin(criterion)]) > np.finfo(np.float64).eps, best, 0.0)


def lasso_path(gram: FloatArray, target: FloatArray, smallest: float) -> FloatArray:
    """Return the coefficients at every knot of the path (Efron et al. 2004, section 3.1).

    scikit-learn's ``lars_path_gram`` warns if columns are almost collinear, and warnings can only
    be suppressed for a whole process; here the path simply ends.

    Parameters
    ----------
    gram : ndarray of shape (p, p)
        Gram matrix G of the regressors.
    target : ndarray of shape (p,)
        Their products t with the response.
    smallest : float
        Penalty at which the path ends.

    Returns
    -------
    ndarray of shape (p, number of knots)
        Minimizers of ½ bᵀGb − tᵀb + λ‖b‖₁ at the knots, from the largest λ (all 0) down.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.order.adaptive_lasso import lasso_path
    >>> lasso_path(np.eye(2), np.array([3.0, -1.0]), 0.0).tolist()
    [[0.0, 2.0, 3.0], [0.0, 0.0, -1.0]]
    """
    b, slope = np.zeros_like(target), target
    active: list[int] = []
    inactive = list(range(target.size))
    level = float(np.abs(target).max(initial=0.0))
    knots, has_left = [b.copy()], False
    while level > smallest:
        while inactive and not has_left:
            entering = max(inactive, key=lambda k: abs(slope[k]))
            if abs(slope[entering]) < (1 - TIED) * level:
                break
            inactive.remove(entering)
            # A redundant regressor may hide another one that has reached the same level.
            if _is_independent(gram, active, entering):
                active.append(entering)
                break
        if not active:
            break
        direction = np.zeros_like(b)
        direction[active] = np.linalg.solve(gram[np.ix_(active, active)], np.sign(slope[active]))
        step = _step_to_entry(slope, gram @ direction, inactive, level)
        to_zero, leaving = _step_to_zero(b, direction, active)
        has_left = to_zero < step
        step = min(step, to_zero)
        b, level = b + step * direction, level - step
        if has_left:
            b[leaving] = 0.0
            active.remove(leaving)
            inactive.append(leaving)
        slope = target - gram @ b
        knots.append(b.copy())
    return np.column_stack(knots)


def _is_independent(gram: FloatArray, active: list[int], entering: int) -> bool:
    """Return whether a regressor is linearly independent of the active ones."""
    shared = gram[active, entering]
    explained = shared @ np.linalg.solve(gram[np.ix_(active, active)], shared) if active else 0.0
    return bool(gram[entering, entering] - explained > SMALLEST_REST**2 * gram[entering, entering])


def _step_to_entry(slope: FloatArray, fall: FloatArray, inactive: list[int], level: float) -> float:
    """Return the step after which an inactive slope is as large as the active ones."""
    step = level
    for k in inactive:
        for sign in (1.0, -1.0):
            closing = 1.0 - sign * fall[k]
            if closing > np.finfo(np.float64).eps:
                length = (level - sign * slope[k]) / closing
                # A regressor that has just left is at this level, too.
                if 1e-12 * level < length < step:
                    step = float(length)
    return step


def _step_to_zero(b: FloatArray, direction: FloatArray, active: list[int]) -> tuple[float, int]:
    """Return the step after which a coefficient reaches 0, and its index; infinity if none does."""
    lengths = {k: -b[k] / direction[k] for k in active if b[k] * direction[k] < 0}
    leaving = min(lengths, key=lengths.__getitem__, default=-1)
    return float(lengths.get(leaving, np.inf)), leaving
