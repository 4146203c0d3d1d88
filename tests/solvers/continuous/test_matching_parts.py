"""Every combination of score, penalty, acyclicity and scheme runs, or says what does not match."""

import itertools

import numpy as np
import pytest

from causal_dag.problem import Monitor
from causal_dag.solvers.continuous.acyclicity import (
    LogDeterminant,
    Polynomial,
    TraceExponential,
    TruncatedPowerSeries,
)
from causal_dag.solvers.continuous.augmented_lagrangian import AugmentedLagrangian
from causal_dag.solvers.continuous.central_path import CentralPath
from causal_dag.solvers.continuous.generalized_scores import LogisticLoss, PoissonLoss
from causal_dag.solvers.continuous.likelihood_scores import (
    EqualVarianceLikelihood,
    UnequalVarianceLikelihood,
)
from causal_dag.solvers.continuous.model import LinearModel
from causal_dag.solvers.continuous.model_path import follow_path
from causal_dag.solvers.continuous.penalties import L1, QuasiMCP
from causal_dag.solvers.continuous.scores import ConcomitantScore, LeastSquares, UnitScaleScore
from causal_dag.solvers.continuous.soft_constraint import SoftConstraint

X = np.random.default_rng(0).normal(size=(50, 3)) @ np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1.0]])
C = np.cov(X.T)
FREE = ~np.eye(3, dtype=bool)
START = np.zeros((3, 3))

SCORES = [
    LeastSquares(C), UnitScaleScore(C), ConcomitantScore(C, np.zeros(3, dtype=np.intp)),
    EqualVarianceLikelihood(C), UnequalVarianceLikelihood(C), LogisticLoss((X > 0).astype(float)),
    PoissonLoss(np.floor(np.abs(X))),
]  # fmt: skip
PENALTIES = [L1(0.05), QuasiMCP(0.05, 0.2)]
ACYCLICITY = [TraceExponential(), Polynomial(), TruncatedPowerSeries(), LogDeterminant(1.0)]


def augmented_lagrangian(score, penalty, h):
    model = LinearModel(score, penalty, h, FREE)
    start = model.parameters(START)
    return AugmentedLagrangian(3, 1e-8, 1e16, 1e-6).minimize(model, start, Monitor())


def central_path(score, penalty, h):
    """Its acyclicity function is the log-determinant, whatever h is."""
    path = CentralPath((1.0, 0.1), (1.0, 0.9), 20, 20, 3e-4, 10, 1e-6)
    return path.minimize(
        score, penalty, free=FREE, start=START, weight_threshold=0.3, monitor=Monitor()
    )


def path_of_models(score, penalty, h):
    path = CentralPath((1.0, 0.1), (1.0, 0.9), 20, 20, 3e-4, 10, 1e-6)
    model = LinearModel(score, penalty, h, FREE)
    return follow_path(path, lambda s: model, model.parameters(START), Monitor())


def soft_constraint(score, penalty, h):
    """Its acyclicity function is the trace of the exponential, whatever h is."""
    return SoftConstraint(20, 1e-3, 10, 1e-6).minimize(
        score, penalty, 5.0, free=FREE, start=START, smallest_weight=-np.inf, monitor=Monitor()
    )


SCHEMES = [augmented_lagrangian, central_path, path_of_models, soft_constraint]


def class_name(part):
    return part.__name__ if callable(part) else type(part).__name__


@pytest.mark.parametrize(
    ("scheme", "score", "penalty", "h"),
    list(itertools.product(SCHEMES, SCORES, PENALTIES, ACYCLICITY)),
    ids=class_name,
)
def test_parts_go_together_or_are_refused_by_name(scheme, score, penalty, h):
    wants_scales = scheme is central_path
    mismatched = []
    if hasattr(score, "best_scale") != wants_scales:
        mismatched.append(type(score).__name__)
    if scheme in (central_path, soft_constraint) and isinstance(penalty, QuasiMCP):
        mismatched.append("QuasiMCP")
    if mismatched:
        with pytest.raises(ValueError, match=f"(?:{'|'.join(mismatched)}).*; use .* with it$"):
            scheme(score, penalty, h)
    else:
        solution = scheme(score, penalty, h)
        assert np.isfinite(solution.weights).all()
        assert np.isfinite(solution.objective)
        assert solution.weights.any()
