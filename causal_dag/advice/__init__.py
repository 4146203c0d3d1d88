"""What a table looks like, which solvers suit it, and which edges survive other units."""

from causal_dag.advice.finding import Finding
from causal_dag.advice.table_audit import TableAudit, audit_table

__all__ = ["Finding", "TableAudit", "audit_table"]
