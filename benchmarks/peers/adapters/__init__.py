"""One file a package, run in that package's environment, where causal-dag is not installed.

``load(method)`` imports what the method needs and returns ``fit(X, parameters, seed)``, which
returns a matrix ``A`` in our convention: ``A[i, j]`` is not zero where there is an edge i → j, and
neither ``A[i, j]`` nor ``A[j, i]`` is zero where i — j is undirected.
"""
