import numpy as np
import pytest

from causal_dag.solvers.continuous.adam_kernels import (
    ALL_STEPS_DONE,
    LEFT_DOMAIN,
    LONGEST_INTERVAL,
    REFRESH_TOLERANCE,
    STALLED,
    adam_steps,
    invert_m_matrix,
    move,
    next_interval,
    pad,
    update_moments,
    work_space,
)


def times(C, matrix):
    """Multiply by C; by one of several, every m-th column by the same."""
    if C.ndim == 2:
        return C @ matrix
    return np.column_stack([C[j % len(C)] @ column for j, column in enumerate(matrix.T)])


def plain_adam(
    W, scale, C, free, group, smallest, mu, lambda1, s, rate, n_steps, may_shorten,
    largest=np.inf, proximal=False, lowest=-np.inf,
):  # fmt: skip
    """The same descent line by line, with general inverses, in double precision throughout."""
    identity = np.eye(len(W))
    size = np.bincount(group)
    first, second = np.zeros_like(W), np.zeros_like(W)
    inverse, age, interval = None, 0, 1
    for step in range(1, n_steps + 1):
        if inverse is None or age == interval:
            former, inverse, age = inverse, np.linalg.inv(s * identity - W * W), 0
            if former is not None:
                total = np.linalg.norm(W * inverse.T)
                change = np.linalg.norm(W * (inverse - former).T) / total if total else 0.0
                interval = next_interval(interval, change)
        age += 1
        score = -times(C, identity - W) / scale[group]
        subgradient = 0.0 if proximal else lambda1 * np.sign(W)
        gradient = free * (mu * (score + subgradient) + 2 * W * inverse.T)
        first = 0.99 * first + 0.01 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        length = rate / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        direction = first / (1 - 0.99**step)
        while (np.linalg.inv(s * identity - (W - length * direction) ** 2) < -1e-10).any():
            if not may_shorten:
                return None
            length, rate = length / 2, rate / 2
        W = W - length * direction
        if proximal:
            W = np.sign(W) * np.maximum(np.abs(W) - length * mu * lambda1, 0.0)
        W = np.maximum(W, lowest)
        residual = np.diag((identity - W).T @ times(C, identity - W))
        scale = np.clip(np.sqrt(np.bincount(group, residual) / size), smallest, largest)
    return W, scale, rate, first, second


def problem(d, n_groups, seed=0):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(50, d)) @ (np.eye(d) + np.triu(generator.normal(size=(d, d)), 1))
    C = np.cov(X.T, bias=True).reshape(d, d)
    free = (generator.random((d, d)) < 0.8).astype(float)
    W = free * 0.1 * generator.normal(size=(d, d))
    group = np.arange(d) % n_groups
    scale = np.sqrt(np.diag(C))[:n_groups].copy()
    return W, scale, C, free, group, 1e-3 * scale


def run(
    W, scale, C, free, group, smallest, mu, lambda1, s, rate, n_steps, may_shorten,
    largest=np.inf, chunks=1, proximal=False, lowest=-np.inf, interval=1,
):  # fmt: skip
    d = len(W)
    padded, scale = pad(W), scale.copy()
    moments = np.zeros((2, *padded.shape), np.float32)
    C_unit = float(np.abs(C).max())
    unit = max(1.0, mu * C_unit / float(scale.min()))
    subgradient = np.full((d, d), mu * lambda1 * (not proximal) / unit)
    shrinkage = np.full((d, d), mu * lambda1 * proximal / unit)
    entries = np.array([pad(free), pad(subgradient), pad(shrinkage)])
    groups = np.array([np.bincount(group), smallest, np.broadcast_to(largest, scale.shape)])
    matrices = C.reshape(-1, d, d)
    several = np.array([pad(matrix) for matrix in matrices])
    columns = np.argsort(np.arange(d) % len(matrices), kind="stable")
    starts = np.cumsum([0, *np.bincount(np.arange(d) % len(matrices), minlength=len(matrices))])
    done = 0
    for _ in range(chunks):
        count, rate, interval, outcome = adam_steps(
            padded, moments, scale, several, pad(times(C, np.eye(d))),
            (several / C_unit).astype(np.float32), columns, starts, C_unit, group, groups,
            entries, mu / unit, 1 / unit, s, lowest, rate, interval, done, n_steps // chunks,
            may_shorten, work_space(len(padded)),
        )  # fmt: skip
        done += count
    first, second = moments
    first, second = first[:d, :d] * np.float64(unit), second[:d, :d] * np.float64(unit) ** 2
    return outcome, padded[:d, :d], scale, rate, first, second, padded


