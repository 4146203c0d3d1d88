"""The one name by which kernels of searches call the kernel of any local score."""

from collections.abc import Callable
from typing import Any

from numba.extending import overload

from causal_dag.arrays import IntArray

#: A local score: of a model, a node, and its first k parents.
LocalScoreKernel = Callable[[Any, int, IntArray, int], float]

#: The kernel of every type of model.
_KERNELS: dict[type, LocalScoreKernel] = {}

# As for inner kernels: references to arrays are not counted.
_OPTIONS: Any = {"error_model": "numpy", "_nrt": False}


def register_local_score(model: type, kernel: LocalScoreKernel) -> None:
    """Let a kernel compute the local scores of models of a type, a named tuple.

    The kernel's file also has to be imported by ``search.local_score_kernels``.
    """
    _KERNELS[model] = kernel


def local_score(model: Any, node: int, parents: IntArray, k: int) -> float:
    """Return the score of a node given its first k parents, which are ascending.

    Lower is better. Called from a kernel, it is compiled for the model's type.
    """
    return _KERNELS[type(model)](model, node, parents, k)


@overload(local_score, jit_options=_OPTIONS, strict=False)
def _compiled_local_score(model: Any, node: Any, parents: Any, k: Any) -> Any:
    kernel = _KERNELS[model.instance_class]
    return lambda model, node, parents, k: kernel(model, node, parents, k)
