"""The names by which kernels of searches call the kernels of any local score."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba.extending import overload

from causal_dag.arrays import IntArray

#: A local score: of a model, a node, and its first k parents.
LocalScoreKernel = Callable[[Any, int, IntArray, int], float]

#: The kernel of every type of model.
_KERNELS: dict[type, LocalScoreKernel] = {}

#: Decrease of the local score to expect from another node, which is dropped from the first k
#: parents or else added: of a model, a node, its parents, k, and the other node.
PredictedGainKernel = Callable[[Any, int, IntArray, int, int], float]

#: The kernels of models whose scores are expensive beside their predictions.
_PREDICTED_GAINS: dict[type, PredictedGainKernel] = {}

# As for inner kernels: references to arrays are not counted.
_OPTIONS: Any = {"error_model": "numpy", "_nrt": False}


def register_local_score(
    model: type, kernel: LocalScoreKernel, predicted_gain: PredictedGainKernel | None = None
) -> None:
    """Let a kernel compute the local scores of models of a type, a named tuple.

    With predictions, searches compute only scores that may be worth it. The kernel's file also has
    to be imported by ``search.local_score_kernels``.
    """
    _KERNELS[model] = kernel
    if predicted_gain is not None:
        _PREDICTED_GAINS[model] = predicted_gain


def local_score(model: Any, node: int, parents: IntArray, k: int) -> float:
    """Return the score of a node given its first k parents, which are ascending.

    Lower is better. Called from a kernel, it is compiled for the model's type.
    """
    return _KERNELS[type(model)](model, node, parents, k)


@overload(local_score, jit_options=_OPTIONS, strict=False)
def _compiled_local_score(model: Any, node: Any, parents: Any, k: Any) -> Any:
    kernel = _KERNELS[model.instance_class]
    return lambda model, node, parents, k: kernel(model, node, parents, k)


def has_predictions(model: Any) -> bool:
    """Return whether the effects of single changes of the parents can be predicted."""
    return type(model) in _PREDICTED_GAINS


@overload(has_predictions, jit_options=_OPTIONS, strict=False)
def _compiled_has_predictions(model: Any) -> Any:
    if model.instance_class in _PREDICTED_GAINS:
        return lambda model: True
    return lambda model: False


def predicted_gain(model: Any, node: int, parents: IntArray, k: int, other: int) -> float:
    """Return the decrease of the score to expect once ``other`` is a parent, or is no longer."""
    return _PREDICTED_GAINS[type(model)](model, node, parents, k, other)


@overload(predicted_gain, jit_options=_OPTIONS, strict=False)
def _compiled_predicted_gain(model: Any, node: Any, parents: Any, k: Any, other: Any) -> Any:
    # Without predictions it is compiled, too, but never called.
    kernel = _PREDICTED_GAINS.get(model.instance_class)
    if kernel is None:
        return lambda model, node, parents, k, other: np.nan
    return lambda model, node, parents, k, other: kernel(model, node, parents, k, other)
