"""Seeds, streams, and the global random state that nobody touches."""

import random

import numpy as np
import pytest

from causal_dag.synthetic import make_linear_sem, make_nonlinear_sem, make_scenario, random_dag
from causal_dag.synthetic.random_streams import seed_sequence, stream


@pytest.mark.parametrize("seed", [0, np.int64(5), np.random.SeedSequence(7)])
def test_streams_repeat_and_differ_by_name(seed):
    first, again, other = stream(seed, "a"), stream(seed, "a"), stream(seed, "b")
    values = first.random(5)
    assert (values == again.random(5)).all()
    assert (values != other.random(5)).all()


def test_a_stream_is_not_the_plain_generator_of_the_seed():
    assert stream(0, "graph").random() != np.random.default_rng(0).random()


def test_a_seed_sequence_is_not_spawned_from():
    seed = np.random.SeedSequence(1)
    random_dag(10, random_state=seed)
    assert seed.n_children_spawned == 0


def test_children_of_a_seed_sequence_draw_different_graphs():
    first, second = np.random.SeedSequence(1).spawn(2)
    drawn = [random_dag(20, random_state=seed) for seed in (first, second)]
    assert (drawn[0] != drawn[1]).any()


def test_a_generator_is_advanced():
    generator = np.random.default_rng(0)
    drawn = [random_dag(20, random_state=generator) for _ in range(2)]
    assert (drawn[0] != drawn[1]).any()
    assert (drawn[0] == random_dag(20, random_state=np.random.default_rng(0))).all()


def test_no_seed_draws_something_new():
    assert seed_sequence(None).entropy != seed_sequence(None).entropy


@pytest.mark.parametrize("bad", [-1, 1.0, "0", True, np.random.RandomState(0)])
def test_other_seeds_are_refused(bad):
    with pytest.raises(ValueError, match="must be None, an integer >= 0"):
        seed_sequence(bad)


def test_global_random_states_are_neither_read_nor_written():
    def draw_everything():
        graphs = [
            random_dag(10, graph=graph, edges_per_node=1, random_state=0).tolist()
            for graph in ("er", "sf", "small-world", "bipartite", "layered")
        ]
        rows = [
            make_linear_sem(20, 10, random_state=0)[0].tolist(),
            make_nonlinear_sem(20, 10, random_state=0)[0].tolist(),
            make_scenario("er2-iscm", 20, 10, random_state=0)[0].tolist(),
        ]
        return graphs, rows

    first = draw_everything()
    np.random.seed(42)  # noqa: NPY002 - the global state is what is tested
    random.seed(42)
    numpy_state, python_state = np.random.get_state()[1].copy(), random.getstate()  # noqa: NPY002
    assert draw_everything() == first
    assert (np.random.get_state()[1] == numpy_state).all()  # noqa: NPY002
    assert random.getstate() == python_state
