"""Loading a solver's compiled code before it is timed."""

import numpy as np
from sklearn.base import clone

from causal_dag.estimator import DAGEstimator
from causal_dag.fit_warnings import held_back

# Of this process, and of what is forked from it.
_LOADED: set[str] = set()


def load_compiled_code(estimator: DAGEstimator) -> None:
    """Fit two columns for one step, so that loading code is not counted as the solver's time.

    The second call for the same solver and parameters in one process does nothing.

    Parameters
    ----------
    estimator : DAGEstimator
        The solver that is going to be timed; it is not changed.

    Examples
    --------
    >>> from causal_dag import EqVar
    >>> from causal_dag.comparison.compiled_code import load_compiled_code
    >>> load_compiled_code(EqVar())
    """
    parameters = estimator.get_params()
    small = {
        "prior_knowledge": None,
        "init": None,
        "max_iter": 1,
        "callback": None,
        "verbose": False,
        "random_state": 0,
    }
    trial = clone(estimator).set_params(**{k: v for k, v in small.items() if k in parameters})
    if repr(trial) in _LOADED:
        return
    _LOADED.add(repr(trial))
    with held_back():
        try:
            rows = np.random.default_rng(0).standard_normal((20, 2))
            trial.fit(rows if trial.column_values == "real" else rows > 0)
        except ValueError:
            return  # the fit that counts says what is wrong
