"""One call from a handful of settings to data and the linear model that made it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from causal_dag.arrays import FloatArray
from causal_dag.graph import topological_order
from causal_dag.graph.matrices import dense
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.synthetic.graphs import GRAPHS, GraphName, random_dag
from causal_dag.synthetic.linear_sem import LinearSEM
from causal_dag.synthetic.networks import NETWORKS, NetworkName, load_network
from causal_dag.synthetic.noise import Noise, random_variances
from causal_dag.synthetic.onion import onion_weights
from causal_dag.synthetic.random_streams import RandomState, seed_sequence
from causal_dag.synthetic.weights import random_weights
from causal_dag.validation import check_choice, check_number
from causal_dag.wording import quoted

ScaleName = Literal["raw", "standardized", "iscm"]
WeightLaw = Literal["uniform", "dao"]

WEIGHT_LAWS: tuple[WeightLaw, ...] = get_args(WeightLaw)
DEFAULT_WEIGHT_RANGE = (0.5, 2.0)
DEFAULT_EDGES_PER_NODE = 2

Graph: TypeAlias = GraphName | NetworkName | NDArray[Any] | Sequence[Sequence[float]] | NamedGraph


def make_linear_sem(
    n_samples: int,
    n_features: int | None = None,
    *,
    graph: Graph = "er",
    edges_per_node: float = DEFAULT_EDGES_PER_NODE,
    noise: Noise = "gaussian",
    noise_variance: float | tuple[float, float] | FloatArray = 1.0,
    weight_range: tuple[float, float] = DEFAULT_WEIGHT_RANGE,
    weights: WeightLaw = "uniform",
    heteroscedasticity: float = 0.0,
    scale: ScaleName = "raw",
    feature_names: Sequence[str] | None = None,
    random_state: RandomState = 0,
) -> tuple[FloatArray, LinearSEM]:
    """Draw a linear structural equation model, and data from it.

    Parameters
    ----------
    n_samples : int
        Number of rows n.
    n_features : int, optional
        Number of variables d; may be omitted if the graph is given.
    graph : str, array-like of shape (d, d) or NamedGraph
        - ``"er"``, ``"sf"``, ``"small-world"``, ``"bipartite"``, ``"layered"``: family of random
          graphs, see :func:`random_dag`;
        - name of a published network, see :func:`load_network`;
        - a graph: nonzero where i → j. Only its edges are used, and its node names.
    edges_per_node : float
        Expected number of edges of a random graph, divided by d.
    noise : str, callable, or sequence of d of them
        Distribution of the noise, see :class:`LinearSEM`; one for all variables, or one per
        variable.
    noise_variance : float, (float, float) or ndarray of shape (d,)
        One variance for all variables, a tuple (low, high) from which each variable's is drawn
        uniformly, or an array with one variance per variable.
    weight_range : (float, float)
        Bounds of ``|weight|``; weights are uniform on ±[low, high].
    weights : {"uniform", "dao"}
        - ``"uniform"``: weights and noise variances as described above.
        - ``"dao"``: correlations drawn by the onion method along the graph [4]_, which determine
          weights and noise variances, so that neither ``weight_range`` nor ``noise_variance`` can
          be set; see :func:`onion_weights`.
    heteroscedasticity : float
        Share of the noise variance that depends on the parents, in [0, 1]; see
        :class:`LinearSEM`.
    scale : {"raw", "standardized", "iscm"}
        - ``"raw"``: the model as drawn. Variances tend to grow along the causal order [1]_.
        - ``"standardized"``: each variable divided by its population standard deviation, that is,
          w_ij becomes w_ij s_i / s_j and σ_j² becomes σ_j² / s_j². The variances say nothing of
          the order any more, R² still does [2]_.
        - ``"iscm"``: each variable is standardized as soon as it is generated, before its children
          are [3]_, so that neither variance nor R² says much about the order.
    feature_names : sequence of str, optional
        Names of the variables; by default those of the graph's nodes.
    random_state : int, SeedSequence, Generator or None, default 0
        Source of randomness. Graph, weights, variances and noise have streams of their own: with
        the same seed, another ``n_samples`` leaves the model as it is.

    Returns
    -------
    X : ndarray of shape (n, d)
        Data; a sample of ``sem``, so that in the scaled models the *population* variances are 1.
    sem : LinearSEM
        The model that ``X`` was drawn from, in the scale asked for.

    Raises
    ------
    ValueError
        If a setting is unknown or out of range, has no effect beside another one, or a graph has
        a cycle.

    References
    ----------
    .. [1] Reisach, Seiler and Weichwald, Beware of the simulated DAG, NeurIPS 2021.
    .. [2] Reisach, Tami, Seiler, Chambaz and Weichwald, A scale-invariant sorting criterion,
       NeurIPS 2023.
    .. [3] Ormaniec, Sussex, Lorch, Schölkopf and Krause, Standardizing structural causal models,
       ICLR 2025, arXiv:2406.11601.
    .. [4] Andrews and Kummerfeld, Better simulations for validating causal discovery with the
       DAG-adaptation of the onion method, arXiv:2405.13100.

    Examples
    --------
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(100, 5, graph="er", edges_per_node=1, random_state=0)
    >>> X.shape, sem.weights.shape
    ((100, 5), (5, 5))
    >>> X, sem = make_linear_sem(100, 5, scale="iscm", random_state=0)
    >>> sem.covariance().diagonal().round(12)
    array([1., 1., 1., 1., 1.])
    """
    n_samples = check_number("n_samples", n_samples, low=1, integer=True)
    check_choice("scale", scale, SCALES)
    check_choice("weights", weights, WEIGHT_LAWS)
    seed = seed_sequence(random_state)
    structure = _structure(graph, n_features, edges_per_node, seed)
    adjacency = dense(structure.adjacency)
    if weights == "dao":
        for name, value, default in (
            ("weight_range", weight_range, DEFAULT_WEIGHT_RANGE),
            ("noise_variance", noise_variance, 1.0),
        ):
            _refuse_without_effect(name, value, default, "weights='dao' determines it")
        drawn, variance = onion_weights(adjacency, random_state=seed)
    else:
        drawn = random_weights(adjacency, weight_range=weight_range, random_state=seed)
        variance = random_variances(noise_variance, structure.n_nodes, random_state=seed)
    names = structure.names if feature_names is None else feature_names
    sem = LinearSEM(drawn, noise, variance, 0.0, names, heteroscedasticity)
    sem = SCALES[scale](sem)
    return sem.sample(n_samples, seed), sem


def _structure(
    graph: Any, n_features: Any, edges_per_node: float, seed: np.random.SeedSequence
) -> NamedGraph:
    """Return the graph, drawn from its family or given."""
    is_name = isinstance(graph, str)
    if is_name:
        check_choice("graph", graph, (*GRAPHS, *NETWORKS))
    if is_name and graph in GRAPHS:
        if n_features is None:
            raise ValueError(
                f"n_features is missing: pass the number of variables of the {graph!r} graph, or "
                "pass a graph or the name of a published network"
            )
        n_features = check_number("n_features", n_features, low=1, integer=True)
        return named_graph(
            random_dag(n_features, graph=graph, edges_per_node=edges_per_node, random_state=seed)
        )
    found = load_network(graph) if is_name else named_graph(graph)
    found.require_dag()
    if n_features not in (None, found.n_nodes):
        raise ValueError(
            f"n_features={quoted(n_features)} does not fit the graph, which has {found.n_nodes} "
            "nodes; omit it"
        )
    _refuse_without_effect(
        "edges_per_node", edges_per_node, DEFAULT_EDGES_PER_NODE, "the graph is given"
    )
    return found


def _refuse_without_effect(name: str, value: Any, default: Any, reason: str) -> None:
    if not np.array_equal(value, default):
        raise ValueError(f"{name}={quoted(value)} has no effect: {reason}; omit it")


def _raw(sem: LinearSEM) -> LinearSEM:
    return sem


def _standardized(sem: LinearSEM) -> LinearSEM:
    return sem.rescaled(np.sqrt(sem.covariance().diagonal()))


def _internally_standardized(sem: LinearSEM) -> LinearSEM:
    """Return the linear model that standardization inside the generation amounts to.

    In causal order, variable j is Σ_i w_ij x̃_i + e_j with standardized parents x̃; its variance v_j
    follows from their covariance, and x̃_j has weights w_ij / √v_j and noise variance σ_j² / v_j
    (arXiv:2406.11601).
    """
    weights, variance = sem.weights.copy(), sem.noise_variance.copy()
    covariance = np.zeros_like(weights)
    for j in topological_order(sem.adjacency):
        total = weights[:, j] @ covariance @ weights[:, j] + variance[j]
        weights[:, j] /= np.sqrt(total)
        variance[j] /= total
        covariance[:, j] = covariance @ weights[:, j]
        covariance[j, :] = covariance[:, j]
        covariance[j, j] = 1.0
    return replace(sem, weights=weights, noise_variance=variance)


SCALES: dict[ScaleName, Callable[[LinearSEM], LinearSEM]] = {
    "raw": _raw,
    "standardized": _standardized,
    "iscm": _internally_standardized,
}
