"""What a nonlinear model cannot take."""

from causal_dag.estimator import DAGEstimator


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
