"""Fits that succeed or leave no trace: a copy is fitted, and the estimator takes over its results.

A fit that is refused or interrupted at any point leaves the estimator as it was: unfitted, or with
all attributes of the previous fit.
"""

import contextlib
import copy
import functools
import inspect
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from sklearn.base import BaseEstimator

Estimator = TypeVar("Estimator", bound=BaseEstimator)


@contextlib.contextmanager
def recognized_interrupts() -> Iterator[None]:
    """Raise ``KeyboardInterrupt`` where Ctrl-C meets a compiled function as it is called.

    numba reports it as a ``SystemError`` then, with the interrupt as its cause.

    Examples
    --------
    >>> from causal_dag.fitting.atomic_fit import recognized_interrupts
    >>> with recognized_interrupts():
    ...     pass
    """
    try:
        yield
    except SystemError as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        raise


def unfitted_copy(estimator: Estimator, parameters: Mapping[str, Any]) -> Estimator:
    """Return a shallow copy without fitted attributes, and with these parameters.

    Parameters
    ----------
    estimator : estimator
        Not changed.
    parameters : mapping from name to value
        Hyper-parameters of the copy; the others are the estimator's own.

    Examples
    --------
    >>> from causal_dag import EmptyDAG
    >>> from causal_dag.fitting.atomic_fit import unfitted_copy
    >>> model = EmptyDAG().fit([[1.0, 2.0], [2.0, 1.0]])
    >>> unfitted_copy(model, {"weight_threshold": 0.5})
    EmptyDAG(weight_threshold=0.5)
    >>> hasattr(unfitted_copy(model, {}), "weights_")
    False
    """
    unfitted = copy.copy(estimator)
    unfitted.__dict__ = {**_without_fitted(vars(estimator)), **parameters}
    return unfitted


def take_over_fit(estimator: Estimator, fitted: Estimator) -> Estimator:
    """Give an estimator the fitted attributes of its fitted copy, and only these, in one step.

    Parameters
    ----------
    estimator : estimator
        Loses the attributes of an earlier fit, and keeps its parameters as they were passed.
    fitted : estimator
        The copy that was fitted.

    Returns
    -------
    estimator
    """
    estimator_class: type = type(estimator)
    parameters = parameter_names(estimator_class)
    found = {name: value for name, value in vars(fitted).items() if name not in parameters}
    estimator.__dict__ = {**_without_fitted(vars(estimator)), **found}
    return estimator


@functools.cache
def parameter_names(estimator_class: type) -> frozenset[str]:
    """Return the names of the parameters that a class's constructor takes."""
    return frozenset(inspect.signature(estimator_class).parameters)


def _without_fitted(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes that scikit-learn's ``check_is_fitted`` does not count as fitted."""
    return {
        name: value
        for name, value in attributes.items()
        if name.startswith("__") or not name.endswith("_")
    }
