"""``[[data]]`` of simulated linear models: a named scenario, or a model in full."""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

from causal_dag.benchmarks.plan.data_source import SCALES, DataSource
from causal_dag.benchmarks.plan.section import Section
from causal_dag.benchmarks.plan.seeds import SEED_KEYS
from causal_dag.synthetic import GRAPHS, NOISES, SCENARIOS, random_dag

_COMMON_KEYS = ("label", "n_samples", "n_features", "scales", "noises", *SEED_KEYS)
SCENARIO_KEYS = ("scenario", *_COMMON_KEYS)
MODEL_KEYS = ("graph", "edges_per_node", "noise_variance", "weight_range", *_COMMON_KEYS)

LARGEST_N_SAMPLES = 1_000_000
LARGEST_N_FEATURES = 2_000
MOST_NUMBERS = 100_000_000
MOST_SOURCES = 10_000
# Weights and variances whose products along any path stay far within float64.
_WEIGHTS, _VARIANCES = (1e-3, 1e2), (1e-6, 1e6)

_DEFAULT_VARIANCE = 1.0
_DEFAULT_WEIGHT_RANGE = [0.5, 2.0]


def scenario_sources(section: Section) -> list[DataSource]:
    """Return the data of a ``[[data]]`` with a ``scenario``, of every size, noise and scale."""
    name = section.choice("scenario", SCENARIOS)
    settings = dict(SCENARIOS[name].settings)
    if "scale" in settings:
        section.refuse("scenario", f"has a scale of its own; {_without_scale(settings)}")
    variance = settings["noise_variance"]
    settings["noise_variance"] = list(variance) if isinstance(variance, tuple) else variance
    settings["weight_range"] = list(settings.get("weight_range", _DEFAULT_WEIGHT_RANGE))
    return _sources(section, name, settings)


def model_sources(section: Section) -> list[DataSource]:
    """Return the data of a ``[[data]]`` with a ``graph``, of every size, noise and scale."""
    graph = section.choice("graph", GRAPHS)
    edges = section.number("edges_per_node", 0, LARGEST_N_FEATURES)
    has_range = isinstance(section.values.get("noise_variance"), list)
    settings = {
        "graph": graph,
        "edges_per_node": edges,
        "noise_variance": section.bounds("noise_variance", *_VARIANCES)
        if has_range
        else section.number("noise_variance", *_VARIANCES, _DEFAULT_VARIANCE),
        "weight_range": section.bounds("weight_range", *_WEIGHTS, _DEFAULT_WEIGHT_RANGE),
    }
    return _sources(section, f"{graph}{edges:g}", settings)


def _sources(section: Section, name: str, settings: dict[str, Any]) -> list[DataSource]:
    """Return a source for every combination; settings are spelled out, so that keys last."""
    usual_noise = settings.pop("noise", "gaussian")
    noises = section.choices("noises", NOISES, [usual_noise])
    n_samples = section.whole_numbers("n_samples", 2, LARGEST_N_SAMPLES)
    n_features = section.whole_numbers("n_features", 2, LARGEST_N_FEATURES)
    scales = section.choices("scales", SCALES, ["raw"])
    if max(n_samples) * max(n_features) > MOST_NUMBERS:
        section.refuse("n_samples", f"times n_features must be at most {MOST_NUMBERS:,}")
    combinations = list(_limited(section, noises, n_features, n_samples, scales))
    settings["edges_per_node"] = float(settings["edges_per_node"])
    _require_room(section, settings, min(n_features))
    label = section.text("label", name)
    says_noise = len(noises) > 1 or ("label" not in section and noises != [usual_noise])
    return [
        DataSource(
            f"{label}, {noise}" if says_noise else label,
            "linear",
            {**settings, "noise": noise},
            scale,
            n,
            d,
        )
        for noise, d, n, scale in combinations
    ]


def _limited(section: Section, *lists: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    number = math.prod(map(len, lists))
    if number > MOST_SOURCES:
        raise ValueError(
            f"{section.place}: {number:,} combinations of size, noise and scale are more than "
            f"{MOST_SOURCES:,}; shorten a list"
        )
    return itertools.product(*lists)


def _require_room(section: Section, settings: dict[str, Any], smallest: int) -> None:
    """Refuse more edges per node than the smallest graph, which has the least room, can hold."""
    graph, edges = settings["graph"], settings["edges_per_node"]
    try:
        random_dag(smallest, graph=graph, edges_per_node=edges, random_state=0)
    except ValueError as error:
        raise ValueError(f"{section.place}: {error}") from error


def _without_scale(settings: dict[str, Any]) -> str:
    """Return how to ask for a scenario of some scale in terms of the one without."""
    scale = settings["scale"]
    plain = {key: value for key, value in settings.items() if key != "scale"}
    name = next(name for name, known in SCENARIOS.items() if dict(known.settings) == plain)
    return f'write scenario = "{name}", scales = ["{scale}"]'
