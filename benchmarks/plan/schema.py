"""What a suite file may hold: every table with its keys, their rules, defaults and meanings.

Reading, messages and the tables of the documentation all follow from these declarations.
"""

import re
from collections.abc import Mapping
from typing import TypeAlias

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
from causal_dag.synthetic import GRAPHS, NETWORKS, NOISES, SCENARIOS, WEIGHT_LAWS
from causal_dag.synthetic.sachs import CONDITIONS

Keys: TypeAlias = Mapping[str, Key]

#: What numpy's older generators, which other packages use, take as a seed.
LARGEST_SEED = 2**32 - 1
LONGEST_LABEL = 80
DEFAULT_WEIGHT_RANGE = [0.5, 2.0]
#: The published Sachs graphs that are acyclic, as estimates are; the third has a cycle.
SACHS_DAGS = ("consensus17", "cmu20")

# Weights and variances whose products along any path stay far within float64.
_WEIGHT, _VARIANCE = Between(0.001, 100), Between(1e-6, 1_000_000)
_SEED = Between(0, LARGEST_SEED, whole=True)
_SEEDS = Either(Between(1, 100_000, whole=True), ListOf(_SEED))
_FIRST_SEED = Key("where a number of seeds starts", _SEED, 0)
_LABEL = Key("what reports call it", line_of_text(LONGEST_LABEL), None, "its name")
_PATH = line_of_text(1000)
_NAME = Text(
    "1 to 60 letters, digits, dots, underscores and hyphens",
    lambda text: re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", text, re.ASCII) is not None,
)
_DESCRIPTION = Text(
    "at most 2,000 characters",
    lambda text: joined_lines(text).isprintable() and len(joined_lines(text)) <= 2000,
)

SUITE: Keys = {
    "name": Key("what the command calls it", _NAME, None, "the file's name"),
    "description": Key("what the suite shows; lines are joined", _DESCRIPTION, "", "none"),
    "seeds": Key("a number of seeds, or the seeds themselves", _SEEDS, 10),
    "first_seed": _FIRST_SEED,
    "limits": Key("what one run may take", Table("[limits]"), {}, "see below"),
    "data": Key("what is fitted to", Table("[[data]]", several=True)),
    "solvers": Key("what is fitted", Table("[[solvers]]", several=True)),
}

LIMITS: Keys = {
    "seconds": Key("wall time", Between(0.1, 30 * 86_400), 300),
    "memory_mb": Key(
        "resident memory in MB; a run starts with some 170", Between(256, 2**30), 4096
    ),
}

_ALL_DATA: Keys = {
    "label": _LABEL,
    "seeds": Key("as in the suite", _SEEDS, None, "the suite's"),
    "first_seed": _FIRST_SEED,
}
_SIMULATED: Keys = {
    "n_samples": Key("rows", OneOrSeveral(Between(2, 1_000_000, whole=True))),
    "noises": Key(
        "distributions of the noise",
        OneOrSeveral(OneOf(NOISES)),
        None,
        "the scenario's, or `gaussian`",
    ),
    "scales": Key(
        "as drawn, of variance 1, or of variance 1 during the generation",
        OneOrSeveral(OneOf(SCALES)),
        "raw",
    ),
    "hidden": Key(
        "hidden confounders, drawn in addition and left out of the table",
        Between(0, 100, whole=True),
        0,
    ),
    "heteroscedasticity": Key(
        "share of the noise's variance that depends on the parents", Between(0, 1), 0.0
    ),
    **_ALL_DATA,
}
_SIZES: Keys = {"n_features": Key("variables", OneOrSeveral(Between(2, 2_000, whole=True)))}
_WEIGHTS: Keys = {
    "noise_variance": Key(
        "of every variable, or bounds between which each variable's is drawn",
        Either(_VARIANCE, Bounds(_VARIANCE)),
        1.0,
    ),
    "weight_range": Key("bounds of the absolute weights", Bounds(_WEIGHT), DEFAULT_WEIGHT_RANGE),
    "weights": Key(
        "uniform within the bounds, or drawn with the variances by the onion method",
        OneOf(WEIGHT_LAWS),
        "uniform",
    ),
}
_REAL: Keys = {
    "simulate": Key(
        "draw the rows from the linear model fitted along the true graph, with this noise",
        OneOf(["residuals", *NOISES]),
        None,
        "no",
    ),
    "resample": Key("draw the rows with replacement, by the seed", Switch(), False),
    "scales": Key("as they are, or of variance 1", OneOrSeveral(OneOf(SCALES[:2])), "raw"),
    **_ALL_DATA,
}

#: ``[[data]]`` is of one of these kinds, which is determined by the key of that name.
DATA_KINDS: Mapping[str, Keys] = {
    "scenario": {
        "scenario": Key("a named model", OneOf(SCENARIOS)),
        **_SIZES,
        **_SIMULATED,
    },
    "graph": {
        "graph": Key("family of graphs", OneOf(GRAPHS)),
        "edges_per_node": Key(
            "expected number of edges divided by the number of variables", Between(0, 2_000)
        ),
        **_WEIGHTS,
        **_SIZES,
        **_SIMULATED,
    },
    "dataset": {
        "dataset": Key("a real table", OneOf(["sachs"])),
        "conditions": Key(
            "experiments, as in `load_sachs`",
            OneOrSeveral(OneOf(["observational", "all", *CONDITIONS])),
            "observational",
        ),
        "graphs": Key(
            "published graphs without a cycle", OneOrSeveral(OneOf(SACHS_DAGS)), "consensus17"
        ),
        **_REAL,
    },
    "table": {
        "table": Key("a file that `causal-dag fit` reads, relative to the suite", _PATH),
        "truth": Key(
            "its true graph, a file that `causal-dag evaluate` reads, relative to the suite", _PATH
        ),
        **_REAL,
    },
    "network": {
        "network": Key("a published graph", OneOf(NETWORKS)),
        **_WEIGHTS,
        **_SIMULATED,
    },
}

SOLVER: Keys = {
    "name": Key("a registry name (`causal-dag solvers`), or a peer's method", _LABEL.rule),
    "peer": Key("another package (`causal-dag bench peers list`)", _LABEL.rule, None, "none"),
    "label": _LABEL,
    "parameters": Key(
        "those that differ from the defaults", Table("such as { lambda1 = 0.1 }"), {}, "none"
    ),
    "max_features": Key(
        "leave the solver out where there are more variables",
        Between(2, 1_000_000, whole=True),
        None,
        "no bound",
    ),
}
