"""A fit succeeds or leaves no trace."""

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from causal_dag import NOTEARS, TOPO, CoLiDECV, EmptyDAG, ExactDAG, Moments
from causal_dag.estimator import DAGEstimator
from causal_dag.problem import Solution


@pytest.fixture
def X():
    return np.random.default_rng(0).normal(size=(40, 3))


def snapshot(estimator):
    """The attributes as they are, by identity: an equal copy would be a change, too."""
    return {name: id(value) for name, value in vars(estimator).items()}


REFUSED = {
    "missing": lambda X: [[np.nan, 1.0], [1.0, 2.0], [2.0, 1.0]],
    "constant": lambda X: np.column_stack([X, np.ones(len(X))]),
    "text": lambda X: pd.DataFrame({"a": ["x", "y"], "b": [1.0, 2.0]}),
    "sample": lambda X: X[:1],
    "n_features=60": lambda X: np.random.default_rng(1).normal(size=(40, 60)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_fit_leaves_a_new_estimator_unfitted(X, case):
    estimator = ExactDAG()
    before = snapshot(estimator)
    with pytest.raises(ValueError, match=case):
        estimator.fit(REFUSED[case](X))
    assert snapshot(estimator) == before
    with pytest.raises(NotFittedError):
        estimator.predict(X)


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_fit_leaves_a_fitted_estimator_with_its_earlier_fit(X, case):
    estimator = ExactDAG().fit(pd.DataFrame(X, columns=["a", "b", "c"]))
    before = snapshot(estimator)
    with pytest.raises(ValueError, match=case):
        estimator.fit(REFUSED[case](X))
    assert snapshot(estimator) == before


@pytest.mark.parametrize(
    "estimator",
    [NOTEARS(), TOPO(), CoLiDECV(lambdas=2), EmptyDAG()],
    ids=lambda e: type(e).__name__,
)
def test_a_wrong_parameter_leaves_a_fitted_estimator_as_it_was(X, estimator):
    estimator.fit(X)
    estimator.set_params(time_budget=-1)
    before = snapshot(estimator)
    for refit in (lambda: estimator.fit(X), lambda: estimator.fit_moments(Moments.from_rows(X))):
        with pytest.raises(ValueError, match="time_budget=-1"):
            refit()
        assert snapshot(estimator) == before


def test_refused_moments_leave_no_trace(X):
    estimator = EmptyDAG()
    with pytest.raises(ValueError, match="constant"):
        estimator.fit_moments(Moments(5, np.zeros(2), np.diag([1.0, 0.0])))
    assert "n_features_in_" not in vars(estimator)


class InterruptedAt(DAGEstimator):
    """Presses Ctrl-C at the n-th look at anything of the problem or the solution."""

    def __init__(self, step=0, *, weight_threshold=0.0, prior_knowledge=None, refit=False,
                 time_budget=None, callback=None, verbose=False):  # fmt: skip
        self.step = step
        self.weight_threshold = weight_threshold
        self.prior_knowledge = prior_knowledge
        self.refit = refit
        self.time_budget = time_budget
        self.callback = callback
        self.verbose = verbose

    def solve(self, problem):
        self.solved_ = True
        if self.step == 1:
            raise KeyboardInterrupt
        return Solution(np.zeros_like(problem.moments.covariance), 0.0)

    def _store_solution(self, solution):
        super()._store_solution(solution)
        if self.step == 2:
            raise KeyboardInterrupt

    def _warn_of_answer(self, solution, problem):
        if self.step == 3:
            raise KeyboardInterrupt


@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize("is_fitted", [False, True])
def test_an_interrupted_fit_leaves_the_estimator_as_it_was(X, step, is_fitted):
    estimator = InterruptedAt()
    if is_fitted:
        estimator.fit(X)
    estimator.set_params(step=step)
    before = snapshot(estimator)
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(X[:, :2])
    assert snapshot(estimator) == before


def test_ctrl_c_in_the_callback_leaves_no_trace(X):
    def press_ctrl_c(record):
        raise KeyboardInterrupt

    estimator = NOTEARS(callback=press_ctrl_c)
    before = snapshot(estimator)
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(X)
    assert snapshot(estimator) == before


def test_a_fit_removes_what_an_earlier_one_left(X):
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    estimator = EmptyDAG().fit(frame)
    estimator.left_over_ = "from an older class"
    estimator.fit(X)
    assert not hasattr(estimator, "feature_names_in_")
    assert not hasattr(estimator, "left_over_")


def test_what_a_user_hangs_on_an_estimator_and_its_parameters_stay_the_same_objects(X):
    mu = [1.0, 0.1, 0.01, 0.001]
    estimator = NOTEARS(lambda1=np.float32(0.25), tol=np.float64(1e-6))
    estimator.note = mu
    parameters = {name: id(value) for name, value in estimator.get_params().items()}
    estimator.fit(X)
    assert {name: id(value) for name, value in estimator.get_params().items()} == parameters
    assert estimator.note is mu


def test_the_same_script_gives_the_same_answer_twice_and_none_draws_anew(X):
    from causal_dag import RandomDAG

    assert (RandomDAG().fit(X).weights_ == RandomDAG().fit(X).weights_).all()
    model = RandomDAG(random_state=None, edges_per_node=1.0)
    graphs = {model.fit(X).adjacency_.tobytes() for _ in range(30)}
    assert len(graphs) > 1
    assert (model.sample(5) == model.sample(5)).all()
    assert (model.sample(5, random_state=None) != model.sample(5, random_state=None)).any()


@pytest.mark.parametrize("way", ["rows", "moments"])
def test_an_interrupt_that_numba_hides_is_an_interrupt(monkeypatch, X, way):
    def hidden(self, problem):
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as interrupt:
            raise SystemError("a compiled function returned with an exception set") from interrupt

    monkeypatch.setattr(EmptyDAG, "solve", hidden)
    with pytest.raises(KeyboardInterrupt):
        EmptyDAG().fit(X) if way == "rows" else EmptyDAG().fit_moments(Moments.from_rows(X))


def test_other_errors_of_the_system_stay_what_they_are(monkeypatch, X):
    def broken(self, problem):
        raise SystemError("broken")

    monkeypatch.setattr(EmptyDAG, "solve", broken)
    with pytest.raises(SystemError, match="broken"):
        EmptyDAG().fit(X)
