"""PosteriorDAG: the posterior distribution over DAGs, by Markov chains."""

from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from causal_dag.arrays import BoolArray, IntArray
from causal_dag.blas_threads import one_blas_thread
from causal_dag.certainty.distribution_mixin import GraphDistributionMixin
from causal_dag.certainty.exact_posterior import MOST_EXACT_COLUMNS, exact_posterior
from causal_dag.certainty.graph_distribution import GraphDistribution
from causal_dag.certainty.marginal_likelihood import (
    bge,
    gaussian_bic,
    log_prior_of_parents,
    prior_scale,
)
from causal_dag.certainty.markov_chains import GraphChain, OrderChain
from causal_dag.certainty.posterior_sample import PosteriorSample, sample_graphs
from causal_dag.certainty.saved_distributions import register_distribution
from causal_dag.certainty.score_tables import (
    MOST_CANDIDATES,
    ScoreOfSets,
    category_scores,
    choose_candidates,
    gaussian_scores,
    most_candidates,
    score_tables,
)
from causal_dag.constraints import Constraints, PriorKnowledge
from causal_dag.declared_parameters import DeclaredParameters, checked_parameters
from causal_dag.fit_warnings import held_back, recorded, warn
from causal_dag.fitting.atomic_fit import recognized_interrupts, take_over_fit, unfitted_copy
from causal_dag.fitting.clustered_rows import counted_by_groups
from causal_dag.fitting.fitted_dag import BaseEstimator
from causal_dag.fitting.missing_values import DataOfFit, data_of_fit, weighted_table
from causal_dag.graph.matrices import dense
from causal_dag.incomplete.missing_cells import MissingPolicy
from causal_dag.moments import Moments
from causal_dag.parameters import (
    Either,
    Flag,
    Instance,
    NonNegativeOrAuto,
    Number,
    NumberOfJobs,
    Positive,
    PositiveInteger,
    Seed,
    Word,
)
from causal_dag.problem import Monitor, Problem
from causal_dag.solvers.order.criteria.categories import Categories
from causal_dag.solvers.order.search.linear_extensions import linear_extension
from causal_dag.solvers.topo import TOPO
from causal_dag.tables.columns import Columns
from causal_dag.validation import refuse_rank_deficiency

_PRIOR_KNOWLEDGE = Instance(PriorKnowledge, "PriorKnowledge(forbidden=[(cause, effect)], ...)")
_GRAPHS = Number(low=16, integer=True)
_CANDIDATES = Number(low=1, high=MOST_CANDIDATES, integer=True)
# Chains whose split R̂ is greater have not mixed.
LARGEST_R_HAT = 1.05
# Largest scale of the prior relative to the sum of squares of a column.
LARGEST_PRIOR_SHARE = 1.0
# Largest variance of a column relative to the scale of the prior.
LARGEST_VARIANCE = 1e6


