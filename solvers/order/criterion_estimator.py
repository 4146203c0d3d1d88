"""Base class of the solvers that minimize a criterion of order search."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self, TypeAlias

from causal_dag.column_values import READ_LABELS
from causal_dag.estimator import DAGEstimator
from causal_dag.experiments import InterventionKind, Means
from causal_dag.identification import AssumedNoise, ColumnScale, Identified
from causal_dag.parameters import Instance, NonNegative, NonNegativeOrAuto
from causal_dag.solvers.order.criteria.criterion import (
    ORDER_CRITERION,
    Criterion,
    resolve_criterion,
)
from causal_dag.wording import quoted

_KINDS = Instance(Mapping, "{column: 'ordered'}")
_GROUPS = Instance(Mapping, "{'position': ['x', 'y']}")
NamedCriterion: TypeAlias = Annotated[str | Criterion, ORDER_CRITERION]


class CriterionEstimator(DAGEstimator):
    """Base class of solvers whose requirements and assumptions follow from a criterion.

    Parameters
    ----------
    penalty : float or "auto"
        Penalty per edge in units of log n; of each coefficient, for ``"mixed"``. 1 is the textbook
        BIC; 2 gives sparser graphs. With ``"auto"`` and the criteria ``"bic"`` and ``"bic-ev"``,
        the k-th parent of one of d variables costs log n + 2 log((d − k) / k): the more columns,
        the more of their correlations are large by chance. With ``"auto"`` and another criterion
        with a penalty per edge, it is 2.
    gamma : float
        Weight of the extended BIC's 4 log d per edge, for the same criteria.
    kinds : mapping from column to kind, optional
        For criteria of categories and mixed tables, what is not as detected: ``"unordered"``,
        ``"ordered"``, or the levels of a column in their order; in mixed tables also ``"count"``.
    groups : mapping from name to list of columns, optional
        For mixed tables, which include tables of numbers: columns that are one node of the graph,
        such as the coordinates of a position. Names of columns in prior knowledge are then those
        of the nodes.
    intervention : {"hard", "soft", "shift"}
        What interventions do, where ``fit`` is told their ``targets``. A ``"hard"`` one sets its
        targets regardless of their causes, so that these rows say nothing of what causes them. The
        others are for the criterion ``"bic"``. A
        ``"soft"`` one changes the equation of its targets, which then have a regression of their
        own in these rows. A ``"shift"`` changes their intercept only.
    means : {"within", "pooled"}
        Whether intercepts may differ between rows with different targets for every column
        (batches), or only for the targets. ``"pooled"`` uses more of the data, and is needed for
        shifts, but is misled by differences between batches.
    """

    criterion: NamedCriterion = "bic"
    penalty: NonNegativeOrAuto = "auto"
    gamma: NonNegative = 0.0
    kinds: Annotated[Mapping[Any, Any], _KINDS] | None = None
    groups: Annotated[Mapping[str, Sequence[Any]], _GROUPS] | None = None
    intervention: InterventionKind = "hard"
    means: Means = "within"

    def checked_copy(self) -> Self:
        """Return a copy with checked parameters; ``kinds`` and ``groups`` must have a use."""
        model = super().checked_copy()
        of = f"criterion={quoted(model.criterion)}"
        if model.kinds and model.column_values not in READ_LABELS:
            raise ValueError(
                f"kinds: with {of} all columns hold numbers; leave kinds out, or use topo-bdeu, a "
                "solver for categories, or topo-mixed, a solver for mixed tables"
            )
        if model.groups and model.column_values != "mixed":
            raise ValueError(
                f"groups: with {of} every column is a node of its own; leave groups out, or use "
                "topo-mixed, which also takes tables of numbers"
            )
        return model

    @property
    def needs_rows(self) -> bool:  # type: ignore[override]
        """Whether the criterion uses rows."""
        return self.resolved_criterion().needs_rows

    @property
    def needs_full_rank(self) -> bool:  # type: ignore[override]
        """Whether the criterion needs a covariance of full rank."""
        return self.resolved_criterion().needs_full_rank

    @property
    def column_values(self) -> str:  # type: ignore[override]
        """Kind of values that the criterion expects in a column."""
        return getattr(self.resolved_criterion(), "column_values", "real")

    @property
    def identifies(self) -> Identified:  # type: ignore[override]
        """What the criterion identifies; by default the equivalence class."""
        return getattr(self.resolved_criterion(), "identifies", "class")

    @property
    def assumed_noise(self) -> AssumedNoise:  # type: ignore[override]
        """What the criterion assumes about noise variances; by default nothing."""
        return getattr(self.resolved_criterion(), "assumed_noise", "unequal")

    @property
    def column_scale(self) -> ColumnScale:  # type: ignore[override]
        """Raw if directions are identified from noise scales, which depend on units."""
        own: ColumnScale | None = getattr(self.resolved_criterion(), "column_scale", None)
        if own is not None:
            return own
        is_scaled = self.identifies == "directions" and self.column_values == "real"
        return "raw" if is_scaled else "any"

    @property
    def accepts_targets(self) -> bool:  # type: ignore[override]
        """Whether the criterion scores a node on the rows in which it was not intervened on."""
        return getattr(self.resolved_criterion(), "accepts_targets", False)

    @property
    def counts_rows(self) -> bool:  # type: ignore[override]
        """Whether the criterion uses how often each row occurs."""
        return getattr(self.resolved_criterion(), "counts_rows", False)

    @property
    def takes_splines(self) -> bool:  # type: ignore[override]
        """Whether the criterion takes moments of splines in place of rows."""
        return getattr(self.resolved_criterion(), "takes_splines", False)

    @property
    def nonlinear(self) -> str | None:
        """Kind of functions of the parents that the criterion fits; None if they are linear."""
        return "curves" if hasattr(self.resolved_criterion(), "functions") else None

    @property
    def path_parameter(self) -> str:
        """Parameter that a path varies: ``penalty`` if the criterion has a penalty per edge."""
        has_price = isinstance(self.criterion, str) and hasattr(
            self.resolved_criterion(), "penalty"
        )
        return "penalty" if has_price else "lambda1"

    def resolved_criterion(self) -> Criterion:
        """Return the criterion named by the parameters, or the object that the user passed."""
        lambda1 = getattr(self, "lambda1", 0.05)
        return resolve_criterion(
            self.criterion, penalty=self.penalty, gamma=self.gamma, lambda1=lambda1
        )