def test_what_memory_held_before_does_not_matter(monkeypatch):
    case = (*problem(5, 1), 0.7, 0.05, 1.0, 3e-4, 12, True)
    expected = run(*case)
    monkeypatch.setattr(np, "empty", lambda shape, dtype=float: np.full(shape, np.nan, dtype))
    outcome, W, *_ = run(*case)
    assert outcome == expected[0] == ALL_STEPS_DONE
    np.testing.assert_array_equal(W, expected[1])


@pytest.mark.parametrize("d", [1, 2, 3, 4, 5, 8, 9])
def test_the_inverse_of_an_m_matrix(d):
    generator = np.random.default_rng(d)
    B = generator.random((d, d))
    B /= np.abs(np.linalg.eigvals(B)).max()
    A = pad(1.05 * np.eye(d) - B)
    for k in range(d, len(A)):
        A[k, k] = 1.05
    expected = np.linalg.inv(A)
    assert invert_m_matrix(A, np.empty((len(A), 4)), np.empty((4, len(A))))
    np.testing.assert_allclose(A, expected, rtol=1e-11, atol=1e-13)
    assert (A >= 0).all()


@pytest.mark.parametrize("seed", range(10))
def test_a_matrix_is_refused_exactly_where_its_inverse_is_not_non_negative(seed):
    generator = np.random.default_rng(seed)
    B = generator.random((8, 8)) ** 3
    radius = np.abs(np.linalg.eigvals(B)).max()
    for s in (0.5 * radius, 0.99 * radius, 1.01 * radius, 2 * radius):
        A = s * np.eye(8) - B
        is_m_matrix = bool((np.linalg.inv(A) >= -1e-12).all())
        assert invert_m_matrix(A, np.empty((8, 4)), np.empty((4, 8))) == is_m_matrix == (s > radius)


@pytest.mark.parametrize(
    ("d", "n_groups"), [(1, 1), (2, 1), (2, 2), (4, 1), (5, 5), (7, 2), (9, 1)]
)
@pytest.mark.parametrize("proximal", [False, True])
@pytest.mark.parametrize("lowest", [-np.inf, 0.0])
def test_the_kernel_descends_like_its_plain_twin(d, n_groups, proximal, lowest):
    case = (*problem(d, n_groups), 0.7, 0.05, 1.0, 3e-4, 12, True)
    options = {"proximal": proximal, "lowest": lowest}
    outcome, W, scale, rate, first, second, padded = run(*case, **options)
    expected = plain_adam(*case, **options)
    assert outcome == ALL_STEPS_DONE
    # Steps and running means are in single precision.
    np.testing.assert_allclose(W, expected[0], rtol=0, atol=1e-6)
    for got, wanted in zip((scale, rate, first, second), expected[1:], strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5)
    assert not padded[d:].any()
    assert not padded[:, d:].any()


@pytest.mark.parametrize(("n_groups", "n_matrices"), [(1, 2), (7, 3), (7, 7)])
def test_columns_may_have_covariances_of_their_own(n_groups, n_matrices):
    W, scale, C, free, group, smallest = problem(7, n_groups)
    several = np.array([C, *(problem(7, 1, seed)[2] for seed in range(1, n_matrices))])
    case = (W, scale, several, free, group, smallest, 0.7, 0.05, 1.0, 3e-4, 12, True)
    _, found, scale, *_ = run(*case)
    expected = plain_adam(*case)
    np.testing.assert_allclose(found, expected[0], rtol=0, atol=1e-6)
    np.testing.assert_allclose(scale, expected[1], rtol=1e-4)


@pytest.mark.parametrize("held_at", [0.5, 1.0, 40.0])
def test_a_scale_between_equal_bounds_is_held(held_at):
    W, _, C, free, group, _ = problem(5, 1)
    held = np.array([held_at])
    case = (W, held, C, free, group, held, 0.7, 0.05, 1.0, 3e-4, 12, True, held)
    _, after, scale, *_ = run(*case)
    assert scale == held
    np.testing.assert_allclose(after, plain_adam(*case)[0], rtol=0, atol=1e-6)


def test_entries_that_are_not_free_keep_their_value():
    W, scale, C, free, group, smallest = problem(5, 1)
    _, after, *_ = run(W, scale, C, free, group, smallest, 1.0, 0.05, 1.0, 3e-4, 10, True)
    np.testing.assert_array_equal(after[free == 0], W[free == 0])
    assert (after[free == 1] != W[free == 1]).all()


