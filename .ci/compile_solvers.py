"""Compile what the solvers use, so that processes which start together do not do it twice."""

from causal_dag.comparison.compiled_code import load_compiled_code
from causal_dag.solvers import available_solvers, make_solver

for name in available_solvers():
    load_compiled_code(make_solver(name))
