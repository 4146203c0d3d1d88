"""Random functions of parents, and the responses that make variables of them.

A mechanism is a family of random functions, whose value is the predictor, and a response that turns
predictor and exogenous noise into the variable: a sum, a 0/1 outcome or a count.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from scipy.special import expit, pdtrik

from causal_dag.arrays import FloatArray
from causal_dag.synthetic.noise import NoiseName, centred_noise
from causal_dag.synthetic.weights import signed_uniform

LARGEST_RATE = 100.0
WEIGHT_RANGE = (0.5, 2.0)


class ParentFunction(Protocol):
    """A function from parents, shape (n, n_parents), to a predictor, shape (n,)."""

    def __call__(self, parents: FloatArray, /) -> FloatArray:
        """Return the predictor."""
        ...


@dataclass(frozen=True)
class Response:
    """How a variable follows from its predictor and from exogenous noise.

    Parameters
    ----------
    exogenous : callable (noise, noise_variance, n_samples, generator) -> ndarray of shape (n, d)
        Draws the noise of all variables.
    respond : callable (predictor, exogenous) -> ndarray of shape (n,)
        Makes one variable.
    centre, spread : float
        Predictors are brought to this mean and, for variables with parents, to this standard
        deviation, so that values neither die out nor explode along the graph.
    """

    exogenous: Callable[[NoiseName, FloatArray, int, np.random.Generator], FloatArray]
    respond: Callable[[FloatArray, FloatArray], FloatArray]
    centre: float
    spread: float


@dataclass(frozen=True)
class Mechanism:
    """A family of random functions, drawn from (n_parents, generator), and a response."""

    draw_function: Callable[[int, np.random.Generator], ParentFunction]
    response: Response


@dataclass(frozen=True, eq=False)
class _Linear:
    """Σ_i w_i x_i with weights on ±[0.5, 2]."""

    weights: FloatArray

    @classmethod
    def draw(cls, n_parents: int, generator: np.random.Generator) -> "_Linear":
        return cls(signed_uniform(WEIGHT_RANGE, n_parents, generator))

    def __call__(self, parents: FloatArray) -> FloatArray:
        predictor: FloatArray = parents @ self.weights
        return predictor


@dataclass(frozen=True, eq=False)
class _SineSum:
    """Σ_i w_i sin(x_i + φ_i): additive over parents, as in causal additive models."""

    weights: FloatArray
    phases: FloatArray

    @classmethod
    def draw(cls, n_parents: int, generator: np.random.Generator) -> "_SineSum":
        phases = generator.uniform(0.0, 2.0 * np.pi, n_parents)
        return cls(signed_uniform(WEIGHT_RANGE, n_parents, generator), phases)

    def __call__(self, parents: FloatArray) -> FloatArray:
        predictor: FloatArray = np.sin(parents + self.phases) @ self.weights
        return predictor


@dataclass(frozen=True, eq=False)
class _MultilayerPerceptron:
    """One hidden layer of 100 sigmoid units, weights on ±[0.5, 2] (Zheng et al., AISTATS 2020)."""

    hidden: FloatArray
    output: FloatArray

    @classmethod
    def draw(cls, n_parents: int, generator: np.random.Generator) -> "_MultilayerPerceptron":
        n_units = 100
        hidden = signed_uniform(WEIGHT_RANGE, (n_parents, n_units), generator)
        return cls(hidden, signed_uniform(WEIGHT_RANGE, n_units, generator))

    def __call__(self, parents: FloatArray) -> FloatArray:
        predictor: FloatArray = expit(parents @ self.hidden) @ self.output
        return predictor


@dataclass(frozen=True, eq=False)
class _GaussianProcess:
    """A draw from a Gaussian process with kernel exp(−‖x − y‖²/2), as a fixed function.

    Random Fourier features (Rahimi and Recht, NeurIPS 2007) stand for the process, so that new
    rows and interventions meet the same function.
    """

    frequencies: FloatArray
    phases: FloatArray
    amplitudes: FloatArray

    @classmethod
    def draw(cls, n_parents: int, generator: np.random.Generator) -> "_GaussianProcess":
        n_waves = 200
        frequencies = generator.standard_normal((n_parents, n_waves))
        phases = generator.uniform(0.0, 2.0 * np.pi, n_waves)
        amplitudes = generator.standard_normal(n_waves) * np.sqrt(2.0 / n_waves)
        return cls(frequencies, phases, amplitudes)

    def __call__(self, parents: FloatArray) -> FloatArray:
        predictor: FloatArray = np.cos(parents @ self.frequencies + self.phases) @ self.amplitudes
        return predictor


def _uniform(
    _noise: NoiseName, noise_variance: FloatArray, n_samples: int, generator: np.random.Generator
) -> FloatArray:
    return generator.random((n_samples, noise_variance.size))


def _binary(predictor: FloatArray, uniform: FloatArray) -> FloatArray:
    outcome: FloatArray = (uniform < expit(predictor)).astype(np.float64)
    return outcome


def _count(predictor: FloatArray, uniform: FloatArray) -> FloatArray:
    rate = np.minimum(np.exp(predictor), LARGEST_RATE)
    # The quantile: the smallest count whose distribution function reaches the uniform number.
    counts: FloatArray = np.ceil(pdtrik(uniform, rate))
    return counts


_ADDITIVE = Response(centred_noise, np.add, centre=0.0, spread=1.0)
_BINARY = Response(_uniform, _binary, centre=0.0, spread=2.0)
_COUNT = Response(_uniform, _count, centre=float(np.log(3.0)), spread=0.5)

MechanismName = Literal["mlp", "gp", "sine", "logistic", "poisson"]

MECHANISMS: dict[MechanismName, Mechanism] = {
    "mlp": Mechanism(_MultilayerPerceptron.draw, _ADDITIVE),
    "gp": Mechanism(_GaussianProcess.draw, _ADDITIVE),
    "sine": Mechanism(_SineSum.draw, _ADDITIVE),
    "logistic": Mechanism(_Linear.draw, _BINARY),
    "poisson": Mechanism(_Linear.draw, _COUNT),
}
