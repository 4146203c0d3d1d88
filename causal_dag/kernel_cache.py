"""Compiled kernels, and the folder they are kept in from one process to the next."""

import logging
import os
import sys
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit
from numba._dynfunc import make_function
from numba.core.caching import FunctionCache
from numba.core.codegen import CPUCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.lowering import Lower
from numba.core.typed_passes import BaseNativeLowering, NativeLowering

Function = TypeVar("Function", bound=Callable[..., Any])

# Folders that this process has warned about.
_UNUSABLE: set[str] = set()

MESSAGE = (
    "compiling solvers, which takes up to 10 seconds and is done once (per machine and version)"
)


class _Notice:
    """Reports once per process that code is compiled; ``say`` is None to disable the report."""

    def __init__(self) -> None:
        self.say: Callable[[str], object] | None = _line_on_a_terminal
        self.is_said = False

    def give(self) -> None:
        """Say it, unless that was done before."""
        if not self.is_said:
            self.is_said = True
            logging.getLogger(__name__).info(MESSAGE)
            if self.say is not None:
                self.say(MESSAGE)


def _line_on_a_terminal(line: str) -> None:
    # Pipes, notebooks, doctests and captured output stay as they are.
    if sys.stderr is not None and sys.stderr.isatty():
        print(f"causal-dag: {line}", file=sys.stderr)


#: A command replaces ``say`` by its own way to tell the user.
notice = _Notice()


def compiled(**options: Any) -> Callable[[Function], Function]:
    """Compile a function by ``numba.njit``, and keep the machine code on disk where that works.

    numba's own ``cache=True`` passes every fault of the folder on to the caller: the kernel then
    fails wherever it is called. Here a damaged file is replaced, and where nothing can be read or
    written the kernel is compiled in every process, with a warning that names the folder.

    Parameters
    ----------
    **options
        Of ``numba.njit``, but for ``cache``.

    Examples
    --------
    >>> from causal_dag.kernel_cache import compiled
    >>> @compiled(nogil=True)  # doctest: +SKIP
    ... def twice(x):  # in a file: the cache is kept by the file's name and date
    ...     return 2 * x
    >>> twice(2.0)  # doctest: +SKIP
    4.0
    """

    def decorate(function: Function) -> Function:
        kernel: Any = njit(**options)(function)
        if kernel is not function:  # as under NUMBA_DISABLE_JIT
            kernel._cache = _cache_of(function, kernel._cache)
        return kernel  # type: ignore[no-any-return]

    return decorate


def compact_kernel(function: Function) -> Function:
    """Compile a function that decides more than it calculates, and allocates nothing.

    It is compiled as ``CompactCode``, releases the interpreter lock, and does not count references
    to arrays (_nrt), which Python holds during the call. A division by zero gives infinity, as in
    numpy.

    Examples
    --------
    >>> from causal_dag.kernel_cache import compact_kernel
    >>> @compact_kernel  # doctest: +SKIP
    ... def double(x):
    ...     for i in range(x.size):
    ...         x[i] *= 2.0
    """
    return compiled(nogil=True, error_model="numpy", _nrt=False, pipeline_class=CompactCode)(
        function
    )


def inner_kernel(function: Function) -> Function:
    """Compile a function of numbers and arrays that only other kernels call.

    numba optimizes a kernel together with all kernels that it calls. So those are left as they are
    until then: they are neither optimized nor turned into machine code nor kept on disk, and cannot
    be called from Python. They may allocate nothing, as references to arrays are not counted
    (_nrt). A division by zero gives infinity, as in numpy.

    Examples
    --------
    >>> from causal_dag.kernel_cache import compiled, inner_kernel
    >>> @inner_kernel  # doctest: +SKIP
    ... def square(x):
    ...     return x * x
    >>> @compiled(nogil=True)  # doctest: +SKIP
    ... def fourth_power(x):
    ...     return square(square(x))
    """
    options: dict[str, Any] = {
        "error_model": "numpy",
        "_nrt": False,
        "pipeline_class": _LinkedCode,
        "no_cpython_wrapper": True,
        "no_cfunc_wrapper": True,
    }
    kernel: Any = njit(**options)(function)
    return kernel  # type: ignore[no-any-return]


class _CompactLower(Lower):
    def setup_function(self, fndesc: Any) -> None:
        """Begin the LLVM function, and ask that it be kept short."""
        super().setup_function(fndesc)  # type: ignore[no-untyped-call]
        self.function.attributes.add("optsize")


@register_pass(mutates_CFG=True, analysis_only=False)  # type: ignore[no-untyped-call]
class _CompactLowering(BaseNativeLowering):
    _name = "compact_lowering"  # type: ignore[assignment]

    @property
    def lowering_class(self) -> type[Lower]:
        """What turns numba's representation of a function into LLVM's."""
        return _CompactLower


