"""Whether a fit ended correctly: with a DAG, or with an error that names what is wrong."""

import contextlib
import io
import re
import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from causal_dag.benchmarks.fuzz.cases import Case
from causal_dag.fit_warnings import (
    CodedColumnsWarning,
    DeterminedColumnWarning,
    FewRowsWarning,
    NoEdgeWarning,
    ProjectionWarning,
)
from causal_dag.graph import is_dag

DECLARED = (
    ConvergenceWarning, ProjectionWarning, NoEdgeWarning, FewRowsWarning, CodedColumnsWarning,
    DeterminedColumnWarning,
)  # fmt: skip
# An error is about the table if it uses one of these words.
ABOUT_THE_TABLE = re.compile(
    r"column|row|n_samples|n_features|sample|feature|table|array|sparse|prior knowledge|edge", re.I
)


def violation(case: Case) -> str | None:
    """Fit a case, and return what is wrong with the way it ended; None if nothing is.

    Examples
    --------
    >>> from causal_dag.benchmarks.fuzz.cases import Case
    >>> from causal_dag.benchmarks.fuzz.outcome import violation
    >>> violation(Case("empty", {"refit": "no"}, [[1.0, 2.0], [2.0, 1.0]])) is None
    True
    """
    estimator = case.estimator()
    before = dict(vars(estimator))
    printed = contextlib.redirect_stdout(io.StringIO())
    with printed, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            estimator.fit(case.table)
        except (ValueError, TypeError) as error:
            wrong = _of_refusal(error, case, vars(estimator) == before)
        except Exception as error:
            wrong = f"{type(error).__name__}: {error}"
        else:
            wrong = _of_fit(estimator)
    leaked = [entry for entry in caught if not issubclass(entry.category, DECLARED)]
    if wrong is None and leaked:
        wrong = f"leaked {leaked[0].category.__name__}: {leaked[0].message}"
    return wrong


def _of_refusal(error: Exception, case: Case, is_unchanged: bool) -> str | None:
    text = str(error)
    parameters = case.estimator().get_params(deep=False)
    is_named = any(re.search(rf"\b{name}\b", text) for name in parameters)
    if not is_unchanged:
        return f"the refused fit changed the estimator: {text}"
    # scikit-learn's message on one-dimensional tables quotes the whole table.
    if "Reshape your data" not in text and ("\n" in text or len(text) > 2000):
        return f"the message is not one short line: {text[:200]!r}"
    return None if is_named or ABOUT_THE_TABLE.search(text) else f"names nothing: {text}"


def _of_fit(estimator: Any) -> str | None:
    if not is_dag(estimator.weights_):
        return "the graph has a cycle"
    for name in ("weights_", "raw_weights_", "objective_", "intercept_", "noise_variance_"):
        if not np.isfinite(getattr(estimator, name)).all():
            return f"{name} is not finite"
    return None
