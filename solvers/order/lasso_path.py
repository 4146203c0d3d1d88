"""The whole path of the lasso, by least-angle regression on a Gram matrix.

scikit-learn's ``lars_path_gram`` warns wherever columns are almost collinear, and warnings can be
switched off for a whole process only; here the path just ends.
"""

import numpy as np

from causal_dag.arrays import FloatArray

# A regressor is redundant if the active ones leave less than this share of its norm.
SMALLEST_REST = 1e-7


def lasso_path(gram: FloatArray, target: FloatArray, smallest: float) -> FloatArray:
    """Return the coefficients at every knot of the path (Efron et al. 2004, section 3.1).

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
        Minimisers of ½ bᵀGb − tᵀb + λ‖b‖₁ at the knots, from the largest λ (all 0) down.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.order.lasso_path import lasso_path
    >>> lasso_path(np.eye(2), np.array([3.0, -1.0]), 0.0).tolist()
    [[0.0, 2.0, 3.0], [0.0, 0.0, -1.0]]
    """
    b, slope = np.zeros_like(target), target
    active: list[int] = []
    inactive = list(range(target.size))
    level = float(np.abs(target).max(initial=0.0))
    knots, has_left = [b.copy()], False
    while level > smallest:
        if inactive and not has_left:
            entering = max(inactive, key=lambda k: abs(slope[k]))
            inactive.remove(entering)
            if _is_own(gram, active, entering):
                active.append(entering)
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


def _is_own(gram: FloatArray, active: list[int], entering: int) -> bool:
    """Return whether the active regressors leave something of another one."""
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
                # One that has just left is at the level, too.
                if 1e-12 * level < length < step:
                    step = float(length)
    return step


def _step_to_zero(b: FloatArray, direction: FloatArray, active: list[int]) -> tuple[float, int]:
    """Return the step after which a coefficient is 0 again, and which; infinity if none is."""
    lengths = {k: -b[k] / direction[k] for k in active if b[k] * direction[k] < 0}
    leaving = min(lengths, key=lengths.__getitem__, default=-1)
    return float(lengths.get(leaving, np.inf)), leaving
