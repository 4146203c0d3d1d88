"""What a nonlinear model cannot take."""

from typing import Any

from causal_dag.estimator import DAGEstimator

# Networks take very long for more columns.
MOST_COLUMNS_NONLINEAR = 20


def refuse_linear_options(estimator: DAGEstimator) -> None:
    """Raise ``ValueError`` for parameters that speak of the weights of a linear model.

    Examples
    --------
    >>> from causal_dag import NOTEARS
    >>> from causal_dag.solvers.continuous.nonlinear_options import refuse_linear_options
    >>> refuse_linear_options(NOTEARS(nonlinear="mlp", refit=True))
    Traceback (most recent call last):
    ValueError: refit=True estimates linear weights; leave it out with nonlinear='mlp'
    """
    parameters = estimator.get_params(deep=False)
    nonlinear = f"nonlinear={parameters['nonlinear']!r}"
    linear_only = {
        "loss": "l2",
        "acyclicity": "exponential",
        "l1_step": "subgradient",
        "nonnegative": False,
        "penalty_weights": None,
    }
    for name, default in linear_only.items():
        value = parameters.get(name, default)
        if not _is_equal(value, default):
            raise ValueError(
                f"{name}={value!r} is about linear weights; leave it out with {nonlinear}"
            )
    if parameters["refit"]:
        raise ValueError(f"refit=True estimates linear weights; leave it out with {nonlinear}")
    if parameters["init"] is not None:
        raise ValueError(
            f"init gives linear weights, from which {nonlinear} cannot start; leave it out, and "
            "vary random_state or state prior_knowledge instead"
        )
    if parameters["polish"] is not None:
        raise ValueError(
            f"polish={parameters['polish']!r} would lose the functions of {nonlinear}; leave it "
            "out, and start the order search from the fitted model: TOPO(init=model)"
        )


def _is_equal(value: Any, default: Any) -> bool:
    # Arrays are never equal to the default None.
    return value is default or (isinstance(value, str | bool) and value == default)
