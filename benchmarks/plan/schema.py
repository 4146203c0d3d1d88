"""What a suite file may hold: every table with its keys, their rules, defaults and meanings.

Reading, messages and the tables of the documentation all follow from these declarations.
"""

import re
from collections.abc import Mapping

from causal_dag.benchmarks.plan.data_source import SCALES
from causal_dag.benchmarks.plan.section import (
    Between,
    Bounds,
    Key,
    ListOf,
    OneOf,
    OneOrSeveral,
    Switch,
    Table,
    Text,
    joined_lines,
    line_of_text,
)
from causal_dag.parameters import Either
from causal_dag.synthetic import GRAPHS, NOISES, SCENARIOS
from causal_dag.synthetic.sachs import CONDITIONS, GRAPH_NAMES

#: What numpy's older generators, which other packages use, take as a seed.
LARGEST_SEED = 2**32 - 1
LONGEST_LABEL = 80
DEFAULT_WEIGHT_RANGE = [0.5, 2.0]

_DAY = 86_400
_LARGEST_N_FEATURES = 2_000
_SIMULATED = ("scenario", "graph")
# Weights and variances whose products along any path stay far within float64.
_WEIGHT, _VARIANCE = Between(0.001, 100), Between(1e-6, 1_000_000)

_SEEDS = Either(Between(1, 100_000, whole=True), ListOf(Between(0, LARGEST_SEED, whole=True)))
_FIRST_SEED = Key("where a number of seeds starts", Between(0, LARGEST_SEED, whole=True), default=0)
_LABEL = line_of_text(LONGEST_LABEL)
_PATH = line_of_text(1000)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", re.ASCII)

SUITE: Mapping[str, Key] = {
    "name": Key(
        "what the command calls it",
        Text(
            "1 to 60 letters, digits, dots, underscores and hyphens",
            lambda text: _NAME.fullmatch(text) is not None,
        ),
        usual="the file's name",
    ),
    "description": Key(
        "what the suite shows; lines are joined",
        Text(
            "at most 2,000 characters",
            lambda text: joined_lines(text).isprintable() and len(joined_lines(text)) <= 2000,
        ),
        default="",
        usual="none",
    ),
    "seeds": Key("a number of seeds, or the seeds themselves", _SEEDS, default=10),
    "first_seed": _FIRST_SEED,
    "limits": Key("what one run may take", Table("[limits]"), default={}, usual="see below"),
    "data": Key("what is fitted to", Table("[[data]]", several=True), required=True),
    "solvers": Key("what is fitted", Table("[[solvers]]", several=True), required=True),
}

LIMITS: Mapping[str, Key] = {
    "seconds": Key("wall time", Between(0.1, 30 * _DAY), default=300),
    "memory_mb": Key(
        "resident memory in MB; a run starts with some 170", Between(256, 2**30), default=4096
    ),
}

DATA: Mapping[str, Key] = {
    "scenario": Key("a named model", OneOf(tuple(SCENARIOS)), required=True, kinds=("scenario",)),
    "graph": Key("family of graphs", OneOf(tuple(GRAPHS)), required=True, kinds=("graph",)),
    "edges_per_node": Key(
        "expected number of edges divided by the number of variables",
        Between(0, _LARGEST_N_FEATURES),
        required=True,
        kinds=("graph",),
    ),
    "noise_variance": Key(
        "of every variable, or bounds between which each variable's is drawn",
        Either(_VARIANCE, Bounds(_VARIANCE)),
        default=1.0,
        kinds=("graph",),
    ),
    "weight_range": Key(
        "bounds of the absolute weights",
        Bounds(_WEIGHT),
        default=DEFAULT_WEIGHT_RANGE,
        kinds=("graph",),
    ),
    "n_samples": Key(
        "rows",
        OneOrSeveral(Between(2, 1_000_000, whole=True)),
        required=True,
        kinds=_SIMULATED,
    ),
    "n_features": Key(
        "variables",
        OneOrSeveral(Between(2, _LARGEST_N_FEATURES, whole=True)),
        required=True,
        kinds=_SIMULATED,
    ),
    "noises": Key(
        "distributions of the noise",
        OneOrSeveral(OneOf(tuple(NOISES))),
        usual='the scenario\'s; `"gaussian"`',
        kinds=_SIMULATED,
    ),
    "dataset": Key("a real table", OneOf(("sachs",)), required=True, kinds=("dataset",)),
    "conditions": Key(
        "experiments, as in `load_sachs`",
        OneOrSeveral(OneOf(("observational", "all", *CONDITIONS))),
        default="observational",
        kinds=("dataset",),
    ),
    "graphs": Key(
        "published graphs; `reported18` was published with a cycle and is refused",
        OneOrSeveral(OneOf(GRAPH_NAMES)),
        default="consensus17",
        kinds=("dataset",),
    ),
    "table": Key(
        "a file that `causal-dag fit` reads, relative to the suite",
        _PATH,
        required=True,
        kinds=("table",),
    ),
    "truth": Key(
        "its true graph, a file that `causal-dag evaluate` reads, relative to the suite",
        _PATH,
        required=True,
        kinds=("table",),
    ),
    "resample": Key(
        "draw the rows with replacement, by the seed",
        Switch(),
        default=False,
        kinds=("dataset", "table"),
    ),
    "scales": Key(
        "`standardized` has sample mean 0 and variance 1; `iscm` is for simulated data",
        OneOrSeveral(OneOf(SCALES)),
        default="raw",
    ),
    "label": Key(
        "what reports call it", _LABEL, usual="the scenario; `er2` and the like; the file's name"
    ),
    "seeds": Key("as in the suite", _SEEDS, usual="the suite's"),
    "first_seed": _FIRST_SEED,
}

SOLVER: Mapping[str, Key] = {
    "name": Key(
        "a registry name (`causal-dag solvers`), or a peer's method", _LABEL, required=True
    ),
    "peer": Key("another package (`causal-dag bench peers list`)", _LABEL, usual="none"),
    "label": Key("what reports call it", _LABEL, usual="the name, with the peer's"),
    "parameters": Key(
        "those that differ from the defaults",
        Table("such as { lambda1 = 0.1 }"),
        default={},
        usual="none",
    ),
    "max_features": Key(
        "leave the solver out where there are more variables",
        Between(2, 1_000_000, whole=True),
        usual="no bound",
    ),
}

#: The kinds of data, and the keys of each; a kind's name is the key that tells it.
DATA_KINDS: Mapping[str, Mapping[str, Key]] = {
    kind: {name: key for name, key in DATA.items() if not key.kinds or kind in key.kinds}
    for kind in ("scenario", "graph", "dataset", "table")
}
