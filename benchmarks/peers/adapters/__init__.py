"""One file per package; a file placed here is a peer.

It runs in the package's own environment, where causal-dag is not installed, and is read in ours,
where the package is not: at the top it imports the standard library and numpy only. It declares

- ``DISTRIBUTION``: the package's name on the package index, and in suites;
- ``REQUIREMENTS``: what pip is asked for, one list per step, the package's version pinned;
- ``LICENCE`` and ``URL``;
- ``METHODS``: by the name that suites use, a dictionary of ``summary``; ``output``, ``"dag"`` for a
  weighted graph or ``"pdag"`` for a partially directed one; ``parameters``, its defaults here; and
  ``load``, a function without arguments that imports what the method needs and returns ``fit``.

``fit(X, parameters, seed)`` returns a matrix ``A`` in our convention: ``A[i, j]`` is not zero where
there is an edge i → j, and neither ``A[i, j]`` nor ``A[j, i]`` is zero where i — j is undirected.
"""
