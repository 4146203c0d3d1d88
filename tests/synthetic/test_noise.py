"""Noise distributions against scipy's."""

import numpy as np
import pytest
from scipy import stats

from causal_dag.synthetic import NOISES
from causal_dag.synthetic.noise import centred_noise, random_variances

UNIT = {
    "gaussian": stats.norm(),
    "laplace": stats.laplace(scale=1 / np.sqrt(2)),
    "exponential": stats.expon(loc=-1),
    "gumbel": stats.gumbel_r(loc=-np.euler_gamma * np.sqrt(6) / np.pi, scale=np.sqrt(6) / np.pi),
    "uniform": stats.uniform(loc=-np.sqrt(3), scale=2 * np.sqrt(3)),
    "student-t": stats.t(5, scale=np.sqrt(3 / 5)),
}


def test_there_is_an_oracle_for_every_noise():
    assert set(UNIT) == set(NOISES)


@pytest.mark.parametrize("noise", NOISES)
def test_oracle_is_centred_with_unit_variance(noise):
    assert UNIT[noise].mean() == pytest.approx(0, abs=1e-12)
    assert UNIT[noise].var() == pytest.approx(1)


@pytest.mark.parametrize("noise", NOISES)
def test_noise_follows_its_distribution(noise):
    drawn = centred_noise(noise, np.array([0.25, 1.0, 9.0]), 4000, np.random.default_rng(1))
    for column, scale in zip(drawn.T, [0.5, 1.0, 3.0], strict=True):
        assert stats.kstest(column / scale, UNIT[noise].cdf).pvalue > 0.001


@pytest.mark.parametrize("noise", NOISES)
def test_noise_has_mean_zero_and_the_stated_variance(noise):
    n = 200_000
    drawn = centred_noise(noise, np.array([4.0]), n, np.random.default_rng(2))[:, 0]
    kurtosis = float(UNIT[noise].stats("k"))
    assert drawn.mean() == pytest.approx(0, abs=4 * 2 / np.sqrt(n))
    assert drawn.var() == pytest.approx(4, rel=4 * np.sqrt((kurtosis + 2) / n))


@pytest.mark.parametrize("noise", NOISES)
def test_columns_are_uncorrelated(noise):
    drawn = centred_noise(noise, np.ones(3), 20_000, np.random.default_rng(3))
    correlation = np.corrcoef(drawn, rowvar=False) - np.eye(3)
    assert np.abs(correlation).max() < 4 / np.sqrt(20_000)


def test_variances_from_a_range_are_uniform():
    drawn = random_variances((0.5, 10.0), 5000, random_state=0)
    assert stats.kstest(drawn, stats.uniform(0.5, 9.5).cdf).pvalue > 0.01


@pytest.mark.parametrize("bad", [0, -1.0, np.nan, "1", (2, 1), (0, 1), (1, 2, 3)])
def test_variances_that_are_none_are_named(bad):
    with pytest.raises(ValueError, match="noise_variance="):
        random_variances(bad, 3)


def test_a_list_of_variances_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match="one variance per variable as a numpy array"):
        random_variances([1.0, 2.0, 3.0], 3)


def test_unknown_noise_is_named():
    with pytest.raises(ValueError, match="noise='cauchy' is not known; choose one of 'gaussian'"):
        centred_noise("cauchy", np.ones(2), 5, np.random.default_rng(0))


def test_each_variable_can_have_a_distribution_of_its_own():
    def signs(generator, shape):
        return generator.choice([-1.0, 1.0], shape)

    laws, variance = ["uniform", signs, "gaussian"], np.array([1.0, 4.0, 9.0])
    drawn = centred_noise(laws, variance, 4000, np.random.default_rng(5))
    assert stats.kstest(drawn[:, 0], UNIT["uniform"].cdf).pvalue > 0.001
    assert set(drawn[:, 1].tolist()) == {-2.0, 2.0}
    assert stats.kstest(drawn[:, 2] / 3, "norm").pvalue > 0.001
    assert np.abs(np.corrcoef(drawn, rowvar=False) - np.eye(3)).max() < 4 / np.sqrt(4000)
    few = centred_noise(laws, variance, 5, np.random.default_rng(5))
    np.testing.assert_array_equal(few, drawn[:5])


@pytest.mark.parametrize(
    ("noise", "message"),
    [
        (["gaussian"], r"noise=\['gaussian'\] has 1 entries for 2 variables; give one for all"),
        (["gaussian", "cauchy"], "noise='cauchy' is not known"),
        (lambda generator, shape: np.zeros(3), r"array of shape \(3,\).* asked for, \(5, 2\)"),
        (lambda generator, shape: np.full(shape, np.inf), "not finite; it must return finite"),
        (
            lambda generator, shape: np.full(shape, 1j),
            "noise=.*type complex128.* finite real numbers",
        ),
        (lambda generator, shape: "abc", "noise=.*type <U3.* finite real numbers"),
    ],
)
def test_bad_distributions_are_named(noise, message):
    with pytest.raises(ValueError, match=message):
        centred_noise(noise, np.ones(2), 5, np.random.default_rng(0))


def test_distributions_may_be_in_an_array():
    laws, variance = ["uniform", "gumbel"], np.ones(2)
    expected = centred_noise(laws, variance, 5, np.random.default_rng(0))
    drawn = centred_noise(np.array(laws), variance, 5, np.random.default_rng(0))
    np.testing.assert_array_equal(drawn, expected)


@pytest.mark.parametrize("values", [["a", "b"], [None, 1.0], [1j, 1.0], [np.nan, 1.0]])
def test_variances_that_are_no_positive_numbers_are_named(values):
    with pytest.raises(ValueError, match=r"noise_variance=array.* must be > 0, one for each of 2"):
        random_variances(np.array(values), 2)
