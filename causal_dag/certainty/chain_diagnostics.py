"""Whether chains have mixed: split R̂ and the effective sample size."""

import numpy as np

from causal_dag.arrays import FloatArray


def split_r_hat(draws: FloatArray) -> FloatArray:
    """Return √(((N − 1)/N W + B/N) / W) of half chains, near 1 if they agree [1]_.

    B/N is the variance of their means and W the mean of their variances. For draws that are 0 or 1
    this equals the rank-normalized and the folded R̂ of [1]_, because ranks and absolute deviations
    of such draws are linear functions of them.

    Parameters
    ----------
    draws : ndarray of shape (n_chains, n_draws, ...)
        At least four draws per chain; the last one of an odd number is left out.

    Returns
    -------
    ndarray of shape (...)
        1 where all draws are equal, infinite where chains are constant and differ.

    References
    ----------
    .. [1] Vehtari, Gelman, Simpson, Carpenter and Bürkner, "Rank-normalization, folding, and
       localization: An improved R̂ for assessing convergence of MCMC", Bayesian Analysis 16 (2021).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.certainty.chain_diagnostics import split_r_hat
    >>> chains = np.random.default_rng(0).normal(size=(4, 1000))
    >>> round(float(split_r_hat(chains)), 2)
    1.0
    >>> round(float(split_r_hat(chains + [[0], [0], [0], [2]])), 1)
    1.4
    """
    halves = _halves(draws)
    n = halves.shape[1]
    within = halves.var(axis=1, ddof=1).mean(axis=0)
    between = halves.mean(axis=1).var(axis=0, ddof=1)
    ratio = np.divide(between, within, out=np.where(between > 0, np.inf, 1 / n), where=within > 0)
    r_hat: FloatArray = np.sqrt((n - 1) / n + ratio)
    return r_hat


def effective_sample_size(draws: FloatArray) -> FloatArray:
    """Return the number of independent draws that would give means as precise as these.

    Autocorrelations of half chains are combined and summed up to where the sum of two neighbors
    turns negative, after making these sums decrease (Geyer's initial monotone sequence) [1]_. For
    draws that are 0 or 1 this is the bulk effective sample size of [1]_.

    Parameters
    ----------
    draws : ndarray of shape (n_chains, n_draws, ...)
        At least eight draws per chain; the last one of an odd number is left out.

    Returns
    -------
    ndarray of shape (...)
        NaN where all draws are equal.

    References
    ----------
    .. [1] Vehtari, Gelman, Simpson, Carpenter and Bürkner, "Rank-normalization, folding, and
       localization: An improved R̂ for assessing convergence of MCMC", Bayesian Analysis 16 (2021).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.certainty.chain_diagnostics import effective_sample_size
    >>> independent = np.random.default_rng(0).normal(size=(4, 1000))
    >>> 3000 < effective_sample_size(independent) < 5000
    np.True_
    """
    halves = _halves(draws)
    m, n = halves.shape[:2]
    centered = halves - halves.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centered, 2 * n, axis=1)
    covariances = np.fft.irfft(np.abs(spectrum) ** 2, 2 * n, axis=1)[:, :n].mean(axis=0) / n
    within = covariances[0] * n / (n - 1)
    pooled = covariances[0] + halves.mean(axis=1).var(axis=0, ddof=1)
    with np.errstate(invalid="ignore"):
        correlations = 1 - (within - covariances * n / (n - 1)) / pooled
    correlations[0] = 1.0
    pairs = correlations[0 : 2 * (n // 2) : 2] + correlations[1 : 2 * (n // 2) : 2]
    is_used = np.logical_and.accumulate(pairs > 0, axis=0)
    decreasing = np.minimum.accumulate(pairs, axis=0)
    times = -1 + 2 * np.where(is_used, decreasing, 0.0).sum(axis=0)
    sizes: FloatArray = m * n / np.maximum(times, 1 / np.log10(m * n))
    return np.where(np.ptp(halves, axis=(0, 1)) > 0, sizes, np.nan)


def _halves(draws: FloatArray) -> FloatArray:
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, half : 2 * half]]).astype(np.float64)
