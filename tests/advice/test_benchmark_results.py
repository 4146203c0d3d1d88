"""The benchmark results that the package ships, and how the nearest are found."""

import json
import math
from importlib.resources import files

import pytest

from causal_dag.advice.benchmark_results import (
    RESULTS_FILE,
    nearest_kinds,
    results_from_document,
    shipped_results,
)
from causal_dag.solvers import available_solvers

TABLE = {
    "n_samples": 900, "n_features": 11, "edges_per_node": 2.0, "is_gaussian": True,
    "is_scaled": False, "may_have_equal_variances": True,
}  # fmt: skip


def kind(**changes):
    fields = {
        "data": "er", "data_settings": {}, "scale": "raw", "n_samples": 1000, "n_features": 10,
        "data_sets": 10, "true_edges": 20.0, "varsortability": 0.9, "r2_sortability": 0.8,
        "rows": [["topo-bic", 10, 9, 0.1, 0.05, 0.2, 0.1, 0.01, 0.001]],
    }  # fmt: skip
    return fields | changes


def results(*kinds):
    return results_from_document({"provenance": {}, "methods": {}, "kinds": list(kinds)})


def test_the_shipped_file_is_small_and_says_where_it_comes_from():
    path = files("causal_dag.advice").joinpath(RESULTS_FILE)
    assert len(path.read_bytes()) < 100_000
    provenance = json.loads(path.read_text(encoding="utf-8"))["provenance"]
    assert provenance["command"]
    assert provenance["suites"]
    assert provenance["causal_dag_version"]


def test_shipped_figures_are_possible():
    shipped = shipped_results()
    assert any(k.scale != "raw" for k in shipped.kinds)
    for k in shipped.kinds:
        empty = next((row for row in k.rows if row.solver == "empty"), None)
        assert empty is None or math.isclose(empty.shd_mean, 1.0)
        for row in k.rows:
            assert row.solver in shipped.methods
            assert 0 <= row.done <= row.runs
            assert row.shd_mean is None or row.shd_mean >= 0
    ours = {m["name"] for m in shipped.methods.values() if m["origin"] == "causal-dag"}
    assert ours <= set(available_solvers())


@pytest.mark.parametrize(
    ("near", "far"),
    [
        ({"n_samples": 1000}, {"n_samples": 100}),
        ({"n_features": 10}, {"n_features": 50, "true_edges": 100.0}),
        ({"true_edges": 20.0}, {"true_edges": 40.0}),
        ({}, {"data_settings": {"noise": "exponential"}}),
    ],
)
def test_the_nearer_kind_is_taken_whatever_their_order(near, far):
    for pair in ((near, far), (far, near)):
        (found,) = nearest_kinds(results(*(kind(**changes) for changes in pair)), **TABLE)
        (expected,) = results(kind(**near)).kinds
        assert found == expected


def test_each_noise_and_scale_is_shown_unless_the_table_excludes_it():
    found = results(
        kind(),
        kind(scale="standardized"),
        kind(data_settings={"noise_variance": [0.5, 10.0]}),
    )
    assert len(nearest_kinds(found, **TABLE)) == 3
    scaled = nearest_kinds(found, **(TABLE | {"is_scaled": True}))
    assert [k.scale for k in scaled] == ["standardized"]
    unequal = nearest_kinds(found, **(TABLE | {"may_have_equal_variances": False}))
    assert [(k.scale, k.has_equal_variances) for k in unequal] == [
        ("raw", False),
        ("standardized", True),
    ]
