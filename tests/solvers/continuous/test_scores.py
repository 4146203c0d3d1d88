import numpy as np
import pytest

from causal_dag.solvers.continuous.scores import ConcomitantScore, LeastSquares


def covariance(X):
    return X.T @ X / len(X)


def random_weights(d, seed=1):
    return np.random.default_rng(seed).normal(size=(d, d))


def equal_noise(X):
    return ConcomitantScore(covariance(X), np.zeros(X.shape[1], dtype=np.intp))


def unequal_noise(X):
    return ConcomitantScore(covariance(X), np.arange(X.shape[1]))


@pytest.mark.parametrize("d", [1, 2, 5])
def test_least_squares_is_half_the_mean_squared_residual(rows_of, d):
    X, W = rows_of(d), random_weights(d)
    value, _ = LeastSquares(covariance(X)).value_and_grad(W)
    assert value == pytest.approx(0.5 * ((X - X @ W) ** 2).sum() / len(X))


def test_the_gradient_of_least_squares_is_that_of_finite_differences(rows_of, central_difference):
    score, W = LeastSquares(covariance(rows_of(5))), random_weights(5)
    _, gradient = score.value_and_grad(W)
    expected = central_difference(lambda V: score.value_and_grad(V)[0], W)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-7)


def test_one_group_is_the_published_score_for_equal_noise(rows_of):
    X, W, sigma = rows_of(4), random_weights(4), 1.7
    value, _ = equal_noise(X).value_and_grad(W, np.array([sigma]))
    residual = ((X - X @ W) ** 2).sum() / len(X)
    assert value == pytest.approx(residual / (2 * sigma) + 4 * sigma / 2)


def test_one_group_a_variable_is_the_published_score_for_unequal_noise(rows_of):
    X, W, sigma = rows_of(4), random_weights(4), np.array([0.5, 1.0, 2.0, 3.0])
    value, _ = unequal_noise(X).value_and_grad(W, sigma)
    residual = X - X @ W
    trace = np.trace(residual @ np.diag(1 / sigma) @ residual.T) / (2 * len(X))
    assert value == pytest.approx(trace + sigma.sum() / 2)


@pytest.mark.parametrize("group", [[0, 0, 0, 0], [0, 1, 2, 3], [0, 1, 0, 1]])
def test_the_concomitant_gradient_is_that_of_finite_differences(rows_of, central_difference, group):
    score, W = ConcomitantScore(covariance(rows_of(4)), np.array(group)), random_weights(4)
    scale = np.linspace(0.5, 2.0, max(group) + 1)
    _, gradient = score.value_and_grad(W, scale)
    expected = central_difference(lambda V: score.value_and_grad(V, scale)[0], W)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("group", [[0, 0, 0, 0], [0, 1, 2, 3], [0, 1, 0, 1]])
def test_the_best_scale_minimises_the_score(rows_of, group):
    score, W = ConcomitantScore(covariance(rows_of(4)), np.array(group)), random_weights(4)
    best = score.best_scale(W)
    for g in range(best.size):
        for factor in (0.99, 1.01):
            other = best.copy()
            other[g] *= factor
            assert score.value_and_grad(W, other)[0] > score.value_and_grad(W, best)[0]


def test_at_the_best_scale_the_score_is_a_sum_of_roots(rows_of):
    X, W = rows_of(4), random_weights(4)
    variances = ((X - X @ W) ** 2).mean(axis=0)
    equal, unequal = equal_noise(X), unequal_noise(X)
    assert equal.value_and_grad(W, equal.best_scale(W))[0] == pytest.approx(
        np.sqrt(4 * variances.sum())
    )
    assert unequal.value_and_grad(W, unequal.best_scale(W))[0] == pytest.approx(
        np.sqrt(variances).sum()
    )


def test_the_scale_starts_at_the_smallest_standard_deviation_of_its_group(rows_of):
    X = rows_of(4) * [3.0, 1.0, 2.0, 5.0]
    deviation = X.std(axis=0)
    np.testing.assert_allclose(equal_noise(X).start_scale, [deviation.min()])
    np.testing.assert_allclose(unequal_noise(X).start_scale, deviation)
    pairs = ConcomitantScore(covariance(X), np.array([0, 0, 1, 1])).start_scale
    np.testing.assert_allclose(pairs, [deviation[:2].min(), deviation[2:].min()])


def test_a_perfect_fit_leaves_a_positive_scale():
    x = np.random.default_rng(0).normal(size=(50, 1))
    X = np.hstack([x, 2 * x]) - 3 * x.mean()
    score = unequal_noise(X - X.mean(axis=0))
    scale = score.best_scale(np.array([[0.0, 2.0], [0.0, 0.0]]))
    assert scale[1] == pytest.approx(score.floor * score.start_scale[1])


def test_scaling_the_data_scales_the_scores(rows_of):
    X, W, c = rows_of(4), random_weights(4), 7.0
    small, large = LeastSquares(covariance(X)), LeastSquares(covariance(c * X))
    assert large.value_and_grad(W)[0] == pytest.approx(c**2 * small.value_and_grad(W)[0])
    for build in (equal_noise, unequal_noise):
        small, large = build(X), build(c * X)
        np.testing.assert_allclose(large.best_scale(W), c * small.best_scale(W))
        assert large.value_and_grad(W, large.best_scale(W))[0] == pytest.approx(
            c * small.value_and_grad(W, small.best_scale(W))[0]
        )


def test_without_scales_the_concomitant_score_is_at_the_best_ones(rows_of, central_difference):
    for build in (equal_noise, unequal_noise):
        score, W = build(rows_of(4)), random_weights(4)
        value, gradient = score.value_and_grad(W)
        assert value == score.value_and_grad(W, score.best_scale(W))[0]
        expected = central_difference(lambda V, s=score: s.value_and_grad(V)[0], W)
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-7)


def test_the_scale_of_least_squares_is_one_whatever_the_weights(rows_of):
    score, W = LeastSquares(covariance(rows_of(4))), random_weights(4)
    bounds = (score.start_scale, score.smallest_scale, score.largest_scale, score.best_scale(W))
    assert [scale.tolist() for scale in bounds] == [[1.0]] * 4
    assert score.value_and_grad(W, np.array([1.0]))[0] == score.value_and_grad(W)[0]
