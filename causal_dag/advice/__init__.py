"""What a table looks like, which solvers suit it, and which edges survive other units."""
