"""The data sets that published figures are about."""

from dataclasses import dataclass
from typing import Any

from causal_dag.arrays import BoolArray
from causal_dag.scaling import scaled
from causal_dag.synthetic import load_sachs, make_linear_sem


@dataclass(frozen=True)
class Sachs:
    """853 observational rows of the Sachs table, and the 17-edge graph.

    Parameters
    ----------
    scale : {"raw", "standardized"}
        Scale of the columns.
    """

    scale: str = "raw"
    d: int = 11
    is_random: bool = False

    def __str__(self) -> str:
        return f"Sachs{_scale(self.scale)}"

    def draw(self, seed: int) -> tuple[Any, BoolArray]:
        """Return the columns and the graph; the seed has no say."""
        sachs = load_sachs()
        return scaled(sachs.data, self.scale), sachs.adjacency


@dataclass(frozen=True)
class Simulated:
    """A linear Gaussian model on an Erdős–Rényi graph.

    Parameters
    ----------
    edges_per_node : int
        Expected number of edges divided by d.
    d, n : int
        Numbers of variables and rows.
    noise_variance : float or (float, float)
        One for all variables, or the range of each variable's.
    weight_range : (float, float)
        Bounds of ``|weight|``.
    scale : {"raw", "standardized"}
        Scale of the columns.
    """

    edges_per_node: int
    d: int
    n: int = 1000
    noise_variance: float | tuple[float, float] = 1.0
    weight_range: tuple[float, float] = (0.5, 2.0)
    scale: str = "raw"
    is_random: bool = True

    def __str__(self) -> str:
        parts = [f"ER{self.edges_per_node} d={self.d}"]
        if self.n != 1000:
            parts.append(f"n={self.n}")
        if self.noise_variance != 1.0:
            parts.append(f"σ² {_interval(self.noise_variance)}")
        if self.weight_range != (0.5, 2.0):
            parts.append(f"|w| {_interval(self.weight_range)}")
        return f"{', '.join(parts)}{_scale(self.scale)}"

    def draw(self, seed: int) -> tuple[Any, BoolArray]:
        """Return rows of a new model, and its graph."""
        X, sem = make_linear_sem(
            self.n,
            self.d,
            edges_per_node=self.edges_per_node,
            noise_variance=self.noise_variance,
            weight_range=self.weight_range,
            random_state=seed,
        )
        return scaled(X, self.scale), sem.weights != 0


Data = Sachs | Simulated


def _scale(scale: str) -> str:
    return "" if scale == "raw" else f", {scale}"


def _interval(value: float | tuple[float, float]) -> str:
    return f"{value[0]:g}–{value[1]:g}" if isinstance(value, tuple) else f"{value:g}"
