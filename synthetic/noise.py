"""Noise distributions, all with mean 0 and variance 1 before they are scaled."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_dag.arrays import FloatArray
from causal_dag.synthetic.random_streams import RandomState, stream
from causal_dag.synthetic.weights import check_range
from causal_dag.validation import check_choice, check_number
from causal_dag.wording import quoted

# The smallest whole number of degrees of freedom with a finite fourth moment.
STUDENT_T_DEGREES_OF_FREEDOM = 5

NoiseName = Literal["gaussian", "laplace", "exponential", "gumbel", "uniform", "student-t"]

_Shape = tuple[int, int]
#: Draws noise of mean 0 and variance 1, of a shape (n, number of variables).
NoiseSampler: TypeAlias = Callable[[np.random.Generator, tuple[int, int]], FloatArray]
#: One distribution of all variables, or one per variable.
Noise: TypeAlias = NoiseName | NoiseSampler | Sequence[NoiseName | NoiseSampler]


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


NOISES: dict[NoiseName, NoiseSampler] = {
    "gaussian": _gaussian,
    "laplace": _laplace,
    "exponential": _exponential,
    "gumbel": _gumbel,
    "uniform": _uniform,
    "student-t": _student_t,
}


def checked_noise(noise: Any, d: int) -> Any:
    """Check the noise of d variables and return it, a sequence as a tuple; else ``ValueError``.

    Examples
    --------
    >>> from causal_dag.synthetic.noise import checked_noise
    >>> checked_noise("gumbel", 2), checked_noise(["gumbel", "uniform"], 2)
    ('gumbel', ('gumbel', 'uniform'))
    """
    if isinstance(noise, np.ndarray):
        noise = noise.tolist()
    is_sequence = isinstance(noise, Sequence) and not isinstance(noise, str)
    if is_sequence and len(noise) != d:
        raise ValueError(
            f"noise={quoted(noise)} has {len(noise)} entries for {d} variables; give one for all, "
            "or one per variable"
        )
    for law in noise if is_sequence else [noise]:
        if not callable(law):
            check_choice("noise", law, NOISES)
    return tuple(noise) if is_sequence else noise


def centred_noise(
    noise: Noise, noise_variance: FloatArray, n_samples: int, generator: np.random.Generator
) -> FloatArray:
    """Draw independent noise with mean 0 and the given variances.

    Parameters
    ----------
    noise : str, callable, or sequence of d of them
        Distribution, one of ``NOISES``, or a function of a generator and a shape that returns
        numbers of mean 0 and variance 1; one for all variables, or one per variable.
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
        If the distribution is unknown, or a function returns another shape or numbers that are not
        finite.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.synthetic.noise import centred_noise
    >>> noise = centred_noise("exponential", np.array([1.0, 4.0]), 5000, np.random.default_rng(0))
    >>> noise.var(axis=0).round().tolist()
    [1.0, 4.0]
    """
    d = noise_variance.size
    law = checked_noise(noise, d)
    if not isinstance(law, tuple):
        return _drawn(law, generator, (n_samples, d)) * np.sqrt(noise_variance)
    # A stream per variable, so that the first rows do not depend on the number of rows.
    streams = generator.spawn(d)
    columns = [_drawn(each, own, (n_samples, 1)) for each, own in zip(law, streams, strict=True)]
    return np.hstack(columns) * np.sqrt(noise_variance)


def _drawn(
    law: NoiseName | NoiseSampler, generator: np.random.Generator, shape: _Shape
) -> FloatArray:
    if not callable(law):
        return NOISES[law](generator, shape)
    drawn = np.asarray(law(generator, shape))
    is_real = np.can_cast(drawn.dtype, np.float64, casting="same_kind")
    if drawn.shape != shape or not is_real or not np.isfinite(drawn).all():
        raise ValueError(
            f"noise={quoted(law)} returned an array of shape {drawn.shape} and type {drawn.dtype}, "
            "or numbers that are not finite; it must return finite real numbers of the shape asked "
            f"for, {shape}"
        )
    return drawn.astype(np.float64, copy=False)


def random_variances(
    noise_variance: float | tuple[float, float] | FloatArray,
    d: int,
    *,
    random_state: RandomState = 0,
) -> FloatArray:
    """Return one noise variance per variable: a given one, or drawn uniformly from a range.

    Parameters
    ----------
    noise_variance : float, (float, float) or ndarray of shape (d,)
        The variance of all, > 0; the range (low, high) to draw from, 0 < low <= high; or an array
        of the d variances.
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
        if len(noise_variance) != 2:
            raise ValueError(
                f"noise_variance={quoted(noise_variance)} must be a pair (low, high) of numbers; "
                "pass one variance per variable as a numpy array"
            )
        low, high = check_range("noise_variance", noise_variance)
        return stream(random_state, "noise variance").uniform(low, high, d)
    if not isinstance(noise_variance, np.ndarray):
        check_number("noise_variance", noise_variance, low=0, strict=True)
    elif noise_variance.shape != (d,) or not _are_positive(noise_variance):
        raise ValueError(
            f"noise_variance={quoted(noise_variance)} must be > 0, one for each of {d} variables"
        )
    return np.full(d, noise_variance, dtype=np.float64)


def _are_positive(numbers: NDArray[Any]) -> bool:
    return numbers.dtype.kind in "iuf" and bool((numbers > 0).all())
