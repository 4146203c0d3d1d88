"""Records of runs that never took place: a small world in which the truth is known."""

import hashlib
import itertools
import json

import numpy as np
import pandas as pd
import pytest

#: How far from the truth a solver is in a graph of 10 nodes: on raw columns, and on standardized.
ERRORS = {
    "topo": (4.0, 4.0),
    "notears": (5.0, 13.0),
    "direct-lingam": (9.0, 9.0),
    "sort-by-variance": (10.0, 16.0),
    "random": (22.0, 22.0),
}
BASELINES = ("sort-by-variance", "random")


def key_of(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def record(data, n, d, scale, seed, solver, noise):
    """Return a run that is done."""
    raw, standardized = ERRORS.get(solver, (8.0, 9.0))
    shd = max(0, round((raw if scale == "raw" else standardized) * d / 10 + 1.5 * noise))
    truth = 2 * d
    f1 = max(0.0, 1.0 - shd / truth)
    seconds = 0.01 * d * (1 + len(solver) % 5)
    return {
        "suite": "small-world", "key": key_of(data, n, d, scale, seed, solver),
        "data": data, "kind": "linear", "data_settings": json.dumps({"edges_per_node": 2}),
        "n_samples": n, "n_features": d, "scale": scale, "seed": seed,
        "solver": solver, "method": solver, "origin": "causal-dag", "version": "0.1",
        "parameters": json.dumps({"lambda1": 0.1}) if solver == "notears" else "{}",
        "baseline": solver in BASELINES, "status": "done", "message": "",
        "wall_seconds": seconds, "cpu_seconds": 1.1 * seconds,
        "peak_memory_mb": 150.0 + d, "start_memory_mb": 140.0,
        "shd": shd, "cpdag_distance": shd + 1, "sid": 2 * shd, "f1": f1, "precision": f1,
        "recall": f1, "fdr": 1 - f1, "tpr": f1, "skeleton_f1": f1, "edges": truth + shd % 3,
        "true_edges": truth, "score": -20.0 - 0.01 * shd, "true_score": -20.0,
        "bic": 5000.0 + shd - 4, "true_bic": 5000.0,
        "varsortability": 0.95 if scale == "raw" else 0.5, "r2_sortability": 0.6, "cut_edges": 0,
        "converged": None if solver in BASELINES else True, "solver_status": "converged",
        "started": f"2025-01-01T00:00:{seed:02d}+00:00", "causal_dag_version": "0.1",
        "git_revision": "abc1234", "python": "3.11.2", "platform": "Linux", "cpu": "A processor",
        "cores": 2, "threads": 1, "packages": json.dumps({"numpy": "2.0", "scipy": "1.13"}),
    }  # fmt: skip


def made_records(
    *,
    solvers=tuple(ERRORS),
    data=("er2",),
    sizes=((100, 10), (100, 20)),
    scales=("raw", "standardized"),
    seeds=range(6),
):
    """Return a frame of runs that are all done; the same one every time."""
    generator = np.random.default_rng(0)
    rows = []
    for label, (n, d), seed in itertools.product(data, sizes, seeds):
        hardness = generator.normal()
        for scale, solver in itertools.product(scales, solvers):
            noise = hardness + 0.7 * generator.normal()
            rows.append(record(label, n, d, scale, seed, solver, noise))
    return pd.DataFrame(rows)


MEASURES = [
    "shd", "cpdag_distance", "sid", "f1", "precision", "recall", "fdr", "tpr", "skeleton_f1",
    "edges", "true_edges", "score", "true_score", "bic", "true_bic", "varsortability",
    "r2_sortability", "cut_edges",
]  # fmt: skip


def with_failures(records, mask, status="time limit", message="stopped after 60 s"):
    """Return the records with some runs not done."""
    records = records.copy()
    records["cut_edges"] = records["cut_edges"].astype(float)
    records = records.astype(dict.fromkeys(MEASURES, float))
    records.loc[mask, MEASURES] = np.nan
    records.loc[mask, ["converged", "solver_status"]] = None
    records.loc[mask, "status"] = status
    records.loc[mask, "message"] = message
    return records


@pytest.fixture(scope="session")
def make_records():
    """The function that makes records."""
    return made_records


@pytest.fixture(scope="session")
def fail():
    """The function that lets runs fail."""
    return with_failures


@pytest.fixture
def records():
    """Five solvers, two sizes, two scales, six seeds; all done."""
    return made_records()
