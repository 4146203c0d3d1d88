"""Networks over categories: frequencies follow the tables, interventions and files are obeyed."""

import numpy as np
import pytest

from causal_dag.graph import is_dag
from causal_dag.synthetic import make_discrete_network, read_bif

SPRINKLER = """
network unknown { }
variable wet { type discrete [ 2 ] { no, yes }; }
variable rain { type discrete [ 2 ] { yes, no }; }
variable sprinkler { type discrete [ 3 ] { off, low, high }; }
probability ( rain ) { table 0.2, 0.8; }
probability ( sprinkler ) { table 0.5, 0.3, 0.2; }
probability ( wet | sprinkler, rain ) {
  (off, yes) 0.1, 0.9; (low, yes) 0.05, 0.95; (high, yes) 0.0, 1.0;
  (off, no) 1.0, 0.0;  (low, no) 0.4, 0.6;    (high, no) 0.1, 0.9;
}
"""


@pytest.fixture
def sprinkler(tmp_path):
    path = tmp_path / "sprinkler.bif"
    path.write_text(SPRINKLER)
    return read_bif(path)


def test_a_file_gives_the_graph_and_frequencies_follow_its_tables(sprinkler):
    assert sprinkler.feature_names == ("wet", "rain", "sprinkler")
    assert sprinkler.adjacency.tolist() == [[False] * 3, [True, False, False], [True, False, False]]
    X = sprinkler.sample(40_000)
    dry = X[(X["rain"] == "no") & (X["sprinkler"] == "low")]
    assert (X["rain"] == "yes").mean() == pytest.approx(0.2, abs=0.01)
    assert (dry["wet"] == "yes").mean() == pytest.approx(0.6, abs=0.02)
    assert list(X["sprinkler"].cat.categories) == ["off", "low", "high"]


def test_an_intervention_sets_a_level_whatever_the_parents(sprinkler):
    X = sprinkler.sample(20_000, do={"wet": "yes"})
    assert (X["wet"] == "yes").all()
    assert (X["rain"] == "yes").mean() == pytest.approx(0.2, abs=0.015)


def test_an_intervention_names_a_variable_and_one_of_its_levels(sprinkler):
    with pytest.raises(ValueError, match="do: column 'wet' has no level 'maybe'; its levels: 'no'"):
        sprinkler.sample(3, do={"wet": "maybe"})
    with pytest.raises(ValueError, match="do: there is no column 'wett'; did you mean 'wet'"):
        sprinkler.sample(3, do={"wett": "yes"})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (SPRINKLER, "network unknown { }", "every variable must have its probabilities, once"),
        ("[ 3 ]", "[ 4 ]", "'sprinkler' must have 4 different levels"),
        ("off, low", "off, off", "'sprinkler' must have 3 different levels"),
        ("table 0.2, 0.8", "table 0.2, 0.9", "'rain' needs 2 probabilities that add up to 1"),
        ("table 0.2, 0.8", "table -0.2, 1.2", "'rain' needs 2 probabilities"),
        ("table 0.2, 0.8", "table nan, 0.8", "'rain' needs 2 probabilities"),
        ("table 0.2, 0.8", "table 0.2, 0.7, 0.1", "'rain' needs 2 probabilities"),
        ("table 0.2, 0.8", "table a, b", "could not convert"),
        ("( rain )", "( rein )", "variable 'rein' has no levels"),
        ("( rain )", "( rain | wet )", "'rain' needs 2 .* for every combination"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path, old, new, message):
    assert old in SPRINKLER
    path = tmp_path / "other.bif"
    path.write_text(SPRINKLER.replace(old, new))
    with pytest.raises(ValueError, match=rf"other\.bif' is not a BIF file .*: .*{message}"):
        read_bif(path)


def test_random_networks_are_dags_with_as_many_levels_as_asked_for():
    X, network = make_discrete_network(500, 8, n_levels=(3, 4), random_state=1)
    assert is_dag(network.weights)
    assert {len(levels) for levels in network.levels} <= {3, 4}
    assert all(np.allclose(table.probabilities.sum(axis=1), 1) for table in network.tables.tables)
    assert X.equals(make_discrete_network(500, 8, n_levels=(3, 4), random_state=1)[0])
    with pytest.raises(ValueError, match="n_levels"):
        make_discrete_network(10, 3, n_levels=(1, 2))
