"""How far the score of a graph can be from that of the best DAG, by a lower bound on the latter."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.problem import LOGGER, Monitor, Problem, Solution, Status
from causal_dag.solvers.order.criteria.criterion import Criterion
from causal_dag.solvers.order.criteria.gaussian import BIC
from causal_dag.solvers.order.exact_search import (
    LEAST_EIGENVALUE,
    MOST_COLUMNS,
    ROUNDING,
    exact_solution,
    scores_like,
)
from causal_dag.solvers.order.scores.gaussian_node_scores import GaussianBIC
from causal_dag.solvers.order.search.subset_programme import members

# Sets of nodes are the bits of a number.
MOST_COLUMNS_OF_BOUND = 62
# The search ends after this many rounds, or this many in succession that did not raise the bound.
MOST_ROUNDS, MOST_ROUNDS_IN_VAIN = 60, 5
# In the search for one node's cheapest parents; takes about 0.1 s.
MOST_BRANCHES = 20_000
MOST_SETS_FOUND = 64
# Smallest amount by which a sum of shares counts as violating a rule, and smallest share counted.
VIOLATION, LEAST_SHARE = 1e-4, 1e-9
# Least decrease of the score by a new set of parents, per row.
LEAST_GAIN = 1e-10


def optimality_gap(problem: Problem, criterion: Any, solution: Solution) -> float:
    """Return by how much, at most, the score of the best DAG is lower than that of a solution.

    Up to 22 columns, the best score is computed (as by ``ExactDAG``); beyond, it is bounded from
    below (``score_lower_bound``).

    Parameters
    ----------
    problem : Problem
        Moments and constraints; its monitor may stop the search for a bound.
    criterion : BIC
        The score.
    solution : Solution
        A DAG, and its score as the objective.

    Returns
    -------
    float
        0 if no DAG has a lower score, up to rounding.
    """
    moments, d = problem.moments, problem.moments.n_features
    if solution.status is Status.OPTIMAL:
        return 0.0
    bound = -np.inf
    if d <= MOST_COLUMNS:
        left = problem.monitor.seconds_left
        own = Monitor(time_budget=None if np.isinf(left) else left)
        best = exact_solution(replace(problem, monitor=own), criterion)
        if best is not None and best.status is Status.OPTIMAL:
            bound = best.objective
        elif best is not None and best.status is Status.INTERRUPTED:
            problem.monitor.interrupt()
    if np.isinf(bound):
        node_score = GaussianBIC(moments, criterion.penalty, criterion.gamma)
        # The bound is on the sum over all columns, the objective on that over those explained.
        given = moments.n_samples * np.log(moments.variance[~problem.constraints.explained]).sum()
        bound = -given + score_lower_bound(
            problem, node_score, solution.weights != 0, stop_at=solution.objective + given
        )
    rounding = ROUNDING * (abs(solution.objective) + moments.n_samples * d)
    gap = solution.objective - bound
    return 0.0 if gap <= rounding else float(gap)


def check_bound_is_possible(criterion: Criterion, problem: Problem) -> None:
    """Raise a ValueError if there is no bound for a criterion, with targets, or so many columns."""
    n_features = problem.moments.n_features
    if not scores_like(criterion, BIC):
        raise ValueError("bound=True: only the criterion 'bic' has a bound; write bound=False")
    if problem.experiments is not None:
        raise ValueError("bound=True: there is no bound for rows with targets; write bound=False")
    if n_features > MOST_COLUMNS_OF_BOUND:
        raise ValueError(
            f"bound=True: there are {n_features} columns, and a bound for at most "
            f"{MOST_COLUMNS_OF_BOUND}; drop columns, or write bound=False"
        )


def score_lower_bound(
    problem: Problem, node_score: GaussianBIC, graph: BoolArray, *, stop_at: float = np.inf
) -> float:
    """Return a lower bound on the scores of all DAGs that respect the constraints.

    If every node chose its best parents, there would be cycles. The choice is therefore relaxed to
    shares of sets of parents, under two rules that hold for every DAG: every *cluster* of nodes has
    a node without parents in the cluster [1]_, and the log noise variances sum to at least the log
    determinant of the covariance, which is their sum in a complete DAG. The multipliers of these
    rules come from a linear program over some sets of parents. Clusters are added where the shares
    violate their rule, and sets of parents by branch and bound over all sets. For any nonnegative
    multipliers, the Lagrangian bound holds: the sum over the nodes of the least score of any set of
    parents, where the multipliers price the violation of the rules.

    Parameters
    ----------
    problem : Problem
        Moments and constraints, for at most 62 columns; the monitor may end the search early.
    node_score : GaussianBIC
        The local scores.
    graph : ndarray of bool, shape (d, d)
        A DAG that respects the constraints.
    stop_at : float
        The search ends once it has reached this bound.

    Returns
    -------
    float
        The largest bound found; −inf if columns are collinear.

    References
    ----------
    .. [1] Jaakkola, Sontag, Globerson and Meila, "Learning Bayesian network structure using LP
       relaxations", AISTATS 2010.
    """
    correlation = problem.moments.standardized().covariance
    if np.linalg.eigvalsh(correlation)[0] < LEAST_EIGENVALUE:
        return -np.inf
    programme = ParentSetProgramme(problem, node_score, np.array(correlation))
    for node in range(problem.moments.n_features):
        programme.add(node, int(programme.bits @ graph[:, node]))
        programme.add(node, int(programme.required[node]))
    bound, n_in_vain = programme.bound_without_clusters, 0
    for number in range(MOST_ROUNDS):
        if bound >= stop_at or problem.monitor.stop_reason() is not None:
            break
        try:
            shares, multipliers = programme.solve()
            reached, n_new = programme.price(multipliers)
        except KeyboardInterrupt:
            break
        n_in_vain = 0 if reached > bound else n_in_vain + 1
        bound = max(bound, reached)
        LOGGER.info("bound on the score after %d rounds: %.6g", number + 1, bound)
        if n_new + programme.cut(shares) == 0 or n_in_vain == MOST_ROUNDS_IN_VAIN:
            break
    return bound


@dataclass(frozen=True)
class Multipliers:
    """Dual variables of the linear program.

    Parameters
    ----------
    nodes : ndarray of shape (d,)
        Of the constraint that the shares of a node sum to 1: the least priced score of its sets in
        the program.
    clusters : ndarray of shape (c,)
        Of the rules of clusters, at least 0.
    volume : float
        Of the rule of the log determinant, at least 0.
    """

    nodes: FloatArray
    clusters: FloatArray
    volume: float


@dataclass
class ParentSetProgramme:
    """Linear program over shares of sets of parents, with the scores of standardized columns.

    Parameters
    ----------
    problem : Problem
        Moments and constraints.
    node_score : GaussianBIC
        The local scores.
    correlation : ndarray of shape (d, d)
        Correlations of the columns, of full rank.
    """

    problem: Problem
    node_score: GaussianBIC
    correlation: FloatArray
    #: Of every variable: its node, its parents, n log σ² and the price of the parents.
    columns: dict[tuple[int, int], tuple[float, float]] = field(default_factory=dict)
    clusters: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        moments, constraints = self.problem.moments, self.problem.constraints
        d, n = moments.n_features, moments.n_samples
        self.precision: FloatArray = np.linalg.inv(self.correlation).astype(np.float64)
        self.bits = 1 << np.arange(d, dtype=np.int64)
        self.allowed = self.bits @ constraints.allowed
        self.required = self.bits @ constraints.required
        most = d - 1 if constraints.max_parents is None else min(d - 1, constraints.max_parents)
        self.prices: FloatArray = self.node_score.prices[: most + 1]
        self.log_scale = n * np.log(moments.variance)
        self.volume = -n * float(np.linalg.slogdet(self.precision)[1])

    @cached_property
    def bound_without_clusters(self) -> float:
        """The bound of the determinant and the required edges alone."""
        n_required = self.problem.constraints.required.sum(axis=0)
        return float(self.log_scale.sum() + self.volume + self.prices[n_required].sum())

    def add(self, node: int, parents: int) -> bool:
        """Add a set of parents; return whether it is new."""
        if (node, parents) in self.columns:
            return False
        mask = members(parents, self.bits.size)
        price = float(self.prices[mask.sum()])
        value = self.node_score.given(node, mask).value
        self.columns[node, parents] = value - price - self.log_scale[node], price
        return True

    def solve(self) -> tuple[FloatArray, Multipliers]:
        """Return the optimal shares, and the multipliers of the rules."""
        nodes, sets = np.array(list(self.columns)).T
        logs, prices = np.array(list(self.columns.values())).T
        is_free = self._is_free(nodes, sets)
        d = self.bits.size
        solved = linprog(
            logs + prices,
            A_ub=-vstack([csr_array(is_free, dtype=np.float64), csr_array(logs[None])]),
            b_ub=-np.append(np.ones(len(self.clusters)), self.volume),
            A_eq=csr_array(nodes == np.arange(d)[:, None], dtype=np.float64),
            b_eq=np.ones(d),
            method="highs",
        )
        if solved.x is None:
            raise RuntimeError(f"the linear program of the bound failed: {solved.message}")
        rules = np.maximum(-solved.ineqlin.marginals, 0.0)
        return solved.x, Multipliers(solved.eqlin.marginals, rules[:-1], float(rules[-1]))

    def price(self, multipliers: Multipliers) -> tuple[float, int]:
        """Return the bound for the multipliers, and the number of cheaper sets of parents added."""
        clusters = np.array(self.clusters, dtype=np.int64)
        bound = multipliers.volume * self.volume + multipliers.clusters.sum() + self.log_scale.sum()
        n_new = 0
        for node, own in enumerate(multipliers.nodes):
            rewarded = (clusters >> node & 1 == 1) & (multipliers.clusters > 0)
            least, found = self._cheapest(
                node, own, multipliers.volume, clusters[rewarded], multipliers.clusters[rewarded]
            )
            bound += least
            n_new += sum(self.add(node, int(parents)) for parents in found)
        return float(bound), n_new

    def _cheapest(
        self, node: int, own: float, volume: float, clusters: IntArray, rewards: FloatArray
    ) -> tuple[float, IntArray]:
        from causal_dag.solvers.order.search.parent_set_kernels import cheaper_parent_sets

        n, required = self.problem.moments.n_samples, int(self.required[node])
        if volume >= 1:
            # Nothing is gained by a parent.
            log, price = self.columns[node, required]
            reward = rewards[clusters & required == 0].sum()
            return (1 - volume) * log + price - reward, np.empty(0, dtype=np.intp)
        found = np.empty(MOST_SETS_FOUND, dtype=np.int64)
        n_found, least = cheaper_parent_sets(
            node,
            self.correlation,
            self.precision,
            int(self.allowed[node]),
            required,
            (1 - volume) * n,
            self.prices,
            clusters,
            rewards,
            own - LEAST_GAIN * n,
            MOST_BRANCHES,
            found,
        )
        return least, found[:n_found]

    def cut(self, shares: FloatArray) -> int:
        """Add clusters whose rule the shares violate, at most one per node; return their number.

        Each cluster grows from one node, by the node that lowers the sum of shares most.
        """
        nodes, sets = np.array(list(self.columns)[: shares.size])[shares > LEAST_SHARE].T
        shares = shares[shares > LEAST_SHARE]
        n_before = len(self.clusters)
        for start in self.bits:
            cluster, grown, lowest = start, start, 1.0 - VIOLATION
            while grown < self.bits.sum():
                others = grown | self.bits[grown & self.bits == 0]
                is_free = (others[:, None] >> nodes & 1 == 1) & (others[:, None] & sets == 0)
                sums = is_free @ shares
                grown = others[np.argmin(sums)]
                if sums.min() < lowest:
                    cluster, lowest = grown, sums.min()
            if cluster != start and int(cluster) not in self.clusters:
                self.clusters.append(int(cluster))
        return len(self.clusters) - n_before

    def _is_free(self, nodes: IntArray, sets: IntArray) -> BoolArray:
        """Return whether a node is in a cluster and has no parents there; one row per cluster."""
        clusters = np.array(self.clusters, dtype=np.int64)[:, None]
        is_free: BoolArray = (clusters >> nodes & 1 == 1) & (clusters & sets == 0)
        return is_free
