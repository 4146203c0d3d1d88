"""StARS: the least regularisation whose graph is stable under subsampling."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from causal_dag.arrays import BoolArray
from causal_dag.declared_parameters import CheckedFields
from causal_dag.parameters import Number, PositiveInteger
from causal_dag.saving.values import saveable
from causal_dag.selection.criterion import Candidate, Choice, SelectionTask, candidates_of_grid
from causal_dag.selection.information_criteria import BIC
from causal_dag.selection.resampling import weights_over_resamples
from causal_dag.selection.thresholds import common_thresholds, graph_at


@saveable("selection.StARS")
@dataclass(frozen=True)
class StARS(CheckedFields):
    """Stability approach to regularisation selection: as many edges as subsamples agree on.

    The path is computed on subsamples of rows without replacement. The instability of λ and
    threshold is the mean over pairs of variables of the chance that two subsamples disagree on the
    pair's state: no edge, one direction, or the other. The graph with the most edges at or below
    ``instability`` is chosen. A subsample that the time budget cuts short is left out; if fewer
    than two are left, BIC chooses.

    Parameters
    ----------
    n_subsamples : int, default 20
        Number of subsamples, at least 2.
    instability : float, default 0.01
        Largest instability β that is accepted, between 0 and 1.
    n_thresholds : int, default 20
        Thresholds to choose from, where the task states none.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Subsamples have ⌊10 √n⌋ rows (Liu, Roeder and Wasserman 2010, section 4 [1]_), and ⌊0.8 n⌋
    where that is less. With two states, edge or no edge, the chance of disagreement is their
    ξ = 2θ(1 − θ). In two things this differs from the paper. Its β = 0.05 is a mean over all pairs,
    of which a sparse DAG uses few; here it lets in many edges that are not there, so β is smaller.
    And instability is not made to rise along the path. A threshold that happens to lie at the size
    of a true weight is unstable, and a smaller one is stable again; the dense graphs against which
    the paper guards are no candidates, since thresholds end at the first cycle.

    References
    ----------
    .. [1] Liu, Roeder and Wasserman, "Stability approach to regularization selection (StARS) for
       high dimensional graphical models", NeurIPS 2010, arXiv 1006.3316.

    Examples
    --------
    >>> from causal_dag import DAGMACV
    >>> from causal_dag.selection import StARS
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 4, graph="er", edges_per_node=1, random_state=0)
    >>> criterion = StARS(n_subsamples=3)
    >>> DAGMACV(criterion=criterion, lambdas=[0.02, 2.0], random_state=0).fit(X).lambda1_
    0.02
    """

    n_subsamples: Annotated[int, Number(low=2, integer=True)] = 20
    instability: Annotated[float, Number(low=0, high=1)] = 0.01
    n_thresholds: PositiveInteger = 20

    needs_rows = True

    def choose(self, task: SelectionTask) -> Choice:
        """Return all candidates, and the largest graph that is stable enough."""
        n, generator = task.problem.moments.n_samples, task.problem.random_generator
        size = subsample_size(n)
        row_sets = [
            np.sort(generator.permutation(n)[:size]).astype(np.intp)
            for _ in range(self.n_subsamples)
        ]
        paths = [path for path in weights_over_resamples(task, row_sets) if path is not None]
        if len(paths) < 2:
            return BIC().choose(task)
        constraints = task.problem.constraints
        thresholds = task.thresholds or common_thresholds(
            [point.weights for point in task.path], constraints, self.n_thresholds
        )
        instability = np.array(
            [
                [
                    edge_instability([graph_at(path[point], t, constraints) for path in paths])
                    for t in thresholds
                ]
                for point in range(len(task.path))
            ]
        )
        return self._largest_stable(candidates_of_grid(task, thresholds, instability))

    def _largest_stable(self, candidates: Sequence[Candidate]) -> Choice:
        stable = [c for c in candidates if c.value <= self.instability]
        # Where nothing is stable enough, the most regularised graph is the nearest to it.
        best = max(stable, key=lambda c: (c.n_edges, -c.value), default=candidates[0])
        return Choice(tuple(candidates), best)


def subsample_size(n_samples: int) -> int:
    """Return the number of rows of a subsample.

    Examples
    --------
    >>> from causal_dag.selection.stability import subsample_size
    >>> subsample_size(1000), subsample_size(100)
    (316, 80)
    """
    return max(2, min(math.floor(10 * math.sqrt(n_samples)), math.floor(0.8 * n_samples)))


def edge_instability(graphs: Sequence[BoolArray]) -> float:
    """Return the mean chance that two of the graphs disagree on a pair of variables.

    Parameters
    ----------
    graphs : sequence of ndarray of bool, shape (d, d)
        DAGs.

    Returns
    -------
    float
        Between 0 and 1; 1 − Σ (share of a state)², mean over the d (d − 1) / 2 pairs.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.selection.stability import edge_instability
    >>> there = np.array([[False, True], [False, False]])
    >>> edge_instability([there, ~there & there.T]), edge_instability([there, there])
    (0.5, 0.0)
    """
    d = len(graphs[0])
    if d < 2:
        return 0.0
    share = np.mean(graphs, axis=0)
    agree = share**2
    absent = 1.0 - share - share.T
    same_state = agree + agree.T + absent**2
    return float(1.0 - same_state[np.triu_indices(d, 1)].mean())
