"""Classes that declare each parameter once, as an annotated attribute: its type, rule and default.

The type says what a value must be (``causal_dag.parameters``), and the docstring of the class what
it means. Constructor, checks and the documentation of a subclass follow from that: a solver lists
its own parameters only, and its ``__doc__`` documents all.
"""

import builtins
import functools
import inspect
import operator
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from types import NoneType, SimpleNamespace, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from causal_dag.parameters import Choice, Flag, Function, Number, Optional, Rule, WithData


def rule_of(annotation: Any) -> Rule:
    """Return what a type demands of a value.

    Examples
    --------
    >>> from typing import Literal
    >>> from causal_dag.declared_parameters import rule_of
    >>> rule_of(Literal["equal", "unequal"] | None).demand
    "is not known; choose one of 'equal', 'unequal', or None"
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        written = (part for part in arguments[1:] if isinstance(part, Rule))
        return next(written, None) or rule_of(arguments[0])
    if origin is Literal:
        return Choice(arguments)
    if origin in (Union, UnionType) and NoneType in arguments and len(arguments) == 2:
        (other,) = (argument for argument in arguments if argument is not NoneType)
        return Optional(rule_of(other))
    if origin is get_origin(Callable[..., Any]):
        return Function()
    plain: dict[Any, Rule] = {bool: Flag(), float: Number(), int: Number(integer=True)}
    return plain.get(annotation, WithData())


@functools.cache
def rules_of(declaring: type) -> Mapping[str, Rule]:
    """Return the rules of the parameters that a class declares and inherits, by name.

    Examples
    --------
    >>> from causal_dag import EqVar
    >>> from causal_dag.declared_parameters import rules_of
    >>> rules_of(EqVar)["penalty"].demand
    'must be a number >= 0'
    """
    types = _types_of(declaring)
    return {field.name: rule_of(types[field.name]) for field in fields(declaring)}


def _types_of(declaring: type) -> dict[str, Any]:
    """Return the types of annotated attributes by name.

    A type that cannot be found, such as one that is imported for type checkers only, is Any.
    """
    types: dict[str, Any] = {}
    for base in reversed(declaring.__mro__):
        found_in = vars(sys.modules.get(base.__module__, builtins))
        for name, written in inspect.get_annotations(base).items():
            attribute = SimpleNamespace(__annotations__={name: written})
            try:
                types |= get_type_hints(attribute, found_in, dict(vars(base)), include_extras=True)
            except Exception:  # evaluating what users have written can raise anything
                types[name] = Any
    return types


def checked_parameters(declaring: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a class's parameters, checked and converted.

    Parameters that the class does not declare are returned as they are.

    Raises
    ------
    ValueError
        If a value is not allowed; the message begins with name and value.
    """
    rules = rules_of(declaring)
    return {
        name: rules[name].check(name, value) if name in rules else value
        for name, value in values.items()
    }


class CheckedFields:
    """Base of frozen dataclasses whose fields are checked and converted when one is made.

    Examples
    --------
    >>> from causal_dag.solvers.criteria import Lasso
    >>> Lasso(lambda1=1)
    Lasso(lambda1=1.0)
    """

    def __post_init__(self) -> None:
        values = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        for name, value in checked_parameters(type(self), values).items():
            object.__setattr__(self, name, value)


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(field,))
class DeclaredParameters:
    """Base of estimators: annotated attributes become keyword-only parameters of the constructor.

    A subclass lists the parameters that its bases lack, or that have another default there; one
    that is ``field(kw_only=False)`` is positional. Its ``__doc__`` then documents all of them, the
    inherited ones in the words of the class that declares them. Names with an underscore at either
    end, which are attributes of a fit, are no parameters. An ``__init__`` that is written out stays
    as it is; the annotated attributes that it takes are then checked like any other.
    """

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        # A constructor that is written out, here or in a base class, has no such attribute.
        is_composed = cls.__init__ is object.__init__ or hasattr(cls.__init__, "__signature__")
        _declare(cls, is_composed=is_composed)
        if is_composed:
            _put_own_parameters_first(cls)
        cls.__doc__ = _complete_documentation(cls)


