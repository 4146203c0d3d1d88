"""Building blocks of the order-based solvers: scores, criteria, searches and certificates."""
