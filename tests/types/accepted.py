"""What a type checker must take, and what it must make of it; checked, never run."""

from typing import assert_type

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from causal_dag import DAGMA, GOLEM, NOTEARS, TOPO, CoLiDE, CoLiDECV, ExactDAG, kkt_report
from causal_dag.moments import Moments
from causal_dag.problem import Problem
from causal_dag.selection.criterion import Choice, SelectionTask
from causal_dag.selection.information_criteria import ExtendedBIC
from causal_dag.solvers.criteria import (
    BIC,
    ConvexScore,
    EqualVarianceBIC,
    Lasso,
    Logistic,
    ProfiledCoLiDE,
)
from causal_dag.solvers.order.scores.order_score import OrderScore
from causal_dag.synthetic import (
    LinearSEM,
    available_scenarios,
    load_sachs,
    make_linear_sem,
    make_nonlinear_sem,
    make_scenario,
    random_dag,
)

X, sem = make_linear_sem(100, 5, graph="sf", noise="gumbel", scale="iscm", random_state=0)
assert_type(X, NDArray[np.float64])
assert_type(sem, LinearSEM)
assert_type(random_dag(5, graph="layered"), NDArray[np.bool_])
make_nonlinear_sem(100, 5, mechanism="gp", noise="uniform")
for name in available_scenarios():
    make_scenario(name, 100, 5)
make_scenario("er2-ev", 100, 5)

# A fit keeps the class, so that what follows it is known.
assert_type(CoLiDE(noise="unequal").fit(X), CoLiDE)
assert_type(TOPO().fit_moments(Moments.from_rows(X)), TOPO)
NOTEARS(loss="poisson", acyclicity="polynomial", nonlinear=None)
DAGMA(loss="logistic", l1_step="proximal", nonlinear="mlp")
GOLEM(noise="equal")
TOPO(criterion="bic-ev", moves="swap", improvement="first", start="eqvar")

# Criteria of the package, and one of the user's own with attributes or with properties.
for criterion in (BIC(penalty=1.0), EqualVarianceBIC(), Lasso(0.1), ProfiledCoLiDE("equal", 0.1)):
    TOPO(criterion=criterion)
TOPO(criterion=Logistic())
TOPO(criterion=ConvexScore(nonnegative=True))
ExactDAG(criterion=BIC(penalty=1.0))
kkt_report(TOPO().fit(X), X, criterion=BIC(penalty=1.0))


class WithAttributes:
    needs_rows = False
    needs_full_rank = True

    def order_score(self, problem: Problem) -> OrderScore:
        raise NotImplementedError


class WithProperties:
    @property
    def needs_rows(self) -> bool:
        return True

    @property
    def needs_full_rank(self) -> bool:
        return False

    def order_score(self, problem: Problem) -> OrderScore:
        raise NotImplementedError


TOPO(criterion=WithAttributes())
TOPO(criterion=WithProperties())


class FirstCandidate:
    needs_rows = False

    def choose(self, task: SelectionTask) -> Choice:
        raise NotImplementedError


CoLiDECV(criterion="stars")
CoLiDECV(criterion=ExtendedBIC())
CoLiDECV(criterion=FirstCandidate())

sachs = load_sachs("pma", graph="cmu20")
assert_type(sachs.data, NDArray[np.float64])
assert_type(sachs.adjacency, NDArray[np.bool_])
assert_type(sachs.feature_names, list[str])
assert_type(sachs.DESCR, str)
assert_type(load_sachs(as_frame=True).data, pd.DataFrame)
sachs["data"]
