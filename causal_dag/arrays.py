"""The kinds of arrays that the package passes around."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]

# Matrices over pairs of nodes: dense, or ``scipy.sparse.csr_array``, which has no types.
WeightMatrix: TypeAlias = FloatArray | Any
AdjacencyMatrix: TypeAlias = BoolArray | Any
