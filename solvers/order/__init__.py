"""The order family: scores, criteria and searches in folders; what single solvers use beside."""
