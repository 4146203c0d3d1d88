"""Parameters are declared once; hostile values are converted, or refused by name."""

import inspect
import itertools
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from causal_dag import NOTEARS, NOTEARSCV, TOPO, EmptyDAG, ExactDAG, selection
from causal_dag.declared_parameters import checked_parameters, rules_of
from causal_dag.parameters import (
    Choice,
    Either,
    Flag,
    Jobs,
    Number,
    Numbers,
    Optional,
    RandomState,
    Word,
)
from causal_dag.solvers import criteria, solver_classes

CLASSES = [*solver_classes().values()]
CRITERIA = [
    criteria.BIC, criteria.EqualVarianceBIC, criteria.Lasso, criteria.ProfiledCoLiDE,
    criteria.Logistic, criteria.Poisson, criteria.ConvexScore, criteria.RegressorScore,
    selection.BIC, selection.ExtendedBIC, selection.StARS, selection.CrossValidatedLikelihood,
]  # fmt: skip

HOSTILE = {
    "inf": np.inf,
    "-inf": -np.inf,
    "nan": np.nan,
    "huge": 10**30,
    "enormous": 10**5000,
    "negative": -1,
    "zero": 0,
    "fraction": Fraction(1, 3),
    "decimal": Decimal("0.25"),
    "decimal nan": Decimal("nan"),
    "float32": np.float32(0.5),
    "no": "no",
    "empty text": "",
    "none": None,
    "list": [],
    "nested": [[1, 2], [3, 4]],
    "dict": {"a": 1},
    "object": object(),
    "class": object,
    "array": np.ones(3),
    "no axes": np.array(0.5),
    "text array": np.array(["a", "b"]),
    "nan matrix": np.full((3, 3), np.nan),
    "true": True,
    "numpy true": np.True_,
    "complex": 1j,
    "bytes": b"1",
}


@pytest.fixture(scope="module")
def X():
    return np.random.default_rng(0).normal(size=(30, 3))


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_parameter_of_every_estimator_is_declared(cls):
    assert set(cls().get_params(deep=False)) <= set(rules_of(cls))


@pytest.mark.parametrize("cls", CRITERIA, ids=lambda cls: cls.__name__)
def test_every_field_of_every_criterion_is_declared(cls):
    assert set(inspect.signature(cls).parameters) <= set(rules_of(cls))


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_defaults_obey_their_own_rules_and_are_not_converted(cls):
    defaults = cls().get_params(deep=False)
    assert checked_parameters(cls, defaults) == defaults


def outcome(attempt, *arguments):
    """What an attempt raises, and what it returns."""
    try:
        return None, attempt(*arguments)
    except (ValueError, TypeError) as error:
        return error, None


def is_named(error, name):
    """Whether a message begins with a parameter, or names two that do not go together."""
    return str(error).startswith((f"{name} ", f"{name}:")) or f" {name}=" in f" {error}"


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_hostile_value_is_converted_or_refused_by_name(cls):
    for name, hostile in itertools.product(cls().get_params(deep=False), HOSTILE):
        refused, converted = outcome(rules_of(cls)[name].check, name, HOSTILE[hostile])
        if refused is not None:
            assert is_named(refused, name), hostile
            assert "\n" not in str(refused)
            assert len(str(refused)) < 400
        elif name not in {"init", "polish", "solver", "graph"}:
            assert not isinstance(converted, Fraction | Decimal | np.generic), (name, hostile)


# A few steps are enough to see whether a value breaks a fit.
SHORT = {"max_iter": 3, "warm_up_iter": 3, "checkpoint": 2, "n_restarts": 1, "lambdas": 2}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_fit_with_a_hostile_value_succeeds_or_names_the_parameter(cls, X):
    parameters = cls().get_params(deep=False)
    short = {name: value for name, value in SHORT.items() if name in parameters}
    if "graph" in parameters:
        short["graph"] = np.triu(np.ones((3, 3)), 1)
    for name in parameters:
        # A class can be called with a record, and then raises what it likes.
        for value in [v for v in HOSTILE.values() if not (name == "callback" and v is object)]:
            estimator = cls(**{**short, name: value})
            refused, _ = outcome(estimator.fit, X)
            if refused is None:
                assert np.isfinite(estimator.objective_), (name, value)
            else:
                assert is_named(refused, name), (name, value, refused)


