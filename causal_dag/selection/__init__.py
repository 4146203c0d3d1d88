"""Choice of lambda and threshold: a regularization path, and criteria that choose on it.

Works with every estimator that has ``lambda1`` and ``weight_threshold``, and knows no solver by
name. ``NOTEARSCV``, ``CoLiDECV``, ``DAGMACV`` and ``TOPOCV`` of ``causal_dag`` are built from it.
"""

from causal_dag.selection.criterion import Candidate, Choice, Criterion, SelectionTask
from causal_dag.selection.information_criteria import BIC, ExtendedBIC, NumberOfEdges
from causal_dag.selection.path import (
    PathPoint,
    lambda_grid,
    regularization_path,
    smallest_empty_lambda,
)
from causal_dag.selection.resampling_criteria import CrossValidatedLikelihood, StARS

__all__ = [
    "BIC",
    "Candidate",
    "Choice",
    "Criterion",
    "CrossValidatedLikelihood",
    "ExtendedBIC",
    "NumberOfEdges",
    "PathPoint",
    "SelectionTask",
    "StARS",
    "lambda_grid",
    "regularization_path",
    "smallest_empty_lambda",
]
