"""Base class of the continuous solvers with a choice of losses and nonlinear models."""

from typing import Any

from causal_dag.identification import AssumedNoise, ColumnScale, Identified
from causal_dag.solvers.continuous.continuous_estimator import ContinuousEstimator
from causal_dag.solvers.continuous.generalized_losses import COLUMN_VALUES
from causal_dag.solvers.continuous.nonlinear_models import MOST_COLUMNS_NONLINEAR


class LossEstimator(ContinuousEstimator):
    """What follows from the parameters ``loss`` and ``nonlinear`` of NOTEARS and DAGMA."""

    @property
    def needs_rows(self: Any) -> bool:  # type: ignore[override]
        """Whether the loss or the model uses rows."""
        return bool(self.loss != "l2" or self.nonlinear is not None)

    @property
    def accepts_targets(self) -> bool:  # type: ignore[override]
        """Only linear least squares leaves out the rows in which a column is a target."""
        return not self.needs_rows

    @property
    def column_values(self: Any) -> str:  # type: ignore[override]
        """Kind of values that the loss expects in a column."""
        return COLUMN_VALUES.get(self.loss, "real")

    @property
    def identifies(self: Any) -> Identified:  # type: ignore[override]
        """All directions, from equal variances or Poisson noise; for logistic models, the class.

        With one parent, log odds fit equally well in both directions, so only the class is
        reliable.
        """
        return "class" if self.loss == "logistic" else "directions"

    @property
    def assumed_noise(self: Any) -> AssumedNoise:  # type: ignore[override]
        """Equal variances for the loss on real-valued columns."""
        return "equal" if self.loss == "l2" else "unequal"

    @property
    def column_scale(self: Any) -> ColumnScale:  # type: ignore[override]
        """Raw for equal noise variances, which depend on units; standardized if nonlinear."""
        if self.nonlinear is not None:
            return "standardized"
        return "raw" if self.loss == "l2" else "any"

    @property
    def most_columns(self: Any) -> int | None:  # type: ignore[override]
        """Limit for nonlinear models, which are very slow with more columns."""
        return None if self.nonlinear is None else MOST_COLUMNS_NONLINEAR
