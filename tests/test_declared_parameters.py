"""Parameters are declared once: constructor, rules and documentation follow from the class body."""

import inspect
from typing import Annotated, Literal

import pytest
from sklearn.base import clone

from causal_dag import CoLiDE, DAGEstimator
from causal_dag.declared_parameters import rule_of, rules_of
from causal_dag.parameters import Choice, Flag, Function, Number, Optional, WithData
from causal_dag.solvers import solver_classes


class Chain(DAGEstimator):
    """Every column causes the next.

    Longer explanation.

    Parameters
    ----------
    slope : float
        Weight of every edge.
    verbose : bool
        Has no effect.

    References
    ----------
    Nobody.
    """

    slope: Annotated[float, Number(low=0)] = 0.5
    direction: Literal["down", "up"] | None = None
    weight_threshold: float = 0.25


class LongerChain(Chain):
    slope: float = 2.0


class Written(DAGEstimator):
    """Has a constructor of its own."""

    def __init__(self, order, *, verbose=True):
        self.order = order
        self.verbose = verbose


class WrittenToo(Written):
    needs_rows = True


def parameters(cls):
    return {name: p.default for name, p in inspect.signature(cls).parameters.items()}


def test_own_parameters_come_first_and_all_are_keywords():
    assert list(parameters(Chain)) == [
        "slope", "direction", "weight_threshold", "prior_knowledge", "missing", "refit", "polish",
        "time_budget", "callback", "verbose",
    ]  # fmt: skip
    assert {p.kind for p in inspect.signature(Chain).parameters.values()} == {
        inspect.Parameter.KEYWORD_ONLY
    }
    assert inspect.signature(Chain).parameters["slope"].annotation is float
    assert parameters(LongerChain)["slope"] == 2.0


def test_the_rest_is_what_scikit_learn_expects():
    chain = Chain(slope=3, direction="up")
    assert repr(chain) == "Chain(direction='up', slope=3)"
    assert clone(chain).get_params() == chain.get_params()
    assert chain != clone(chain)
    assert hash(chain) == hash(chain)


def test_documentation_names_every_parameter_once_with_its_default():
    assert Chain.__doc__ == (
        "Every column causes the next.\n\nLonger explanation.\n\n"
        "Parameters\n----------\n"
        "slope : float, default 0.5\n    Weight of every edge.\n"
        "weight_threshold : float, default 0.25\n"
        + inherited("weight_threshold")
        + "prior_knowledge : PriorKnowledge, optional\n"
        + inherited("prior_knowledge")
        + 'missing : {"refuse", "drop", "em"}, default "refuse"\n'
        + inherited("missing")
        + "refit : bool, default False\n"
        + inherited("refit")
        + "polish : str or estimator, optional\n"
        + inherited("polish")
        + "time_budget : float, optional\n"
        + inherited("time_budget")
        + "callback : callable, optional\n"
        + inherited("callback")
        + "verbose : bool, default False\n    Has no effect.\n\n"
        "References\n----------\nNobody.\n"
    )
    assert "slope : float, default 2.0\n    Weight of every edge.\n" in LongerChain.__doc__


def inherited(name):
    """What the base class says of a parameter."""
    lines = DAGEstimator.__doc__.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"{name} : ")) + 1
    end = next(i for i in range(start, len(lines)) if not lines[i].startswith(" "))
    return "".join(f"{line}\n" for line in lines[start:end])


@pytest.mark.parametrize("cls", solver_classes().values(), ids=lambda cls: cls.__name__)
def test_every_parameter_of_every_solver_is_documented_with_its_default(cls):
    for name, default in parameters(cls).items():
        (line,) = [line for line in cls.__doc__.splitlines() if line.startswith(f"{name} : ")]
        stated = f'"{default}"' if isinstance(default, str) else repr(default)
        assert line.endswith(", optional" if default is None else f", default {stated}"), line
    assert "\n    " not in cls.__doc__.partition("Parameters\n---")[0]


def test_documentation_is_composed_of_parameters_and_attributes_only():
    assert DAGEstimator.__doc__.count("Parameters\n") == 1
    assert "mu : " in CoLiDE.__doc__
    assert "h_tol" not in CoLiDE.__doc__
    assert "Other Parameters" not in CoLiDE.__doc__
    assert "best_estimator_ : " in solver_classes()["CoLiDECV"].__doc__


def test_a_constructor_that_is_written_out_stays_and_is_inherited():
    for cls in (Written, WrittenToo):
        assert list(parameters(cls)) == ["order", "verbose"]
        assert (cls([1, 0]).order, cls([1, 0]).verbose, cls([1]).refit) == ([1, 0], True, False)


@pytest.mark.parametrize(
    ("annotation", "rule"),
    [
        (bool, Flag()),
        (float, Number()),
        (int, Number(integer=True)),
        (float | None, Optional(Number())),
        (Literal["a", "b"], Choice(("a", "b"))),
        (Literal["a"] | None, Optional(Choice(("a",)))),
        (Annotated[float, "a remark", Number(low=1)], Number(low=1)),
        (Annotated[bool, "a remark"], Flag()),
        (Annotated[float, Number(low=1)] | None, Optional(Number(low=1))),
        (int | str | None, WithData()),
        (str | None, Optional(WithData())),
        (dict, WithData()),
    ],
)
def test_a_type_says_what_a_value_must_be(annotation, rule):
    assert rule_of(annotation) == rule


def test_a_callable_is_a_function():
    assert rules_of(Chain)["callback"] == Optional(Function())
    with pytest.raises(ValueError, match=r"^slope=-1 must be a number >= 0$"):
        Chain(slope=-1).checked_copy()
    with pytest.raises(ValueError, match=r"^direction='left' is not known; choose one of 'down'"):
        Chain(direction="left").checked_copy()


class Tidied(DAGEstimator):
    lambda_: float
    history_: dict = {}  # noqa: RUF012
    _cache: "NotImported | None" = None  # noqa: F821
    hook: "NotImported | None" = None  # noqa: F821


class WrittenWithAttributes(DAGEstimator):
    trials: list = []  # noqa: RUF012
    slope: float = 1.0

    def __init__(self, slope):
        self.slope = slope


def test_attributes_of_a_fit_are_no_parameters():
    assert next(iter(parameters(Tidied))) == "hook"
    assert not {"lambda_", "history_", "_cache"} & set(parameters(Tidied))
    assert inspect.get_annotations(Tidied)["lambda_"] is float


def test_types_that_exist_for_type_checkers_only_are_not_checked():
    assert Tidied(hook="anything").checked_copy().hook == "anything"
    with pytest.raises(ValueError, match=r"^verbose='no' must be True or False$"):
        Tidied(verbose="no").checked_copy()


def test_of_a_constructor_that_is_written_out_only_what_it_takes_is_checked():
    assert WrittenWithAttributes(2).trials is WrittenWithAttributes.trials
    assert "trials" not in rules_of(WrittenWithAttributes)
    with pytest.raises(ValueError, match=r"^slope='steep' must be a number$"):
        WrittenWithAttributes("steep").checked_copy()


def test_a_class_without_a_docstring_documents_its_parameters_only():
    assert Tidied.__doc__.startswith("Parameters\n---")
    assert "Annotated" not in Tidied.__doc__


class Paired(DAGEstimator):
    """Documents two parameters at once.

    Parameters
    ----------
    low, high : float
        Bounds.
    """

    low: float = 0.0
    high: float = 1.0


def test_an_entry_of_two_parameters_is_kept():
    assert Paired.__doc__.endswith("\nlow, high : float\n    Bounds.\n")
    assert Paired.__doc__.count("verbose : bool") == 1
