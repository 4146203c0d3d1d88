"""Nonlinear, binary and count data along a random graph."""

from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph import topological_order
from causal_dag.graph.interventions import Interventions, intervened_columns
from causal_dag.synthetic.graphs import GraphName, random_dag
from causal_dag.synthetic.mechanisms import MECHANISMS, MechanismName, ParentFunction, Response
from causal_dag.synthetic.noise import NOISES, NoiseName, random_variances
from causal_dag.synthetic.random_streams import RandomState, seed_sequence, stream
from causal_dag.tables.columns import Columns
from causal_dag.validation import check_choice, check_number

PILOT_SAMPLES = 2000


@dataclass(frozen=True, eq=False)
class NonlinearSEM:
    """A nonlinear structural equation model, drawn by :func:`make_nonlinear_sem`.

    Parameters
    ----------
    adjacency : ndarray of bool, shape (d, d)
        True where i → j.
    mechanism : {"mlp", "gp", "sine", "logistic", "poisson"}
        How a variable follows from its parents.
    predictors : tuple of d functions
        The predictor of every variable, as a function of its parents (columns ascending).
    noise : str
        Distribution of additive noise.
    noise_variance : ndarray of shape (d,)
        Variances of additive noise.

    Examples
    --------
    >>> from causal_dag.synthetic import make_nonlinear_sem
    >>> X, sem = make_nonlinear_sem(50, 4, mechanism="gp", edges_per_node=1, random_state=0)
    >>> sem.sample(2, random_state=1, do={0: 3.0})[:, 0].tolist()
    [3.0, 3.0]
    """

    adjacency: BoolArray
    mechanism: MechanismName
    predictors: tuple[ParentFunction, ...]
    noise: NoiseName
    noise_variance: FloatArray

    def sample(
        self,
        n: int,
        random_state: RandomState = 0,
        do: Interventions | None = None,
    ) -> FloatArray:
        """Draw rows.

        Parameters
        ----------
        n : int
            Number of rows n.
        random_state : int, SeedSequence, Generator or None, default 0
            Source of randomness; the same seed gives the same exogenous noise with other ``do``.
        do : mapping from node number to a number or array of shape (n,), optional
            Variables that are set, regardless of their parents.

        Returns
        -------
        ndarray of shape (n, d)
            Real numbers, zeros and ones (logistic), or counts (poisson).
        """
        n = check_number("n", n, low=1, integer=True)
        response = MECHANISMS[self.mechanism].response
        X = response.exogenous(self.noise, self.noise_variance, n, stream(random_state, "noise"))
        columns = intervened_columns(do, Columns(len(self.adjacency)), n)
        for j in topological_order(self.adjacency).tolist():
            predictor = self.predictors[j](X[:, self.adjacency[:, j]])
            X[:, j] = columns[j] if j in columns else response.respond(predictor, X[:, j])
        return X


def make_nonlinear_sem(
    n_samples: int,
    n_features: int,
    *,
    graph: GraphName = "er",
    edges_per_node: float = 2,
    mechanism: MechanismName = "mlp",
    noise: NoiseName = "gaussian",
    noise_variance: float | tuple[float, float] = 1.0,
    random_state: RandomState = 0,
) -> tuple[FloatArray, NonlinearSEM]:
    """Draw a nonlinear structural equation model, and data from it.

    Parameters
    ----------
    n_samples, n_features : int
        Numbers of rows and of variables.
    graph, edges_per_node
        Family of graphs and expected number of edges divided by d, see :func:`random_dag`.
    mechanism : {"mlp", "gp", "sine", "logistic", "poisson"}
        - ``"mlp"``, ``"gp"``, ``"sine"``: X_j = f_j(parents) + noise, f_j a random neural network
          with one hidden layer, a draw from a Gaussian process, or a sum of sines; f_j has
          variance 1.
        - ``"logistic"``: X_j is 1 with probability 1/(1 + exp(−m_j)), m_j linear in the parents,
          with mean 0 and standard deviation 2.
        - ``"poisson"``: X_j is a Poisson count with rate exp(m_j), m_j linear in the parents, with
          mean log 3 and standard deviation 0.5; rates above 100 (rare) are cut to 100.
    noise, noise_variance
        Additive noise, see :func:`make_linear_sem`; binary and count data have none.
    random_state : int, SeedSequence, Generator or None, default 0
        Source of randomness, with streams as in :func:`make_linear_sem`.

    Returns
    -------
    X : ndarray of shape (n, d)
    sem : NonlinearSEM

    Raises
    ------
    ValueError
        If a setting is unknown or out of range.

    Notes
    -----
    Means and standard deviations of the f_j and m_j are those of a pilot sample of 2000 rows.

    Examples
    --------
    >>> from causal_dag.synthetic import make_nonlinear_sem
    >>> X, sem = make_nonlinear_sem(200, 5, mechanism="logistic", random_state=0)
    >>> sorted(set(X.ravel().tolist()))
    [0.0, 1.0]
    """
    n_samples = check_number("n_samples", n_samples, low=1, integer=True)
    check_choice("mechanism", mechanism, MECHANISMS)
    seed = seed_sequence(random_state)
    adjacency = random_dag(
        n_features, graph=graph, edges_per_node=edges_per_node, random_state=seed
    )
    check_choice("noise", noise, NOISES)
    variance = random_variances(noise_variance, n_features, random_state=seed)
    predictors = _draw_predictors(adjacency, mechanism, noise, variance, seed)
    sem = NonlinearSEM(adjacency, mechanism, predictors, noise, variance)
    return sem.sample(n_samples, seed), sem


@dataclass(frozen=True, eq=False)
class _Predictor:
    """A function of the parents, shifted and scaled."""

    function: ParentFunction
    mean: float
    scale: float
    centre: float

    @classmethod
    def calibrated(
        cls, function: ParentFunction, parents: FloatArray, response: Response
    ) -> "_Predictor":
        """Bring a function to the response's centre and spread on the given rows."""
        values = function(parents)
        # The function of a root is a constant.
        scale = response.spread / float(values.std()) if parents.shape[1] else 0.0
        return cls(function, float(values.mean()), scale, response.centre)

    def __call__(self, parents: FloatArray) -> FloatArray:
        return self.centre + (self.function(parents) - self.mean) * self.scale


def _draw_predictors(
    adjacency: BoolArray,
    mechanism: MechanismName,
    noise: NoiseName,
    noise_variance: FloatArray,
    seed: np.random.SeedSequence,
) -> tuple[ParentFunction, ...]:
    """Draw the functions in causal order, each calibrated on pilot rows of its parents."""
    draw_function, response = MECHANISMS[mechanism].draw_function, MECHANISMS[mechanism].response
    generator = stream(seed, "mechanisms")
    X = response.exogenous(noise, noise_variance, PILOT_SAMPLES, stream(seed, "pilot"))
    predictors: dict[int, ParentFunction] = {}
    for j in topological_order(adjacency).tolist():
        parents = X[:, adjacency[:, j]]
        function = draw_function(parents.shape[1], generator)
        predictors[j] = _Predictor.calibrated(function, parents, response)
        X[:, j] = response.respond(predictors[j](parents), X[:, j])
    return tuple(predictors[j] for j in range(len(adjacency)))
