"""Rows of a bool matrix as sets of nodes, held in the bits of Python integers.

Unions, differences and tests for emptiness of sets of a thousand nodes cost a tenth of a
microsecond each, which keeps the graph algorithms as readable as their papers and fast enough.
"""

import numpy as np

from causal_dag.arrays import BoolArray


def as_bitsets(rows: BoolArray) -> list[int]:
    """Return one integer per row; bit j of integer i is ``rows[i, j]``."""
    packed = np.packbits(rows, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def from_bitsets(sets: list[int], size: int) -> BoolArray:
    """Return the bool matrix with ``size`` columns whose rows are the sets."""
    n_bytes = (size + 7) // 8
    packed = b"".join(members.to_bytes(n_bytes, "little") for members in sets)
    rows = np.frombuffer(packed, dtype=np.uint8).reshape(len(sets), n_bytes)
    return np.unpackbits(rows, axis=1, count=size, bitorder="little").astype(np.bool_)


def members(nodes: int) -> list[int]:
    """Return the nodes of a set, ascending."""
    found = []
    while nodes:
        lowest = nodes & -nodes
        found.append(lowest.bit_length() - 1)
        nodes ^= lowest
    return found