class PosteriorDAG(GraphDistributionMixin, DeclaredParameters, BaseEstimator):
    """Posterior distribution over directed acyclic graphs, sampled by Markov chains.

    The probability of a graph is proportional to its prior times the product of the marginal
    likelihoods of all nodes given their parents. A step of a chain draws the parents of three
    nodes, most of them neighbors, together from their distribution given the rest of the graph,
    which extends the reversal of an edge [1]_. Sums over all parent sets, computed in advance, make
    these draws exact. With ``prior="orders"``, the chains go over orders, summing over all graphs
    that agree with an order [2]_, and a graph is drawn from an order at the end.

    Markov equivalent graphs have equal probabilities under every score, so that an edge whose
    direction the data cannot tell has similar probabilities in both directions.

    Parameters
    ----------
    score : {"bge", "bic", "bdeu"}
        ``"bge"``: linear Gaussian relations under a normal-Wishart prior [3]_. It takes the columns
        in their units, in which the prior has the scale ½: standardize columns whose variance is
        far from 1.
        ``"bic"``: linear Gaussian relations, e to the −½ BIC; does not depend on units.
        ``"bdeu"``: categories, under Dirichlet priors.
    prior : {"dags", "orders"}
        What is equally probable before the data are seen: every DAG, or every order and every DAG
        that agrees with it, so that a DAG counts once per topological order.
    edge_prior : float or "auto"
        A number: every edge multiplies the prior of a graph by d to the power of minus this number.
        With 0, many edges with small probabilities add up where there are many columns.
        ``"auto"``: for a node, every number of parents is equally probable, and so is every set of
        that number [2]_, with probability proportional to 1 / C(d − 1, k) for k parents; with
        ``"bdeu"``, it is 1.
    equivalent_sample_size : float
        Prior rows of ``"bdeu"``.
    exact : bool or "auto"
        Whether to compute the probabilities of edges exactly, by dynamic programming over all
        graphs, which is feasible for at most 10 columns and then the default. Graphs are sampled in
        any case, for paths and typical graphs.
    n_samples : int
        Graphs to keep per chain.
    n_chains : int
        Number of chains, at least two. Each begins at the result of a local search of its own; only
        the search of the first has restarts.
    thinning : int
        Steps per node between two graphs. Before the kept graphs, every chain runs for a third of
        their number more, which are dropped.
    n_candidates : int, optional
        Candidate parents of every node, at most 14: neighbors in the graph of a local search
        (these may be more), and nodes that most improve its score. By default all other nodes, or,
        with more than 15 columns, as many as fit into memory, such as 12 for 50 columns. Beside any
        set of candidates, a node can have **one** parent that is not among them [4]_; graphs in
        which it has two of these are left out. Raise the number until it does not matter.
    prior_knowledge : PriorKnowledge
        Holds in every graph: forbidden and required edges, tiers, roots and leaves, and a limit on
        parents.
    missing : {"refuse", "drop", "em"}
        What to do with missing cells, as in every solver; ``"em"`` is not for ``"bdeu"``.
    n_jobs : int
        Number of threads in which chains run in parallel; -1 for one per core. Results are bitwise
        identical for any number.
    random_state : int, Generator or None
        Source of randomness; None draws different graphs in every fit.
    time_budget : float
        Seconds after which the graphs sampled so far are kept. Ctrl-C does the same.

    Attributes
    ----------
    edge_probability_ : ndarray of shape (d, d)
        Probability of i → j.
    adjacency_probability_ : ndarray of shape (d, d)
        Probability of an edge between i and j, of either direction; symmetric.
    direction_probability_ : ndarray of shape (d, d)
        Probability of i → j given an edge between the two; NaN where there never is one.
    ancestor_probability_ : ndarray of shape (d, d)
        Probability of a directed path from i to j.
    consensus_ : ndarray of bool, shape (d, d)
        A DAG of the pairs that are joined with a probability above one half.
    typical_graphs_ : list of TypicalGraph
        At most three graphs that stand for all, with their shares.
    distribution_ : GraphDistribution
        The sampled graphs.
    r_hat_ : ndarray of shape (d, d)
        Split R̂ of every edge, near 1 if the chains agree; NaN where it is in all graphs or none.
    effective_sample_size_ : ndarray of shape (d, d)
        Bulk effective sample size of every edge: the number of independent graphs that would give
        its probability as precisely; NaN where it is in all graphs or none.
    is_exact_ : bool
        Whether the probabilities of edges are exact.
    status_ : str
        How the sampling ended.
    warnings_ : tuple of str
        The warnings of the fit.
    n_samples_ : int
        Graphs that were kept, of all chains together.
    constraints_ : Constraints
        The prior knowledge as masks.
    n_features_in_ : int
        Number of variables d.
    feature_names_in_ : ndarray of str
        Names of the variables, where the data had some.

    Raises
    ------
    ValueError
        In ``fit``: if the data cannot be used, a parameter is out of range, or there are too many
        columns for exact probabilities.

    Warns
    -----
    ConvergenceWarning
        If the split R̂ of an edge exceeds 1.05, or the sampling ended early.
    UserWarning
        If a column varies so little that the prior of ``"bge"`` outweighs its data, or so much that
        the prior alone makes edges improbable.

    References
    ----------
    .. [1] Grzegorczyk and Husmeier, "Improving the structure MCMC sampler for Bayesian networks by
       introducing a new edge reversal move", Machine Learning 71 (2008).
    .. [2] Friedman and Koller, "Being Bayesian about network structure: A Bayesian approach to
       structure discovery in Bayesian networks", Machine Learning 50 (2003).
    .. [3] Geiger and Heckerman, "Parameter priors for directed acyclic graphical models and the
       characterization of several probability distributions", Annals of Statistics 30 (2002).
    .. [4] Kuipers, Suter and Moffa, "Efficient sampling and structure learning of Bayesian
       networks", Journal of Computational and Graphical Statistics 31 (2022).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import PosteriorDAG
    >>> generator = np.random.default_rng(0)
    >>> first, second, noise = generator.normal(size=(3, 500))
    >>> X = np.column_stack([first, first + second + noise, second])
    >>> PosteriorDAG(n_samples=100).fit(X).edge_probability_.round(2)  # a collider
    array([[0.  , 0.98, 0.02],
           [0.02, 0.  , 0.02],
           [0.02, 0.98, 0.  ]])
    """

    score: Literal["bge", "bic", "bdeu"] = "bge"
    prior: Literal["dags", "orders"] = "dags"
    edge_prior: NonNegativeOrAuto = "auto"
    equivalent_sample_size: Positive = 1.0
    exact: Annotated[bool | Literal["auto"], Either(Flag(), Word("auto"))] = "auto"
    n_samples: Annotated[int, _GRAPHS] = 1000
    n_chains: Annotated[int, Number(low=2, integer=True)] = 4
    thinning: PositiveInteger = 10
    n_candidates: Annotated[int, _CANDIDATES] | None = None
    prior_knowledge: Annotated[PriorKnowledge, _PRIOR_KNOWLEDGE] | None = None
    missing: MissingPolicy = "refuse"
    n_jobs: NumberOfJobs = 1
    random_state: Seed = 0
    time_budget: Positive | None = None

    document_key: ClassVar[str] = "posterior"
    kinds: ClassVar[None] = None

    @property
    def needs_rows(self) -> bool:
        """Whether the score needs rows, not only their moments."""
        return self.score == "bdeu"

    @property
    def counts_rows(self) -> bool:
        """Whether the score, which needs rows, uses how often each occurs."""
        return self.score == "bdeu"

    @property
    def column_values(self) -> str:
        """What the columns hold: ``"real"`` numbers, or a ``"category"`` each."""
        return "category" if self.score == "bdeu" else "real"

    def fit(
        self, X: Any, y: object = None, *, groups: Any = None, sample_weight: Any = None
    ) -> Self:
        """Sample graphs, given rows.

        Parameters
        ----------
        X : array-like or data frame of shape (n, d)
            One row per sample, one column per variable. Not changed.
        y : None
            Ignored; there for scikit-learn's conventions.
        groups : sequence of length n, optional
            Labels of rows that belong together, for example those of one person. The scores are
            then those of the effective number of independent rows, as in ``TOPO.fit``. Not for
            ``"bdeu"``.
        sample_weight : array-like of shape (n,), optional
            How often each row occurs, a whole number.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data cannot be used; the message names the column and the remedy. If there are
            both groups and weights.
        """
        if groups is not None and sample_weight is not None:
            raise ValueError("sample_weight and groups cannot be combined; leave one out")
        model = unfitted_copy(self, checked_parameters(type(self), self.get_params(deep=False)))
        monitor = Monitor(time_budget=model.time_budget)
        with one_blas_thread(), recognized_interrupts(), recorded() as messages:
            reader: Any = model  # has what these functions ask of a solver
            X, _, weights = weighted_table(reader, X, None, sample_weight)
            data = data_of_fit(reader, X, weights)
            if groups is not None:
                data = counted_by_groups(data, groups, [reader])
            model._fit(data, monitor)
        model.warnings_ = tuple(messages)
        return take_over_fit(self, model)

    def _fit(self, data: DataOfFit, monitor: Monitor) -> None:
        moments = data.moments
        d = self.n_features_in_ = moments.n_features
        if moments.feature_names is not None:
            self.feature_names_in_ = np.array(moments.feature_names, dtype=object)
        is_exact = self._is_exact(d)
        known = self.prior_knowledge or PriorKnowledge()
        constraints = self.constraints_ = known.resolve(d, moments.feature_names)
        generator = np.random.default_rng(self.random_state)
        problem = Problem(
            moments,
            constraints,
            monitor,
            rows=data.rows,
            random_generator=generator,
            columns=data.kinds,
            row_counts=data.row_counts,
        )
        scores = self._scores(problem)
        found = self._found_edges(problem, n_restarts="auto")
        most = d - 1 if is_exact or self.n_candidates is None else min(self.n_candidates, d - 1)
        candidates = choose_candidates(found, scores, constraints, min(most, most_candidates(d)))
        tables = score_tables(candidates, scores, constraints)
        seeds = generator.spawn(self.n_chains)
        # From a random order itself, a chain may not leave much less probable graphs in time.
        starts = [found] + [
            self._found_edges(replace(problem, random_generator=own), n_restarts=0)
            for own in seeds[1:]
        ]
        chain = GraphChain if self.prior == "dags" else OrderChain
        chains = [
            chain(tables, _order_of(start, constraints), own)
            for start, own in zip(starts, seeds, strict=True)
        ]
        sample = sample_graphs(chains, self.n_samples, self.thinning * d, self.n_jobs, monitor)
        self._store(sample, moments, monitor)
        self.is_exact_ = is_exact
        if is_exact:
            exact = exact_posterior(tables, self.prior == "dags")
            self.distribution_.edge_probability_ = exact.edge_probability

    def _is_exact(self, d: int) -> bool:
        if self.exact is True and d > MOST_EXACT_COLUMNS:
            raise ValueError(
                f"exact=True sums over all graphs, which is feasible for at most "
                f"{MOST_EXACT_COLUMNS} columns, and there are {d}; write exact='auto'"
            )
        return d <= MOST_EXACT_COLUMNS if self.exact == "auto" else bool(self.exact)

    def _scores(self, problem: Problem) -> ScoreOfSets:
        moments = problem.moments
        if self.score == "bdeu":
            score = self._categories.node_score(problem)
            return category_scores(score)
        if self.score == "bic":
            refuse_rank_deficiency(moments, type(self).__name__)
            gaussian = gaussian_bic(moments)
        else:
            _warn_of_units(moments)
            gaussian = bge(moments)
        log_prior = log_prior_of_parents(moments.n_features, self.edge_prior)
        return gaussian_scores(gaussian.with_prior(log_prior))

    @property
    def _categories(self) -> Categories:
        return Categories(
            score="bdeu",
            equivalent_sample_size=self.equivalent_sample_size,
            edge_prior=1.0 if self.edge_prior == "auto" else self.edge_prior,
        )

    def _found_edges(self, problem: Problem, n_restarts: int | Literal["auto"]) -> BoolArray:
        """Return the edges of a local search; none where the search cannot use the columns."""
        d = problem.moments.n_features
        search = TOPO(n_restarts=n_restarts, start="random")
        search.set_params(
            **{"criterion": self._categories} if self.needs_rows else {"penalty": 1.0}
        )
        if not self.needs_rows:
            try:
                refuse_rank_deficiency(problem.moments, type(self).__name__)
            except ValueError:
                return problem.constraints.required.copy()
        if d == 1:
            return np.zeros((1, 1), dtype=bool)
        with held_back(), np.errstate(all="ignore"):
            return np.asarray(dense(search.checked_copy().solve(problem).weights) != 0)

    def _store(self, sample: PosteriorSample, moments: Moments, monitor: Monitor) -> None:
        self.distribution_ = GraphDistribution(sample, names=moments.feature_names)
        self.n_samples_ = self.distribution_.n_graphs_
        self.r_hat_, self.effective_sample_size_ = sample.diagnostics()
        reason = monitor.stop_reason()
        is_whole = self.n_samples_ == self.n_samples * self.n_chains
        self.status_ = "all graphs were sampled" if is_whole or reason is None else str(reason)
        if not is_whole:
            warn(
                f"PosteriorDAG: {self.status_}: {self.n_samples_} graphs in place of "
                f"{self.n_samples * self.n_chains}",
                ConvergenceWarning,
            )
        is_apart = self.r_hat_ > LARGEST_R_HAT
        if is_apart.any():
            label = Columns(moments.n_features, moments.feature_names).label
            i, j = np.unravel_index(np.nanargmax(self.r_hat_), self.r_hat_.shape)
            warn(
                f"PosteriorDAG: the chains differ in {is_apart.sum()} edges, most in "
                f"{label(int(i))} -> {label(int(j))} (split R-hat {self.r_hat_[i, j]:.2f}, which "
                f"should be at most {LARGEST_R_HAT}); raise thinning or n_samples",
                ConvergenceWarning,
            )

    def _what_was_drawn(self) -> str:
        largest = np.nanmax(self.r_hat_, initial=1.0)
        return f"{self.n_samples_} graphs ({self.status_}; split R-hat at most {largest:.2f})"


