"""Figures of papers and of their authors' programs, one record each, and the data they are about.

Sources: CoLiDE, Saboksayr, Mateos and Tepper, ICLR 2024, arXiv 2310.02895, and the authors' later
repository. DAGMA, Bello, Aragam and Ravikumar, NeurIPS 2022, arXiv 2209.08037. NOTEARS, Zheng et
al., NeurIPS 2018, arXiv 1803.01422. GOLEM, Ng, Ghassami and Zhang, NeurIPS 2020, arXiv 2006.10201.
TOPO, Deng et al., ICML 2023, arXiv 2305.17277. EqVar, Chen, Drton and Wang, Biometrika 106 (2019).
FLOP, Wienöbst, Henckel and Weichwald, ICLR 2026, arXiv 2510.04970. Sorting by variance, Reisach,
Seiler and Weichwald, NeurIPS 2021. "Program" means: what the authors' program answered on data
drawn for this purpose.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from causal_dag.arrays import BoolArray
from causal_dag.benchmarks.accuracy.agreement import Average, Exact, Reported, Span
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


# Dense answers are cut where the papers cut theirs.
CUT = (("weight_threshold", 0.3),)
# Where the published program ends: without our local search.
AS_PUBLISHED = (("local_search", False),)
ER2 = Simulated(2, 20)
ER4 = Simulated(4, 20)
UNEQUAL = (0.5, 10.0)


@dataclass(frozen=True)
class PublishedFigure:
    """What somebody reported of a method on some data.

    Parameters
    ----------
    source : str
        Who says so.
    data : Sachs or Simulated
        The data sets.
    method : str
        Registry name.
    theirs : Average, Span or Exact
        The figure.
    metric : {"SHD", "SID", "CPDAG SHD", "edges"}
        What it counts.
    params : tuple of (name, value)
        Parameters beside the defaults.
    """

    source: str
    data: Data
    method: str
    theirs: Reported
    metric: str = "SHD"
    params: tuple[tuple[str, Any], ...] = ()


def published_figures() -> tuple[PublishedFigure, ...]:
    """Return all figures, those of real data first.

    Examples
    --------
    >>> from causal_dag.benchmarks.accuracy.published_figures import published_figures
    >>> figure = published_figures()[0]
    >>> f"{figure.source}: {figure.metric} of {figure.method} on {figure.data} {figure.theirs}"
    'CoLiDE paper: SHD of colide-ev on Sachs = 13'
    """
    return (*_sachs(), *_small_programs(), *_colide_repository(), *_units(), *_orders(), *_d200())


def _sachs() -> Iterator[PublishedFigure]:
    raw = {
        ("CoLiDE paper", "colide-ev"): (13, 47, 13, 11),
        ("CoLiDE paper", "colide-nv"): (12, 46, 14, 13),
        ("CoLiDE paper", "dagma"): (16, 52, 15, 2),
    }
    for (source, method), values in raw.items():
        for metric, value in zip(("SHD", "SID", "CPDAG SHD", "edges"), values, strict=True):
            yield PublishedFigure(source, Sachs(), method, Exact(value), metric)
    for method, value in (("colide-ev", 15), ("colide-nv", 16)):
        yield PublishedFigure("CoLiDE program", Sachs("standardized"), method, Exact(value))


def _small_programs() -> Iterator[PublishedFigure]:
    yield PublishedFigure(
        "NOTEARS program", Simulated(1, 20, n=100), "notears", Average(0, n=1), params=AS_PUBLISHED
    )
    yield PublishedFigure("NOTEARS program", ER2, "notears", Span(3, 9), params=AS_PUBLISHED)
    yield PublishedFigure("NOTEARS program", ER4, "notears", Span(15, 21), params=AS_PUBLISHED)
    yield PublishedFigure("GOLEM program", ER2, "golem-ev", Average(2))


def _colide_repository() -> Iterator[PublishedFigure]:
    sizes = (20, 40, 60, 100)
    reported: dict[tuple[str, int], tuple[tuple[float, float | None], ...]] = {
        ("colide-ev", 2): ((0.0, None), (1.6, None), (2.0, None), (3.6, None)),
        ("colide-ev", 4): ((6.0, 6), (7.8, 6), (23, 13), (38, 28)),
        ("colide-nv", 2): ((13.6, None), (12.8, None), (16, None), (45, None)),
        ("colide-nv", 4): ((28, 15), (41, 25), (79, 40), (109, 14)),
    }
    for (method, edges_per_node), figures in reported.items():
        noise_variance = 1.0 if method == "colide-ev" else UNEQUAL
        for d, (mean, sd) in zip(sizes, figures, strict=True):
            data = Simulated(edges_per_node, d, noise_variance=noise_variance)
            yield PublishedFigure("CoLiDE repository", data, method, Average(mean, sd, n=5))


def _units() -> Iterator[PublishedFigure]:
    """Yield what standardizing does, also to a method that looks at no units.

    The empty graph counts the expected edges.
    """
    reported: tuple[tuple[str, str, Reported, Reported, Any], ...] = (
        ("NOTEARS program", "notears", Average(5.6), Average(37.6), AS_PUBLISHED),
        ("TOPO program", "topo-ls", Average(0, 0, n=10), Average(82), CUT),
        ("CoLiDE program", "colide-ev", Average(0.7), Average(44.7), ()),
        ("DAGMA program", "dagma", Average(0.7), Average(37.7), ()),
        ("sorting by variance", "sortnregress-var", Average(4), Average(96), ()),
        ("no edges", "empty", Average(40), Average(40), ()),
        ("BIC order search", "topo-bic", Span(0, 4), Span(0, 4), ()),
    )
    for source, method, raw, standardized, params in reported:
        for scale, theirs in (("raw", raw), ("standardized", standardized)):
            yield PublishedFigure(source, replace(ER2, scale=scale), method, theirs, params=params)


def _orders() -> Iterator[PublishedFigure]:
    yield PublishedFigure("TOPO program", ER4, "topo-ls", Average(0, 0, n=10), params=CUT)
    for d in (20, 50, 100, 200):
        yield PublishedFigure("EqVar order", Simulated(4, d), "eqvar", Average(0, 0), params=CUT)
    for d in (20, 50, 100):
        data = Simulated(4, d, noise_variance=UNEQUAL, scale="standardized")
        restarts = (("n_restarts", 20),)
        yield PublishedFigure("FLOP program", data, "topo-bic", Span(0, 7), params=restarts)


def _d200() -> Iterator[PublishedFigure]:
    one, five = Simulated(4, 200), Simulated(4, 200, noise_variance=5.0)
    unequal = Simulated(4, 200, noise_variance=UNEQUAL, weight_range=(0.25, 1.0))
    reported: tuple[tuple[Simulated, str, float, float | None], ...] = (
        (one, "colide-ev", 87, 34),
        (one, "dagma", 100, 42),
        (one, "golem-ev", 469, None),
        (five, "colide-ev", 106, 52),
        (five, "dagma", 194, 36),
        (five, "golem-ev", 337, None),
        (unequal, "colide-nv", 391, 36),
        (unequal, "colide-ev", 427, None),
        (unequal, "dagma", 470, None),
        (unequal, "golem-nv", 481, None),
        (unequal, "sortnregress-var", 398, None),
    )
    for data, method, mean, sd in reported:
        yield PublishedFigure("CoLiDE paper", data, method, Average(mean, sd, n=10))
