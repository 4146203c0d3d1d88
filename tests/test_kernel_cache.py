"""Compiled code on disk: whatever is wrong with the folder, kernels run."""

import contextlib
import importlib.util
import itertools
import signal
import warnings

import numba
import numpy as np
import pytest
from numba.core import caching

from causal_dag import kernel_cache

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")

KERNELS = """
from causal_dag.kernel_cache import compiled

@compiled()
def twice(x):
    return 2 * x
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where compiled code is kept."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(kernel_cache, "_UNUSABLE", set())
    return tmp_path / "cache"


@pytest.fixture
def call(tmp_path, folder):
    """Define the kernel as a new process does, and call it: whether it was loaded, and warnings."""
    file = tmp_path / "kernels.py"
    file.write_text(KERNELS)
    numbers = itertools.count()

    def call_anew():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            spec = importlib.util.spec_from_file_location(f"kernels{next(numbers)}", file)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            assert module.twice(2.0) == 4.0
        hits = getattr(module.twice.stats, "cache_hits", {})
        return bool(hits), [str(warning.message) for warning in caught]

    return call_anew


@contextlib.contextmanager
def full_disk():
    """Writing more than a byte to any file fails, within the block: pytest has its own to write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_what_one_process_has_compiled_the_next_one_loads(call):
    assert [call(), call()] == [(False, []), (True, [])]


@pytest.mark.parametrize("content", [b"", b"\x80", b"garbage", None])
@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
def test_a_damaged_file_is_replaced_without_a_word(call, folder, suffix, content):
    call()
    (file,) = folder.rglob(f"*.{suffix}")
    file.write_bytes(file.read_bytes()[:-20] if content is None else content)
    assert [call(), call()] == [(False, []), (True, [])]


def test_a_full_disk_costs_one_warning_that_names_the_folder_and_the_remedy(call, folder):
    folder.mkdir()
    with full_disk():
        was_loaded, (message,) = call()
        again = call()
    assert not was_loaded
    assert f"compiled code cannot be kept in {folder}" in message
    assert "NUMBA_CACHE_DIR" in message
    assert again == (False, [])


def test_without_any_folder_that_can_be_written_kernels_are_compiled(call, monkeypatch):
    monkeypatch.setattr(caching.CompileResultCacheImpl, "_locator_classes", [])
    was_loaded, (message,) = call()
    assert not was_loaded
    assert "compiled code cannot be kept in any folder" in message


def test_compact_code_is_marked_for_llvm_and_computes_the_same():
    @numba.njit(pipeline_class=kernel_cache.CompactCode)
    def total(values):
        result = 0.0
        for value in values:
            result += value
        return result

    values = np.arange(10.0)
    assert total(values) == values.sum()
    assert "optsize" in total.inspect_llvm(total.signatures[0])


NESTED_KERNELS = """
from causal_dag.kernel_cache import compiled, inner_kernel

@inner_kernel
def square(x):
    return x * x

@inner_kernel
def fourth_power(x):
    return square(square(x))

@compiled()
def share(x, y):
    return fourth_power(x) / (fourth_power(x) + square(y))

@compiled()
def ratio(x, y):
    return square(x) / square(y)
"""


def test_kernels_that_kernels_call_are_compiled_into_each_of_them_and_not_kept(tmp_path, folder):
    file = tmp_path / "nested_kernels.py"
    file.write_text(NESTED_KERNELS)
    for _ in range(2):
        spec = importlib.util.spec_from_file_location("nested_kernels", file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        assert module.share(2.0, 3.0) == 16 / 25
        assert module.ratio(2.0, 3.0) == 4 / 9
    kept = {path.name.split(".")[1].split("-")[0] for path in folder.rglob("*.nbc")}
    assert kept == {"share", "ratio"}
    assert not module.square.overloads  # Loaded callers need it no more.


def test_compiled_code_is_kept_by_the_dates_of_all_files_of_kernels_that_it_contains():
    from causal_dag.solvers.order.search import restart_kernels

    module = restart_kernels.__name__
    stamp = kernel_cache._stamp_of_files(module)
    assert [name for name, _, _ in stamp] == [
        "likelihood_kernels.py", "order_kernels.py", "restart_kernels.py",
    ]  # fmt: skip
