"""Standard errors, intervals and tests of the edges of a graph, by regressions on the parents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.effects.estimates import regression
from causal_dag.moments import Moments
from causal_dag.wording import counted, escaped

if TYPE_CHECKING:
    from pandas import DataFrame

CovarianceOfEstimates = Literal["classical", "robust", "cluster"]
Correction = Literal["fdr_by", "fdr_bh", "holm", "bonferroni"]
#: What columns hold, and the statsmodels families of the regressions of such columns.
FAMILIES = {"binary": "Binomial", "count": "Poisson"}


class SelectedEdgesWarning(UserWarning):
    """Intervals do not account for the edges having been selected on the same rows."""


class Coefficients(NamedTuple):
    """Coefficients of the parents in the regression of one column.

    Parameters
    ----------
    estimate, standard_error, lower, upper, p_value, robustness_value : ndarray of shape (parents,)
        Estimates, their standard errors, the ends of confidence intervals, p-values of the
        hypothesis that a coefficient is 0, and robustness values.
    """

    estimate: FloatArray
    standard_error: FloatArray
    lower: FloatArray
    upper: FloatArray
    p_value: FloatArray
    robustness_value: FloatArray


def robustness_value(t_statistic: FloatArray, degrees_of_freedom: float) -> FloatArray:
    """Return how strong an unseen common cause would have to be to explain a coefficient away.

    An unseen variable that accounts for this share of the residual variance of both ends can bring
    the coefficient to 0; one that accounts for less of both cannot. RV = (√(f⁴ + 4f²) − f²) / 2
    with f² = t² / df (Cinelli and Hazlett 2020).

    Parameters
    ----------
    t_statistic : ndarray
        Coefficients divided by their classical standard errors.
    degrees_of_freedom : float
        Of the residuals.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.effects.edge_inference import robustness_value
    >>> robustness_value(np.array([0.0, 10.0]), 200).tolist()
    [0.0, 0.5]
    """
    # The same as the formula, without the difference of two large numbers.
    with np.errstate(divide="ignore"):
        value: FloatArray = 2 / (1 + np.sqrt(1 + 4 * degrees_of_freedom / t_statistic**2))
    return value


def coefficients_of_moments(
    moments: Moments, child: int, parents: IntArray, level: float
) -> Coefficients:
    """Regress a column on its parents by least squares, with classical standard errors.

    Parameters
    ----------
    moments : Moments
        Of the data.
    child : int
        The column that is regressed.
    parents : ndarray of int, shape (parents,)
        Its regressors, at least one.
    level : float
        Confidence level.
    """
    from scipy.stats import t

    fitted = regression(moments, child, parents.tolist())
    df = fitted.degrees_of_freedom
    with np.errstate(divide="ignore"):  # a column that its parents determine
        statistic = fitted.values / fitted.standard_errors
    lower, upper = fitted.intervals(level).T
    p_values = 2 * t.sf(np.abs(statistic), df)
    robustness = robustness_value(statistic, df)
    return Coefficients(fitted.values, fitted.standard_errors, lower, upper, p_values, robustness)


@dataclass(frozen=True, eq=False)
class RowRegressions:
    """Regressions of the columns of a table on their parents, by statsmodels.

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        The data.
    column_values : {"real", "binary", "count"}
        Least squares, logistic or Poisson regressions.
    covariance : {"classical", "robust", "cluster"}
        How standard errors are estimated.
    groups : ndarray of int, shape (n,), or None
        With ``"cluster"``, which rows belong together.
    """

    rows: FloatArray
    column_values: str
    covariance: CovarianceOfEstimates = "classical"
    groups: IntArray | None = None

    def coefficients(self, child: int, parents: IntArray, level: float) -> Coefficients:
        """Regress one column on its parents.

        Parameters
        ----------
        child : int
            The column that is regressed.
        parents : ndarray of int, shape (parents,)
            Its regressors, at least one.
        level : float
            Confidence level.
        """
        from statsmodels.tools import add_constant

        design = add_constant(self.rows[:, parents], has_constant="add")
        model, is_linear = self._model(self.rows[:, child], design), self.column_values == "real"
        options: dict[str, Any] = {"use_t": is_linear}
        if self.covariance == "robust":
            options["cov_type"] = "HC3" if is_linear else "HC0"
        elif self.covariance == "cluster":
            options |= {"cov_type": "cluster", "cov_kwds": {"groups": self.groups}}
        fitted = model.fit(**options)
        robustness = np.full(parents.shape, np.nan)
        if is_linear:
            classical = fitted if self.covariance == "classical" else model.fit()
            robustness = robustness_value(classical.tvalues[1:], classical.df_resid)
        lower, upper = np.asarray(fitted.conf_int(alpha=1 - level))[1:].T
        return Coefficients(
            fitted.params[1:], fitted.bse[1:], lower, upper, fitted.pvalues[1:], robustness
        )

    def _model(self, values: FloatArray, design: FloatArray) -> Any:
        from statsmodels.genmod import families
        from statsmodels.genmod.generalized_linear_model import GLM
        from statsmodels.regression.linear_model import OLS

        if self.column_values == "real":
            return OLS(values, design)
        return GLM(values, design, family=getattr(families, FAMILIES[self.column_values])())

    def require_estimable(self, child: int, parents: IntArray, label: str) -> None:
        """Raise ``ValueError`` if there are too few rows, or the parents are collinear.

        Parameters
        ----------
        child : int
            The column that is regressed.
        parents : ndarray of int, shape (parents,)
            Its regressors.
        label : str
            Name of the column.
        """
        n, k = len(self.rows), parents.size
        if n <= k + 1:
            raise ValueError(
                f"column {escaped(label)} has {counted(k, 'parent')}, and X only "
                f"{counted(n, 'row')}; pass more rows"
            )
        centred = self.rows[:, parents] - self.rows[:, parents].mean(axis=0)
        scale = np.sqrt((centred**2).sum(axis=0))
        if not scale.all() or np.linalg.matrix_rank(centred / scale, tol=1e-8) < k:
            raise ValueError(
                f"column {escaped(label)}: its parents are collinear or constant in X, so that "
                "their weights are not determined; pass other rows, or drop a column"
            )


def inference_table(
    edges: "DataFrame",
    labels: Sequence[str],
    data: Moments | RowRegressions,
    level: float,
    correction: Correction,
) -> "DataFrame":
    """Return the frame that ``edge_table`` of a fitted estimator documents.

    Parameters
    ----------
    edges : DataFrame
        ``edges_`` of the estimator.
    labels : sequence of str
        Names of the columns.
    data : Moments or RowRegressions
        What the regressions are computed from.
    level : float
        Confidence level.
    correction : {"fdr_by", "fdr_bh", "holm", "bonferroni"}
        For multiple testing, as statsmodels names it.
    """
    from statsmodels.stats.multitest import multipletests

    position = {label: column for column, label in enumerate(labels)}
    causes = np.array([position[name] for name in edges["cause"]], dtype=np.intp)
    effects = np.array([position[name] for name in edges["effect"]], dtype=np.intp)
    columns = {name: np.zeros(len(edges)) for name in Coefficients._fields}
    for places, found in _regressions(causes, effects, labels, data, level):
        for name, values in found._asdict().items():
            columns[name][places] = values
    frame = edges[["cause", "effect"]].assign(**columns)
    is_real = isinstance(data, Moments) or data.column_values == "real"
    scale = np.sqrt(data.variance) if isinstance(data, Moments) else data.rows.std(axis=0)
    units = scale[causes] / scale[effects] if is_real else scale[causes]
    frame.insert(3, "standardized", frame["estimate"] * units)
    p_values = frame["p_value"].to_numpy()
    adjusted = multipletests(p_values, method=correction)[1] if len(frame) else p_values
    frame.insert(frame.columns.get_loc("p_value") + 1, "p_adjusted", adjusted)
    return frame.assign(decided_by=edges["decided_by"])


def _regressions(
    causes: IntArray,
    effects: IntArray,
    labels: Sequence[str],
    data: Moments | RowRegressions,
    level: float,
) -> Iterator[tuple[IntArray, Coefficients]]:
    """Yield, for every column with parents, the places of its edges and the coefficients."""
    for child in np.unique(effects):
        places = np.flatnonzero(effects == child)
        if isinstance(data, Moments):
            yield places, coefficients_of_moments(data, int(child), causes[places], level)
        else:
            data.require_estimable(int(child), causes[places], labels[child])
            yield places, data.coefficients(int(child), causes[places], level)
