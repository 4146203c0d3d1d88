"""Mistakes: a type checker must report every line that says so, and no other; never run."""

import causal_dag
from causal_dag import DAGMA, GOLEM, NOTEARS, TOPO, CoLiDE, CoLiDECV, SortNRegress
from causal_dag.synthetic import (
    LinearSEM,
    load_sachs,
    make_linear_sem,
    make_nonlinear_sem,
    make_scenario,
    random_dag,
)

print(causal_dag.TOPOO)  # refused
NOTEARS(loss="l3")  # refused
NOTEARS(nonlinear="gp")  # refused
NOTEARS(lambda1="large")  # refused
DAGMA(loss="poisson")  # refused
DAGMA(l1_step="newton")  # refused
GOLEM(noise="ev")  # refused
CoLiDE(noise="ev")  # refused
CoLiDE(nosie="equal")  # refused
CoLiDECV(criterion="aic")  # refused
TOPO(criterion=object())  # refused
TOPO(moves="insertions")  # refused
TOPO(improvement="any")  # refused
TOPO(start="greedy")  # refused
SortNRegress(criterion="r3")  # refused
random_dag(5, graph="erdos-renyi")  # refused
make_linear_sem(9, 5, noise="normal")  # refused
make_linear_sem(9, 5, scale="unit")  # refused
make_nonlinear_sem(9, 5, mechanism="rbf")  # refused
make_scenario("er3", 9, 5)  # refused
LinearSEM([[0.0]], noise="normal")  # refused
load_sachs("pmaa")  # refused
load_sachs(graph="truth")  # refused
print(load_sachs().target)  # refused
