"""Tables of numbers and labels drawn along a random graph."""

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph import topological_order
from causal_dag.synthetic.graphs import GraphName, random_dag
from causal_dag.synthetic.random_streams import RandomState, seed_sequence, stream
from causal_dag.validation import check_choice, check_number

if TYPE_CHECKING:
    import pandas as pd

Labels = Literal["unordered", "codes", "cuts"]
# No level has a smaller share than this, in units of that of equally frequent levels.
LEAST_SHARE = 0.25


def make_mixed_table(
    n_samples: int,
    n_features: int,
    *,
    labels: Labels = "unordered",
    graph: GraphName = "er",
    edges_per_node: float = 2,
    n_levels: tuple[int, int] = (2, 5),
    random_state: RandomState = 0,
) -> tuple["pd.DataFrame", BoolArray]:
    """Draw a table of which half the columns are numbers and the others labels.

    Every number is the sum of its parents' effects and standard normal noise. The effect of a
    number is a coefficient times it, and that of a level is the level's own coefficient. Absolute
    coefficients are uniform between 0.5 and 2, their signs random.

    Parameters
    ----------
    n_samples, n_features : int
        Number of rows and of columns.
    labels : {"unordered", "codes", "cuts"}
        How labels arise. ``"unordered"``: every level has a sum of effects, plus standard Gumbel
        noise, and the level with the largest one occurs: a multinomial logistic model; numbers act
        standardized. ``"codes"``: a number is cut into levels, and the codes of the levels act,
        all standardized. ``"cuts"``: a linear structural equation model whose numbers are cut
        after all have been drawn.
    graph, edges_per_node
        Family of graphs and their density, see :func:`random_dag`.
    n_levels : (int, int)
        Fewest and most levels of a column of labels; every number is equally likely.
    random_state : int, SeedSequence, Generator or None, default 0
        Source of randomness.

    Returns
    -------
    X : DataFrame of shape (n_samples, n_features)
        Numbers, and categoricals, which are ordered unless ``labels="unordered"``.
    adjacency : ndarray of bool, shape (n_features, n_features)
        The graph: True where i → j.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Examples
    --------
    >>> from causal_dag.synthetic import make_mixed_table
    >>> X, adjacency = make_mixed_table(100, 4, labels="cuts", edges_per_node=1, random_state=0)
    >>> X.dtypes.astype(str).tolist()
    ['category', 'float64', 'category', 'float64']
    """
    import pandas as pd

    n = check_number("n_samples", n_samples, low=2, integer=True)
    low, high = (check_number("n_levels", k, low=2, high=n, integer=True) for k in n_levels)
    check_choice("labels", labels, get_args(Labels))
    seed = seed_sequence(random_state)
    adjacency = random_dag(
        n_features, graph=graph, edges_per_node=edges_per_node, random_state=seed
    )
    generator = stream(seed, "mixed table")
    sizes = np.zeros(n_features, dtype=np.intp)
    with_labels = generator.permutation(n_features)[: n_features // 2]
    sizes[with_labels] = generator.integers(low, high, size=with_labels.size, endpoint=True)
    columns: list[Any] = [None] * n_features
    designs: list[FloatArray] = [np.empty((n, 0))] * n_features
    for node in topological_order(adjacency):
        is_choice = labels == "unordered" and sizes[node] > 0
        design = np.hstack(
            [np.empty((n, 0)), *[designs[i] for i in np.flatnonzero(adjacency[:, node])]]
        )
        shape = (design.shape[1], sizes[node] if is_choice else 1)
        coefficients = generator.uniform(0.5, 2, shape) * generator.choice([-1.0, 1.0], shape)
        effects = design @ coefficients
        if is_choice:
            codes = (effects + generator.gumbel(size=effects.shape)).argmax(axis=1)
            designs[node] = np.eye(sizes[node])[codes]
            columns[node] = _labels(codes, is_ordered=False)
            continue
        value = effects[:, 0] + generator.normal(size=n)
        columns[node] = value
        acting = value if labels == "cuts" else _standardized(value)
        if sizes[node]:
            codes = _cut(value, int(sizes[node]), generator)
            columns[node] = _labels(codes, is_ordered=True)
            acting = _standardized(codes) if labels == "codes" else acting
        designs[node] = acting[:, None]
    return pd.DataFrame({f"x{j}": column for j, column in enumerate(columns)}), adjacency


def _standardized(values: FloatArray) -> FloatArray:
    return np.asarray((values - values.mean()) / values.std(), dtype=np.float64)


def _cut(values: FloatArray, n_levels: int, generator: np.random.Generator) -> Any:
    """Return codes of levels with random shares, each at least ``LEAST_SHARE`` / ``n_levels``."""
    shares = generator.dirichlet(np.ones(n_levels)) * (1 - LEAST_SHARE) + LEAST_SHARE / n_levels
    return np.searchsorted(np.quantile(values, shares.cumsum()[:-1]), values)


def _labels(codes: Any, *, is_ordered: bool) -> "pd.Categorical":
    """Return codes as categories; those that do not occur are left out."""
    import pandas as pd

    found, places = np.unique(codes, return_inverse=True)
    names = [f"level {code}" for code in found]
    return pd.Categorical.from_codes(places, names, ordered=is_ordered)
