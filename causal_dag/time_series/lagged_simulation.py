"""What a fitted model of time series simulates: what follows a series, and series of its own."""

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from causal_dag.arrays import FloatArray
from causal_dag.graph.interventions import Interventions, intervened_columns, require_given_values
from causal_dag.graph.lagged import burn_in_length, propagate_lagged_noise, spectral_radius
from causal_dag.parameters import RandomState
from causal_dag.validation import check_number


class LaggedSimulation:
    """The methods of ``LaggedDAG`` that go on from a series, or draw one."""

    def forecast(self: Any, X: Any, n_steps: int = 1, *, do: Interventions | None = None) -> Any:
        """Predict the rows that follow a series.

        Parameters
        ----------
        X : array-like or data frame of shape (T, d)
            One series with the columns seen in ``fit``; its last ``n_lags_`` rows are used.
        n_steps : int
            How many rows.
        do : mapping from column (name or number) to a value or array of shape (n_steps,)
            Columns that are set, regardless of their causes.

        Returns
        -------
        ndarray of shape (n_steps, d)
        """
        check_is_fitted(self)
        start = self._last_rows(X, "X")
        n_steps = check_number("n_steps", n_steps, low=1, integer=True)
        rows = self._propagated(np.zeros((n_steps, self.n_features_in_)), start, do)
        return self._named(rows)

    def sample(
        self: Any,
        n_samples: int,
        *,
        start: Any = None,
        do: Interventions | None = None,
        random_state: int | np.random.Generator | None = 0,
    ) -> Any:
        """Simulate a series, with Gaussian noise.

        Parameters
        ----------
        n_samples : int
            Number of rows.
        start : array-like or data frame of shape (T, d), optional
            The series to go on from; by default rows are drawn and dropped until the simulation has
            forgotten where it began, which needs a stationary model.
        do : mapping from column (name or number) to a value or array of shape (n_samples,)
            Columns that are set, from the first row on, regardless of their causes.
        random_state : int, Generator or None, default 0
            Source of randomness, None for a new one at every call; global state is not touched.

        Returns
        -------
        ndarray of shape (n_samples, d)

        Raises
        ------
        ValueError
            If the fitted model is not stationary and there is no start, or a parameter is out of
            range.
        """
        check_is_fitted(self)
        n_samples = check_number("n_samples", n_samples, low=1, integer=True)
        generator = np.random.default_rng(RandomState().check("random_state", random_state))
        if start is None:
            radius = spectral_radius(self.weights_, self.lagged_weights_)
            if radius >= 1:
                raise ValueError(
                    f"the fitted model is not stationary (spectral radius {radius:.3f}), so that "
                    "a sample has no natural beginning; pass rows to go on from: start=X"
                )
            first = np.zeros((self.n_lags_, self.n_features_in_))
            drawn = self._noise(burn_in_length(radius) + self.n_lags_, generator)
            rows = self._propagated(drawn, first, None)[-self.n_lags_ :]
        else:
            rows = self._last_rows(start, "start")
        return self._named(self._propagated(self._noise(n_samples, generator), rows, do))

    def _noise(self: Any, n: int, generator: np.random.Generator) -> FloatArray:
        drawn = generator.standard_normal((n, self.n_features_in_))
        return np.asarray(drawn * np.sqrt(self.noise_variance_))

    def _propagated(
        self: Any, noise: FloatArray, start: FloatArray, do: Interventions | None
    ) -> FloatArray:
        columns = intervened_columns(do, self._columns, len(noise))
        explained = self.estimator_.constraints_.explained[: self.n_features_in_]
        require_given_values(columns, explained, self._columns)
        noise = noise + self.intercept_
        return propagate_lagged_noise(self.weights_, self.lagged_weights_, noise, start, columns)

    def _last_rows(self: Any, X: Any, name: str) -> FloatArray:
        series = self._series_like_fitted(X, least=0)
        if not series.is_one:
            raise ValueError(f"{name} is a list of {len(series.parts)} series; pass one of them")
        return np.asarray(series.parts[0][-self.n_lags_ :])
