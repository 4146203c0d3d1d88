"""Every combination of score, penalty, acyclicity and scheme runs, or says what does not match."""

import itertools
from typing import ClassVar

import numpy as np
import pytest

from causal_dag.problem import Monitor
from causal_dag.solvers.continuous.acyclicity import acyclicity_functions
from causal_dag.solvers.continuous.acyclicity.log_determinant import LogDeterminant
from causal_dag.solvers.continuous.adam import FusedAdam
from causal_dag.solvers.continuous.augmented_lagrangian import AugmentedLagrangian
from causal_dag.solvers.continuous.central_path import CentralPath
from causal_dag.solvers.continuous.generalized_losses import LogisticLoss, PoissonLoss
from causal_dag.solvers.continuous.models import LinearModel
from causal_dag.solvers.continuous.parts import Property, check_parts, go_together
from causal_dag.solvers.continuous.penalties import L1, QuasiMCP
from causal_dag.solvers.continuous.scores import (
    ConcomitantScore,
    EqualVarianceLikelihood,
    LeastSquares,
    UnequalVarianceLikelihood,
)
from causal_dag.solvers.continuous.soft_constraint import SoftConstraint

X = np.random.default_rng(0).normal(size=(50, 3)) @ np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1.0]])
C = np.cov(X.T)
FREE = ~np.eye(3, dtype=bool)

SCORES = [
    LeastSquares(C), ConcomitantScore(C, np.zeros(3, dtype=np.intp)), EqualVarianceLikelihood(C),
    UnequalVarianceLikelihood(C), LogisticLoss((X > 0).astype(float)),
    PoissonLoss(np.floor(np.abs(X))),
]  # fmt: skip
PENALTIES = [L1(0.05), L1(0.05, proximal=True), QuasiMCP(0.05, 0.2)]
ACYCLICITY = [*(function() for function in acyclicity_functions().values()), LogDeterminant()]


def augmented_lagrangian(model, h, start):
    return AugmentedLagrangian(3, 1e-8, 1e16, 1e-6).minimize(model, h, start, Monitor())


def central_path(model, h, start):
    path = CentralPath((1.0, 0.1), (1.0, 0.9), 20, 20, 3e-4, 10, 1e-6)
    return path.minimize(model, h, start, Monitor())


def soft_constraint(model, h, start):
    return SoftConstraint(20, 1e-3, 10, 1e-6).minimize(model, h, 5.0, start, Monitor())


SCHEMES = [augmented_lagrangian, central_path, soft_constraint]


def class_name(part):
    return part.__name__ if callable(part) else type(part).__name__


@pytest.mark.parametrize(
    ("scheme", "score", "penalty", "h"),
    list(itertools.product(SCHEMES, SCORES, PENALTIES, ACYCLICITY)),
    ids=class_name,
)
def test_parts_go_together_or_are_refused_in_one_sentence(scheme, score, penalty, h):
    model = LinearModel(score, penalty, FREE)
    if scheme is central_path and not isinstance(h, LogDeterminant):
        with pytest.raises(ValueError, match=r"CentralPath needs .*domain") as refusal:
            scheme(model, h, np.zeros(6))
        assert str(refusal.value) == (
            "CentralPath needs an acyclicity function with a domain to stay in, such as "
            f"LogDeterminant, which {type(h).__name__} is not"
        )
    else:
        solution = scheme(model, h, np.zeros(6))
        assert np.isfinite(solution.weights).all()
        assert np.isfinite(solution.objective)
        assert solution.weights.any()


@pytest.mark.parametrize(
    ("score", "penalty", "is_fused"),
    [
        (SCORES[0], PENALTIES[0], True),
        (SCORES[1], PENALTIES[1], True),
        (SCORES[1], QuasiMCP(0.05, 0.2), False),
        (SCORES[2], PENALTIES[0], False),
    ],
)
def test_the_compiled_descent_is_for_the_parts_that_it_has_built_in(score, penalty, is_fused):
    parts = {"score": score, "penalty": penalty, "acyclicity": LogDeterminant()}
    assert go_together(descent=FusedAdam, **parts) == is_fused


def test_a_refusal_names_both_parts_and_the_missing_property():
    class Demanding:
        needs: ClassVar = {"score": Property.SCALED_LEAST_SQUARES}

    expected = "Demanding needs least squares over noise scales, such as .*, which LogisticLoss is"
    with pytest.raises(ValueError, match=expected):
        check_parts(scheme=Demanding(), score=SCORES[4])
    check_parts(scheme=Demanding(), score=SCORES[0])


@pytest.mark.parametrize("penalty", PENALTIES[:2], ids=["subgradient", "proximal"])
def test_the_compiled_descent_and_that_of_any_model_end_at_the_same_weights(penalty):
    """Least squares under a score's name that the compiled descent does not know."""

    class Plain:
        def value_and_grad(self, W):
            return LeastSquares(C).value_and_grad(W)

    path = CentralPath((1.0, 0.1, 0.01), (1.0, 0.9, 0.8), 3000, 3000, 1e-3, 100, 1e-9)
    fused, plain = (
        path.minimize(
            LinearModel(score, penalty, np.triu(FREE)), LogDeterminant(), np.zeros(3), Monitor()
        )
        for score in (LeastSquares(C), Plain())
    )
    # On the way, the compiled descent has self-loops.
    np.testing.assert_allclose(fused.weights, plain.weights, atol=0.01)
