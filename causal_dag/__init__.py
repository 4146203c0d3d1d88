"""From a table of numbers to a directed acyclic graph one can trust.

Every solver is an estimator in the style of scikit-learn, importable from here::

    from causal_dag import CoLiDE
    model = CoLiDE(noise="equal").fit(X)
    model.weights_

Names are loaded when first used, so that importing the package costs next to nothing.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from causal_dag.constraints import PriorKnowledge as PriorKnowledge
    from causal_dag.estimator import DAGEstimator as DAGEstimator
    from causal_dag.moments import Moments as Moments
    from causal_dag.saved_models import load_model as load_model
    from causal_dag.solvers.colide import CoLiDE as CoLiDE
    from causal_dag.solvers.colide_cv import CoLiDECV as CoLiDECV
    from causal_dag.solvers.dagma import DAGMA as DAGMA
    from causal_dag.solvers.dagma_cv import DAGMACV as DAGMACV
    from causal_dag.solvers.direct_lingam import DirectLiNGAM as DirectLiNGAM
    from causal_dag.solvers.empty_dag import EmptyDAG as EmptyDAG
    from causal_dag.solvers.eqvar import EqVar as EqVar
    from causal_dag.solvers.exact_dag import ExactDAG as ExactDAG
    from causal_dag.solvers.golem import GOLEM as GOLEM
    from causal_dag.solvers.log_ll import LogLL as LogLL
    from causal_dag.solvers.notears import NOTEARS as NOTEARS
    from causal_dag.solvers.notears_cv import NOTEARSCV as NOTEARSCV
    from causal_dag.solvers.order.certificate import KKTReport as KKTReport
    from causal_dag.solvers.order.certificate import kkt_report as kkt_report
    from causal_dag.solvers.random_dag import RandomDAG as RandomDAG
    from causal_dag.solvers.sort_n_regress import SortNRegress as SortNRegress
    from causal_dag.solvers.topo import TOPO as TOPO

__version__ = "0.1.0"

# Everything but the classes that the registry knows.
_MODULES = {
    "CoLiDECV": "causal_dag.solvers.colide_cv",
    "DAGEstimator": "causal_dag.estimator",
    "DAGMACV": "causal_dag.solvers.dagma_cv",
    "KKTReport": "causal_dag.solvers.order.certificate",
    "Moments": "causal_dag.moments",
    "NOTEARSCV": "causal_dag.solvers.notears_cv",
    "PriorKnowledge": "causal_dag.constraints",
    "load_model": "causal_dag.saved_models",
    "kkt_report": "causal_dag.solvers.order.certificate",
}


if not TYPE_CHECKING:  # a checker that saw this function would take any name for one of ours

    def __getattr__(name: str) -> Any:
        """Load a name from its module, or a solver class from the registry."""
        if name.startswith("_"):
            raise AttributeError(f"module 'causal_dag' has no attribute {name!r}")
        if name in _MODULES:
            value = getattr(importlib.import_module(_MODULES[name]), name)
        else:
            value = _solver_class(name)
        globals()[name] = value
        return value


def _solver_class(name: str) -> Any:
    # A submodule that is still to be imported (causal_dag.metrics) must not load every solver.
    if not name[0].isupper():
        raise AttributeError(f"module 'causal_dag' has no attribute {name!r}")
    classes = importlib.import_module("causal_dag.solvers").solver_classes()
    if name not in classes:
        raise AttributeError(f"module 'causal_dag' has no attribute {name!r}")
    return classes[name]


def __dir__() -> list[str]:
    classes = importlib.import_module("causal_dag.solvers").solver_classes()
    return sorted({*globals(), *_MODULES, *classes})
