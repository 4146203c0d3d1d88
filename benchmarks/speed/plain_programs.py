"""The published continuous algorithms as their papers print them, in plain numpy and scipy.

They stand beside the solvers in timings, and serve no other purpose: rows instead of covariances
in NOTEARS, general inverses, no constraints, no status.
"""

import numpy as np
from scipy.linalg import expm
from scipy.optimize import minimize

from causal_dag.arrays import FloatArray


def plain_notears(X: FloatArray, lambda1: float = 0.1) -> FloatArray:
    """NOTEARS with least squares (Zheng et al. 2018, algorithm 1); returns raw weights (d, d)."""
    X = X - X.mean(axis=0)
    n, d = X.shape
    rho, alpha, h, halves = 1.0, 0.0, np.inf, np.zeros(2 * d * d)
    bounds = [(0, 0) if i == j else (0, None) for _ in range(2) for i in range(d) for j in range(d)]

    def weights(x: FloatArray) -> FloatArray:
        return (x[: d * d] - x[d * d :]).reshape(d, d)

    def acyclicity(W: FloatArray) -> tuple[float, FloatArray]:
        exponential = expm(W * W)
        return np.trace(exponential) - d, 2 * W * exponential.T

    def lagrangian(x: FloatArray, rho: float, alpha: float) -> tuple[float, FloatArray]:
        W = weights(x)
        residual = X - X @ W
        value, gradient = acyclicity(W)
        smooth = -X.T @ residual / n + (rho * value + alpha) * gradient
        objective = 0.5 * (residual**2).sum() / n + 0.5 * rho * value**2 + alpha * value
        halves_gradient = np.concatenate([smooth.ravel() + lambda1, lambda1 - smooth.ravel()])
        return objective + lambda1 * x.sum(), halves_gradient

    for _ in range(100):
        while rho < 1e16:
            new = minimize(lagrangian, halves, (rho, alpha), "L-BFGS-B", jac=True, bounds=bounds).x
            new_h = acyclicity(weights(new))[0]
            if new_h <= 0.25 * h:
                break
            rho *= 10
        halves, h = new, new_h
        alpha += rho * h
        if h <= 1e-8 or rho >= 1e16:
            break
    return weights(halves)


def plain_dagma(X: FloatArray, lambda1: float = 0.05) -> FloatArray:
    """DAGMA with least squares (Bello et al. 2022, algorithm 1); returns raw weights (d, d)."""
    return _central_path(X, "held", lambda1)


def plain_colide(X: FloatArray, noise: str, lambda1: float = 0.05) -> FloatArray:
    """CoLiDE (Saboksayr et al. 2024, algorithm 1); returns raw weights (d, d)."""
    return _central_path(X, noise, lambda1)


def _central_path(X: FloatArray, noise: str, lambda1: float) -> FloatArray:
    X = X - X.mean(axis=0)
    C = X.T @ X / len(X)
    deviation = np.sqrt(np.diag(C))
    sigma = _sigma(noise, deviation**2, start=True)
    W = np.zeros_like(C)
    for mu, s, n_steps in (
        (1, 1, 20000),
        (0.1, 0.9, 20000),
        (0.01, 0.8, 20000),
        (1e-3, 0.7, 70000),
    ):
        rate = 3e-4
        while (end := _adam(C, W, sigma, noise, lambda1, mu, s, rate, n_steps)) is None:
            s, rate = s + 0.1, rate / 2
        W, sigma = end
    return W


def _adam(
    C: FloatArray,
    W: FloatArray,
    sigma: FloatArray,
    noise: str,
    lambda1: float,
    mu: float,
    s: float,
    rate: float,
    n_steps: int,
) -> tuple[FloatArray, FloatArray] | None:
    """One stage; None where the weights leave the domain of the log-determinant."""
    d = len(C)
    identity = np.eye(d)
    first, second, direction = np.zeros((3, d, d))
    previous = np.nan
    for step in range(1, n_steps + 1):
        inverse = np.linalg.inv(s * identity - W * W)
        while (inverse < -1e-16).any():
            if step == 1 or s <= 0.9:
                return None
            W, rate = W + rate * direction, rate / 2
            W = W - rate * direction
            inverse = np.linalg.inv(s * identity - W * W)
        score = -C @ (identity - W) / sigma
        gradient = mu * (score + lambda1 * np.sign(W)) + 2 * W * inverse.T
        first = 0.99 * first + 0.01 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        direction = first / (1 - 0.99**step) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        W = W - rate * direction
        residual = np.diag((identity - W).T @ C @ (identity - W))
        sigma = _sigma(noise, residual)
        if step % 1000 == 0:
            concomitant = 0.0 if noise == "held" else sigma.sum()
            fit = ((residual / sigma).sum() + concomitant) / 2 + lambda1 * np.abs(W).sum()
            log_determinant = np.linalg.slogdet(s * identity - W * W)[1]
            objective = mu * fit + d * np.log(s) - log_determinant
            if abs(previous - objective) <= 1e-6 * abs(previous):
                break
            previous = objective
    return W, sigma


def _sigma(noise: str, residual: FloatArray, start: bool = False) -> FloatArray:
    """Noise scales: one each, one for all (the smallest one to start with), or 1."""
    if noise == "unequal":
        return np.sqrt(residual)
    common = residual.min() if start else residual.mean()
    return np.full_like(residual, 1.0 if noise == "held" else np.sqrt(common))
