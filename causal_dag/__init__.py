"""From a table of numbers to a directed acyclic graph one can trust.

Every solver is an estimator in the style of scikit-learn, importable from here::

    from causal_dag import CoLiDE
    model = CoLiDE(noise="equal").fit(X)
    model.weights_

Names are loaded when first used, so that importing the package costs next to nothing.
"""

import importlib
import importlib.util
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from causal_dag.version import __version__ as __version__

if TYPE_CHECKING:
    from causal_dag import advice as advice
    from causal_dag import graph as graph
    from causal_dag import metrics as metrics
    from causal_dag import plotting as plotting
    from causal_dag import selection as selection
    from causal_dag import solvers as solvers
    from causal_dag import synthetic as synthetic
    from causal_dag.certainty.bootstrap_dag import BootstrapDAG as BootstrapDAG
    from causal_dag.certainty.posterior_dag import PosteriorDAG as PosteriorDAG
    from causal_dag.comparison.dag_selector import DAGSelector as DAGSelector
    from causal_dag.constraints import PriorKnowledge as PriorKnowledge
    from causal_dag.estimator import DAGEstimator as DAGEstimator
    from causal_dag.moments import Moments as Moments
    from causal_dag.row_counts import distinct_rows as distinct_rows
    from causal_dag.saving.models import load_model as load_model
    from causal_dag.solvers.colide import CoLiDE as CoLiDE
    from causal_dag.solvers.colide import CoLiDECV as CoLiDECV
    from causal_dag.solvers.dagma import DAGMA as DAGMA
    from causal_dag.solvers.dagma import DAGMACV as DAGMACV
    from causal_dag.solvers.direct_lingam import DirectLiNGAM as DirectLiNGAM
    from causal_dag.solvers.empty_dag import EmptyDAG as EmptyDAG
    from causal_dag.solvers.eqvar import EqVar as EqVar
    from causal_dag.solvers.exact_dag import ExactDAG as ExactDAG
    from causal_dag.solvers.ges import GES as GES
    from causal_dag.solvers.golem import GOLEM as GOLEM
    from causal_dag.solvers.log_ll import LogLL as LogLL
    from causal_dag.solvers.notears import NOTEARS as NOTEARS
    from causal_dag.solvers.notears import NOTEARSCV as NOTEARSCV
    from causal_dag.solvers.order.certificate import KKTReport as KKTReport
    from causal_dag.solvers.order.certificate import kkt_report as kkt_report
    from causal_dag.solvers.random_dag import RandomDAG as RandomDAG
    from causal_dag.solvers.sort_n_regress import SortNRegress as SortNRegress
    from causal_dag.solvers.topo import TOPO as TOPO
    from causal_dag.solvers.topo import TOPOCV as TOPOCV
    from causal_dag.spline_moments import SplineMoments as SplineMoments
    from causal_dag.time_series.lagged_dag import LaggedDAG as LaggedDAG

# Everything but the classes that the registry knows.
_MODULES = {
    "BootstrapDAG": "causal_dag.certainty.bootstrap_dag",
    "check_graph": "causal_dag.advice.graph_check",
    "DAGEstimator": "causal_dag.estimator",
    "DAGSelector": "causal_dag.comparison.dag_selector",
    "KKTReport": "causal_dag.solvers.order.certificate",
    "LaggedDAG": "causal_dag.time_series.lagged_dag",
    "Moments": "causal_dag.moments",
    "PosteriorDAG": "causal_dag.certainty.posterior_dag",
    "PriorKnowledge": "causal_dag.constraints",
    "SplineMoments": "causal_dag.spline_moments",
    "distinct_rows": "causal_dag.row_counts",
    "load_model": "causal_dag.saving.models",
    "kkt_report": "causal_dag.solvers.order.certificate",
}


if not TYPE_CHECKING:  # a checker that saw this function would take any name for one of ours

    def __getattr__(name: str) -> Any:
        """Load a name from its module, a solver class from the registry, or a submodule."""
        if name == "__all__":
            return _public_names()
        if name in _MODULES:
            value = getattr(importlib.import_module(_MODULES[name]), name)
        elif name[:1].isupper():
            value = _solver_classes().get(name)
        else:
            value = _submodule(name)
        if value is None:
            raise AttributeError(f"module 'causal_dag' has no attribute {name!r}")
        globals()[name] = value
        return value


def _submodule(name: str) -> ModuleType | None:
    full_name = f"causal_dag.{name}"
    if name.startswith("_") or importlib.util.find_spec(full_name) is None:
        return None
    return importlib.import_module(full_name)


def _solver_classes() -> Mapping[str, type]:
    classes: Mapping[str, type] = importlib.import_module("causal_dag.solvers").solver_classes()
    return classes


def _public_names() -> list[str]:
    """Return what ``from causal_dag import *`` imports: classes and functions, no submodule."""
    return sorted({*_MODULES, *_solver_classes()})


def __dir__() -> list[str]:
    import pkgutil

    submodules = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted({*globals(), *_public_names(), *submodules})
