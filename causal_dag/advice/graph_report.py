"""What a first fit shows: how much of the graph the data decides, and what its residuals are."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from causal_dag.advice.multiple_tests import adjusted
from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.constraints import PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.fit_warnings import held_back
from causal_dag.metrics import r2_sortability, varsortability
from causal_dag.moments import Moments
from causal_dag.problem import Status
from causal_dag.solvers import make_solver

# Of the tests, after correction.
LEVEL = 0.01
# Rows that a regression needs beyond its parents for its tests to mean something.
SPARE_ROWS = 20


@dataclass(frozen=True)
class ResidualReport:
    """Tests of one variable's residual on its parents in the fitted graph.

    All p-values carry Holm's correction for the number of variables tested; NaN, where a test was
    not made.

    Parameters
    ----------
    name : str
        The variable.
    n_parents : int
        Number of its parents.
    skewness, excess_kurtosis : float
        Of the residual; 0 for a Gaussian.
    gaussian_p : float
        Shapiro-Wilk: small, if the residual is not Gaussian.
    linear_p : float
        Ramsey's RESET with squares and cubes of the fitted values, heteroscedasticity-robust:
        small, if the relation to the parents is not linear.
    even_p : float
        Koenker's form of the Breusch-Pagan test: small, if the residual's variance depends on the
        parents.
    """

    name: str
    n_parents: int
    skewness: float
    excess_kurtosis: float
    gaussian_p: float
    linear_p: float
    even_p: float


def residual_reports(
    rows: FloatArray,
    residuals: FloatArray,
    adjacency: BoolArray,
    names: Sequence[str],
    tested: Sequence[bool],
) -> tuple[ResidualReport, ...]:
    """Return the tests of the variables chosen.

    Parameters
    ----------
    rows, residuals : ndarray of shape (n, d)
        The data, and what the parents leave unexplained.
    adjacency : ndarray of bool, shape (d, d)
        The graph.
    names : sequence of str
        Column names.
    tested : sequence of bool
        Which variables to test.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.advice.graph_report import residual_reports
    >>> x = np.random.default_rng(0).exponential(size=(500, 1))
    >>> [report] = residual_reports(x, x - x.mean(), np.zeros((1, 1), bool), ["x"], [True])
    >>> report.gaussian_p < 0.01
    True
    """
    reports = [
        _report(name, rows[:, adjacency[:, column]], rows[:, column], residuals[:, column])
        for column, name in enumerate(names)
        if tested[column]
    ]
    gaussian = adjusted(np.array([report.gaussian_p for report in reports]))
    linear = adjusted(np.array([report.linear_p for report in reports]))
    even = adjusted(np.array([report.even_p for report in reports]))
    return tuple(
        replace(report, gaussian_p=float(g), linear_p=float(s), even_p=float(e))
        for report, g, s, e in zip(reports, gaussian, linear, even, strict=True)
    )


def _report(
    name: str, parents: FloatArray, values: FloatArray, residual: FloatArray
) -> ResidualReport:
    spread = residual.std()
    if spread == 0:  # a column whose rarer values are not among these rows
        return ResidualReport(name, parents.shape[1], *(float("nan"),) * 5)
    z = (residual - residual.mean()) / spread
    linear_p, even_p = _regression_tests(parents, values)
    return ResidualReport(
        name,
        parents.shape[1],
        float((z**3).mean()),
        float((z**4).mean()) - 3.0,
        float(stats.shapiro(z).pvalue),
        linear_p,
        even_p,
    )


def _regression_tests(parents: FloatArray, values: FloatArray) -> tuple[float, float]:
    from statsmodels.regression.linear_model import OLS
    from statsmodels.stats.diagnostic import het_breuschpagan, linear_reset

    parents = parents[:, parents.std(axis=0) > 0]
    n, k = parents.shape
    if k == 0 or n < k + SPARE_ROWS:
        return float("nan"), float("nan")
    # Standardised, so that the powers of fitted values stay in range.
    z = (parents - parents.mean(axis=0)) / parents.std(axis=0)
    design = np.column_stack([np.ones(n), z])
    with warnings.catch_warnings():
        # A test that cannot be computed is NaN, and says nothing.
        warnings.simplefilter("ignore")
        fit = OLS((values - values.mean()) / values.std(), design).fit()
        reset = linear_reset(fit, power=3, test_type="fitted", use_f=True, cov_type="HC1")
        even = het_breuschpagan(fit.resid, design)
    return float(reset.pvalue), float(even[1])


# Beyond this many columns a first fit would take minutes.
MOST_COLUMNS = 500
# Restarts of the searches, by the largest number of columns for which there is time for them. Work
# is counted, not seconds: a table gets the same advice on any machine, however busy.
RESTARTS = ((100, 20), (250, 5), (MOST_COLUMNS, 1))
# Beyond this many, DirectLiNGAM's comparisons of pairs take too long for a first look.
MOST_COLUMNS_LINGAM = 50


@dataclass(frozen=True)
class EqualVarianceReport:
    """Whether residual variances are equal in the best graph that takes them to be so.

    Parameters
    ----------
    n_edges : int
        Edges of the graph that ``topo-bic-ev`` finds.
    variance_ratio : float
        Largest divided by smallest residual variance in it, in the units given.
    largest, smallest : str
        The variables with these.
    equal_p : float
        Levene's test about the median (Brown and Forsythe): small, if they differ.
    """

    n_edges: int
    variance_ratio: float
    largest: str
    smallest: str
    equal_p: float


@dataclass(frozen=True)
class GraphReport:
    """Figures of the graph that ``topo-bic`` finds, with the extended BIC for many columns.

    Parameters
    ----------
    n_edges, n_undirected : int
        Edges, and those among them whose direction the equivalence class leaves open.
    varsortability, r2_sortability : float
        Of the data along this graph, which is an estimate: 1, if sorting gives its order away.
    is_complete : bool
        Whether the search ended by itself, not at its limit of iterations.
    n_test_rows : int
        Rows on which residuals were tested, drawn by chance where there are more.
    residuals : tuple of ResidualReport
        Tests of the residuals, one for each column of kind real or count.
    equal_variances : EqualVarianceReport
        The same for the graph that ``topo-bic-ev`` finds.
    lingam_residuals : tuple of ResidualReport
        The same tests for the graph that ``direct-lingam`` finds, if some residual is not Gaussian
        and there are at most 50 columns. Where noise is not Gaussian, a linear relation bends when
        it is looked at from its effect; along the right graph it does not.
    """

    n_edges: int
    n_undirected: int
    varsortability: float
    r2_sortability: float
    is_complete: bool
    n_test_rows: int
    residuals: tuple[ResidualReport, ...]
    equal_variances: EqualVarianceReport
    lingam_residuals: tuple[ResidualReport, ...] = ()


def extended_bic_gamma(n_samples: int, n_features: int) -> float:
    """Return the gamma of the extended BIC that so many columns call for.

    BIC alone is consistent for d below √n (Chen and Chen 2008).

    Examples
    --------
    >>> from causal_dag.advice.graph_report import extended_bic_gamma
    >>> [extended_bic_gamma(100, d) for d in (10, 11, 101)]
    [0.0, 0.5, 1.0]
    """
    if n_features**2 <= n_samples:
        return 0.0
    return 0.5 if n_features <= n_samples else 1.0


def knowledge_about(
    knowledge: PriorKnowledge | None, names: Sequence[str]
) -> PriorKnowledge | None:
    """Return what is said of these columns alone; None if nothing was said at all.

    Examples
    --------
    >>> from causal_dag import PriorKnowledge
    >>> from causal_dag.advice.graph_report import knowledge_about
    >>> knowledge = PriorKnowledge(roots=["rain", "id"], forbidden=[("rain", "id")])
    >>> about = knowledge_about(knowledge, ["rain", "wet"])
    >>> about.roots, about.forbidden
    (('rain',), ())
    """
    if knowledge is None:
        return None
    known = set(names)
    return replace(
        knowledge,
        forbidden=[edge for edge in knowledge.forbidden if known.issuperset(edge)],
        required=[edge for edge in knowledge.required if known.issuperset(edge)],
        tiers=[[node for node in tier if node in known] for tier in knowledge.tiers],
        roots=[node for node in knowledge.roots if node in known],
        leaves=[node for node in knowledge.leaves if node in known],
        given=[node for node in knowledge.given if node in known],
    )


def graph_report(
    moments: Moments,
    test_rows: FloatArray,
    continuous: Sequence[bool],
    prior_knowledge: PriorKnowledge | None = None,
) -> GraphReport:
    """Fit ``topo-bic`` and ``topo-bic-ev``, and return what they show.

    Parameters
    ----------
    moments : Moments
        Of all rows, with names.
    test_rows : ndarray of shape (m, d)
        The rows, or some of them, for tests of the residuals.
    continuous : sequence of bool
        Which columns hold so many different values that testing their residuals makes sense.
    prior_knowledge : PriorKnowledge, optional
        What is known of the graph; what it says of other columns is left out.

    Examples
    --------
    >>> from causal_dag import Moments
    >>> from causal_dag.advice.graph_report import graph_report
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 4, edges_per_node=1, random_state=0)
    >>> report = graph_report(Moments.from_rows(X, ["a", "b", "c", "d"]), X, [True] * 4)
    >>> report.equal_variances.variance_ratio < 1.5
    True
    """
    names = list(moments.feature_names or ())
    known = knowledge_about(prior_knowledge, names)
    model = _fitted("topo-bic", moments, known)
    residuals = _residuals(model, test_rows, names, continuous)
    class_of_graph = model.cpdag_
    return GraphReport(
        n_edges=int(model.adjacency_.sum()),
        n_undirected=int((class_of_graph & class_of_graph.T).sum()) // 2,
        varsortability=varsortability(moments, model.weights_),
        r2_sortability=r2_sortability(moments, model.weights_),
        is_complete=model.converged_,
        n_test_rows=len(test_rows),
        residuals=residuals,
        equal_variances=_equal_variances(_fitted("topo-bic-ev", moments, known), test_rows, names),
        lingam_residuals=_lingam_residuals(residuals, test_rows, names, continuous, known),
    )


def _residuals(
    model: DAGEstimator, rows: FloatArray, names: Sequence[str], continuous: Sequence[bool]
) -> tuple[ResidualReport, ...]:
    residuals = rows - model.predict(_named(rows, names))
    return residual_reports(rows, residuals, model.adjacency_, names, continuous)


def _lingam_residuals(
    residuals: Sequence[ResidualReport],
    rows: FloatArray,
    names: Sequence[str],
    continuous: Sequence[bool],
    known: PriorKnowledge | None,
) -> tuple[ResidualReport, ...]:
    n, d = rows.shape
    has_shape = any(report.gaussian_p < LEVEL for report in residuals)
    varies = (rows != rows[0]).any(axis=0).all()
    if not has_shape or d > MOST_COLUMNS_LINGAM or n <= d or not varies:
        return ()
    estimator = make_solver("direct-lingam", prior_knowledge=known)
    with held_back():
        try:
            model = estimator.fit(_named(rows, names))
        except ValueError:  # collinear on these rows
            return ()
    return _residuals(model, rows, names, continuous)


def _fitted(solver: str, moments: Moments, known: PriorKnowledge | None) -> DAGEstimator:
    restarts = next(count for columns, count in RESTARTS if moments.n_features <= columns)
    estimator = make_solver(
        solver,
        gamma=extended_bic_gamma(moments.n_samples, moments.n_features),
        n_restarts=restarts,
        prior_knowledge=known,
        random_state=0,
    )
    # The audit reports what they say as findings of its own.
    with held_back():
        model = estimator.fit_moments(moments)
    if model.status_ == Status.INTERRUPTED:
        # A search that was stopped would give another graph the next time.
        raise KeyboardInterrupt
    return model


def _equal_variances(
    model: DAGEstimator, test_rows: FloatArray, names: Sequence[str]
) -> EqualVarianceReport:
    variance = model.noise_variance_
    largest, smallest = int(variance.argmax()), int(variance.argmin())
    residuals = test_rows - model.predict(_named(test_rows, names))
    return EqualVarianceReport(
        int(model.adjacency_.sum()),
        float(variance[largest] / max(variance[smallest], np.finfo(np.float64).tiny)),
        names[largest],
        names[smallest],
        float(stats.levene(*residuals.T, center="median").pvalue),
    )


def _named(rows: FloatArray, names: Sequence[str]) -> object:
    import pandas as pd

    return pd.DataFrame(rows, columns=pd.Index(list(names)))
