"""Noise distributions, all with mean 0 and variance 1 before they are scaled."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.synthetic.random_streams import RandomState, stream
from causal_dag.synthetic.weights import check_range
from causal_dag.validation import check_choice, check_number

# The smallest whole number of degrees of freedom with a finite fourth moment.
STUDENT_T_DEGREES_OF_FREEDOM = 5

NoiseName = Literal["gaussian", "laplace", "exponential", "gumbel", "uniform", "student-t"]

_Shape = tuple[int, int]


def _gaussian(generator: np.random.Generator, shape: _Shape) -> FloatArray:
    return generator.standard_normal(shape)


def _laplace(generator: np.random.Generator, shape: _Shape) -> FloatArray:
    return generator.laplace(0.0, np.sqrt(0.5), shape)


def _exponential(generator: np.random.Generator, shape: _Shape) -> FloatArray:
    return generator.standard_exponential(shape) - 1.0


def _gumbel(generator: np.random.Generator, shape: _Shape) -> FloatArray:
    scale = np.sqrt(6.0) / np.pi
    return generator.gumbel(-np.euler_gamma * scale, scale, shape)


def _uniform(generator: np.random.Generator, shape: _Shape) -> FloatArray:
    return generator.uniform(-np.sqrt(3.0), np.sqrt(3.0), shape)


def _student_t(generator: np.random.Generator, shape: _Shape) -> FloatArray:
    degrees = STUDENT_T_DEGREES_OF_FREEDOM
    drawn: FloatArray = generator.standard_t(degrees, shape) * np.sqrt((degrees - 2) / degrees)
    return drawn


NOISES: dict[NoiseName, Callable[[np.random.Generator, _Shape], FloatArray]] = {
    "gaussian": _gaussian,
    "laplace": _laplace,
    "exponential": _exponential,
    "gumbel": _gumbel,
    "uniform": _uniform,
    "student-t": _student_t,
}


def centred_noise(
    noise: NoiseName, noise_variance: FloatArray, n_samples: int, generator: np.random.Generator
) -> FloatArray:
    """Draw independent noise with mean 0 and the given variances.

    Parameters
    ----------
    noise : {"gaussian", "laplace", "exponential", "gumbel", "uniform", "student-t"}
        Distribution; student-t has 5 degrees of freedom.
    noise_variance : ndarray of shape (d,)
        Variances.
    n_samples : int
        Number of rows n.
    generator : numpy.random.Generator
        Source of randomness; advanced.

    Returns
    -------
    ndarray of shape (n, d)

    Raises
    ------
    ValueError
        If the distribution is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.synthetic.noise import centred_noise
    >>> noise = centred_noise("exponential", np.array([1.0, 4.0]), 5000, np.random.default_rng(0))
    >>> noise.var(axis=0).round().tolist()
    [1.0, 4.0]
    """
    check_choice("noise", noise, NOISES)
    return NOISES[noise](generator, (n_samples, noise_variance.size)) * np.sqrt(noise_variance)


def random_variances(
    noise_variance: float | tuple[float, float], d: int, *, random_state: RandomState = 0
) -> FloatArray:
    """Return one noise variance a variable: a given one, or drawn uniformly from a range.

    Parameters
    ----------
    noise_variance : float or (float, float)
        The variance of all, > 0, or the range (low, high) to draw from, 0 < low <= high.
    d : int
        Number of variables.
    random_state : int, SeedSequence, Generator or None, default 0
        Source of randomness.

    Returns
    -------
    ndarray of shape (d,)

    Raises
    ------
    ValueError
        If a variance is not positive, or the range is none.

    Examples
    --------
    >>> from causal_dag.synthetic.noise import random_variances
    >>> random_variances(2.0, 3)
    array([2., 2., 2.])
    >>> drawn = random_variances((0.5, 10.0), 3, random_state=0)
    >>> bool((drawn >= 0.5).all() and (drawn <= 10.0).all())
    True
    """
    if isinstance(noise_variance, tuple | list):
        low, high = check_range("noise_variance", noise_variance)
        return stream(random_state, "noise variance").uniform(low, high, d)
    check_number("noise_variance", noise_variance, low=0, strict=True)
    return np.full(d, noise_variance, dtype=np.float64)
