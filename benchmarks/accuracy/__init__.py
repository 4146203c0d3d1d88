"""Accuracy of the solvers on data sets of known graph, as commands."""
