"""The estimator that chooses another one's lambda and threshold."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal, cast, get_args

from sklearn.base import clone

from causal_dag.estimator import DAGEstimator
from causal_dag.fitting.initial_point import resolve_initial_point
from causal_dag.identification import AssumedNoise, Identified
from causal_dag.parameters import Either, NameOrObject, Number, NumberOfJobs, Numbers, Seed
from causal_dag.problem import Problem, Solution
from causal_dag.selection.criterion import Candidate, Choice, Criterion, SelectionTask
from causal_dag.selection.information_criteria import BIC, ExtendedBIC, NumberOfEdges
from causal_dag.selection.path import (
    LAMBDAS,
    PathPoint,
    lambda_grid,
    path_parameter,
    solve_path,
)
from causal_dag.selection.resampling_criteria import CrossValidatedLikelihood, Folds, StARS
from causal_dag.wording import quoted

# What belongs to the selection as a whole, and is therefore said once.
_SAID_BY_THE_SELECTION = ("polish", "prior_knowledge", "time_budget", "callback")

CriterionName = Literal["bic", "ebic", "auto", "cv", "stars"]

#: The name of a criterion, or an object that is one.
SELECTION_CRITERION = NameOrObject(
    lambda: get_args(CriterionName),
    Criterion,
    "causal_dag.selection such as ExtendedBIC(gamma=1.0)",
    mark_of_other="order_score",
    other=(
        "judges graphs and orders (pass it to TOPO or ExactDAG); lambda1 is chosen by an object of "
        "causal_dag.selection"
    ),
)

#: Thresholds to choose from.
THRESHOLDS = Either(Number(low=0), Numbers(Number(low=0)))


@dataclass(frozen=True)
class SelectedSolution(Solution):
    """The chosen point's solution, and what it was chosen from.

    Parameters
    ----------
    path : tuple of PathPoint
        The whole path, every point at its best threshold.
    candidates : tuple of Candidate
        Every λ with every threshold.
    lambda1 : float
        The chosen λ.
    estimator : DAGEstimator
        The solver with the choice made, fitted.
    """

    path: tuple[PathPoint, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    lambda1: float = math.nan
    estimator: DAGEstimator | None = None


class SelectingEstimator(DAGEstimator):
    """Base class of estimators that choose λ and threshold of a solver from the data.

    A subclass names the solver's class.

    Parameters
    ----------
    lambdas : int or sequence of float
        How many λ, in equal ratios from the smallest one at which the empty graph is stationary
        down to where chance outweighs the penalty; or the values themselves, in the units of the
        solver's ``lambda1``.
    thresholds : float or sequence of float
        Thresholds to choose from. By default those that the weights suggest.
    criterion : {"bic", "ebic", "auto", "cv", "stars"} or object
        What chooses λ and threshold together; an object of ``causal_dag.selection``, such as
        ``ExtendedBIC(gamma=1.0)`` or ``StARS(n_subsamples=50)``, sets its parameters. ``"auto"`` is
        ``BIC(penalty="auto")``.
    n_edges : int
        If given, the graph on the path with the number of edges closest to this one is chosen, and
        ``criterion`` has no effect.
    cv : int or splitter
        Folds of the criterion "cv".
    n_jobs : int
        Number of processes that fit in parallel; -1 for one per core. Results are bitwise identical
        for any number.
    random_state : int, Generator or None
        Source of folds and subsamples; None draws new ones at every fit.
    solver : estimator
        Unfitted solver with settings other than λ and threshold, for example its ``max_iter``.
    prior_knowledge : PriorKnowledge
        Forbidden and required edges, tiers, roots and leaves; they hold in every fold and
        subsample too.
    refit : bool
        Re-estimate the kept edges by least squares, as the criteria do to judge a graph. Without
        it, weights are those of the chosen λ, shrunken towards 0.
    time_budget : float
        Seconds for all fits together, after which the criterion chooses from what there is.
    callback : callable
        Called with a record of every λ; returning true ends the path there.

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
    best_estimator_ : DAGEstimator
        The solver with the chosen λ and threshold, fitted.
    """

    #: The solver whose λ is chosen; it has ``lambda1`` and ``weight_threshold``.
    solver_class: ClassVar[type[DAGEstimator]]
    #: It fits a whole path of solvers, so comparisons include it only if it is named.
    is_compared: ClassVar[bool] = False
    #: Of the likelihood that graphs are judged by.
    assumed_noise: ClassVar[AssumedNoise] = "equal"
    leaves_out_given: ClassVar[bool] = False
    #: There is nothing to threshold by before one has been chosen.
    weight_threshold: ClassVar[float] = 0.0  # type: ignore[misc]
    #: A chosen graph is polished by ``TOPO(init=model)``.
    polish: ClassVar[None] = None  # type: ignore[misc]
    #: Whether the solver starts from the graph at the previous λ.
    warm_start: ClassVar[bool] = False

    lambdas: Annotated[int | Sequence[float], LAMBDAS] = 20
    thresholds: Annotated[float | Sequence[float], THRESHOLDS] | None = None
    criterion: Annotated[CriterionName | Criterion, SELECTION_CRITERION] = "bic"
    n_edges: Annotated[int, Number(low=0, integer=True)] | None = None
    cv: Annotated[Any, Folds()] = 5
    n_jobs: NumberOfJobs = None
    random_state: Seed = 0
    solver: DAGEstimator | None = None
    refit: bool = True

    @property
    def nonnegative(self) -> bool:
        """Whether the solver allows no negative weights."""
        return bool(getattr(self.unfitted_solver(), "nonnegative", False))

    @property
    def needs_rows(self) -> bool:  # type: ignore[override]
        """Whether the criterion or the solver needs rows."""
        return self.resolved_criterion().needs_rows or self.unfitted_solver().needs_rows

    @property
    def identifies(self) -> Identified:  # type: ignore[override]
        """What the solver identifies, at any λ."""
        return self.unfitted_solver().identifies

    def resolved_criterion(self) -> Criterion:
        """Return the criterion that chooses: ``NumberOfEdges`` if ``n_edges`` is given."""
        criterion = resolve_criterion(self.criterion, self.cv)
        return criterion if self.n_edges is None else NumberOfEdges(self.n_edges)

    def unfitted_solver(self) -> DAGEstimator:
        """Return a new solver, with the settings that the user passed as ``solver``."""
        if self.solver is None:
            return self.solver_class()
        expected, kind = self.solver_class.__name__, type(self).__name__
        if not isinstance(self.solver, self.solver_class):
            raise ValueError(
                f"solver={quoted(self.solver)}: {kind} chooses for {expected}; pass one with your "
                f"settings, for example solver={expected}(max_iter=50), or None"
            )
        for name in _SAID_BY_THE_SELECTION:
            if self.solver.get_params(deep=False).get(name) is not None:
                raise ValueError(
                    f"solver={expected}({name}=...): leave {name} out there; prior_knowledge, "
                    f"time_budget and callback are given to {kind}, and a chosen graph is polished "
                    "by TOPO(init=model)"
                )
        try:
            solver: DAGEstimator = clone(self.solver).checked_copy()
        except ValueError as error:
            raise ValueError(f"solver={expected}(...): {error}") from error
        return solver

    def solve(self, problem: Problem) -> SelectedSolution:
        """Return the raw weights at the chosen λ, with the path that it was chosen from."""
        solver = self.unfitted_solver()
        initial = resolve_initial_point(
            getattr(solver, "init", None), problem.moments.feature_names, problem.constraints
        )
        problem = replace(problem, initial=initial)
        thresholds = _checked_thresholds(self.thresholds)
        lambdas = lambda_grid(solver, problem, self.lambdas)
        path = solve_path(solver, problem, lambdas, warm_start=self.warm_start, n_jobs=self.n_jobs)
        task = SelectionTask(
            solver, problem, path, self.assumed_noise, thresholds, self.n_jobs, self.warm_start
        )
        choice = self.resolved_criterion().choose(task)
        best, chosen = choice.best, path[choice.best.point].solution
        stopped = problem.monitor.stop_reason()
        found = replace(
            chosen,
            status=chosen.status if stopped is None else stopped,
            n_iter=sum(point.solution.n_iter for point in path),
            trace=tuple(problem.monitor.records),
            functions=None,
            weight_threshold=best.weight_threshold,
        )
        solver.set_params(
            weight_threshold=best.weight_threshold,
            prior_knowledge=self.prior_knowledge,
            refit=self.refit,
            **{path_parameter(solver): best.lambda1},
        )
        return SelectedSolution(
            **vars(found),
            path=_with_best_thresholds(path, choice),
            candidates=choice.candidates,
            lambda1=best.lambda1,
            estimator=solver.fitted_with(found, problem),
        )

    def _store_solution(self, solution: Solution) -> None:
        super()._store_solution(solution)
        selected = cast(SelectedSolution, solution)
        self.path_, self.candidates_ = selected.path, selected.candidates
        self.lambda1_, self.best_estimator_ = selected.lambda1, selected.estimator


def resolve_criterion(criterion: Any, cv: Any = 5) -> Criterion:
    """Turn a name into a criterion; an object with ``choose`` is one already.

    Parameters
    ----------
    criterion : {"bic", "ebic", "auto", "cv", "stars"} or object
        Name or criterion.
    cv : int or splitter
        Folds of ``"cv"``.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> from causal_dag.selection.selecting_estimator import resolve_criterion
    >>> resolve_criterion("cv", cv=3)
    CrossValidatedLikelihood(cv=3, n_thresholds=20)
    """
    found: CriterionName | Criterion = SELECTION_CRITERION.check("criterion", criterion)
    if not isinstance(found, str):
        return found
    if found == "cv":
        return CrossValidatedLikelihood(cv)
    named: dict[CriterionName, Criterion] = {
        "bic": BIC(),
        "ebic": ExtendedBIC(),
        "auto": BIC(penalty="auto"),
        "stars": StARS(),
    }
    return named[found]


def _checked_thresholds(
    thresholds: float | Sequence[float] | None,
) -> tuple[float, ...] | None:
    """Return the thresholds, falling."""
    if thresholds is None:
        return None
    values = [thresholds] if isinstance(thresholds, float) else thresholds
    return tuple(sorted(set(values), reverse=True))


def _with_best_thresholds(path: Sequence[PathPoint], choice: Choice) -> tuple[PathPoint, ...]:
    """Return the path with the best candidate of every point."""
    points = []
    for number, point in enumerate(path):
        own = [candidate for candidate in choice.candidates if candidate.point == number]
        best = choice.best if choice.best in own else min(own, key=lambda c: c.value)
        points.append(
            replace(
                point,
                weight_threshold=best.weight_threshold,
                n_edges=best.n_edges,
                criterion=best.value,
            )
        )
    return tuple(points)
