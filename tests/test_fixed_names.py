"""Names that programs of others rely on."""

import importlib
import inspect

import numpy as np
import pytest

import causal_dag
from causal_dag.solvers import make_solver

CLASSES = {
    "notears": "NOTEARS",
    "notears-logistic": "NOTEARS",
    "notears-poisson": "NOTEARS",
    "golem-ev": "GOLEM",
    "golem-nv": "GOLEM",
    "logll": "LogLL",
    "colide-ev": "CoLiDE",
    "colide-nv": "CoLiDE",
    "dagma": "DAGMA",
    "topo-ls": "TOPO",
    "topo-bic": "TOPO",
    "topo-bic-ev": "TOPO",
    "topo-logistic": "TOPO",
    "topo-bdeu": "TOPO",
    "topo-mixed": "TOPO",
    "topo-nongaussian": "TOPO",
    "topo-curves": "TOPO",
    "topo-curves-ev": "TOPO",
    "eqvar": "EqVar",
    "direct-lingam": "DirectLiNGAM",
    "sortnregress-var": "SortNRegress",
    "sortnregress-r2": "SortNRegress",
    "exact": "ExactDAG",
    "ges": "GES",
    "xges": "GES",
    "random": "RandomDAG",
    "empty": "EmptyDAG",
}

# The first parameters, in order; more may follow.
SIGNATURES = {
    "solvers.available_solvers": [],
    "solvers.make_solver": ["name", "params"],
    "solvers.register_solver": ["name", "cls", "preset"],
    "moments.Moments": ["n_samples", "mean", "covariance", "feature_names"],
    "moments.Moments.from_rows": ["X"],
    "moments.Moments.from_batches": ["batches"],
    "moments.Moments.merge": ["self", "other"],
    "moments.Moments.standardized": ["self"],
    "constraints.PriorKnowledge": ["forbidden", "required", "tiers", "roots", "leaves"],
    "estimator.DAGEstimator.fit": ["self", "X", "y", "targets"],
    "estimator.DAGEstimator.fit_moments": ["self", "moments"],
    "estimator.DAGEstimator.predict": ["self", "X"],
    "estimator.DAGEstimator.score": ["self", "X", "y"],
    "estimator.DAGEstimator.sample": ["self", "n_samples", "do", "random_state"],
    "estimator.DAGEstimator.total_effects": ["self"],
    "estimator.DAGEstimator.save": ["self", "path"],
    "saving.models.load_model": ["path"],
    "selection.regularization_path": ["estimator", "X"],
    "plotting.plot_path": ["model_or_path"],
    "synthetic.random_dag": ["n_nodes", "graph", "edges_per_node", "random_state"],
    "synthetic.LinearSEM": ["weights", "noise", "noise_variance", "intercept"],
    "synthetic.LinearSEM.sample": ["self", "n", "random_state", "do"],
    "synthetic.LinearSEM.covariance": ["self"],
    "synthetic.load_sachs": ["condition", "graph", "as_frame"],
    "metrics.structural_hamming_distance": ["true", "estimate", "reversal_cost"],
    "metrics.cpdag_distance": ["true", "estimate"],
    "metrics.structural_intervention_distance": ["true", "estimate"],
    "metrics.edge_scores": ["true", "estimate"],
    "metrics.varsortability": ["X", "true"],
    "metrics.r2_sortability": ["X", "true"],
}

FITTED = {
    "weights_", "adjacency_", "raw_weights_", "order_", "intercept_", "noise_variance_", "cpdag_",
    "objective_", "n_iter_", "converged_", "status_", "trace_", "projection_", "n_features_in_",
}  # fmt: skip


@pytest.mark.parametrize(("name", "cls"), CLASSES.items())
def test_a_registry_name_makes_its_class_which_the_package_exports(name, cls):
    assert type(make_solver(name)) is getattr(causal_dag, cls)


@pytest.mark.parametrize(("path", "parameters"), SIGNATURES.items())
def test_functions_take_their_fixed_parameters(path, parameters):
    module, *names = path.split(".")
    found = importlib.import_module(f"causal_dag.{module}")
    for name in names:
        found = getattr(found, name)
    assert list(inspect.signature(found).parameters)[: len(parameters)] == parameters


def test_fitted_attributes_have_their_fixed_names():
    model = make_solver("empty").fit(np.random.default_rng(0).normal(size=(9, 2)))
    assert all(hasattr(model, name) for name in FITTED)


@pytest.mark.parametrize("name", ["NOTEARSCV", "CoLiDECV", "DAGMACV", "TOPOCV"])
def test_selecting_estimators_have_their_fixed_parameters(name):
    expected = {
        "lambdas", "thresholds", "criterion", "cv", "n_jobs", "random_state", "prior_knowledge",
        "refit", "time_budget", "callback", "verbose",
    }  # fmt: skip
    assert expected <= set(getattr(causal_dag, name)().get_params())


def test_common_parameters_have_their_fixed_names():
    common = {
        "lambda1", "weight_threshold", "prior_knowledge", "init", "refit", "random_state",
        "n_restarts", "max_iter", "tol", "time_budget", "callback", "verbose",
    }  # fmt: skip
    used = {name for solver in CLASSES for name in make_solver(solver).get_params()}
    assert common <= used


@pytest.mark.parametrize("graph", ["er", "sf", "small-world", "bipartite", "layered"])
@pytest.mark.parametrize("scale", ["raw", "standardized", "iscm"])
def test_the_simulator_takes_its_fixed_arguments(graph, scale):
    from causal_dag.synthetic import make_linear_sem

    for noise in ("gaussian", "laplace", "exponential", "gumbel", "uniform", "student-t"):
        X, sem = make_linear_sem(
            n_samples=20, n_features=8, graph=graph, edges_per_node=1, noise=noise,
            noise_variance=(0.5, 2.0), scale=scale, random_state=0,
        )  # fmt: skip
        assert X.shape == (20, 8)
        assert sem.weights.shape == (8, 8)


def test_the_sachs_table_comes_as_a_bunch_with_its_fixed_fields():
    from causal_dag.synthetic import load_sachs

    sachs = load_sachs()
    assert sachs.data.shape == (853, 11)
    assert sachs.adjacency.sum() == 17
    assert {"data", "adjacency", "feature_names", "condition", "DESCR"} <= set(sachs)
