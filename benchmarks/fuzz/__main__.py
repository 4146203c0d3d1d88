"""Fit many hostile inputs, and report every one that does not end correctly."""

import argparse
import collections
import faulthandler
import sys
import time

import numpy as np

from causal_dag.benchmarks.fuzz.cases import Case, draw_case, violation
from causal_dag.comparison.compiled_code import load_compiled_code
from causal_dag.registry import available_solvers

# A fit that takes longer, with a time budget of a second, hangs.
LONGEST_FIT = 30.0
ENDS_THE_PROCESS = 300.0


def main() -> int:
    """Run the command; the exit status is 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1000, help="how many (default 1000)")
    parser.add_argument("--first", type=int, default=0, help="seed of the first one (default 0)")
    options = parser.parse_args()
    solvers, wrong = available_solvers(), collections.Counter[str]()
    for solver in solvers:
        load_compiled_code(Case(solver, {"time_budget": 1.0}, None).estimator())
    started, longest = time.perf_counter(), 0.0
    for seed in range(options.first, options.first + options.inputs):
        case = draw_case(np.random.default_rng(seed), solvers)
        faulthandler.dump_traceback_later(ENDS_THE_PROCESS, exit=True)
        began = time.perf_counter()
        found = violation(case)
        seconds = time.perf_counter() - began
        faulthandler.cancel_dump_traceback_later()
        longest = max(longest, seconds)
        if found is None and seconds > LONGEST_FIT:
            found = f"took {seconds:.0f} s"
        if found is not None:
            wrong[found[:60]] += 1
            print(f"{seed}: {case.solver}({case.parameters}): {found}", flush=True)
    print(
        f"{options.inputs} inputs, {sum(wrong.values())} wrong, longest fit {longest:.1f} s, "
        f"{time.perf_counter() - started:.0f} s in all"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
