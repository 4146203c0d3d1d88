"""Building blocks of the continuous solvers: scores, penalties, acyclicity and schemes."""
