"""Linear models of which some variables are hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.graph import reachability, total_effects
from causal_dag.graph.interventions import Interventions
from causal_dag.synthetic.linear_sem import LinearSEM
from causal_dag.synthetic.random_streams import RandomState, stream
from causal_dag.tables.columns import Columns
from causal_dag.validation import check_number
from causal_dag.wording import quoted


@dataclass(frozen=True, eq=False)
class LatentSEM:
    """Linear model with some of its variables hidden.

    It is the model X = c + X W + E of the observed variables, in which the noise of two variables
    with a hidden common cause is correlated.

    Parameters
    ----------
    full : LinearSEM
        The model of all variables.
    observed : ndarray of int
        Columns of ``full`` that are observed, ascending.
    weights : ndarray of shape (d, d)
        Weights W over the observed variables: direct effects, and those that pass through hidden
        variables only.
    noise_covariance : ndarray of shape (d, d)
        Covariance Ω of the noise.
    adjacency : ndarray of bool, shape (d, d)
        The DAG of the latent projection [1]_: i → j if i causes j by a path on which no other
        variable is observed.
    confounded : ndarray of bool, shape (d, d)
        Symmetric: a hidden variable causes both i and j, by paths of hidden variables.
    feature_names : tuple of str, optional
        Names of the observed variables.

    References
    ----------
    .. [1] Verma and Pearl, Equivalence and synthesis of causal models, UAI 1990.
    """

    full: LinearSEM
    observed: IntArray
    weights: FloatArray
    noise_covariance: FloatArray
    adjacency: BoolArray
    confounded: BoolArray
    feature_names: tuple[str, ...] | None

    def sample(
        self, n: int, random_state: RandomState = 0, do: Interventions | None = None
    ) -> FloatArray:
        """Draw rows of the observed variables, shape (n, d): those of ``full.sample``."""
        return self.full.sample(n, random_state, do)[:, self.observed]

    def covariance(self) -> FloatArray:
        """Return the covariance of the observed variables, (I − W)⁻ᵀ Ω (I − W)⁻¹."""
        return self.full.covariance()[np.ix_(self.observed, self.observed)]


def hide_variables(
    sem: LinearSEM, hidden: int | Sequence[int | str], *, random_state: RandomState = 0
) -> LatentSEM:
    """Hide some variables of a linear model.

    Parameters
    ----------
    sem : LinearSEM
        The model of all variables.
    hidden : int or sequence of int or str
        Variables to hide; or their number, in which case they are drawn from those with at least
        two children, which they confound.
    random_state : int, SeedSequence, Generator or None, default 0
        Source of randomness of the draw.

    Returns
    -------
    LatentSEM

    Raises
    ------
    ValueError
        If a variable is unknown or named twice, no variable is left, or too few have two children.

    Examples
    --------
    >>> from causal_dag.synthetic import LinearSEM, hide_variables
    >>> sem = LinearSEM([[0, 2, 3], [0, 0, 1], [0, 0, 0]], feature_names=["u", "x", "y"])
    >>> latent = hide_variables(sem, ["u"])
    >>> latent.feature_names, latent.weights.tolist(), latent.noise_covariance.tolist()
    (('x', 'y'), [[0.0, 1.0], [0.0, 0.0]], [[5.0, 6.0], [6.0, 10.0]])
    """
    columns = _hidden_columns(sem, hidden, random_state)
    observed = np.setdiff1d(np.arange(sem.n_features), columns)
    if not observed.size:
        raise ValueError(f"hidden names all {sem.n_features} variables; leave some observed")
    inner, into = np.ix_(columns, columns), np.ix_(columns, observed)
    outer, out = np.ix_(observed, observed), np.ix_(observed, columns)
    # Effects of hidden variables on observed ones, along hidden variables.
    through = sem.weights[into] + total_effects(sem.weights[inner]) @ sem.weights[into]
    reaches = sem.adjacency[into] | (reachability(sem.adjacency[inner]) @ sem.adjacency[into])
    confounded = reaches.T @ reaches
    np.fill_diagonal(confounded, False)
    noise = np.diag(sem.noise_variance[observed])
    names = sem.feature_names
    return LatentSEM(
        full=sem,
        observed=observed,
        weights=sem.weights[outer] + sem.weights[out] @ through,
        noise_covariance=noise + (through.T * sem.noise_variance[columns]) @ through,
        adjacency=sem.adjacency[outer] | (sem.adjacency[out] @ reaches),
        confounded=confounded,
        feature_names=None if names is None else tuple(names[column] for column in observed),
    )


def _hidden_columns(sem: LinearSEM, hidden: Any, random_state: RandomState) -> IntArray:
    if isinstance(hidden, np.ndarray):
        hidden = hidden.tolist()
    if isinstance(hidden, Sequence) and not isinstance(hidden, str):
        columns = Columns(sem.n_features, sem.feature_names)
        return np.array(columns.distinct_positions(hidden, "hidden"), dtype=np.intp)
    if isinstance(hidden, str):
        raise ValueError(f"hidden={quoted(hidden)} must be a list of variables, [{quoted(hidden)}]")
    number = check_number("hidden", hidden, low=0, integer=True)
    confounders = np.flatnonzero(sem.adjacency.sum(axis=1) >= 2)
    if number > confounders.size:
        raise ValueError(
            f"hidden={number} is too large: {confounders.size} variables have two children or "
            "more; lower hidden, raise the number of edges, or name the variables"
        )
    drawn: IntArray = stream(random_state, "hidden").choice(confounders, number, replace=False)
    return drawn
