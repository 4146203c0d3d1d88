"""Named scenarios."""

import numpy as np
import pytest

from causal_dag.synthetic import SCENARIOS, available_scenarios, make_linear_sem, make_scenario


@pytest.mark.parametrize("name", available_scenarios())
def test_every_scenario_draws_data_of_its_model(name):
    X, sem = make_scenario(name, 30, 20, random_state=0)
    assert X.shape == (30, 20)
    np.testing.assert_array_equal(X, sem.sample(30, random_state=0))


@pytest.mark.parametrize("name", available_scenarios())
def test_a_name_says_how_many_edges_there_are(name):
    family, edges_per_node = name[:2], int(name[2])
    assert SCENARIOS[name].settings["graph"] == family
    counts = [make_scenario(name, 1, 30, seed)[1].adjacency.sum() for seed in range(20)]
    assert np.mean(counts) == pytest.approx(30 * edges_per_node, rel=0.1)


def test_equal_and_unequal_variances():
    for name, scenario in SCENARIOS.items():
        if "scale" in scenario.settings:
            continue
        _, sem = make_scenario(name, 1, 20, random_state=0)
        assert (np.ptp(sem.noise_variance) > 5) == ("-nv" in name)


def test_a_scenario_is_a_call_with_its_settings():
    X, _ = make_scenario("er4-nv", 10, 12, random_state=5)
    settings = {"graph": "er", "edges_per_node": 4, "noise_variance": (0.5, 10.0)}
    np.testing.assert_array_equal(X, make_linear_sem(10, 12, random_state=5, **settings)[0])


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        SCENARIOS["er2-ev"].settings["edges_per_node"] = 9
    available_scenarios().clear()
    assert available_scenarios()


def test_an_unknown_name_lists_the_known():
    with pytest.raises(ValueError, match="name='er9' is not known; choose one of 'er2-ev'"):
        make_scenario("er9", 10, 10)
