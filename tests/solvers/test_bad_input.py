"""Hostile tables: each kind works and gives a DAG, or raises ``ValueError`` with the remedy."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from causal_dag import PriorKnowledge
from causal_dag.column_values import TAKEN_BY, column_values_of
from causal_dag.graph import is_dag
from causal_dag.solvers import compared_solvers, make_solver

SOLVERS = compared_solvers()
NAMES = list("abcd")


def rows(n=40, d=4, seed=0):
    X = np.random.default_rng(seed).normal(size=(n, d))
    X[:, -1] += X[:, 0]
    return X


def with_cell(value, dtype=float):
    X = rows().astype(dtype)
    X[3, 1] = value
    return X


def with_column(column, dtype=float):
    X = rows().astype(dtype)
    X[:, 1] = column
    return X


def frame(X=None, **columns):
    table = pd.DataFrame(rows() if X is None else X, columns=NAMES)
    return table.assign(**columns)


def read_only():
    X = rows()
    X.setflags(write=False)
    return X


# The rows of these are those of a table of 64-bit floats, which makes them the same fit.
SAME_ROWS = {
    "integers": lambda: (10 * rows()).astype(np.int64),
    "small unsigned integers": lambda: (10 * np.abs(rows())).astype(np.uint8),
    "booleans": lambda: rows() > 0,
    "one boolean column": lambda: frame(b=rows()[:, 1] > 0),
    "single precision": lambda: rows().astype(np.float32),
    "half precision": lambda: rows().astype(np.float16),
    "extended precision": lambda: rows().astype(np.longdouble),
    "big-endian": lambda: rows().astype(">f8"),
    "object cells that are numbers": lambda: rows().astype(object),
    "object column that holds numbers": lambda: frame(b=rows()[:, 1].astype(object)),
    "list of lists": lambda: rows().tolist(),
    "read-only": read_only,
    "Fortran order": lambda: np.asfortranarray(rows()),
    "negative strides": lambda: rows()[::-1, ::-1],
    "masked array without a mask": lambda: np.ma.array(rows()),
    "numpy matrix-like subclass": lambda: rows().view(np.recarray).view(np.ndarray),
    "data frame": frame,
    "data frame with numbered columns": lambda: pd.DataFrame(rows()),
    "data frame with nullable integers": lambda: frame(
        b=pd.array((10 * rows()[:, 1]).astype(int), dtype="Int64")
    ),
    "data frame with a duplicated index": lambda: frame().set_index(np.zeros(40, dtype=int)),
}

# Values that a solver might stumble over, though it must not: each gives a DAG.
ODD_VALUES = {
    "booleans": SAME_ROWS["booleans"],
    "one column": lambda: rows(d=1),
    "two rows of one column": lambda: np.array([[0.0], [1.0]]),
    "discrete values": lambda: np.round(rows()),
    "scales 1e-20 to 1e20": lambda: rows() * [1e-20, 1.0, 1e5, 1e20],
    "heavy outlier": lambda: with_cell(1e6),
    "large common offset": lambda: rows() + 1e6,
    "near-collinear": lambda: with_column(rows()[:, 0] + 1e-4 * rows(seed=1)[:, 1]),
    "one more row than columns": lambda: rows(n=5),
}

# Must raise ValueError; the message has to match.
REFUSED = {
    "NaN": (
        lambda: with_cell(np.nan),
        "column 1 has 1 NaN.*drop those rows or impute.*missing=.drop",
    ),
    "infinity": (lambda: with_cell(np.inf), "column 1 .*inf.*drop those rows or impute"),
    "negative infinity": (lambda: with_cell(-np.inf), "column 1 .*inf"),
    "NaN in a named column": (lambda: frame(with_cell(np.nan)), "column 'b' has 1 NaN"),
    "all NaN": (lambda: np.full((5, 2), np.nan), "column 0 has 5 NaN"),
    "None": (lambda: with_cell(None, object), "column 1 has 1 NaN"),
    "pandas NA": (
        lambda: frame(b=pd.array([1, None] * 20, dtype="Int64")),
        "column 'b' has 20 NaN",
    ),
    "masked values": (
        lambda: np.ma.array(rows(), mask=np.isclose(rows(), rows()[3, 1])),
        "column 1 has 1 NaN .missing.*drop",
    ),
    "text column": (lambda: frame(b=["red", "blue"] * 20), "column 'b' holds text .'red'"),
    "numbers written as text": (
        lambda: frame(b=["1.5", "2"] * 20),
        "column 'b' holds numbers written as text .'1.5' in row 0.; convert",
    ),
    "one text among numbers": (
        lambda: frame(b=["1.5", "2.5", "*", "3"] * 10),
        "column 'b' holds text .'[*]' in row 2.",
    ),
    "decimal commas": (
        lambda: frame(b=["1,5", "2"] * 20),
        "decimal commas .'1,5' in row 0.*decimal=','",
    ),
    "array of texts": (
        lambda: rows().astype(str),
        "column 0 holds numbers written as text.*column 3 holds",
    ),
    "bytes": (lambda: rows().astype("S8"), "column 0 holds numbers written as text"),
    "categories": (
        lambda: frame(b=pd.Categorical(["x", "y"] * 20)),
        "column 'b' holds text .'x'",
    ),
    "dates": (
        lambda: frame(b=pd.date_range("2020-01-01", periods=40)),
        "column 'b' holds values of type datetime64.*convert",
    ),
    "time spans": (
        lambda: frame(b=pd.timedelta_range("1 day", periods=40)),
        "column 'b' holds values of type timedelta64",
    ),
    "dictionary in a cell": (lambda: with_cell({"a": 1}, object), "column 1.*'dict'"),
    "complex": (lambda: rows() + 1j, "column 0 is complex.*Complex data not supported"),
    "complex in a cell": (lambda: with_cell(1j, object), "Complex data not supported"),
    "constant column": (
        lambda: with_column(3.0),
        "column 1 is constant .value 3.*drop constant columns",
    ),
    "column of zeros": (lambda: frame(with_column(0.0)), "column 'b' is constant"),
    "constant up to rounding": (
        lambda: with_column(1e9 + 1e-8 * rows()[:, 1]),
        "column 1 is constant",
    ),
    "all zeros": (lambda: np.zeros((10, 3)), "column 0 is constant"),
    "scale 1e150": (lambda: with_column(1e150 * rows()[:, 1]), "column 1 .*divide it by"),
    "scale 1e-150": (lambda: with_column(1e-150 * rows()[:, 1]), "column 1 .*multiply it by"),
    "largest numbers": (lambda: with_column(np.finfo(float).max), "column 1 .*divide it by"),
    "one row": (lambda: rows(n=1), "1 sample"),
    "no rows": (lambda: rows()[:0], "0 sample"),
    "no columns": (lambda: rows()[:, :0], r"0 feature\(s\)"),
    "empty list": (lambda: [], "2D array|Expected 2D"),
    "one dimension": (lambda: rows()[:, 0], "(?s)Expected 2D array.*Reshape"),
    "three dimensions": (lambda: rows()[None], r"got one of shape \(1, 40, 4\)"),
    "a single number": (lambda: 3.0, "Expected 2D array"),
    "ragged rows": (lambda: [[1, 2], [3]], "not rectangular.*same number"),
    "sparse matrix": (lambda: scipy.sparse.csr_matrix(rows()), "sparse.*toarray"),
    "sparse array": (lambda: scipy.sparse.coo_array(rows()), "sparse.*toarray"),
    "structured array": (
        lambda: np.array([[(1, 2.0)], [(2, 3.0)]], dtype=[("p", int), ("q", float)]),
        "column 0 holds values of type",
    ),
    "duplicate column names": (
        lambda: pd.DataFrame(rows(), columns=list("abca")),
        "column name 'a' occurs more than once; rename",
    ),
    "column names of mixed types": (
        lambda: pd.DataFrame(rows(), columns=["a", "b", 3, "d"]),
        "mixed types: 3 is not a string",
    ),
}

# A solver for categories can take what is in the column that others refuse.
LEVELS = {
    "text column", "numbers written as text", "one text among numbers", "decimal commas",
    "array of texts", "categories",
}  # fmt: skip

# The covariance is singular: methods that regress on all columns refuse, the others give a DAG.
RANK_DEFICIENT = {
    "duplicated column": (lambda: with_column(rows()[:, 0]), "multiple of column 0.*drop one"),
    "negated column": (lambda: with_column(-rows()[:, 0]), "multiple of column 0"),
    "column in other units": (lambda: with_column(1000 * rows()[:, 0]), "multiple of column 0"),
    "sum of two columns": (
        lambda: np.column_stack([rows(), rows()[:, 0] + rows()[:, 1]]),
        "column 4 is .*combination of columns 0, 1",
    ),
    "named duplicate": (lambda: frame(b=rows()[:, 0]), "'b' is .*multiple of column 'a'"),
    "near-collinear within rounding": (
        lambda: with_column(rows()[:, 0] + 1e-9 * rows(seed=1)[:, 1]),
        "multiple of column 0",
    ),
    "fewer rows than columns": (lambda: rows(n=3), "n_samples=3 and n_features=4; add rows"),
    "two rows": (lambda: rows(n=2), "n_samples=2 and n_features=4"),
    "as many rows as columns": (lambda: rows(n=4), "n_samples=4 and n_features=4"),
    "repeated rows": (lambda: np.repeat(rows(n=3), 10, axis=0), "is .almost. exactly"),
}
# Cut at their medians, the others are one of these.
SINGULAR_SIGNS = {
    "duplicated column", "negated column", "sum of two columns", "fewer rows than columns",
    "repeated rows",
}  # fmt: skip


def fit(name, X):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator = make_solver(name)
        parameters = estimator.get_params()
        # Few iterations: what is tested is that bad input does no harm, not the answer.
        fewer = {"max_iter": 300, "warm_up_iter": 300} if "learning_rate" in parameters else {}
        fewer = {name: value for name, value in fewer.items() if name in parameters}
        return estimator.set_params(**fewer).fit(X)


def can_take(name, X):
    """Whether the columns hold what the solver takes them to hold."""
    rows = np.asarray(X, dtype=np.float64)
    if make_solver(name).column_values == "category":
        return all(np.unique(column).size <= 20 for column in rows.T)
    return make_solver(name).column_values in TAKEN_BY[column_values_of(rows)]


# One of each way from a table to what a solver works on.
READERS = ["eqvar", "direct-lingam", "topo-logistic", "notears-poisson", "topo-bdeu", "topo-mixed"]


NOT_TAKEN = r"column .* has .* value.*(recode|drop)"


@pytest.mark.parametrize("name", READERS)
def test_only_the_numbers_in_a_table_matter(name):
    for kind, make_table in SAME_ROWS.items():
        numbers = np.array(make_table(), dtype=np.float64, order="C")
        if can_take(name, numbers):
            expected = fit(name, numbers).weights_
            np.testing.assert_array_equal(fit(name, make_table()).weights_, expected, err_msg=kind)
        else:
            with pytest.raises(ValueError, match=NOT_TAKEN):
                fit(name, make_table())


@pytest.mark.parametrize("name", SOLVERS)
def test_odd_values_give_a_dag(name):
    for kind, make_table in ODD_VALUES.items():
        X = make_table()
        if can_take(name, X):
            assert_dag(fit(name, X), kind)
        else:
            with pytest.raises(ValueError, match=NOT_TAKEN):
                fit(name, X)


def assert_dag(model, kind):
    assert is_dag(model.weights_), kind
    assert np.isfinite(model.weights_).all(), kind


@pytest.mark.parametrize("kind", REFUSED)
def test_unusable_tables_are_refused_with_column_and_remedy(kind):
    make_table, usual_message = REFUSED[kind]
    for name in SOLVERS:
        column_values = make_solver(name).column_values
        if kind in ("text column", "categories") and column_values == "mixed":
            assert_dag(fit(name, make_table()), name)
            continue
        # A solver of categories refuses the other columns.
        labels = kind in LEVELS and column_values == "category"
        message = "different values" if labels else usual_message
        with pytest.raises(ValueError) as refusal:  # noqa: PT011
            fit(name, make_table())
        assert re.search(message, str(refusal.value)), f"{name}: {refusal.value}"


@pytest.mark.parametrize("kind", RANK_DEFICIENT)
def test_singular_covariances_give_a_dag_or_name_the_column(suited, kind):
    make_table, message = RANK_DEFICIENT[kind]
    for name in SOLVERS:
        if make_solver(name).needs_full_rank:
            with pytest.raises(ValueError, match=message):
                fit(name, make_table())
        elif kind in SINGULAR_SIGNS or make_solver(name).column_values == "real":
            assert_dag(fit(name, suited(name, make_table())), name)


@pytest.mark.parametrize("name", SOLVERS)
def test_predict_refuses_what_fit_did_not_see(suited, name):
    model = fit(name, suited(name, frame()))
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame()[["b", "a", "c", "d"]])
    with pytest.raises(ValueError, match="column 'b' has 1 NaN"):
        model.predict(frame(with_cell(np.nan)))


@pytest.mark.parametrize("name", SOLVERS)
def test_expectation_maximization_is_advised_where_the_solver_needs_no_rows(name):
    solver = make_solver(name)
    with pytest.raises(ValueError, match="has 1 NaN") as refusal:
        solver.fit(with_cell(np.nan))
    assert ('missing="em"' in str(refusal.value)) != solver.needs_rows


@pytest.mark.parametrize("name", SOLVERS)
def test_what_is_no_prior_knowledge_is_refused(suited, name):
    with pytest.raises(ValueError, match=r"prior_knowledge=.*write PriorKnowledge"):
        make_solver(name, prior_knowledge=[(0, 1)]).fit(suited(name, rows()))
    with pytest.raises(ValueError, match=r"prior knowledge \(roots\): there is no column 'z'"):
        make_solver(name, prior_knowledge=PriorKnowledge(roots=["z"])).fit(suited(name, frame()))