class _LinkedLibrary(CPUCodeLibrary):
    """LLVM code that waits to be linked into that of a caller, and optimized there."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()  # type: ignore[no-untyped-call]
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)  # type: ignore[no-untyped-call]
class _LinkedLowering(_CompactLowering):
    _name = "linked_lowering"

    def run_pass(self, state: Any) -> bool:
        """Lower the function into a library that is only linked."""
        context, name = state.targetctx, state.func_id.func_qualname
        library: Any = _LinkedLibrary(context.codegen(), name)  # type: ignore[no-untyped-call]
        state.library, state.flags.no_compile = library, True
        super().run_pass(state)  # type: ignore[no-untyped-call]
        fndesc, env = state.cr.fndesc, state.cr.env
        # What callers look the code up by. It has no address and is never called.
        function = make_function(fndesc.lookup_module(), fndesc.qualname, "", 0, env, (library,))
        state.cr = state.cr._replace(cfunc=function)
        context.insert_user_function(function, fndesc, [library])
        return True


def _pipeline(state: Any, lowering: type[BaseNativeLowering]) -> list[Any]:
    """Return numba's own passes, with another lowering."""
    builder: Any = DefaultPassBuilder
    manager = builder.define_nopython_pipeline(state)
    manager.passes = [
        (lowering if which is NativeLowering else which, description)
        for which, description in manager.passes
    ]
    manager.finalize()
    return [manager]


class CompactCode(CompilerBase):
    """Compiler of kernels that decide more than they calculate: half the time to compile.

    LLVM unrolls every loop and adds a vectorized copy of it, and numba has that optimized again in
    every kernel that calls it. Loops over some dozen numbers run no faster for it. To be passed on
    as ``compiled(pipeline_class=CompactCode)``.
    """

    def define_pipelines(self) -> list[Any]:
        """Return numba's own passes, with another lowering."""
        return _pipeline(self.state, _CompactLowering)


class _LinkedCode(CompilerBase):
    """Compiler of kernels that only kernels call."""

    def define_pipelines(self) -> list[Any]:
        """Return numba's own passes, with another lowering."""
        return _pipeline(self.state, _LinkedLowering)


class _ForgivingCache:
    """numba's cache of one function; if it fails, the function is compiled again.

    It is kept by the dates of all files of kernels that the function's file uses, since their code
    is compiled into it; numba looks at the function's own file only.
    """

    def __init__(self, cache: Any, module: str) -> None:
        self._cache, self._module = cache, module

    @property
    def cache_path(self) -> str:
        """The folder."""
        return str(self._cache.cache_path)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return what is kept for a signature; None, and a fresh start, where that is damaged."""
        loaded = None
        try:
            self._cache._cache_file._source_stamp = _stamp_of_files(self._module)
            loaded = self._cache.load_overload(sig, target_context)
        except Exception as fault:  # what unpickling damaged files raises is anybody's guess
            self._begin_anew(fault)
        if loaded is None:
            notice.give()
        return loaded

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled for a signature, if possible."""
        try:
            self._cache.save_overload(sig, data)
        except Exception as fault:
            self._give_up(fault)

    def _begin_anew(self, fault: Exception) -> None:
        try:
            self._cache.flush()
        except OSError:
            self._give_up(fault)

    def _give_up(self, fault: Exception) -> None:
        self._cache.disable()
        _warn_of(self.cache_path, fault)


def _stamp_of_files(module: str) -> list[tuple[str, float, int]]:
    """Return the date and size of the files of a module and all modules of kernels it uses."""
    used, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name in sys.modules and name not in used:
            used.add(name)
            values = vars(sys.modules[name]).values()
            names = [
                getattr(value, "__module__", getattr(value, "__name__", "")) for value in values
            ]
            waiting += [other for other in names if str(other).endswith("_kernels")]
    files = [sys.modules[name].__file__ for name in sorted(used)]
    status = [(file, os.stat(file)) for file in files if file is not None]
    return [(os.path.basename(file), found.st_mtime, found.st_size) for file, found in status]


def _cache_of(function: Callable[..., Any], without: Any) -> Any:
    numbas_cache: Any = FunctionCache
    try:
        return _ForgivingCache(numbas_cache(function), function.__module__)
    except RuntimeError as fault:  # there is no folder that can be written
        _warn_of("any folder", fault)
        return without


def _warn_of(folder: str, fault: Exception) -> None:
    if folder not in _UNUSABLE:
        _UNUSABLE.add(folder)
        warnings.warn(
            f"compiled code cannot be kept in {folder} ({type(fault).__name__}: {fault}), so that "
            "every process compiles it again; free space there, delete the folder if it is "
            "damaged, or set NUMBA_CACHE_DIR to a folder that can be written",
            RuntimeWarning,
            stacklevel=2,
        )
