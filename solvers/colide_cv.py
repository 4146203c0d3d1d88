"""CoLiDE with λ and threshold chosen from the data."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from causal_dag.constraints import PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.identification import AssumedNoise
from causal_dag.parameters import Choice, Rules
from causal_dag.problem import StageRecord
from causal_dag.registry import register_solver
from causal_dag.selection.criterion import Criterion
from causal_dag.selection.named_criteria import CriterionName
from causal_dag.selection.selecting_estimator import SelectingEstimator
from causal_dag.solvers.colide import CoLiDE


class CoLiDECV(SelectingEstimator):
    """CoLiDE whose λ and threshold are chosen by a criterion.

    The path and the choice are made by ``causal_dag.selection``. Graphs are refitted and compared
    by their Gaussian likelihood with equal or unequal noise variances, as ``noise`` says. All
    attributes of a fitted estimator are those of the chosen graph.

    Parameters
    ----------
    noise : {"equal", "unequal"}, default "equal"
        Whether all variables share a noise scale, in the solver and in the likelihood.
    lambdas : int or sequence of float, default 20
        How many λ, in equal ratios from the smallest one at which the empty graph is stationary
        down to where chance outweighs the penalty; or the values themselves, in units
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
    solver : CoLiDE, optional
        Unfitted solver with settings other than λ and threshold, such as
        ``CoLiDE(warm_up_iter=5000)``.
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
    best_estimator_ : CoLiDE
        The solver with the chosen λ and threshold, fitted.

    See Also
    --------
    CoLiDE : The solver, and the assumptions it rests on.

    Examples
    --------
    >>> from causal_dag import CoLiDECV
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 4, graph="er", edges_per_node=1, random_state=0)
    >>> model = CoLiDECV(lambdas=5).fit(X)
    >>> bool((model.adjacency_ == (sem.weights != 0)).all())
    True
    >>> len(model.path_), model.best_estimator_.lambda1 == model.lambda1_
    (5, True)
    """

    solver_class = CoLiDE

    parameter_rules: ClassVar[Rules] = {"noise": Choice(("equal", "unequal"))}

    def __init__(
        self,
        *,
        noise: Literal["equal", "unequal"] = "equal",
        lambdas: int | Sequence[float] = 20,
        thresholds: float | Sequence[float] | None = None,
        criterion: CriterionName | Criterion = "bic",
        cv: Any = 5,
        n_jobs: int | None = None,
        random_state: int | np.random.Generator | None = 0,
        solver: CoLiDE | None = None,
        prior_knowledge: PriorKnowledge | None = None,
        refit: bool = True,
        time_budget: float | None = None,
        callback: Callable[[StageRecord], object] | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(
            lambdas=lambdas,
            thresholds=thresholds,
            criterion=criterion,
            cv=cv,
            n_jobs=n_jobs,
            random_state=random_state,
            solver=solver,
            prior_knowledge=prior_knowledge,
            refit=refit,
            time_budget=time_budget,
            callback=callback,
            verbose=verbose,
        )
        self.noise = noise

    @property
    def assumed_noise(self) -> AssumedNoise:  # type: ignore[override]
        """Whether the likelihood of graphs has equal or unequal noise variances."""
        return self.noise

    def unfitted_solver(self) -> DAGEstimator:
        """Return a solver with this estimator's ``noise``."""
        solver: DAGEstimator = super().unfitted_solver().set_params(noise=self.noise)
        return solver


register_solver("colide-ev-cv", CoLiDECV)
register_solver("colide-nv-cv", CoLiDECV, noise="unequal")
