"""Local scores of linear relations with noise of any distribution: entropies of residuals."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.moments import Moments
from causal_dag.solvers.order.scores.local_score import CompiledScore, NodeFit, RememberedScore

# Bins of a density: 1,024 bandwidths. What is further out is counted in the last one.
N_BINS = 4096
# What a score takes: residuals of some parents, and the density of some hundred bins.
STEPS_PER_ROW, STEPS_PER_DENSITY = 4, 10_000


@dataclass(frozen=True)
class ResidualEntropy(RememberedScore):
    """2n times the entropy of a column's residuals given its parents, plus a price per parent.

    Shifted by a constant, so that residuals with a normal density of variance σ² have n log σ².

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        The data.
    moments : Moments
        Its moments.
    price : float
        Of a parent.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.random.default_rng(0).uniform(size=(1000, 2))
    >>> score = ResidualEntropy(rows, Moments.from_rows(rows), price=0.0)
    >>> fit = score.given(0, np.array([False, False]))
    >>> bool(fit.value < 1000 * np.log(rows[:, 0].var()))  # less random than a normal variable
    True
    """

    rows: FloatArray
    moments: Moments
    price: float

    is_score_equivalent = False

    @property
    def most_parents(self) -> int:
        """How many parents a node may have: with more than n/2, a fit says little."""
        n, d = self.rows.shape
        most: int = min(d - 1, n // 2)
        return most

    @property
    def work(self) -> int:
        """About how long a score takes, in units of an addition to a table."""
        return STEPS_PER_ROW * len(self.rows) + STEPS_PER_DENSITY

    def compiled(self, most: int) -> CompiledScore:
        """Return the kernel, with room for ``most`` parents."""
        return CompiledScore(self._model(most), self.price)

    def fit(self, node: int, parents: BoolArray) -> NodeFit:
        """Regress a column on its parents."""
        from causal_dag.solvers.order.scores.entropy_kernels import score_of

        chosen = np.flatnonzero(parents)
        value = score_of(self._own_model, node, chosen)
        weights = np.zeros(parents.size)
        scale = self._scale
        found = self._own_model.coefficients[: chosen.size]
        weights[chosen] = found * scale[node] / scale[chosen]
        return NodeFit(float(value), weights)

    @cached_property
    def _own_model(self) -> Any:
        return self._model(self.rows.shape[1])

    @cached_property
    def _scale(self) -> FloatArray:
        return np.sqrt(self.moments.variance)

    @cached_property
    def _columns(self) -> FloatArray:
        return np.ascontiguousarray(((self.rows - self.rows.mean(axis=0)) / self._scale).T)

    def _model(self, most: int) -> Any:
        from causal_dag.solvers.order.scores.entropy_kernels import (
            BINS_PER_BANDWIDTH,
            REACH,
            Residuals,
        )

        n, d = self.rows.shape
        distances = np.arange(BINS_PER_BANDWIDTH * REACH + 1) / BINS_PER_BANDWIDTH
        return Residuals(
            columns=self._columns,
            correlation=self.moments.standardized().covariance,
            log_scales=np.log(self._scale),
            prices=self.price * np.arange(d + 1.0),
            density=np.exp(-0.5 * distances**2) / np.sqrt(2.0 * np.pi),
            factor=np.empty((most, most)),
            coefficients=np.empty(most),
            residuals=np.empty(n),
            known=np.full(most + 2, -1, dtype=np.intp),
            inverse=np.empty((most, most)),
            solved=np.empty(most),
            rest=np.empty(1),
            counts=np.zeros(N_BINS),
        )
