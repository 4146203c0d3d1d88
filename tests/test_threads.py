"""Fits side by side in threads leave the process as it was, and give what they give alone."""

import logging
import os
import random
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_info, threadpool_limits

from causal_dag import Moments, blas_threads
from causal_dag.blas_threads import one_blas_thread
from causal_dag.comparison.compare import compare_solvers
from causal_dag.fit_warnings import held_back, warn
from causal_dag.selection import regularization_path
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_linear_sem

QUICK = ["notears", "topo-bic", "eqvar", "direct-lingam", "sortnregress-var", "sortnregress-r2",
         "exact", "empty"]  # fmt: skip


@pytest.fixture(autouse=True)
def two_blas_threads():
    """The tests have one; a fit that takes one has to bring back as many as there were."""
    with threadpool_limits(2, user_api="blas"):
        yield


def thread_counts():
    return [(pool["filepath"], pool["num_threads"]) for pool in threadpool_info()]


@pytest.fixture(scope="module")
def X():
    return make_linear_sem(100, 5, edges_per_node=1.5, random_state=1)[0]


def test_eight_threads_of_fits_change_nothing_of_the_process(X):
    alone = {name: make_solver(name).fit(X).raw_weights_ for name in QUICK}
    threads, filters, shown = thread_counts(), list(warnings.filters), warnings.showwarning
    state, global_state = random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002
    with ThreadPoolExecutor(8) as pool:
        names = QUICK * 5
        models = list(pool.map(lambda name: make_solver(name).fit(X), names))
    for name, model in zip(names, models, strict=True):
        assert model.raw_weights_.tobytes() == alone[name].tobytes()
    assert thread_counts() == threads
    assert warnings.filters == filters
    assert warnings.showwarning is shown
    assert random.getstate() == state
    assert (np.random.get_state()[1] == global_state).all()  # noqa: NPY002


def test_comparisons_and_paths_in_threads_leave_the_filters(X):
    filters = list(warnings.filters)
    with ThreadPoolExecutor(4) as pool:
        rows = [pool.submit(compare_solvers, X, ["eqvar"], n_jobs=1) for _ in range(4)]
        paths = [
            pool.submit(regularization_path, make_solver("notears"), X, lambdas=2) for _ in range(4)
        ]
        for future in rows + paths:
            future.result()
    assert warnings.filters == filters


def test_the_limit_lasts_until_the_last_of_overlapping_fits_and_no_longer():
    before = thread_counts()
    first, second = one_blas_thread(), one_blas_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert {n for path, n in thread_counts() if "blas" in path} <= {1}
    second.__exit__(None, None, None)
    assert thread_counts() == before


def test_a_warning_is_held_back_in_its_own_thread_only():
    def in_another_thread():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            warn("heard", ConvergenceWarning)
        return len(caught)

    with ThreadPoolExecutor(1) as pool, held_back(ConvergenceWarning):
        warn("not heard", ConvergenceWarning)
        assert pool.submit(in_another_thread).result() == 1
    with pytest.warns(ConvergenceWarning, match="heard") as caught:
        warn("heard", ConvergenceWarning)
    assert caught[0].filename == __file__


FIRST_FIT = """
import os, random, sys, warnings
import numpy as np
X = np.random.default_rng(0).normal(size=(60, 4))
# The estimator imports scikit-learn, which adds warning filters of its own when it is imported.
import causal_dag.estimator, causal_dag.solvers
state, numpy_state = random.getstate(), np.random.get_state()[1].copy()
filters = list(warnings.filters)
files = len(os.listdir("/proc/self/fd"))
for name in sys.argv[1:]:
    causal_dag.solvers.make_solver(name).fit(X)
same = random.getstate() == state and (np.random.get_state()[1] == numpy_state).all()
print(bool(same), warnings.filters == filters, len(os.listdir("/proc/self/fd")) - files)
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="reads /proc")
def test_the_first_fits_of_a_process_change_no_random_state_and_leave_no_file_open():
    result = subprocess.run(
        [sys.executable, "-c", FIRST_FIT, *QUICK], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["True", "True", "0"]


def test_records_go_to_the_logger_and_nowhere_by_default(X, caplog, capfd):
    make_solver("eqvar").fit(X)
    assert capfd.readouterr() == ("", "")
    with caplog.at_level(logging.DEBUG, logger="causal_dag"):
        model = make_solver("notears").fit_moments(Moments.from_rows(X))
    levels = [record.levelname for record in caplog.records]
    assert levels == ["DEBUG"] * len(model.trace_) + ["INFO"]
    assert caplog.records[-1].getMessage().startswith("NOTEARS: converged; objective ")
    assert all(record.name == "causal_dag" for record in caplog.records)
    assert capfd.readouterr().out == ""


class Library:
    """A library of linear algebra, in whose setting of threads Ctrl-C comes once."""

    def __init__(self, interrupted_call):
        self.num_threads, self.calls, self.interrupted_call = 4, 0, interrupted_call

    def set_num_threads(self, number):
        self.calls += 1
        is_interrupted = abs(self.interrupted_call) == self.calls
        if not (is_interrupted and self.interrupted_call < 0):
            self.num_threads = number
        if is_interrupted:
            raise KeyboardInterrupt


@pytest.mark.parametrize("call", [1, 2, -1, -2])
def test_ctrl_c_while_threads_are_set_leaves_no_limit(monkeypatch, call):
    libraries = [Library(call), Library(0)]
    monkeypatch.setattr(blas_threads, "_libraries", lambda: libraries)
    with pytest.raises(KeyboardInterrupt), blas_threads.one_blas_thread():
        pass
    assert [library.num_threads for library in libraries] == [4, 4]
    with blas_threads.one_blas_thread():
        assert [library.num_threads for library in libraries] == [1, 1]
    assert [library.num_threads for library in libraries] == [4, 4]
