"""scikit-learn's own checks, whole, with no expected failures.

They fit tables of real numbers. Solvers of binary columns or counts refuse those, as they must, and
are given the signs of the same tables instead.
"""

import numpy as np
import pandas as pd
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted

from causal_dag import NOTEARS, TOPO, EqVar
from causal_dag.solvers import compared_solvers, make_solver
from causal_dag.tables.rows import finite_rows

# What is tested is the contract, not the answer: GOLEM need not take its 100,000 steps.
SOLVERS = [
    make_solver(name, **({"max_iter": 2000} if name.startswith("golem") else {}))
    for name in compared_solvers()
] + [EqVar(missing="drop"), EqVar(missing="em")]


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


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([on_tables_of_its_kind(solver) for solver in SOLVERS])
def test_scikit_learn_contract(estimator, check):
    check(estimator)
