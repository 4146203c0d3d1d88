"""scikit-learn's own checks, with no expected failures.

One is left out: equality of weighted and repeated rows for 15 rows of 30 columns, which some
solvers refuse, and of which the graph depends on rounding. ``test_sample_weight.py`` has tables
with enough rows. The checks fit tables of real numbers. Solvers of binary columns or counts refuse
those, as they must, and are given the signs of the same tables instead.
"""

import numpy as np
import pandas as pd
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted

from causal_dag import NOTEARS, TOPO, EqVar
from causal_dag.solvers import compared_solvers, make_solver
from causal_dag.tables.rows import finite_rows

# Other settings of these classes are other names; the code that the checks look at is the same.
SAME_CLASS = {
    "colide-nv", "golem-nv", "notears-logistic", "notears-poisson", "sortnregress-r2",
    "topo-bic-ev", "topo-curves-ev", "topo-ls", "topo-nongaussian", "xges",
}  # fmt: skip


def in_few_steps(name):
    """A solver; what is tested is the contract, not the answer of 100,000 steps."""
    return make_solver(name, **({"max_iter": 500} if name.startswith("golem") else {}))


class OfSigns:
    """Fits zeros and ones: whether a value is above its column's median."""

    def fit(self, X, y=None):
        rows = finite_rows(X, min_samples=2)
        signs = (rows > np.median(rows, axis=0)).astype(float)
        table = pd.DataFrame(signs, columns=X.columns) if hasattr(X, "columns") else signs
        return super().fit(table, y)


class TOPOOfSigns(OfSigns, TOPO):
    """Also reads signs of new rows where fitted models are tables of probabilities."""

    def _rows_like_fitted(self, X, **options):
        if self.column_values != "category":
            return super()._rows_like_fitted(X, **options)
        check_is_fitted(self)
        signs = (finite_rows(X) > 0.5).astype(float)
        table = pd.DataFrame(signs, columns=X.columns) if hasattr(X, "columns") else signs
        return super()._rows_like_fitted(table, **options)


class NOTEARSOfSigns(OfSigns, NOTEARS):
    pass


OF_SIGNS = {TOPO: TOPOOfSigns, NOTEARS: NOTEARSOfSigns}


def on_tables_of_its_kind(solver):
    if solver.column_values == "real":
        return solver
    return OF_SIGNS[type(solver)](**solver.get_params(deep=False))


def solvers(names):
    return [on_tables_of_its_kind(in_few_steps(name)) for name in sorted(names)]


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([*solvers({*compared_solvers()} - SAME_CLASS), EqVar(missing="em")])
def test_scikit_learn_contract(estimator, check):
    if check.func.__name__.startswith("check_sample_weight_equivalence"):
        pytest.skip("fewer rows than columns")
    check(estimator)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([*solvers(SAME_CLASS), EqVar(missing="drop")])
def test_scikit_learn_contract_of_other_settings(estimator, check):
    if check.func.__name__.startswith("check_sample_weight_equivalence"):
        pytest.skip("fewer rows than columns")
    check(estimator)


def test_a_solver_of_each_class_is_checked_in_every_run():
    classes = {type(make_solver(name)) for name in compared_solvers()}
    assert classes == {type(make_solver(n)) for n in {*compared_solvers()} - SAME_CLASS}