def _declare(cls: type, *, is_composed: bool) -> None:
    """Make a dataclass of a class, whose other annotations and whose docstring stay as they are."""
    annotations, written = inspect.get_annotations(cls), cls.__doc__
    named = {name for name in annotations if not (name.startswith("_") or name.endswith("_"))}
    if not is_composed:
        named &= set(inspect.signature(cls.__init__).parameters)  # type: ignore[misc]
    cls.__annotations__ = {name: annotations[name] for name in annotations if name in named}
    cls.__doc__ = "Kept free of the signature that dataclasses write here."
    dataclass(kw_only=True, eq=False, repr=False, init=is_composed)(cls)
    cls.__annotations__, cls.__doc__ = annotations, written


def _put_own_parameters_first(cls: type) -> None:
    """Sort the signature by how near the class is that names a parameter; dataclasses do not."""
    parameters = inspect.signature(cls.__init__).parameters  # type: ignore[misc]
    named = [name for base in cls.__mro__ for name in inspect.get_annotations(base)]
    order = dict.fromkeys(name for name in ["self", *named] if name in parameters)
    sorted_parameters = [
        parameters[name].replace(annotation=_without_rules(parameters[name].annotation))
        for name in order
    ]
    signature = inspect.Signature(sorted_parameters, return_annotation=None)
    cls.__init__.__signature__ = signature  # type: ignore[misc]


def _without_rules(annotation: Any) -> Any:
    """Return a type as readers of a signature want it."""
    if get_origin(annotation) is Annotated:
        return _without_rules(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return functools.reduce(operator.or_, map(_without_rules, get_args(annotation)))
    return annotation


# A section of a numpydoc docstring, from its title to the next one.
_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", flags=re.MULTILINE)
#: Where a class documents parameters: those of every subclass, and those that some have.
_PARAMETER_SECTIONS = ("Parameters", "Other Parameters")


def _complete_documentation(cls: type) -> str:
    """Return a docstring whose sections hold what the bases say of parameters and attributes."""
    summary, *parts = _SECTION.split(inspect.cleandoc(cls.__doc__ or ""))
    own = dict(zip(parts[::2], (body.rstrip() for body in parts[1::2]), strict=True))
    bases = [base for base in cls.__mro__ if issubclass(base, DeclaredParameters)]
    documented, taken = _entries(bases, _PARAMETER_SECTIONS), inspect.signature(cls).parameters
    parameters = [
        _with_default(documented[name], parameter.default)
        for name, parameter in taken.items()
        if name in documented
    ]
    # An entry of two parameters, or of "**options", is not known by the name of one.
    others = _entries([cls], ("Parameters",))
    parameters += [others[name] for name in others if name not in taken]
    attributes = _entries(bases, ("Attributes",)).values()
    composed = {"Parameters": "\n".join(parameters), "Attributes": "\n".join(attributes)}
    sections = composed | {title: body for title, body in own.items() if title not in composed}
    written = [f"{title}\n{'-' * len(title)}\n{body}" for title, body in sections.items() if body]
    return "\n\n".join(filter(None, [summary.rstrip(), *written])) + "\n"


def _entries(classes: list[type], titles: tuple[str, ...]) -> dict[str, str]:
    """Return entries of sections by name; of several classes, in the words of the first."""
    entries: dict[str, str] = {}
    for cls in classes:
        _, *parts = _SECTION.split(inspect.cleandoc(cls.__doc__ or ""))
        for title, body in zip(parts[::2], parts[1::2], strict=True):
            found = re.split(r"\n(?=\S)", body.rstrip()) if title in titles else []
            for entry in found:
                entries.setdefault(entry.partition(" : ")[0], entry)
    return entries


def _with_default(entry: str, default: Any) -> str:
    """State the default in the first line of an entry, also if a base class has another one."""
    first, newline, rest = entry.partition("\n")
    if default is inspect.Parameter.empty:
        return entry
    kind = re.sub(r", (default\b.*|optional)$", "", first)
    written = f'"{default}"' if isinstance(default, str) else repr(default)
    stated = "optional" if default is None else f"default {written}"
    return f"{kind}, {stated}{newline}{rest}"
