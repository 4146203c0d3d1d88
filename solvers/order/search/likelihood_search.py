"""Search over orders and parents together, for sparse Gaussian scores."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from scipy.special import chdtri

from causal_dag.arrays import BoolArray, FloatArray, IntArray, WeightMatrix
from causal_dag.constraints import Constraints
from causal_dag.graph.matrices import matrix_of_edges
from causal_dag.moments import Moments
from causal_dag.problem import Problem
from causal_dag.regression import (
    SMALLEST_VARIANCE_SHARE,
    least_squares_weights,
    price_of_graph,
    residual_variances,
)
from causal_dag.solvers.order.search.iterated_local_search import SearchPoint
from causal_dag.solvers.order.search.linear_extensions import perturbed_equal

# Numbers read in one call of a kernel, between two looks at the clock: some .1 s.
NUMBERS_A_CALL = 40_000_000
# The correlations of more columns are kept in single precision, so that they take half of the
# memory of the covariance.
MOST_COLUMNS_DOUBLE = 10_000
# The swept rows of more columns are not kept.
MOST_ROWS_KEPT = 2000
# New nodes whose parents are chosen in one call of a kernel, at least.
LEAST_NODES_A_CALL = 8
# Share of the restarts that begin at other prices, and the limits of these, relative to the true
# ones.
SHARE_AT_OTHER_PRICES = 0.5
LOWEST_PRICE, HIGHEST_PRICE = 0.1, 3.0
# Parents that a node may be expected to take by chance at the lowest price.
CHANCE_PARENTS = 4


@dataclass(frozen=True)
class GaussianTerms:
    """The terms of a sparse Gaussian score: Σ_j a·log σ²_j + c·log Σ_j σ²_j + price of the edges.

    Parameters
    ----------
    log_weight : float
        a, the weight of the nodes' own noise variances.
    pooled_weight : float
        c, the weight of their common one.
    prices : ndarray of shape (d,)
        Price of a node's first, second, ... parent.
    """

    log_weight: float
    pooled_weight: float
    prices: FloatArray

    def score(self, variances: FloatArray, n_parents: IntArray) -> float:
        """Return the score of residual variances, in squared units of the data, both (d,)."""
        own = self.log_weight * np.log(variances).sum()
        pooled = self.pooled_weight * np.log(variances.mean())
        return float(own + pooled + price_of_graph(self.prices, n_parents))


@dataclass(frozen=True)
class LeastSquaresTerms(GaussianTerms):
    """Half the sum of the residual variances, whose order is that of its logarithm."""

    def score(self, variances: FloatArray, n_parents: IntArray) -> float:
        """Return half the sum of the variances, shape (d,), in squared units of the data."""
        return float(0.5 * variances.sum())


@dataclass(frozen=True)
class LikelihoodSearcher:
    """Insertion search that chooses parents as it goes, a Searcher.

    A node is moved to its best position, as in FLOP and BOSS, and every node that it passes chooses
    its parents anew by growing and shrinking from those it has [1]_, [2]_. After a move only the
    nodes whose parents changed, and these parents, are looked at again.

    Parameters
    ----------
    problem : Problem
        Moments and constraints.
    terms : GaussianTerms
        The score.
    first : ndarray of int, shape (d,)
        First order.
    parents : ndarray of bool, shape (d, d), optional
        Graph along ``first`` to start from, ``parents[i, j]`` for i → j. By default nodes are taken
        one by one in the first order, and put at their best places.
    tolerance : float
        Least improvement of a move, relative to the number of terms of the likelihood.

    References
    ----------
    .. [1] Wienöbst, Henckel and Weichwald, "Embracing Discrete Search: A Reasonable Approach to
       Causal Structure Learning", ICLR 2026, arXiv 2510.04970.
    .. [2] Andrews et al., "Fast Scalable and Accurate Discovery of DAGs Using the Best Order Score
       Search and Grow-Shrink Trees", NeurIPS 2023.
    """

    problem: Problem
    terms: GaussianTerms
    first: IntArray
    parents: BoolArray | None
    tolerance: float

    def start(self) -> Iterator[SearchPoint]:
        """Build the first graph and improve it."""
        self._load(self.first, self._first_parents)
        if self.terms.pooled_weight > 0:
            # Nodes not yet fitted must not count as noise.
            self._state.pooled[0] = self._least_pooled
        if self._build():
            yield from self._settle()
        else:
            yield self._point(is_optimal=False)

    def restart(self, best: SearchPoint, generator: np.random.Generator) -> Iterator[SearchPoint]:
        """Improve an equal of the best graph, drawn at random, with some nodes put elsewhere.

        Half of the restarts look once at all nodes at other penalties per edge, drawn at random,
        since local optima differ between prices.
        """
        from causal_dag.solvers.order.search.likelihood_kernels import mark_promising
        from causal_dag.solvers.order.search.restart_kernels import (
            choose_again,
            graph_with_room,
            recombine,
            restart,
        )

        parents, order = perturbed_equal(
            adjacency_of(best),
            best.order,
            self.problem.constraints,
            generator,
            is_score_equivalent=self.terms.pooled_weight == 0,
        )
        room = graph_with_room(self._renumbered(parents))
        structures = self._kernel_terms, self._state, self._mover, room
        factor = self._price_factor(generator)
        terms = self._kernel_terms
        if factor != 1.0:
            terms = self._terms_at(factor)
            mark_promising(terms, self._state, self._mover)
        restart(terms, *structures[1:], self._place[order])
        if factor != 1.0:
            self._pass(terms)
            mark_promising(*self._structures)
            choose_again(*structures[:3])
        for visit in self._settle():
            is_recombined = visit.is_optimal and recombine(*structures)
            yield replace(visit, is_optimal=visit.is_optimal and not is_recombined)
            if is_recombined:
                yield from self._settle()

    def weights(self, best: SearchPoint) -> WeightMatrix:
        """Return the regression of every node on its parents; sparse if there are many."""
        # On wide tables, the search structures take several times the memory of the weights.
        for kept in ("_kernel_terms", "_state", "_mover", "_other"):
            vars(self).pop(kept, None)
        return self._least_squares(*best.parents)

    def _build(self) -> bool:
        """Choose parents, and place the nodes one by one; whether there was time for all."""
        from causal_dag.solvers.order.search.likelihood_kernels import grow_new_nodes

        d, width = self.first.size, self._state.width
        reach = d if self.parents is None else 0
        step = max(LEAST_NODES_A_CALL, NUMBERS_A_CALL // (d * d))
        first, goes_on = 0, True
        while goes_on and first < d:
            if first == width[0]:
                self._lengthen_rows(first)
            last = min(first + step, int(width[0]))
            grow = partial(grow_new_nodes, *self._structures, first, last)
            goes_on = self._carry_out(grow) and self._advance(
                self._kernel_terms, first, last, reach, looks=0
            )
            first = last
        return goes_on

    def _lengthen_rows(self, n_placed: int) -> None:
        """Let the rows of the placed nodes hold half as many nodes again."""
        from causal_dag.solvers.order.search.likelihood_kernels import refresh_rows

        self._state.width[0] = min(self.first.size, n_placed + n_placed // 2 + 1)
        self._carry_out(partial(refresh_rows, *self._structures, n_placed))

    def _settle(self) -> Iterator[SearchPoint]:
        """Look at queued nodes; one point for every d looks, a pass."""
        is_optimal, lowest = False, np.inf
        while not is_optimal:
            self._pass(self._kernel_terms)
            if self._state.span[1] == 0:
                # Also where the noise is common, what an edge is worth has changed on the way.
                is_optimal = not self._reconsider_parents()
            point = self._point(is_optimal)
            # Of perfect fits nothing but rounding is left to gain; that must not go on for ever.
            is_optimal = is_optimal or not point.loss < lowest
            lowest = point.loss
            yield replace(point, is_optimal=is_optimal)

    def _reconsider_parents(self) -> bool:
        """Let all nodes look further for parents; whether one gains by it."""
        from causal_dag.solvers.order.search.likelihood_kernels import reconsider_parents

        reconsider_parents(*self._structures)
        return bool(self._state.span[1] > 0)

    def _pass(self, terms: Any) -> None:
        """Look at d queued nodes, or at all of them if they are fewer."""
        left = self.first.size
        most = max(1, min(left, NUMBERS_A_CALL // left**2))
        goes_on = True
        while goes_on and left > 0 and self._state.span[1] > 0:
            n_looks = min(most, left)
            goes_on = self._advance(terms, 0, 0, 0, n_looks)
            left -= n_looks

    def _advance(self, terms: Any, first: int, last: int, reach: int, looks: int) -> bool:
        """Run the kernel for a short while; whether there is time to go on."""
        from causal_dag.solvers.order.search.likelihood_kernels import advance

        structures = terms, self._state, self._mover, self._other
        return self._carry_out(partial(advance, *structures, first, last, reach, looks))

    def _carry_out(self, task: Callable[[], Any]) -> bool:
        """Run kernels for a short while; whether there is time to go on.

        Ctrl-C comes in between, and leaves the state as it is: a graph.
        """
        monitor = self.problem.monitor
        try:
            task()
        except KeyboardInterrupt:
            monitor.interrupt()
        return monitor.stop_reason() is None

    def _point(self, is_optimal: bool) -> SearchPoint:
        state, columns = self._state, self._columns
        n_parents = state.n_parents[self._place]
        all_parents = columns[state.parents[self._place, : n_parents.max()]]
        parents = all_parents[np.arange(all_parents.shape[1]) < n_parents[:, None]]
        explained = self.problem.constraints.explained
        variances = self._variances(n_parents, parents)
        loss = self.terms.score(variances[explained], n_parents)
        return SearchPoint(
            columns[state.order], loss, int(n_parents.sum()), is_optimal, (n_parents, parents)
        )

    def _variances(self, n_parents: IntArray, parents: IntArray) -> FloatArray:
        variance, covariance = self.problem.moments.variance, self.problem.moments.covariance
        unexplained = self._state.variance[self._place] * variance
        if self._kernel_terms.correlation.dtype != covariance.dtype:
            # Those of the kernels are rounded like the correlations.
            unexplained = residual_variances(covariance, self._least_squares(n_parents, parents))
        variances: FloatArray = np.maximum(unexplained, SMALLEST_VARIANCE_SHARE * variance)
        return variances

    def _least_squares(self, n_parents: IntArray, parents: IntArray) -> WeightMatrix:
        children = np.repeat(np.arange(n_parents.size), n_parents)
        adjacency = matrix_of_edges(n_parents.size, parents, children)
        return least_squares_weights(self.problem.moments.covariance, adjacency)

    def _load(self, order: IntArray, adjacency: BoolArray) -> None:
        """Put the state at an order and a graph, whose rows have to be computed still."""
        from causal_dag.solvers.order.search.likelihood_kernels import LONG_ROW

        state, place = self._state, self._place
        state.width[0] = min(order.size, LONG_ROW)
        state.order[:] = place[order]
        state.position[state.order] = np.arange(order.size)
        causes, effects = np.nonzero(adjacency)
        state.n_parents[:] = np.bincount(place[effects], minlength=order.size)
        for u in np.flatnonzero(state.n_parents):
            own = place[causes[effects == self._columns[u]]]
            state.parents[u, : own.size] = np.sort(own)

    @cached_property
    def _columns(self) -> IntArray:
        """The column of each node of the kernels, shape (d,).

        If rows are long, nodes are numbered by their positions in the first order, so that only the
        part of a row that belongs to nodes already placed has to be computed.
        """
        return self.first if self._is_wide else np.arange(self.first.size)

    @property
    def _is_wide(self) -> bool:
        from causal_dag.solvers.order.search.likelihood_kernels import LONG_ROW

        return self.first.size > LONG_ROW

    @property
    def _keeps_rows(self) -> bool:
        """Whether rows are kept; otherwise they are computed when needed, if few entries are."""
        few_are_needed = self._least_share(self.terms.prices) > 0.0
        return self.first.size <= MOST_ROWS_KEPT or not few_are_needed

    @cached_property
    def _place(self) -> IntArray:
        """The node of the kernels for each column, shape (d,)."""
        return np.argsort(self._columns)

    def _renumbered(self, matrix: Any) -> Any:
        """Copy an array over pairs of columns, shape (d, d), in the numbering of the kernels."""
        return matrix[self._columns[:, None], self._columns]

    def _masks(self) -> tuple[BoolArray, BoolArray, BoolArray]:
        """Return what is allowed, required and has to precede; empty if there is no constraint."""
        constraints = self.problem.constraints
        if constraints.is_trivial:
            nothing = np.zeros((0, 0), dtype=bool)
            return nothing, nothing, nothing
        return (
            self._renumbered(constraints.allowed).T.copy(),
            self._renumbered(constraints.required).T.copy(),
            self._renumbered(constraints.precedence),
        )

    @property
    def _first_parents(self) -> BoolArray:
        required = self.problem.constraints.required
        return required if self.parents is None else self.parents | required

    @property
    def _least_pooled(self) -> float:
        """Sum of the variances given all nodes before, in the units of ``share``."""
        from causal_dag.solvers.order.scores.factor_kernels import factorise

        first = self._place[self.first]
        correlation = self._kernel_terms.correlation[np.ix_(first, first)]
        factor = np.empty_like(correlation)
        factorise(correlation, factor)
        return float(self._kernel_terms.share[first] @ np.diagonal(factor) ** 2)

    @cached_property
    def _kernel_terms(self) -> Any:
        from causal_dag.solvers.order.search.likelihood_kernels import Terms

        moments, constraints = self.problem.moments, self.problem.constraints
        n, d, variance = moments.n_samples, moments.n_features, moments.variance
        prices = self.terms.prices
        is_double = self._keeps_rows or d <= MOST_COLUMNS_DOUBLE
        return Terms(
            moments.correlation(self._columns, np.float64 if is_double else np.float32),
            (variance * constraints.explained)[self._columns] / variance.mean(),
            *self._masks(),
            float(self.terms.log_weight),
            float(self.terms.pooled_weight),
            prices,
            np.append(0.0, (prices - prices[0]).cumsum()),
            float(prices.max()),
            self._least_share(prices),
            self.tolerance * n * d,
            most_parents(moments, constraints),
            most_parents(moments, Constraints.none(d)),
        )

    def _terms_at(self, factor: float) -> Any:
        """Return the terms with all prices multiplied by a factor."""
        terms = self._kernel_terms
        prices = factor * terms.prices
        return terms._replace(
            prices=prices,
            excess=factor * terms.excess,
            largest_price=factor * terms.largest_price,
            least_share=self._least_share(prices),
        )

    def _price_factor(self, generator: np.random.Generator) -> float:
        """Draw a factor of the prices, log-uniform; 1 in half of the cases."""
        price, d = self.terms.prices[0], self.first.size
        if price == 0.0 or generator.random() > SHARE_AT_OTHER_PRICES:
            return 1.0
        # At lower prices, graphs of wide tables would have too many edges.
        least = chdtri(1, min(1.0, CHANCE_PARENTS / d)) / price
        lowest = min(max(LOWEST_PRICE, least), HIGHEST_PRICE)
        return float(np.exp(generator.uniform(np.log(lowest), np.log(HIGHEST_PRICE))))

    def _least_share(self, prices: FloatArray) -> float:
        """Share of a variance that a parent must at least explain; 0 with equal noise variances."""
        if self.terms.pooled_weight > 0:
            return 0.0
        # Slightly smaller, so that rounding does not matter.
        return float(-np.expm1(-prices.min() / self.terms.log_weight)) * (1 - 1e-9)

    @cached_property
    def _state(self) -> Any:
        from causal_dag.solvers.order.search.likelihood_kernels import State

        d = self.first.size
        row = self._kernel_terms.correlation.copy() if self._keeps_rows else np.empty((0, 0))
        return State(
            order=np.empty(d, dtype=np.intp),
            position=np.empty(d, dtype=np.intp),
            n_parents=np.zeros(d, dtype=np.intp),
            parents=np.zeros((d, self._most), dtype=np.intp),
            row=row,
            diagonal=np.ones_like(row),
            variance=np.ones(d),
            promising=np.zeros((d, (d + 7) // 8), dtype=np.uint8),
            pooled=np.ones(1),
            queue=np.zeros(d, dtype=np.intp),
            queued=np.zeros(d, dtype=bool),
            span=np.zeros(2, dtype=np.intp),
            width=np.full(1, d, dtype=np.intp),
        )

    @cached_property
    def _mover(self) -> Any:
        return _trial(self._state.width, self.first.size, self._most)

    @cached_property
    def _other(self) -> Any:
        return _trial(self._state.width, self.first.size, self._most)

    @property
    def _structures(self) -> tuple[Any, Any, Any]:
        return self._kernel_terms, self._state, self._mover

    @cached_property
    def _most(self) -> int:
        """Room for parents: one more than a node may have, or has at the start."""
        given = int(np.bincount(np.nonzero(self._first_parents)[1], minlength=1).max())
        return 1 + max(given, int(self._kernel_terms.most_grown))


def most_parents(moments: Moments, constraints: Constraints) -> int:
    """Return how many parents a node may have: with more than n/2, a fit says little.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.constraints import Constraints
    >>> most_parents(Moments(10, np.zeros(3), np.eye(3)), Constraints.none(3))
    2
    """
    most = min(moments.n_features - 1, moments.n_samples // 2)
    return most if constraints.max_parents is None else min(most, constraints.max_parents)


def adjacency_of(point: SearchPoint) -> BoolArray:
    """Return the graph of a point, shape (d, d)."""
    n_parents, parents = point.parents
    adjacency = np.zeros((n_parents.size, n_parents.size), dtype=bool)
    adjacency[parents, np.repeat(np.arange(n_parents.size), n_parents)] = True
    return adjacency


def _trial(width: IntArray, d: int, most: int) -> Any:
    from causal_dag.solvers.order.search.likelihood_kernels import SWEPT_AT_ONCE, Trial

    return Trial(
        node=np.zeros(1, dtype=np.intp),
        n_parents=np.zeros(1, dtype=np.intp),
        parents=np.zeros(d, dtype=np.intp),
        row=np.empty(d),
        diagonal=np.empty(d),
        age=np.zeros(1, dtype=np.intp),
        swept=np.empty(d),
        alpha=np.empty(d),
        factor=np.empty((most, most)),
        n_factored=np.zeros(1, dtype=np.intp),
        block=np.empty((most, SWEPT_AT_ONCE)),
        width=width,
    )
