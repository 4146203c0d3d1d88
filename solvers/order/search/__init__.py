"""Searches over orders and over graphs: moves, restarts, and all subsets where nodes are few."""
