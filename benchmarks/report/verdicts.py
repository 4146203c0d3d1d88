"""In how many settings a method's SHD is below that of the best baseline."""

from dataclasses import dataclass

from causal_dag.benchmarks.report.measures import SHD
from causal_dag.benchmarks.report.paired import LEVEL, holm, paired_differences
from causal_dag.benchmarks.report.study import Study
from causal_dag.benchmarks.report.summaries import best_baseline


@dataclass(frozen=True)
class Verdict:
    """Numbers of settings.

    Parameters
    ----------
    better, worse : int
        SHD below, or above, the best baseline's: paired t test at 5 %, adjusted for the number of
        methods by Holm's method.
    undecided : int
        Not told apart.
    untested : int
        The method did not finish all seeds, or seeds are too few for a test.
    """

    better: int = 0
    worse: int = 0
    undecided: int = 0
    untested: int = 0

    @property
    def n_settings(self) -> int:
        """All of them."""
        return self.better + self.worse + self.undecided + self.untested


Verdicts = dict[str, Verdict]


def verdicts(study: Study, scale: str) -> Verdicts:
    """Return the verdict on every method on one scale; empty without baselines."""
    outcomes: dict[str, list[str]] = {method: [] for method in study.methods}
    for setting in study.settings:
        baseline = best_baseline(study, setting) if setting.scale == scale else None
        if baseline is None:
            continue
        values = study.values(setting, SHD.column)
        methods = [method for method in study.methods if method in values]
        complete = values[methods].dropna(axis=1)
        differences = paired_differences(complete, values[baseline])
        p_values = holm(differences["p_value"])
        for method in methods:
            known = method in complete and setting.rows != "fixed" and p_values[method] >= 0.0
            outcomes[method].append(
                _outcome(differences["mean"][method], p_values[method]) if known else "untested"
            )
    names = ("better", "worse", "undecided", "untested")
    return {
        method: Verdict(**{name: found.count(name) for name in names})
        for method, found in outcomes.items()
        if found
    }


def _outcome(mean: float, p_value: float) -> str:
    if p_value > 1.0 - LEVEL:
        return "undecided"
    return "better" if mean < 0.0 else "worse"
