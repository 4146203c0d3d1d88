"""DAGMA with λ and threshold chosen from the data."""

from causal_dag.registry import register_solver
from causal_dag.selection.selecting_estimator import SelectingEstimator
from causal_dag.solvers.dagma import DAGMA


class DAGMACV(SelectingEstimator):
    """DAGMA whose λ and threshold are chosen by a criterion.

    The path and the choice are made by ``causal_dag.selection``. Graphs are refitted and compared
    by their Gaussian likelihood with equal noise variances, which is what the solver assumes. All
    attributes of a fitted estimator are those of the chosen graph.

    Parameters
    ----------
    lambdas : int or sequence of float, default 20
        How many λ, in equal ratios from the smallest one at which the empty graph is stationary
        down to where chance outweighs the penalty; or the values themselves, in squared units
        of the data.
    thresholds : float or sequence of float, optional
        Thresholds to choose from. By default those that the weights suggest.
    criterion : {"bic", "ebic", "cv", "stars"} or object, default "bic"
        What chooses λ and threshold together; an object of ``causal_dag.selection``, such as
        ``ExtendedBIC(gamma=1.0)`` or ``StARS(n_subsamples=50)``, sets its parameters.
    cv : int or splitter, default 5
        Folds of the criterion "cv".
    n_jobs : int, optional
        Processes that fit side by side, -1 for one a core. The answer is the same, bit by bit,
        for any number.
    random_state : int, Generator or None, default 0
        Source of folds and subsamples; None draws new ones at every fit.
    solver : DAGMA, optional
        Unfitted solver with settings other than λ and threshold, such as
        ``DAGMA(warm_up_iter=5000)``.
    prior_knowledge : PriorKnowledge, optional
        Forbidden and required edges, tiers, roots and leaves; they hold in every fold and
        subsample too.
    refit : bool, default True
        Re-estimate the kept edges by least squares, as the criteria do to judge a graph. Without
        it, weights are those of the chosen λ, shrunken towards 0.
    time_budget : float, optional
        Seconds for all fits together, after which the criterion chooses from what there is.
    callback : callable, optional
        Called with a record of every λ; returning true ends the path there.
    verbose : bool, default False
        Print every record.

    Attributes
    ----------
    lambda1_ : float
        The chosen λ.
    weight_threshold_ : float
        The chosen threshold.
    path_ : tuple of PathPoint
        The answer at every λ, from the largest down, with the criterion's value at its best
        threshold; ``causal_dag.plotting.plot_path(model)`` draws it.
    candidates_ : tuple of Candidate
        Every λ with every threshold, and the criterion's value of it.
    best_estimator_ : DAGMA
        The solver with the chosen λ and threshold, fitted.

    See Also
    --------
    DAGMA : The solver, and the assumptions it rests on.

    Examples
    --------
    >>> from causal_dag import DAGMACV
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 4, graph="er", edges_per_node=1, random_state=0)
    >>> model = DAGMACV(lambdas=5).fit(X)
    >>> bool((model.adjacency_ == (sem.weights != 0)).all())
    True
    >>> len(model.path_), model.best_estimator_.lambda1 == model.lambda1_
    (5, True)
    """

    solver_class = DAGMA


register_solver("dagma-cv", DAGMACV)
