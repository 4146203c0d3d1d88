"""The figures that the advice quotes are those of the records."""

import itertools
import json

import numpy as np
import pandas as pd
import pytest

from causal_dag.advice.benchmark_results import results_from_document
from causal_dag.benchmarks.advice_results import results_text, summarise_records

MACHINE = {
    "causal_dag_version": "0.1.0", "git_revision": None, "python": "3.11", "platform": "Linux",
    "cpu": "a cpu", "cores": 2, "packages": '{"numpy": "2.0"}', "suite": "small",
    "started": "2026-01-01T00:00:00+00:00",
}  # fmt: skip


keys = itertools.count()


def record(**changes):
    run = {
        "data": "er1", "kind": "linear", "data_settings": '{"noise": "laplace"}', "scale": "raw",
        "n_samples": 100, "n_features": 5, "seed": 0, "solver": "mine", "method": "topo-bic",
        "origin": "causal-dag", "version": "0.1.0", "parameters": '{"penalty": 1.0}',
        "status": "done", "shd": 2.0, "cpdag_distance": 1.0, "true_edges": 4, "wall_seconds": 0.5,
        "varsortability": 0.9, "r2_sortability": 0.7,
    }  # fmt: skip
    return MACHINE | run | {"key": str(next(keys))} | changes


@pytest.fixture
def results():
    records = pd.DataFrame(
        [
            record(),
            record(key="shared", seed=1, shd=6.0, true_edges=6, wall_seconds=1.5),
            record(key="shared", suite="large", seed=1, shd=6.0, true_edges=6, wall_seconds=1.5),
            record(seed=2, status="failed", shd=np.nan, cpdag_distance=np.nan, wall_seconds=9.0),
            record(scale="standardized"),
            record(kind="sachs", data="sachs"),
        ]
    )
    return results_from_document(json.loads(results_text(summarise_records(records, "a command"))))


def test_distances_are_relative_to_the_true_edges_of_their_data_set(results):
    raw = next(kind for kind in results.kinds if kind.scale == "raw")
    (row,) = raw.rows
    assert row.shd_mean == pytest.approx((2 / 4 + 6 / 6) / 2)
    assert row.shd_sd == pytest.approx(np.std([0.5, 1.0], ddof=1), abs=1e-4)
    assert row.seconds_mean == pytest.approx(1.0)


def test_runs_without_a_graph_are_counted_and_not_averaged(results):
    raw = next(kind for kind in results.kinds if kind.scale == "raw")
    assert (raw.rows[0].runs, raw.rows[0].done, raw.data_sets) == (3, 2, 3)


def test_one_run_has_no_spread(results):
    (row,) = next(kind for kind in results.kinds if kind.scale == "standardized").rows
    assert row.shd_sd is None


def test_kinds_know_their_noise_and_methods_their_parameters(results):
    assert {kind.data for kind in results.kinds} == {"er1"}
    assert not results.kinds[0].has_gaussian_noise
    assert results.methods["mine"]["parameters"] == {"penalty": 1.0}
    assert results.provenance["command"] == "a command"
    assert results.provenance["git_revision"] == []


def test_records_of_real_tables_alone_are_refused():
    with pytest.raises(ValueError, match="simulated"):
        summarise_records(pd.DataFrame([record(kind="sachs")]), "a command")
