"""What a table looks like, which solvers suit it, and which edges survive other units."""

from causal_dag.advice.advice import Advice, advise
from causal_dag.advice.finding import Finding
from causal_dag.advice.solver_rules import SolverAdvice
from causal_dag.advice.table_audit import TableAudit, audit_table
from causal_dag.advice.unit_changes import EdgeSurvival, UnitChangeAudit, unit_change_audit

__all__ = [
    "Advice",
    "EdgeSurvival",
    "Finding",
    "SolverAdvice",
    "TableAudit",
    "UnitChangeAudit",
    "advise",
    "audit_table",
    "unit_change_audit",
]