def test_a_descent_in_pieces_is_the_descent_in_one():
    case = (*problem(5, 2), 0.7, 0.05, 1.0, 3e-4, 12, True)
    whole, pieces = run(*case), run(*case, chunks=4)
    for got, wanted in zip(pieces, whole, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def at_the_rim(weight, rate, may_shorten):
    """A cycle of two weights; the first is inside the domain below 2, and is pulled outwards."""
    W = np.array([[0.0, weight], [0.5, 0.0]])
    C = 1e20 * np.array([[1.0, 5.0], [5.0, 26.0]])
    free, group = np.array([[0.0, 1.0], [0.0, 0.0]]), np.zeros(2, dtype=np.intp)
    return (
        W,
        np.array([1.0]),
        C,
        free,
        group,
        np.array([1e-3]),
        1.0,
        0.05,
        1.0,
        rate,
        8,
        may_shorten,
    )


def test_a_step_out_of_the_domain_is_undone_and_repeated_at_half_the_rate():
    case = at_the_rim(weight=1.9, rate=0.04, may_shorten=True)
    outcome, W, scale, rate, *_ = run(*case)
    expected = plain_adam(*case)
    assert outcome == ALL_STEPS_DONE
    assert rate == expected[2] < 0.04
    assert 1.9 < W[0, 1] < 2.0
    np.testing.assert_allclose(W, expected[0], rtol=1e-6)
    np.testing.assert_allclose(scale, expected[1], rtol=1e-6)


def test_a_step_out_of_the_domain_ends_a_strict_descent():
    case = at_the_rim(weight=1.9, rate=0.04, may_shorten=False)
    assert run(*case)[0] == LEFT_DOMAIN
    assert plain_adam(*case) is None


def test_steps_with_one_inverse_that_leave_the_domain_are_taken_again_one_by_one():
    # From 1.999 outwards by .0004 a step: the third step leaves the domain.
    case = at_the_rim(weight=1.999, rate=4e-4, may_shorten=True)
    kept, again = run(*case, interval=8), run(*case, interval=1)
    assert kept[0] == ALL_STEPS_DONE
    assert kept[1][0, 1] < 2.0
    for got, wanted in zip(kept, again, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-6)


@pytest.mark.parametrize("interval", [1, 3, 8])
def test_the_inverse_is_kept_longer_where_it_changes_little(interval):
    assert next_interval(interval, 0.0) == min(2 * interval, LONGEST_INTERVAL)
    assert next_interval(interval, REFRESH_TOLERANCE) == interval
    assert next_interval(interval, 1.5 * REFRESH_TOLERANCE) == max(1, int(interval / 1.5))
    assert next_interval(interval, 1e9) == 1


def test_a_start_outside_the_domain_is_said_at_once():
    outcome, W, *_ = run(*at_the_rim(weight=2.1, rate=1e-3, may_shorten=True))
    assert outcome == LEFT_DOMAIN
    assert W[0, 1] == 2.1


def test_a_descent_whose_steps_all_leave_the_domain_stalls():
    weight = np.nextafter(2.0, 0.0)
    outcome, W, _, rate, *_ = run(*at_the_rim(weight, rate=1.9e-16, may_shorten=True))
    assert outcome == STALLED
    assert rate <= 1e-16
    assert W[0, 1] == weight


@pytest.mark.parametrize("smallest", [-np.inf, 0.0])
@pytest.mark.parametrize("shrinkage", [0.0, 0.3])
def test_the_two_halves_of_a_step_make_adams_step(smallest, shrinkage):
    generator = np.random.default_rng(0)
    x, l1 = np.abs(generator.normal(size=12)), generator.random(12)
    moments = np.zeros((2, 12))
    expected, mean, square = x.copy(), np.zeros(12), np.zeros(12)
    for iteration in range(1, 6):
        gradient, slope = generator.normal(size=(2, 12))
        update_moments(x, gradient, slope, 0.7, 3.0, l1, 0.9, moments)
        after = np.empty(12)
        move(x, moments, iteration, 0.5, 0.9, np.full(12, shrinkage), smallest, after)
        total = 0.7 * (gradient + l1 * np.sign(expected)) + 3.0 * 2 * expected * slope
        mean = 0.9 * mean + 0.1 * total
        square = 0.999 * square + 0.001 * total**2
        root = np.sqrt(square / (1 - 0.999**iteration)) + 1e-8
        expected = expected - 0.5 * mean / (1 - 0.9**iteration) / root
        expected = np.sign(expected) * np.maximum(np.abs(expected) - 0.5 / root * shrinkage, 0.0)
        expected = np.maximum(expected, smallest)
        x = after
        np.testing.assert_allclose(x, expected, rtol=1e-10, atol=1e-14)
