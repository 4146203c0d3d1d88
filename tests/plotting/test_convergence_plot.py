"""Panels show a trace's figures, none is empty, and runs can be told apart."""

import sys

import matplotlib
import numpy as np
import pytest

from causal_dag import CoLiDE, EmptyDAG, EqVar
from causal_dag.plotting import plot_convergence
from causal_dag.problem import StageRecord
from causal_dag.solvers import compared_solvers, make_solver
from causal_dag.synthetic import make_linear_sem

CONTINUOUS = tuple(
    StageRecord(stage, 5.0 + stage, 4.0, h, 10.0**stage, non_zeros=9 - stage, seconds=0.5 * stage)
    for stage, h in enumerate([1.0, 1e-3, 0.0])
)
ORDERS = tuple(StageRecord(stage, 7.0 - stage, 8.0, non_zeros=4) for stage in range(4))


def labels(figure):
    return [ax.get_ylabel() for ax in figure.axes]


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_panels_show_the_figures_of_every_stage():
    figure = plot_convergence(CONTINUOUS)
    assert labels(figure) == ["objective", "score", "acyclicity h", "μ or ρ", "weights ≠ 0"]
    lines = [ax.get_lines()[0] for ax in figure.axes]
    assert lines[0].get_xdata().tolist() == [0, 1, 2]
    assert lines[0].get_ydata().tolist() == [5, 6, 7]
    assert lines[3].get_ydata().tolist() == [1, 10, 100]
    assert lines[4].get_ydata().tolist() == [9, 8, 7]
    assert [ax.get_yscale() for ax in figure.axes] == ["linear", "linear", "log", "log", "linear"]
    assert not figure.legends


def test_a_logarithmic_axis_has_no_point_for_zero():
    shown = plot_convergence(CONTINUOUS).axes[2].get_lines()[0].get_ydata()
    assert np.array_equal(shown, [1.0, 1e-3, np.nan], equal_nan=True)


def test_seconds_can_be_the_horizontal_axis():
    figure = plot_convergence(CONTINUOUS, against="seconds")
    assert figure.axes[0].get_lines()[0].get_xdata().tolist() == [0, 0.5, 1]
    assert figure.axes[-1].get_xlabel() == "seconds"


def test_panels_that_would_be_empty_are_left_out():
    assert labels(plot_convergence(ORDERS)) == ["objective", "score", "weights ≠ 0"]
    without_score = [StageRecord(0, 1.0)]
    assert labels(plot_convergence(without_score)) == ["objective", "weights ≠ 0"]


def test_a_score_that_is_the_objective_is_not_drawn_twice():
    same = [StageRecord(stage, 3.0 - stage, 3.0 - stage, non_zeros=2) for stage in range(3)]
    assert labels(plot_convergence(same)) == ["objective", "weights ≠ 0"]
    assert "score" in labels(plot_convergence([same, list(ORDERS)]))


def test_several_runs_have_their_own_colors_dashes_and_labels():
    figure = plot_convergence({"path": CONTINUOUS, "orders": ORDERS})
    assert len(figure.axes) == 5
    first, second = figure.axes[0].get_lines()
    assert first.get_color() != second.get_color()
    assert first.get_linestyle() != second.get_linestyle()
    assert legend(figure) == ["path", "orders"]
    assert legend(plot_convergence([CONTINUOUS, ORDERS])) == ["run 1", "run 2"]


def test_estimators_are_labeled_by_their_parameters():
    X, _ = make_linear_sem(100, 3, edges_per_node=1, random_state=0)
    models = [EqVar().fit(X), EqVar(penalty=1.0).fit(X)]
    assert legend(plot_convergence(models)) == ["EqVar()", "EqVar(penalty=1.0)"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", compared_solvers())
def test_every_solver_s_fit_can_be_drawn(name):
    X, _ = make_linear_sem(60, 3, edges_per_node=1, random_state=0)
    solver = make_solver(name)
    few = {"max_iter": 300, "warm_up_iter": 100, "n_restarts": 1}
    solver.set_params(**{key: few[key] for key in few.keys() & solver.get_params().keys()})
    above_median = np.greater(X, np.median(X, axis=0))
    model = solver.fit(X if solver.column_values == "real" else above_median)
    figure = plot_convergence(model)
    assert "objective" in labels(figure)
    figure.draw_without_rendering()


def test_what_is_no_run_is_refused_with_the_remedy():
    with pytest.raises(TypeError, match=r"CoLiDE\(\) has no trace_; give an estimator after fit"):
        plot_convergence(CoLiDE())
    with pytest.raises(TypeError, match="3 has no trace_"):
        plot_convergence(3)
    with pytest.raises(ValueError, match="no run to draw"):
        plot_convergence({})
    with pytest.raises(ValueError, match="against='hours' is not known"):
        plot_convergence(ORDERS, against="hours")
    model = EmptyDAG()
    model.trace_ = ()
    with pytest.raises(ValueError, match="has no record"):
        plot_convergence(model)


def test_neither_pyplot_nor_settings_are_touched():
    settings = dict(matplotlib.rcParams)
    plot_convergence([CONTINUOUS, ORDERS])
    assert dict(matplotlib.rcParams) == settings
    if "matplotlib.pyplot" in sys.modules:
        assert sys.modules["matplotlib.pyplot"].get_fignums() == []
