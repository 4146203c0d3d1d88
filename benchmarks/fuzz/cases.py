"""Random unusual inputs of solvers, and whether a fit of one ends correctly."""

import contextlib
import io
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning

from causal_dag.column_values import READ_LABELS
from causal_dag.constraints import PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.fit_warnings import (
    CodedColumnsWarning,
    DeterminedColumnWarning,
    FewRowsWarning,
    NoEdgeWarning,
    ProjectionWarning,
)
from causal_dag.graph import is_dag
from causal_dag.registry import make_solver

# Settings that keep a fit short unless unusual ones are drawn.
SHORT: dict[str, Any] = {
    "max_iter": 20,
    "warm_up_iter": 20,
    "checkpoint": 5,
    "n_restarts": 1,
    "lambdas": 2,
    "hidden_units": 2,
    "n_basis": 2,
    "time_budget": 1.0,
}
# Large values of these are valid and only take long.
ONLY_LONGER = {*SHORT, "n_jobs", "time_budget"}

HOSTILE: tuple[Any, ...] = (
    np.inf, -np.inf, np.nan, 10**30, -1, 0, 1e300, 1e-300, 1e-320, Fraction(1, 3), Decimal("0.1"),
    np.float32(0.5), np.int8(2), "no", "", None, [], (), {}, [[1, 2], [3, 4]], object(), object,
    np.ones(3), np.array(0.5), np.array("a"), np.full((3, 3), np.nan), np.zeros((0, 0)), True,
    np.False_, 1j, b"1", 3.0, 2, 0.5, 1e6, 1e-9, 1e80,
)  # fmt: skip
CALLBACKS: tuple[Any, ...] = (None, "no", 1, lambda record: True, lambda record: record.stage > 0)
CHOICES = (
    "l2", "logistic", "poisson", "exponential", "polynomial", "power-series", "equal", "unequal",
    "subgradient", "proximal", "mlp", "sobolev", "insertion", "swap", "swap-ratio", "block", "best",
    "first", "cholesky", "eqvar", "random", "bic", "bic-ev", "least-squares", "lasso", "colide-ev",
    "colide-nv", "variance", "r2", "ebic", "cv", "stars", "topo-ls", "topo-bic", "eqvar",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One input.

    Parameters
    ----------
    solver : str
        Registry name.
    parameters : dict
        Constructor parameters.
    table : object
        What is fitted.
    """

    solver: str
    parameters: dict[str, Any]
    table: Any

    def estimator(self) -> DAGEstimator:
        """Return the unfitted estimator."""
        return make_solver(self.solver, **self.parameters)


def draw_case(generator: np.random.Generator, solvers: Sequence[str]) -> Case:
    """Draw one input for one of the solvers."""
    solver = str(generator.choice(solvers))
    parameters = _parameters(solver, generator)
    is_odd = generator.random() < 0.5
    kind = str(generator.choice(list(TABLES))) if is_odd else "ordinary"
    return Case(solver, parameters, TABLES[kind](generator))


def _parameters(solver: str, generator: np.random.Generator) -> dict[str, Any]:
    known = Case(solver, {}, None).estimator().get_params(deep=False)
    chosen = {name: value for name, value in SHORT.items() if name in known}
    for name in generator.choice(list(known), size=int(generator.integers(0, 4))).tolist():
        chosen[name] = _value(name, generator)
    return chosen


def _value(name: str, generator: np.random.Generator) -> Any:
    if name == "callback":
        return CALLBACKS[int(generator.integers(len(CALLBACKS)))]
    if name == "prior_knowledge":
        return _knowledge(generator)
    if name == "init" and generator.random() < 0.7:
        return _init(generator)
    if generator.random() < 0.3:
        return str(generator.choice(CHOICES))
    if name == "n_jobs" and generator.random() < 0.5:
        return 1
    value = HOSTILE[int(generator.integers(len(HOSTILE)))]
    is_number = isinstance(value, int | float | np.number)
    if name == "n_jobs" and is_number:
        return 0  # more than one starts processes, which takes longer than the fits
    return 3 if name in ONLY_LONGER and is_number and 3 < value < 1e12 else value


def _knowledge(generator: np.random.Generator) -> Any:
    def edges() -> list[tuple[int, int]]:
        count = int(generator.integers(0, 4))
        return [(int(i), int(j)) for i, j in generator.integers(-1, 5, size=(count, 2))]

    drawn = generator.random()
    if drawn < 0.4:
        return PriorKnowledge(required=edges())
    if drawn < 0.7:
        return PriorKnowledge(forbidden=edges())
    if drawn < 0.9:
        return PriorKnowledge(tiers=[[0], [1, 2]], roots=generator.integers(0, 4, 1).tolist())
    return ["a -> b", {"a": "b"}, 1][int(generator.integers(3))]


def _init(generator: np.random.Generator) -> Any:
    d = int(generator.integers(1, 5))
    makers: list[Callable[[], Any]] = [
        lambda: generator.normal(size=(d, d)),
        lambda: 1e200 * generator.normal(size=(d, d)),
        lambda: np.triu(generator.normal(size=(d, d)), 1),
        lambda: generator.permutation(d),
        lambda: generator.permutation(d).tolist(),
        lambda: ["a", "b", "c"],
        lambda: {"a": 1},
    ]
    return makers[int(generator.integers(len(makers)))]()


def _size(generator: np.random.Generator) -> tuple[int, int]:
    return int(generator.integers(2, 40)), int(generator.integers(1, 5))


def _normal(generator: np.random.Generator) -> Any:
    n, d = _size(generator)
    return generator.normal(size=(n, d)) @ generator.normal(size=(d, d))


def _with(change: Callable[[Any, np.random.Generator], Any]) -> Callable[..., Any]:
    return lambda generator: change(_normal(generator), generator)


def _set(value: float) -> Callable[..., Any]:
    def change(X: Any, generator: np.random.Generator) -> Any:
        X[int(generator.integers(X.shape[0])), int(generator.integers(X.shape[1]))] = value
        return X

    return _with(change)


#: Tables by what is unusual about them.
TABLES: dict[str, Callable[[np.random.Generator], Any]] = {
    "ordinary": _normal,
    "scaled up": _with(lambda X, g: X * 10.0 ** g.uniform(0, 70)),
    "scaled down": _with(lambda X, g: X * 10.0 ** -g.uniform(0, 70)),
    "mixed units": _with(lambda X, g: X * 10.0 ** g.uniform(-12, 12, X.shape[1])),
    "shifted": _with(lambda X, g: X + 10.0 ** g.uniform(0, 18)),
    "copied column": _with(lambda X, g: np.column_stack([X, X[:, 0]])),
    "almost copied": _with(lambda X, g: np.column_stack([X, X[:, 0] + 1e-9 * X.sum(axis=1)])),
    "sum of columns": _with(lambda X, g: np.column_stack([X, X.sum(axis=1)])),
    "constant column": _with(lambda X, g: np.column_stack([X, np.full(len(X), 0.1)])),
    "binary": _with(lambda X, g: (X > 0).astype(float)),
    "booleans": _with(lambda X, g: X > 0),
    "rare": _with(lambda X, g: (np.abs(X) > 2).astype(int)),
    "counts": _with(lambda X, g: g.poisson(3.0, X.shape)),
    "large counts": _with(lambda X, g: g.poisson(300.0, X.shape)),
    "heavy tails": _with(lambda X, g: g.standard_cauchy(X.shape) ** 3),
    "one outlier": _set(1e12),
    "huge cell": _set(1e200),
    "missing": _set(np.nan),
    "infinite": _set(-np.inf),
    "one row": _with(lambda X, g: X[:1]),
    "two rows": _with(lambda X, g: X[:2]),
    "flat": _with(lambda X, g: X[:, 0]),
    "deep": _with(lambda X, g: X[:, :, None]),
    "no columns": _with(lambda X, g: X[:, :0]),
    "no rows": _with(lambda X, g: X[:0]),
    "names": _with(lambda X, g: pd.DataFrame(X, columns=list("abcd")[: X.shape[1]])),
    "same names": _with(lambda X, g: pd.DataFrame(X, columns=["a"] * X.shape[1])),
    "number labels": _with(lambda X, g: pd.DataFrame(X).iloc[:, ::-1]),
    "text": _with(lambda X, g: X.astype(str)),
    "objects": _with(lambda X, g: X.astype(object)),
    "fractions": _with(lambda X, g: [[Fraction(int(1e3 * x), 7) for x in row] for row in X]),
    "complex": _with(lambda X, g: X * 1j),
    "nothing": lambda g: None,
    "ragged": lambda g: [[1.0, 2.0], [3.0]],
    "huge integers": lambda g: [[10**400, 1], [2, 3], [3, 5]],
}

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
    >>> from causal_dag.benchmarks.fuzz.cases import Case, violation
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
    are_numbers = estimator.column_values not in READ_LABELS
    of_numbers = ("intercept_", "noise_variance_") if are_numbers else ()
    for name in ("weights_", "raw_weights_", "objective_", *of_numbers):
        if not np.isfinite(getattr(estimator, name)).all():
            return f"{name} is not finite"
    return None
