"""Losses of topological orders: sums of local scores, least squares, and what they are made of."""
