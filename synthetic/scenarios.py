"""Named settings, as the papers on structure learning use them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, get_args

from causal_dag.arrays import FloatArray
from causal_dag.synthetic.linear_sem import LinearSEM
from causal_dag.synthetic.make_linear import make_linear_sem
from causal_dag.synthetic.random_streams import RandomState
from causal_dag.validation import check_choice


@dataclass(frozen=True)
class Scenario:
    """A name, one line about it, and the keyword arguments of :func:`make_linear_sem`.

    Examples
    --------
    >>> from causal_dag.synthetic import SCENARIOS
    >>> SCENARIOS["er4-nv"].settings["noise_variance"]
    (0.5, 10.0)
    """

    description: str
    settings: Mapping[str, Any] = field(default_factory=dict)


_EQUAL: dict[str, Any] = {"noise_variance": 1.0}
_UNEQUAL: dict[str, Any] = {"noise_variance": (0.5, 10.0)}
_ONION: dict[str, Any] = {"weights": "dao"}
_WEAK: dict[str, Any] = {"weight_range": (0.25, 1.0)}


def _scenario(description: str, graph: str, edges_per_node: float, **settings: Any) -> Scenario:
    settings = {"graph": graph, "edges_per_node": edges_per_node, **settings}
    return Scenario(description, MappingProxyType(settings))


ScenarioName = Literal[
    "er2-ev",
    "er4-ev",
    "sf4-ev",
    "er2-nv",
    "er4-nv",
    "sf4-nv",
    "er4-ev-weak",
    "er4-nv-weak",
    "er2-ev-standardized",
    "er4-ev-standardized",
    "er4-nv-standardized",
    "er2-iscm",
    "er4-iscm",
    "er2-exponential",
    "er2-gumbel",
    "er2-laplace",
    "er2-dao",
    "er4-dao",
    "sf4-dao",
]

# Ranges of weights and variances as in CoLiDE (arXiv:2310.02895).
SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        "er2-ev": _scenario("sparse random graph, equal variances", "er", 2, **_EQUAL),
        "er4-ev": _scenario("dense random graph, equal variances", "er", 4, **_EQUAL),
        "sf4-ev": _scenario("scale-free graph, equal variances", "sf", 4, **_EQUAL),
        "er2-nv": _scenario("sparse random graph, unequal variances", "er", 2, **_UNEQUAL),
        "er4-nv": _scenario("dense random graph, unequal variances", "er", 4, **_UNEQUAL),
        "sf4-nv": _scenario("scale-free graph, unequal variances", "sf", 4, **_UNEQUAL),
        "er4-ev-weak": _scenario("er4-ev with weak edges", "er", 4, **_EQUAL, **_WEAK),
        "er4-nv-weak": _scenario("er4-nv with weak edges", "er", 4, **_UNEQUAL, **_WEAK),
        "er2-ev-standardized": _scenario(
            "er2-ev, each variable with variance 1", "er", 2, **_EQUAL, scale="standardized"
        ),
        "er4-ev-standardized": _scenario(
            "er4-ev, each variable with variance 1", "er", 4, **_EQUAL, scale="standardized"
        ),
        "er4-nv-standardized": _scenario(
            "er4-nv, each variable with variance 1", "er", 4, **_UNEQUAL, scale="standardized"
        ),
        "er2-iscm": _scenario(
            "er2-ev standardized inside the generation", "er", 2, **_EQUAL, scale="iscm"
        ),
        "er4-iscm": _scenario(
            "er4-ev standardized inside the generation", "er", 4, **_EQUAL, scale="iscm"
        ),
        "er2-exponential": _scenario(
            "er2-ev with exponential noise", "er", 2, **_EQUAL, noise="exponential"
        ),
        "er2-gumbel": _scenario("er2-ev with Gumbel noise", "er", 2, **_EQUAL, noise="gumbel"),
        "er2-laplace": _scenario("er2-ev with Laplace noise", "er", 2, **_EQUAL, noise="laplace"),
        "er2-dao": _scenario("sparse random graph, onion method", "er", 2, **_ONION),
        "er4-dao": _scenario("dense random graph, onion method", "er", 4, **_ONION),
        "sf4-dao": _scenario("scale-free graph, onion method", "sf", 4, **_ONION),
    }
)


def available_scenarios() -> list[ScenarioName]:
    """Return the names that :func:`make_scenario` knows.

    Examples
    --------
    >>> from causal_dag.synthetic import available_scenarios
    >>> available_scenarios()[:3]
    ['er2-ev', 'er4-ev', 'sf4-ev']
    """
    return list(get_args(ScenarioName))


def make_scenario(
    name: ScenarioName, n_samples: int, n_features: int, random_state: RandomState = 0
) -> tuple[FloatArray, LinearSEM]:
    """Draw a model and data with the settings of a named scenario.

    Parameters
    ----------
    name : str
        One of :func:`available_scenarios`: the graph and its edges per node, then the noise, equal
        (ev) or unequal (nv) variances, then what else is special.
    n_samples, n_features : int
        Numbers of rows and of variables.
    random_state : int, SeedSequence, Generator or None, default 0
        Source of randomness.

    Returns
    -------
    X : ndarray of shape (n, d)
    sem : LinearSEM

    Raises
    ------
    ValueError
        If the name is unknown, or d is too small for that many edges per node.

    Examples
    --------
    >>> from causal_dag.synthetic import make_scenario
    >>> X, sem = make_scenario("er2-nv", 1000, 20, random_state=0)
    >>> X.shape, bool(sem.noise_variance.max() <= 10)
    ((1000, 20), True)
    """
    check_choice("name", name, SCENARIOS)
    return make_linear_sem(
        n_samples, n_features, random_state=random_state, **SCENARIOS[name].settings
    )