register_distribution(
    PosteriorDAG, constraints_=Constraints, is_exact_=bool, n_samples_=int, status_=str,
    warnings_=tuple, effective_sample_size_=np.ndarray, r_hat_=np.ndarray,
)  # fmt: skip


def _order_of(edges: BoolArray, constraints: Constraints) -> IntArray:
    return linear_extension(edges | constraints.precedence, np.arange(len(edges)))


def _warn_of_units(moments: Moments) -> None:
    scale, variance = prior_scale(), moments.variance
    label = Columns(moments.n_features, moments.feature_names).label
    least, most = int(variance.argmin()), int(variance.argmax())
    remedy = "standardize the columns, or use score='bic'"
    if scale > LARGEST_PRIOR_SHARE * moments.n_samples * variance[least]:
        warn(
            f"PosteriorDAG: column {label(least)} varies so little (variance "
            f"{variance[least]:.3g}) that the prior of score='bge', which has the scale {scale}, "
            f"outweighs it; {remedy}"
        )
    if variance[most] > LARGEST_VARIANCE * scale:
        # The odds of an edge are divided by the standard deviations of both of its ends.
        odds = np.sqrt(variance[most] / scale)
        warn(
            f"PosteriorDAG: column {label(most)} varies so much (variance {variance[most]:.3g}) "
            f"that the prior of score='bge', which has the scale {scale}, divides the odds of its "
            f"edges by about {odds:.2g}; {remedy}"
        )
