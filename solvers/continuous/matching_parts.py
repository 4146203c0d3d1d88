"""Which scores and penalties a scheme can minimise: what does not match is refused by name."""


def require_score_of_weights(scheme: str, score: object) -> None:
    """Raise ``ValueError`` for a score that takes noise scales beside the weights.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.matching_parts import require_score_of_weights
    >>> from causal_dag.solvers.continuous.scores import UnitScaleScore
    >>> require_score_of_weights("SoftConstraint", UnitScaleScore(np.eye(2)))
    Traceback (most recent call last):
    ValueError: SoftConstraint minimises a score of the weights alone, such as LeastSquares, and \
UnitScaleScore takes noise scales too; use CentralPath with it
    """
    if _takes_scales(score):
        raise ValueError(
            f"{scheme} minimises a score of the weights alone, such as LeastSquares, and "
            f"{type(score).__name__} takes noise scales too; use CentralPath with it"
        )


def require_score_of_scales(scheme: str, score: object) -> None:
    """Raise ``ValueError`` for a score that takes no noise scales."""
    if not _takes_scales(score):
        raise ValueError(
            f"{scheme} minimises a score of weights and noise scales, such as UnitScaleScore, and "
            f"{type(score).__name__} takes weights alone; use AugmentedLagrangian with it"
        )


def require_l1(scheme: str, penalty: object) -> None:
    """Raise ``ValueError`` for a penalty that is not an ℓ1 norm."""
    if not hasattr(penalty, "subgradient_weights"):
        raise ValueError(
            f"{scheme} descends along the subgradient of L1 penalties, and "
            f"{type(penalty).__name__} is none; use AugmentedLagrangian with it"
        )


def _takes_scales(score: object) -> bool:
    return hasattr(score, "best_scale")