@pytest.mark.parametrize(
    ("rule", "value", "converted"),
    [
        (Number(low=0), 3, 3.0),
        (Number(low=0), Fraction(1, 4), 0.25),
        (Number(low=0), Decimal("0.5"), 0.5),
        (Number(low=0), np.float32(0.5), 0.5),
        (Number(low=0), np.array(2), 2.0),
        (Number(integer=True), 7.0, 7),
        (Number(integer=True), np.int8(7), 7),
        (Number(infinite=True), -np.inf, -np.inf),
        (Numbers(Number(low=0)), np.array([1, 2]), (1.0, 2.0)),
        (Flag(), np.False_, False),
        (Optional(Flag()), None, None),
        (Choice(("a", "b")), np.str_("a"), "a"),
        (RandomState(), np.uint8(3), 3),
        (Jobs(), -1, -1),
        (Either(Number(low=1, integer=True), Numbers(Number())), [0.5], (0.5,)),
    ],
)
def test_what_is_allowed_becomes_plain_python(rule, value, converted):
    result = rule.check("x", value)
    assert result == converted
    assert type(result) is type(converted)


@pytest.mark.parametrize(
    ("rule", "value", "message"),
    [
        (Number(low=0), -1, "x=-1 must be a number >= 0"),
        (Number(low=0, high=1, strict=True), 0, "x=0 must be a number > 0 and <= 1"),
        (Number(), np.inf, "x=inf must be a number, and not as large as this"),
        (
            Number(integer=True),
            10**30,
            "x=1000000000000000000000000000000 must be an integer, and not",
        ),
        (
            Optional(Number(low=0)),
            1e200,
            r"x=1e\+200 must be a number >= 0, or None, and not as large",
        ),
        (Either(Number(low=0), Word("all")), 1e200, "a number >= 0, or 'all', and not as large"),
        (Number(integer=True), 1.5, "x=1.5 must be an integer"),
        (Number(), True, "x=True must be a number"),
        (Numbers(Number(low=0)), "12", "x='12' must be a sequence of one or more numbers >= 0"),
        (
            Numbers(Number(low=1, integer=True)),
            [0],
            r"x=\[0\] must be a sequence of one or more integers >= 1",
        ),
        (Numbers(Number(low=0)), [], r"x=\[\] must be a sequence of one or more numbers >= 0"),
        (Flag(), "no", "x='no' must be True or False"),
        (Flag(), 1, "x=1 must be True or False"),
        (Choice(("a", "b")), "c", "x='c' is not known; choose one of 'a', 'b'"),
        (Optional(Number(low=0)), "a", "x='a' must be a number >= 0, or None"),
        (RandomState(), -1, "x=-1 must be an integer >= 0"),
        (RandomState(), "a", "x='a' must be an integer >= 0"),
        (Jobs(), 0, "x=0 must be an integer from 1"),
    ],
)
def test_what_is_not_allowed_is_named_with_its_value(rule, value, message):
    with pytest.raises(ValueError, match=message):
        rule.check("x", value)


def test_a_message_is_short_and_on_one_line_whatever_the_value():
    class Loud:
        def __repr__(self):
            raise RuntimeError

    for value in ("a" * 10**6, "a\nb", Loud(), 10**5000, np.zeros((1000, 1000))):
        with pytest.raises(ValueError, match=r"^refit=") as caught:
            EmptyDAG(refit=value).fit([[1.0, 2.0], [2.0, 1.0]])
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 200


def test_the_parameter_that_the_user_sees_is_the_one_that_was_passed(X):
    third = Fraction(1, 3)
    model = NOTEARS(lambda1=third).fit(X)
    assert model.lambda1 is third
    expected = NOTEARS(lambda1=1 / 3).fit(X)
    assert model.raw_weights_.tobytes() == expected.raw_weights_.tobytes()


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (NOTEARS(loss=["l2"]), r"loss=\['l2'\] is not known"),
        (TOPO(criterion=selection.BIC()), r"criterion=BIC\(.*is of causal_dag.selection"),
        (TOPO(criterion=criteria.BIC), "criterion=<class.*is not known"),
        (ExactDAG(criterion=selection.StARS()), "criterion=StARS.*is of causal_dag.selection"),
        (NOTEARSCV(criterion=criteria.BIC()), "criterion=BIC.*judges graphs"),
        (NOTEARSCV(solver=NOTEARS(lambda1=-1)), "solver=NOTEARS.*lambda1=-1 must be"),
        (NOTEARS(polish=TOPO(tol=-1)), "polish=TOPO.*tol=-1 must be"),
    ],
)
def test_what_one_parameter_cannot_be_is_said_in_one_sentence(estimator, message, X):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match=message) as caught:
            estimator.fit(X)
    assert "\n" not in str(caught.value)
