"""Rules for the parameters of the schemes, which several solvers pass on."""

from causal_dag.parameters import Number, Numbers, Rule

_ABOVE_ZERO = Number(low=0, strict=True)
_STEPS = Number(low=1, integer=True)

#: Of ``CentralPath``.
CENTRAL_PATH: dict[str, Rule] = {
    "mu": Numbers(_ABOVE_ZERO),
    "s": Numbers(_ABOVE_ZERO),
    "warm_up_iter": _STEPS,
    "max_iter": _STEPS,
    "learning_rate": Number(low=0, high=1e3, strict=True),
    "checkpoint": _STEPS,
}

#: Of ``AugmentedLagrangian``.
AUGMENTED_LAGRANGIAN: dict[str, Rule] = {
    "h_tol": Number(low=0),
    "rho_max": Number(low=1, strict=True),
}

#: Of ``SoftConstraint``.
SOFT_CONSTRAINT: dict[str, Rule] = {
    "learning_rate": CENTRAL_PATH["learning_rate"],
    "checkpoint": _STEPS,
}
